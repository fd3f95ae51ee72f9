"""A planner's draft: steps, undo, problems, what a gesture means."""
