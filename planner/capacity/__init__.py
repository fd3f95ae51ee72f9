"""Capacity: minutes an account needs and a position has."""
