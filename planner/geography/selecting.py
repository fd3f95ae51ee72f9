"""What a shape drawn on a map takes in: lasso, brush, dividing line."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from shapely.ops import split

from planner.core.errors import InputError

Bools = NDArray[np.bool_]
Drawn = Sequence[tuple[float, float]]

_MOST_VERTICES = 20_000  # of a shape drawn by hand; more is no hand's
_FAR = 2.0  # times the height and width of all, that a line is drawn out to


def inside(lat: ArrayLike, lon: ArrayLike, lasso: Drawn) -> Bools:
    """
    Find the places that a lasso encloses.

    Parameters
    ----------
    lat, lon : shape (n,)
        Degrees, WGS 84.
    lasso
        (lat, lon) of its vertices; closed by itself. Where it crosses itself, all that
        lies within is enclosed.

    Returns
    -------
    shape (n,)
        Places on the lasso itself are not enclosed.

    Raises
    ------
    InputError
        If it has fewer than three vertices, or encloses nothing.
    """
    ring = _vertices(lasso, least=3)
    outline = shapely.LineString(np.vstack([ring, ring[:1]]))
    area = shapely.union_all(
        list(shapely.polygonize([shapely.unary_union(outline)]).geoms)
    )
    if area.is_empty:
        raise InputError("the shape encloses nothing; draw around what you mean")
    shapely.prepare(area)
    found: Bools = shapely.contains_xy(
        area, np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    )
    return found


def touched(units: gpd.GeoSeries, path: Drawn) -> Bools:
    """
    Find the polygons that a path runs over.

    Parameters
    ----------
    units : shape (n,)
        Polygons, EPSG:4326.
    path
        (lat, lon) of its vertices; one vertex is a click.

    Returns
    -------
    shape (n,)
        Polygons that the path only grazes count too.
    """
    places = _vertices(path, least=1)
    shape = shapely.Point(places[0]) if len(places) == 1 else shapely.LineString(places)
    hit = np.zeros(len(units), dtype=bool)
    hit[units.sindex.query(shape, predicate="intersects")] = True
    return hit


def left_of(lat: ArrayLike, lon: ArrayLike, line: Drawn) -> Bools:
    """
    Find the places to the left of a dividing line.

    Parameters
    ----------
    lat, lon : shape (n,)
        Degrees, WGS 84.
    line
        (lat, lon) of its vertices, in the order drawn; both ends are drawn out
        straight beyond all places.

    Returns
    -------
    shape (n,)

    Raises
    ------
    InputError
        If the line crosses itself or does not divide the places.
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if not len(x):
        raise InputError("there is nothing to divide")
    drawn = _vertices(line, least=2)
    whole = np.vstack([np.column_stack([x, y]), drawn])
    low, high = whole.min(axis=0), whole.max(axis=0)
    room = max(1e-6, float((high - low).max()))
    frame = shapely.box(*(low - room), *(high + room))
    ends = []
    for end, before in ((drawn[0], drawn[1]), (drawn[-1], drawn[-2])):
        way = end - before
        length = float(np.hypot(*way))
        if length == 0:
            raise InputError("the line must not begin or end with a doubled point")
        ends.append(end + way / length * room * 2 * _FAR)
    long = shapely.LineString(np.vstack([ends[0], drawn, ends[1]]))
    if not long.is_simple:
        raise InputError("the dividing line must not cross itself; draw it again")
    parts = list(split(frame, long).geoms)
    left = [part for part in parts if _is_left(part, long)]
    is_left: Bools = shapely.contains_xy(shapely.union_all(left), x, y)
    if is_left.all() or not is_left.any():
        raise InputError("the line leaves all on one side; draw it through the middle")
    return is_left


def _is_left(part: shapely.Polygon, line: shapely.LineString) -> bool:
    """Tell on which side of a line a part lies that borders on it all along one way."""
    seen = shapely.get_coordinates(line)
    ring = shapely.get_coordinates(shapely.orient_polygons(part).exterior)
    # A ring that runs against the clock has its inside on the left: the part is left
    # of the line where it follows the line's own direction.
    along = shapely.line_locate_point(line, shapely.points(ring))
    on = shapely.distance(line, shapely.points(ring)) < 1e-9 * np.abs(seen).max()
    middle = shapely.points((ring[:-1] + ring[1:]) / 2)
    is_mid = shapely.distance(line, middle) < 1e-9 * np.abs(seen).max()
    pairs = on[:-1] & on[1:] & is_mid  # the frame may join two places of the line
    return float(np.diff(along)[pairs].sum()) > 0


def _vertices(drawn: Drawn, least: int) -> NDArray[np.float64]:
    """Check what was drawn; (lon, lat) by row."""
    places = np.asarray(drawn, dtype=float).reshape(-1, 2) if len(drawn) else None
    if places is None or len(places) < least:
        raise InputError(f"the shape must have at least {least} points")
    if len(places) > _MOST_VERTICES:
        raise InputError(
            f"the shape has {len(places):,} points; {_MOST_VERTICES:,} are allowed"
        )
    if not np.isfinite(places).all():
        raise InputError("the shape has a point without a place")
    return places[:, ::-1]
