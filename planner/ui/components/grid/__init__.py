"""The tables beside the map: all that the map does, by keyboard."""

from __future__ import annotations

from planner.ui.components.grid.component import take
from planner.ui.components.grid.events import TableEvent

__all__ = ["TableEvent", "take"]
