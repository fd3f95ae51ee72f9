"""Pay runs, trial and final."""
