"""Parts of pages: accounts."""
