"""Frames to rows and back: schema, columns, bulk, records."""
