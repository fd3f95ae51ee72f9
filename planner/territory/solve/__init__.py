"""A balance from instance to result."""
