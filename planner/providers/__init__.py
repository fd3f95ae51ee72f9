"""The only place that talks to the outside, and only to addresses a user has set."""
