"""Lists in, month by month."""
