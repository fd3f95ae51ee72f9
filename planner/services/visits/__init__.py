"""Visit plans of the team."""
