"""Several files of one company, checked together and imported in one step."""
