"""Use cases: load, call the engine, save, and write the audit line."""
