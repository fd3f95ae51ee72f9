"""Texts of cells into values: numbers, money, days, clocks, coordinates."""
