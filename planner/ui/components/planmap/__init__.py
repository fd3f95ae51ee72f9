"""The map of every page: one Streamlit component on a Leaflet canvas."""

from __future__ import annotations

from planner.ui.components.planmap.component import planmap
from planner.ui.components.planmap.component import take
from planner.ui.components.planmap.data import Entry
from planner.ui.components.planmap.data import Home
from planner.ui.components.planmap.data import Line
from planner.ui.components.planmap.data import MapData
from planner.ui.components.planmap.data import Outline
from planner.ui.components.planmap.data import Points
from planner.ui.components.planmap.data import Stop
from planner.ui.components.planmap.data import Units
from planner.ui.components.planmap.data import codes_of
from planner.ui.components.planmap.events import EventKind
from planner.ui.components.planmap.events import MapEvent
from planner.ui.components.planmap.layers import NONE
from planner.ui.components.planmap.layers import Layer
from planner.ui.components.planmap.layers import places_of
from planner.ui.components.planmap.layers import shapes_of

__all__ = [
    "NONE",
    "Entry",
    "EventKind",
    "Home",
    "Layer",
    "Line",
    "MapData",
    "MapEvent",
    "Outline",
    "Points",
    "Stop",
    "Units",
    "codes_of",
    "places_of",
    "planmap",
    "shapes_of",
    "take",
]
