"""Charts beside the maps."""
