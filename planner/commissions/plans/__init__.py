"""The comp plan as data: read, checked, compiled."""
