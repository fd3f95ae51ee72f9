"""The map of every page: one Streamlit component on a Leaflet canvas."""

from __future__ import annotations

from planner.ui.planmap.component import planmap
from planner.ui.planmap.component import take
from planner.ui.planmap.data import Entry
from planner.ui.planmap.data import Home
from planner.ui.planmap.data import Line
from planner.ui.planmap.data import MapData
from planner.ui.planmap.data import Outline
from planner.ui.planmap.data import Points
from planner.ui.planmap.data import Stop
from planner.ui.planmap.data import Units
from planner.ui.planmap.data import codes_of
from planner.ui.planmap.events import EventKind
from planner.ui.planmap.events import MapEvent
from planner.ui.planmap.layers import NONE
from planner.ui.planmap.layers import Layer
from planner.ui.planmap.layers import places_of
from planner.ui.planmap.layers import shapes_of

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
