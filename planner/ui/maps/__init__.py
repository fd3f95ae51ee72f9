"""Colours, names and static drawings of maps."""
