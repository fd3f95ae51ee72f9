"""What a static map is made of: areas, points, lines, names, the key of the colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from planner.geography.colours import INK


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """
    A polygon to fill.

    Parameters
    ----------
    geometry
        Shapely polygon or multipolygon, EPSG:4326.
    fill
        ``#RRGGBB``; None: unassigned, hatched grey.
    title
        Shown on hover and read aloud.
    """

    geometry: Any
    fill: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A point: degrees, colour, radius in pixels, and what it is."""

    lon: float
    lat: float
    colour: str = INK
    radius: float = 2.5
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """
    A line, such as a day's route.

    Parameters
    ----------
    lon, lat : shape (n_points,)
        Degrees, in order.
    colour
        ``#RRGGBB``.
    is_numbered
        Whether each point between the ends is drawn as a numbered stop.
    """

    lon: Sequence[float]
    lat: Sequence[float]
    colour: str = INK
    is_numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name on the map; a quiet one gives way when there is no room."""

    lon: float
    lat: float
    text: str
    is_quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch:
    """One line of the legend: colour (None: hatched), label, count."""

    label: str
    colour: str | None
    count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """
    What a static map shows, from the ground up.

    Parameters
    ----------
    title, description
        Read by screen readers; the title is not drawn.
    areas
        Filled polygons.
    base, outlines
        Shapely geometries drawn as thin and as strong lines.
    paths, dots, labels, legend
        Lines, points, names, and the key of the colours.
    legend_title
        Heading of the key.
    """

    title: str
    description: str = ""
    areas: Sequence[Area] = ()
    base: Sequence[Any] = ()
    outlines: Sequence[Any] = ()
    paths: Sequence[Path] = ()
    dots: Sequence[Dot] = ()
    labels: Sequence[Label] = ()
    legend: Sequence[Swatch] = ()
    legend_title: str = ""
