"""One position's month, step by step, in sentences."""
