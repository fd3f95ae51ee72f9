"""A day under way: re-planned live, a freed hour filled."""
