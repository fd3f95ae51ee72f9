"""Parts of pages: scenarios compared, tried, published."""
