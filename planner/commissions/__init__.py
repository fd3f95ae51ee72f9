"""Credits into pay: the plan document, its calculation, the ledger, the statements."""
