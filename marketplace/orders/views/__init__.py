"""The pages of orders: the order itself and its verbs, orders on hold, and what everybody may see of stores and listings."""
