"""Accounts that may be the same: blocking, likeness, pairs and clusters."""
