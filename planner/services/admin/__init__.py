"""Upkeep of the store and the log of changes."""

from __future__ import annotations

from planner.store.audit.search import AuditQuery

__all__ = ["AuditQuery"]
