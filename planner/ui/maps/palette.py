"""The colours of the screen; defined where reports can reach them too."""

from __future__ import annotations

from planner.geography.colours import DEVIATION
from planner.geography.colours import GREY
from planner.geography.colours import INK
from planner.geography.colours import IRIDESCENT
from planner.geography.colours import NEVER_VISITED
from planner.geography.colours import PAPER
from planner.geography.colours import TERRITORY
from planner.geography.colours import VISIT_COLOURS
from planner.geography.colours import VISIT_LABELS
from planner.geography.colours import VISIT_LIMITS
from planner.geography.colours import along
from planner.geography.colours import blend
from planner.geography.colours import colour_territories
from planner.geography.colours import contrast
from planner.geography.colours import deviation_colours
from planner.geography.colours import ink_on
from planner.geography.colours import last_visit_bands
from planner.geography.colours import neighbours_of
from planner.geography.colours import ramp_colours
from planner.geography.colours import shade

ACCENT = "#0B6E99"
GOOD = "#1F7A4D"
WARNING = "#B45309"
FAULT = "#B42318"
QUIET = "#5B6670"  # axis labels and second lines; 5.6 to 1 on the ground
RULE = "#DAD9D2"

__all__ = [
    "ACCENT",
    "DEVIATION",
    "FAULT",
    "GOOD",
    "GREY",
    "INK",
    "IRIDESCENT",
    "NEVER_VISITED",
    "PAPER",
    "QUIET",
    "RULE",
    "TERRITORY",
    "VISIT_COLOURS",
    "VISIT_LABELS",
    "VISIT_LIMITS",
    "WARNING",
    "along",
    "blend",
    "colour_territories",
    "contrast",
    "deviation_colours",
    "ink_on",
    "last_visit_bands",
    "neighbours_of",
    "ramp_colours",
    "shade",
]
