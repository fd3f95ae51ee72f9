"""What a map shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.core.errors import InputError
from planner.geography.colours import GREY, shade
from planner.ui.components.planmap.events import EventKind  # noqa: F401 - pages ask for it here
from planner.ui.components.planmap.layers import NONE, Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One class of the legend; entry i belongs to code i.

    Parameters
    ----------
    label
        As in the legend: ``T01 Reyes``.
    colour
        Fill, ``#RRGGBB``.
    short
        As on the map, where its units are; "": no label there.
    count
        Figure beside it, as text.
    bar
        0 to 1, its length in the legend's chart; None: no bar.
    """

    label: str
    colour: str
    short: str = ""
    count: str = ""
    bar: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """
    The quiet ground of a map.

    Parameters
    ----------
    outlines
        Countries or states, from `shapes_of`.
    towns
        From `places_of`, the largest first: named as far as there is room.
    """

    outlines: Layer
    towns: Layer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """
    Polygons, coloured by class.

    Parameters
    ----------
    shapes
        From `shapes_of`.
    codes : shape (n_units,)
        Class of each unit, `NONE` for unassigned; None: a quiet base, no colours.
    parts : shape (n_units,)
        What each unit belongs to, where that is not its class: borders are drawn
        between parts and names upon them; `NONE`: to nothing.
    names
        Of the parts, as on the map.
    told
        Of the parts, as told with a unit or point; empty: as on the map.
    """

    shapes: Layer
    codes: np.ndarray | None = None
    parts: np.ndarray | None = None
    names: Sequence[str] = ()
    told: Sequence[str] = ()

    def __post_init__(self) -> None:
        _check_codes(self.codes, self.shapes, "units")
        _check_codes(self.parts, self.shapes, "parts")
        if self.parts is not None and _top(self.parts) >= len(self.names):
            raise InputError(f"a part has no name among the {len(self.names)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """
    Points, coloured by class.

    Parameters
    ----------
    places
        From `places_of`.
    codes : shape (n_points,)
        Class of each point, `NONE` for grey; None: all grey.
    parts : shape (n_points,)
        Which of the units' parts each point belongs to, told with its name; None: that
        is its class, or it is not known.
    size : shape (n_points,)
        0 to 1, drawn as area; None: all the same.
    """

    places: Layer
    codes: np.ndarray | None = None
    parts: np.ndarray | None = None
    size: np.ndarray | None = None

    def __post_init__(self) -> None:
        _check_codes(self.codes, self.places, "points")
        _check_codes(self.parts, self.places, "points' parts")
        if self.size is not None and len(self.size) != len(self.places):
            raise InputError(
                f"size must have one value per point ({len(self.places)}),"
                f" got {len(self.size)}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A line around something: rings of (lat, lon), a label, a colour."""

    rings: Sequence[Sequence[tuple[float, float]]]
    label: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A numbered stop of a route; facts are (heading, text) pairs."""

    stop_id: str
    name: str
    lat: float
    lon: float
    facts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    A route.

    Parameters
    ----------
    path : shape (n_points, 2)
        (lat, lon) in order.
    colour
        ``#RRGGBB``.
    stops
        Numbered from 1 in the order given.
    label
        What it is: the rep, the day.
    """

    path: Sequence[tuple[float, float]]
    colour: str
    stops: Sequence[Stop] = ()
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a rep starts: drawn as a house."""

    home_id: str
    name: str
    lat: float
    lon: float
    facts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapData:
    """
    Everything on one map.

    Parameters
    ----------
    label
        What the map shows, for screen readers.
    units, points, base
        Coloured polygons, coloured points, and the quiet shapes beneath (states).
    legend
        The classes of units and points.
    legend_title
        What the colours mean.
    is_legend_open
        Whether the legend shows at first; small maps and maps beside a table that
        names the classes fold it. Narrow maps always do.
    outlines, lines, homes
        Further lines, routes and houses.
    selected
        Ids of points or units to mark.
    home
        The same of what "Show everything" shows; None: `fit`.
    fit
        South, west, north, east of the first view; None: everything. The view
        stays where the user has put it until this value changes.
    has_borders
        Whether lines are drawn between units of different classes.
    unassigned
        Name of the code `NONE` in the legend; "": not listed.
    unassigned_count
        Figure beside it.
    distance_unit
        ``km`` or ``mi``, of the scale bar.
    tile_url, attribution
        Online tile layer, if the deployment has one, and its credit line.
    title, subtitle
        Above the map on paper and in its picture, beside the day; the title also names
        the picture's file. "": the map offers no picture.
    locked_units, locked_points, locked_parts
        Ids that bear a lock; parts are named as on the map.
    pending_units, pending_points
        Ids with a change that waits: outlined.
    barriers
        Pairs of unit ids that touch: a thick dashed line lies between them.
    market : shape (n_units,)
        0 to 1, a circle's area in the middle of each unit; NaN: none.
    market_label
        What the circles stand for, in the legend.
    """

    label: str
    units: Units | None = None
    points: Points | None = None
    base: Ground | None = None
    legend: Sequence[Entry] = ()
    legend_title: str = ""
    is_legend_open: bool = True
    outlines: Sequence[Outline] = ()
    lines: Sequence[Line] = ()
    homes: Sequence[Home] = ()
    selected: Sequence[str] = ()
    fit: tuple[float, float, float, float] | None = None
    home: tuple[float, float, float, float] | None = None
    has_borders: bool = True
    unassigned: str = ""
    unassigned_count: str = ""
    distance_unit: str = "mi"
    tile_url: str = ""
    attribution: str = ""
    title: str = ""
    subtitle: str = ""
    locked_units: Sequence[str] = ()
    locked_points: Sequence[str] = ()
    locked_parts: Sequence[str] = ()
    pending_units: Sequence[str] = ()
    pending_points: Sequence[str] = ()
    barriers: Sequence[tuple[str, str]] = ()
    market: np.ndarray | None = None
    market_label: str = ""

    def __post_init__(self) -> None:
        n_units = 0 if self.units is None else len(self.units.shapes)
        if self.market is not None and len(self.market) != n_units:
            raise InputError(
                f"market must have one value per unit ({n_units}),"
                f" got {len(self.market)}"
            )
        if len(self.legend) >= NONE:
            raise InputError(
                f"a map has at most {NONE - 1} classes, got {len(self.legend)}"
            )
        for layer in (self.units, self.points):
            codes = None if layer is None else layer.codes
            is_in_legend = (
                codes is None or not len(codes) or _top(codes) < len(self.legend)
            )
            if not is_in_legend:
                raise InputError(f"a code has no entry among the {len(self.legend)}")
        parts = None if self.points is None else self.points.parts
        names = () if self.units is None else self.units.names
        if parts is not None and _top(parts) >= len(names):
            raise InputError(f"a point's part has no name among the {len(names)}")


def codes_of(values: pd.Series, order: Sequence[str]) -> np.ndarray:
    """
    Give each class its number.

    Parameters
    ----------
    values : shape (n,)
        Class of each unit or point; missing or unknown: none.
    order
        The classes in the order of the legend.

    Returns
    -------
    shape (n,)
        uint16, `NONE` for none.
    """
    nth, names = pd.factorize(values)  # looked up once a class, not once a row
    codes = pd.Index(list(order), dtype="str").get_indexer_for(names)
    codes = np.append(codes, -1)[nth]  # a missing one is −1: the last
    return np.where(codes < 0, NONE, codes).astype("u2")


def dark(colour: str) -> str:
    """Return the colour of a point that stands on its own fill."""
    return shade(colour or GREY)


def _top(codes: np.ndarray) -> int:
    """Return the highest code in use; -1 if all are none."""
    used = codes[codes != NONE]
    return int(used.max()) if len(used) else -1


def _check_codes(codes: np.ndarray | None, layer: Layer, name: str) -> None:
    if codes is None:
        return
    if codes.dtype != np.uint16:
        raise InputError(f"codes of {name} must be uint16, got {codes.dtype}")
    if len(codes) != len(layer):
        raise InputError(
            f"codes of {name} must have one value each ({len(layer)}), got {len(codes)}"
        )
