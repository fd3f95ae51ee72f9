"""Closed months: entries only added, and what corrects them."""
