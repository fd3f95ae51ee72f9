"""
What a shape drawn on a map takes in: lasso, brush, dividing line.

A shape comes from a browser, so it may be anything. What it costs to look at is bounded
by limits that no hand reaches; beyond them it is refused with what to do.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from planner.core.errors import InputError
from planner.geography.winding import enclosed

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Drawn = Sequence[tuple[float, float]]

MOST_VERTICES = 10_000  # of a shape drawn by hand: over a minute without a pause
MOST_PIECES = 50_000  # of a stroke, each as long as a unit is wide
_PIECES_AT_ONCE = 500  # other threads run in between


def inside(lat: ArrayLike, lon: ArrayLike, lasso: Drawn) -> Bools:
    """
    Find the places that a lasso encloses.

    Parameters
    ----------
    lat, lon : shape (n,)
        Degrees, WGS 84.
    lasso
        (lat, lon) of its vertices; closed by itself. Where it crosses itself, all that
        it goes around is enclosed, as the map fills it while it is drawn. What it goes
        around once each way is not: the lens of two loops of opposite turn.

    Returns
    -------
    shape (n,)
        Places on the lasso itself are not enclosed.

    Raises
    ------
    InputError
        If it has fewer than three vertices, encloses nothing, or takes too long.
    """
    ring = _vertices(lasso, least=3)
    sides = ring - ring[0]
    longest = sides[np.abs(sides).max(axis=1).argmax()]
    if not (sides[:, 0] * longest[1] != sides[:, 1] * longest[0]).any():
        raise InputError("the shape encloses nothing; draw around what you mean")
    return enclosed(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float), ring)


def touched(units: gpd.GeoSeries, path: Drawn) -> Bools:
    """
    Find the polygons, or other shapes, that a path runs over.

    Parameters
    ----------
    units : shape (n,)
        EPSG:4326.
    path
        (lat, lon) of its vertices; one vertex is a click.

    Returns
    -------
    shape (n,)
        Those that the path only grazes count too.

    Raises
    ------
    InputError
        If the path is longer than any hand draws over units so small.

    Notes
    -----
    The path is cut into pieces no longer than a unit is wide, each looked up in the
    index: a long piece would be compared with all units of the rectangle around it.
    """
    hit = np.zeros(len(units), dtype=bool)
    pieces = _pieces(_vertices(path, least=1), _width(units))
    for start in range(0, len(pieces), _PIECES_AT_ONCE):
        some = pieces[start : start + _PIECES_AT_ONCE]
        hit[units.sindex.query(some, predicate="intersects")[1]] = True
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
        Places on the line are not left of it.

    Raises
    ------
    InputError
        If the line crosses itself or does not divide the places.
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if not len(x):
        raise InputError("there is nothing to divide")
    vertices = _vertices(line, least=2)
    whole = np.vstack([np.column_stack([x, y]), vertices])
    low, high = whole.min(axis=0), whole.max(axis=0)
    room = max(1e-6, float((high - low).max()))
    low, high = low - room, high + room
    begin = _drawn_out(vertices[0], vertices[0] - vertices[1], low, high)
    end = _drawn_out(vertices[-1], vertices[-1] - vertices[-2], low, high)
    if not shapely.LineString([begin, *vertices, end]).is_simple:
        raise InputError("the dividing line must not cross itself; draw it again")
    corners = _corners_between(end, begin, low, high)
    is_left = enclosed(x, y, np.vstack([begin, vertices, end, corners]))
    if is_left.all() or not is_left.any():
        raise InputError("the line leaves all on one side; draw it through the middle")
    return is_left


def stations(path: Drawn, n: int) -> Floats:
    """
    Find places along a path, equally far apart as the map shows it.

    Parameters
    ----------
    path
        (lat, lon) of its vertices, two or more.
    n
        How many: each stands in the middle of its share of the path.

    Returns
    -------
    shape (n, 2)
        (lon, lat) of each.
    """
    places = _vertices(path, least=2)
    narrow = np.cos(np.radians(places[:, 1].mean()))
    steps = np.hypot(*(np.diff(places, axis=0) * [narrow, 1.0]).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = (np.arange(n) + 0.5) / n * along[-1]
    return np.column_stack([np.interp(at, along, axis) for axis in places.T])


def _width(units: gpd.GeoSeries) -> float:
    """Measure how wide units are, in degrees: half of them less."""
    if not len(units):
        return 0.0
    west, south, east, north = shapely.bounds(units.to_numpy()).T
    return float(np.nan_to_num(np.nanmedian(np.maximum(east - west, north - south))))


def _pieces(places: Floats, longest: float) -> NDArray[np.object_]:
    """Cut a path into straight pieces, none longer than it should be."""
    if len(places) == 1:
        return shapely.points(places)
    steps = np.diff(places, axis=0)
    n_pieces = np.maximum(np.ceil(np.hypot(*steps.T) / (longest or np.inf)), 1)
    if n_pieces.sum() > MOST_PIECES:
        raise InputError(
            f"the stroke is as long as {n_pieces.sum():,.0f} units are wide; "
            f"{MOST_PIECES:,} are allowed: draw shorter ones"
        )
    step = np.repeat(np.arange(len(steps)), n_pieces.astype(int))
    nth = np.arange(len(step)) - np.searchsorted(step, step)
    begins = places[step] + steps[step] * (nth / n_pieces[step])[:, None]
    return shapely.linestrings(np.stack([begins, [*begins[1:], places[-1]]], axis=1))


def _drawn_out(end: Floats, way: Floats, low: Floats, high: Floats) -> Floats:
    """Draw an end of a line out straight to the frame around it."""
    if not way.any():
        raise InputError("the line must not begin or end with a doubled point")
    edge = np.where(way > 0, high, low)
    far = np.divide(edge - end, way, out=np.full(2, np.inf), where=way != 0)
    place = end + way * far.min()
    place[far.argmin()] = edge[far.argmin()]
    return place


def _corners_between(begin: Floats, end: Floats, low: Floats, high: Floats) -> Floats:
    """List the corners of a frame between two places on it, counter-clockwise."""
    frame = shapely.box(*low, *high).exterior
    corners = shapely.get_coordinates(frame)[:-1]
    places = shapely.points(np.vstack([begin, end, corners]))
    at = shapely.line_locate_point(frame, places)
    past = (at - at[0]) % frame.length
    order = np.argsort(past[2:])
    return corners[order[past[2:][order] < past[1]]]


def _vertices(shape: Drawn, least: int) -> Floats:
    """Check what was drawn; (lon, lat) by row."""
    if len(shape) > MOST_VERTICES:
        raise InputError(
            f"the shape has {len(shape):,} points; {MOST_VERTICES:,} are allowed: "
            "draw a simpler one"
        )
    places = np.asarray(shape, dtype=float).reshape(-1, 2)
    if len(places) < least:
        raise InputError(f"the shape must have at least {least} points")
    if not np.isfinite(places).all():
        raise InputError("the shape has a point without a place")
    return places[:, ::-1]
