"""Parts of pages: asking for a balance and reading its answer."""
