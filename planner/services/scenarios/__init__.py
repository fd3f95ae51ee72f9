"""Scenarios: listed, compared, tried, published."""
