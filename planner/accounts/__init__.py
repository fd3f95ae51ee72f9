"""Accounts: importing lists, mapping columns, placing, matching, joining to units."""
