"""Territories as they are: what they hold, how far they are from their share."""
