"""What a map shows: areas, points, routes and the key of their colours, as frames."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.core.errors import InputError
from planner.geography.colours import INK

MOST_FACTS = 8  # of one area or point: more is not read on a phone
OWN_COLUMNS = frozenset({"geometry", "lon", "lat", "label", "colour", "layer"})
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")

Mark = Literal["area", "point", "line"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    A day's way from home to home.

    Parameters
    ----------
    stops
        In order: `lon`, `lat`, `label`, and up to eight columns of facts.
    home
        Longitude and latitude; None: the route begins at its first stop.
    label
        Whose home it is.
    colour
        ``#RRGGBB``.
    """

    stops: pd.DataFrame
    home: tuple[float, float] | None = None
    label: str = "Home"
    colour: str = INK

    @property
    def path(self) -> np.ndarray:
        """Longitude and latitude of the whole way, shape (n, 2)."""
        places = self.stops[["lon", "lat"]].to_numpy(dtype=float)
        if self.home is None:
            return places
        return np.vstack([self.home, places, self.home]).astype(float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch:
    """One line of the key: colour (None: hatched), label, count, and its mark."""

    label: str
    colour: str | None
    count: str = ""
    mark: Mark = "area"


@dataclass(frozen=True, kw_only=True, eq=False)
class MapSheet:
    """
    What a map shows; all text in it may come from data.

    Parameters
    ----------
    title, subtitle
        Of what, and of which day and version.
    simulated
        What of the figures is simulated; "": nothing.
    areas
        EPSG:4326, indexed by their id: `label`, `colour` (``#RRGGBB``; missing:
        unassigned, hatched), at will `layer`, and up to eight more columns, the facts
        under their headings. Of several layers the first is shown at first.
    ground
        Quiet outlines beneath, such as states, EPSG:4326.
    points
        `lon`, `lat`, `label`, `colour` and up to eight columns of facts.
    routes
        Days of reps.
    legend, legend_title
        The key of the colours.
    fit
        West, south, east, north to look at first; None: everything that is coloured.
    distance_unit
        ``km`` or ``mi``, of the scale bar.
    source
        Whose borders and places these are.

    Raises
    ------
    InputError
        If nothing has a place, a place lies off the earth, a colour is none, or an
        area or point has more than eight facts.
    """

    title: str
    subtitle: str = ""
    simulated: str = ""
    areas: gpd.GeoDataFrame | None = None
    ground: gpd.GeoSeries | None = None
    points: pd.DataFrame | None = None
    routes: Sequence[Route] = ()
    legend: Sequence[Swatch] = ()
    legend_title: str = ""
    fit: tuple[float, float, float, float] | None = None
    distance_unit: str = "km"
    source: str = ""

    def __post_init__(self) -> None:
        if self.distance_unit not in ("km", "mi"):
            raise InputError(
                f"distance_unit must be km or mi, got {self.distance_unit!r}"
            )
        for name, frame in (("area", self.areas), ("point", self.points)):
            if frame is not None:
                _check_colours(frame["colour"].dropna())
                _check_facts(name, facts_of(frame))
        for route in self.routes:
            _check_facts("stop", facts_of(route.stops))
        _check_colours(route.colour for route in self.routes)
        _check_colours(s.colour for s in self.legend if s.colour is not None)
        _check_places(self.coordinates())

    def coordinates(self) -> np.ndarray:
        """Collect the places of all that is coloured, shape (n, 2) in degrees."""
        groups = [route.path for route in self.routes]
        if self.areas is not None:
            groups.append(shapely.get_coordinates(self.areas.geometry.to_numpy()))
        if self.points is not None:
            groups.append(self.points[["lon", "lat"]].to_numpy(dtype=float))
        return np.vstack(
            [group for group in groups if len(group)] or [np.empty((0, 2))]
        )

    @property
    def layers(self) -> list[str]:
        """Names of the layers of areas, the one shown at first first."""
        if self.areas is None or "layer" not in self.areas:
            return [""]
        return [str(name) for name in self.areas["layer"].unique()]

    def areas_of(self, layer: str) -> gpd.GeoDataFrame | None:
        """Return the areas of one of `layers`; None without any."""
        if self.areas is None or "layer" not in self.areas:
            return self.areas
        return self.areas[self.areas["layer"] == layer]


def facts_of(frame: pd.DataFrame) -> list[str]:
    """List the headings of a frame's facts: its columns that are not the map's."""
    return [str(name) for name in frame.columns if name not in OWN_COLUMNS]


def _check_facts(thing: str, facts: Sequence[str]) -> None:
    if len(facts) > MOST_FACTS:
        raise InputError(
            f"a map tells at most {MOST_FACTS} facts of a {thing}, got {len(facts)}: "
            f"leave out {', '.join(facts[MOST_FACTS:])}"
        )


def _check_colours(colours: Iterable[object]) -> None:
    """Let only real colours into markup."""
    for colour in colours:
        if not _COLOUR.fullmatch(str(colour)):
            raise InputError(f"a colour must look like #RRGGBB, got {colour!r}")


def _check_places(places: np.ndarray) -> None:
    if not len(places):
        raise InputError("a map needs at least one area, route or point, got none")
    limits = np.array([180.0, 90.0])
    outside = ~(np.abs(places) <= limits).all(axis=1)  # missing ones too
    if outside.any():
        lon, lat = places[outside][0]
        raise InputError(
            "places of a map lie within -180..180 and -90..90 degrees, got longitude "
            f"{lon}, latitude {lat}"
        )
