"""The pages of the report centre."""
