"""Components whose other half runs in the browser."""
