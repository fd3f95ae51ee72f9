"""Static maps of the screen; drawn where reports can reach them too."""

from __future__ import annotations

from planner.geography.drawing import Area
from planner.geography.drawing import Dot
from planner.geography.drawing import Drawing
from planner.geography.drawing import Label
from planner.geography.drawing import Path
from planner.geography.drawing import Swatch
from planner.geography.drawing import svg_map

__all__ = ["Area", "Dot", "Drawing", "Label", "Path", "Swatch", "svg_map"]
