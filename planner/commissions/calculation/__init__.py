"""Credits into lines of pay: eligible, accumulated, tiered, paid; and the oracle."""
