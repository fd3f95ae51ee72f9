"""Accounts as the company has them: segments, health, repairs, places."""
