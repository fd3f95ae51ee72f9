"""Why a visit is not planned, and whether a plan is right."""
