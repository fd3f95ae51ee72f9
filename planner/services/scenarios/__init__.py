"""Scenarios: listed, compared, tried, published."""

from __future__ import annotations

from planner.store.scenarios.lineage import FIELD, Scenario

__all__ = ["FIELD", "Scenario"]
