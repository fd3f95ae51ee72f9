"""The tables beside the map: all that the map does, by keyboard."""

from __future__ import annotations

from planner.ui.balance.component import take
from planner.ui.balance.events import TableEvent
from planner.ui.balance.figures import MeasureColumn

__all__ = ["MeasureColumn", "TableEvent", "take"]
