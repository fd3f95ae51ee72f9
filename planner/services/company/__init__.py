"""Companies, and how one is doing."""
