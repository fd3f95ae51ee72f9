"""Segments: a safe rule language, ordered rules, scores."""
