"""Tables of the store as files."""
