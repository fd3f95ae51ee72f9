"""Reading files of any format into a table of texts, and its cells into values."""
