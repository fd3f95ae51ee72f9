"""Scenarios: listed, compared, tried, published."""

from __future__ import annotations

from planner.store.scenarios.lineage import FIELD
from planner.store.scenarios.lineage import Scenario

__all__ = ["FIELD", "Scenario"]
