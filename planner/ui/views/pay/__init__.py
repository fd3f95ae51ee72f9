"""Parts of the pages about pay: its terms."""
