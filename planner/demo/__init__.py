"""The whole line without a screen: its steps, its files, its report."""
