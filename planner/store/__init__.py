"""The only place that knows SQL: SQLite by default, one file for all companies."""

from __future__ import annotations

from planner.store.database.engine import Store, open_store

__all__ = ["Store", "open_store"]
