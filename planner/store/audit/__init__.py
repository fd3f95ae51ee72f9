"""What was done: the chained log, its search, the trail of objects, exports made."""
