"""Questions over many balances: frontier, headcount, districts, splitting."""
