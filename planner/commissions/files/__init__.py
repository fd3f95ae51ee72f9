"""A pay run from files to files, for the command line."""
