"""Parts of pages: the planner's workbench."""
