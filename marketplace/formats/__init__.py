"""How Django itself writes dates, where it is not our own components that do."""
