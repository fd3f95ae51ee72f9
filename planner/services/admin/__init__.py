"""Upkeep of the store and the log of changes."""
