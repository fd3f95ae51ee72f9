"""Companies, and how one is doing."""

from __future__ import annotations

from planner.store.company.companies import Company

__all__ = ["Company"]
