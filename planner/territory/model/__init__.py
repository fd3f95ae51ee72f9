"""What is to be balanced: measures, rules, limits, and the problem as arrays."""
