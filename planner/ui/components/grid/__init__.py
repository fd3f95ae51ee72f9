"""The tables beside the map: all that the map does, by keyboard."""

from __future__ import annotations

from planner.ui.components.grid.component import take
from planner.ui.components.grid.events import TableEvent
from planner.ui.views.workbench.balance_figures import MeasureColumn

__all__ = ["MeasureColumn", "TableEvent", "take"]
