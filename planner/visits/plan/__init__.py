"""A plan for a rep and for the team."""
