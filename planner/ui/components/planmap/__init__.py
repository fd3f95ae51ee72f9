"""The map of every page: one Streamlit component on a Leaflet canvas."""

from __future__ import annotations

from planner.ui.components.planmap.component import planmap, take
from planner.ui.components.planmap.data import (
    Entry,
    Ground,
    Home,
    Line,
    MapData,
    Outline,
    Points,
    Stop,
    Units,
    codes_of,
)
from planner.ui.components.planmap.events import EventKind, MapEvent
from planner.ui.components.planmap.layers import NONE, Layer, places_of, shapes_of

__all__ = [
    "NONE",
    "Entry",
    "EventKind",
    "Ground",
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
