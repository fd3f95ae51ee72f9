"""Rows of a company: accounts, deals, team, market."""
