"""Parts of pages: lists in."""
