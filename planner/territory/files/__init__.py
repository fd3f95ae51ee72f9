"""A balance from files to files, for the command line."""
