"""Whose column is which: columns we know, the guess, what was read from each."""
