"""Rows of scenarios: layers of differences, lineage, editing, drafts, publications."""
