"""Several rows of one account: made one, by choice, and kept as deals."""
