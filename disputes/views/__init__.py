"""The pages of disputes: the guided questions, the room, its verbs, the seller's workspace, and public help."""
