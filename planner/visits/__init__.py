"""Visit plans: cadence, days, routes, reasons, calendar and GPX files."""
