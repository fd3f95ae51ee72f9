"""Visit plans as calendar, GPX, CSV."""
