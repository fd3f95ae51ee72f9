"""How weeks are searched."""
