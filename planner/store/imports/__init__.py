"""Rows of lists loaded: sources, mappings, repairs, geocodes."""
