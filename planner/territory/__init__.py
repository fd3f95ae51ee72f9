"""Territories: alignment, moves, measures and the search for balance."""
