"""Rows of pay: comp plans and the ledger."""
