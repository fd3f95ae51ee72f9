"""Doctor, backup, restore."""
