"""The plan under work: edits, their application, their log."""
