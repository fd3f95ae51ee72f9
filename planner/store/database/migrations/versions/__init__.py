"""Alembic's revisions, one a version of the tables; it loads them by their paths."""
