"""Which units touch; islands, bridges and pieces."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay, QhullError

from planner.core.errors import CrsError, InputError
from planner.geography.distance import project, working_crs

Ints = NDArray[np.int64]

_GAP_M = 2.0  # borders nearer than this touch, though their vertices differ
_SHORTEST_BORDER_M = 25.0  # of such a border: a mere corner shares less
_LONGEST_SPARE_BRIDGE = 2.0  # times the shortest link of the remoter of its islands


def edges_frame(
    unit_ids: pd.Index, pairs: Ints, border_m: Any, *, is_bridge: bool = False
) -> pd.DataFrame:
    """
    Make an EDGES frame of row numbers.

    Parameters
    ----------
    unit_ids : shape (n_units,)
        Ids by row number.
    pairs : shape (n_edges, 2)
        Row numbers.
    border_m : shape (n_edges,) or one number
        Length of the shared border, metres.
    is_bridge
        Whether these are bridges.
    """
    pairs = np.sort(np.asarray(pairs, dtype=np.int64).reshape(-1, 2), axis=1)
    ids = unit_ids.to_numpy()
    return pd.DataFrame(
        {
            "unit_id": pd.Series(ids[pairs[:, 0]], dtype="str"),
            "neighbour_id": pd.Series(ids[pairs[:, 1]], dtype="str"),
            "border_m": np.broadcast_to(
                np.asarray(border_m, dtype=float), len(pairs)
            ).copy(),
            "is_bridge": np.full(len(pairs), is_bridge),
        }
    )


def edge_pairs(edges: pd.DataFrame, unit_ids: pd.Index) -> Ints:
    """
    Turn an EDGES frame into row numbers.

    Parameters
    ----------
    edges
        EDGES frame; edges with a unit not among `unit_ids` are left out.
    unit_ids : shape (n_units,)
        Ids by row number, unique.

    Returns
    -------
    shape (n_edges, 2)
        Each pair once, smaller number first, sorted; no unit paired with itself.
    """
    left = unit_ids.get_indexer(edges["unit_id"])
    right = unit_ids.get_indexer(edges["neighbour_id"])
    pairs = np.column_stack([left, right]).astype(np.int64)
    pairs = pairs[(pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])]
    return _distinct(pairs, len(unit_ids))


def _distinct(pairs: Ints, n_units: int) -> Ints:
    """Sort pairs of row numbers, smaller first, each once."""
    # One number a pair: rows of two are ten times slower to sort.
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    code = np.unique(low.astype(np.int64) * n_units + high)
    return np.column_stack([code // n_units, code % n_units])


def find_edges(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Find which units share a border; a corner in common is not enough.

    Parameters
    ----------
    units
        Polygons indexed by `unit_id`, EPSG:4326.

    Returns
    -------
    EDGES frame; the border's length is measured in the working CRS.

    Raises
    ------
    CrsError
        If the units are not in EPSG:4326.

    Notes
    -----
    First by line segments whose two ends both units have; then, for units that only
    come within 2 m of each other, by the length of one border beside the other.
    """
    if units.crs is None or not units.crs.is_geographic:
        raise CrsError(f"units must be in EPSG:4326, got {units.crs}")
    ends, owners = _segments(units.geometry.to_numpy())
    corners, back = np.unique(ends.round(7).reshape(-1, 2), axis=0, return_inverse=True)
    crs = working_crs(corners[:, 0], corners[:, 1])
    corners_m = np.column_stack(project(corners[:, 0], corners[:, 1], crs))
    pairs, border_m = _shared_segments(np.sort(back.reshape(-1, 2)), owners, corners_m)
    near, near_m = _near_borders(units.geometry.to_crs(crs).to_numpy(), pairs)
    pairs = np.concatenate([pairs, near])
    border_m = np.concatenate([border_m, near_m])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return edges_frame(units.index, pairs[order], border_m[order])


def _segments(shapes: Any) -> tuple[NDArray[np.float64], Ints]:
    """Cut all rings into segments: their ends (n, 2, 2) and the unit of each."""
    parts, part_owner = shapely.get_parts(shapes, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, xy_ring = shapely.get_coordinates(rings, return_index=True)
    same_ring = xy_ring[:-1] == xy_ring[1:]
    ends = np.stack([xy[:-1], xy[1:]], axis=1)[same_ring]
    owners = part_owner[ring_part[xy_ring[:-1][same_ring]]]
    return ends, owners.astype(np.int64)


def _shared_segments(
    ends: Ints, owners: Ints, corners_m: NDArray[np.float64]
) -> tuple[Ints, NDArray[np.float64]]:
    """Sum the length of segments that two units have in common."""
    order = np.lexsort((owners, ends[:, 1], ends[:, 0]))
    ends, owners = ends[order], owners[order]
    same = (ends[:-1] == ends[1:]).all(axis=1) & (owners[:-1] != owners[1:])
    at = np.flatnonzero(same)
    length_m = np.hypot(*(corners_m[ends[at, 0]] - corners_m[ends[at, 1]]).T)
    pairs = np.sort(np.column_stack([owners[at], owners[at + 1]]), axis=1)
    pairs, length_m = pairs[length_m > 0], length_m[length_m > 0]
    if not len(pairs):
        return np.empty((0, 2), np.int64), np.empty(0)
    unique, back = np.unique(pairs, axis=0, return_inverse=True)
    total_m = np.bincount(back.ravel(), weights=length_m)
    return unique.astype(np.int64), total_m.astype(np.float64)


def _near_borders(shapes: Any, neighbours: Ints) -> tuple[Ints, NDArray[np.float64]]:
    """Find borders that run along each other without sharing vertices."""
    left, right = shapely.STRtree(shapes).query(
        shapes, predicate="dwithin", distance=_GAP_M
    )
    pairs = np.column_stack([left, right])[left < right].astype(np.int64)
    n_units = len(shapes)
    is_known = np.isin(pairs @ [n_units, 1], neighbours @ [n_units, 1])
    pairs = pairs[~is_known]
    lines = shapely.boundary(shapes[pairs[:, 0]])
    beside = shapely.buffer(shapes[pairs[:, 1]], _GAP_M)
    border_m = shapely.length(shapely.intersection(lines, beside))
    is_border = border_m > _SHORTEST_BORDER_M
    return pairs[is_border], border_m[is_border]


def point_edges(points: pd.DataFrame) -> pd.DataFrame:
    """
    Find the neighbours of points.

    Parameters
    ----------
    points
        Columns x_km, y_km; indexed by `unit_id`.

    Returns
    -------
    EDGES frame of the Delaunay triangulation, no border lengths. Points in one place
    are chained; points on one line are joined in their order. Always connected.

    Raises
    ------
    InputError
        If a coordinate is missing.
    """
    xy = _coordinates(points)
    pairs = _delaunay_pairs(xy)
    return edges_frame(points.index, pairs, 0.0)


def _coordinates(points: pd.DataFrame) -> NDArray[np.float64]:
    xy = points[["x_km", "y_km"]].to_numpy(dtype=float)
    wrong = ~np.isfinite(xy).all(axis=1)
    if wrong.any():
        raise InputError(f"unit {points.index[wrong][0]!r} has no place")
    return xy


def _delaunay_pairs(xy: NDArray[np.float64]) -> Ints:
    places, first, back = _distinct_places(xy)
    if len(places) < 3:
        corners = np.stack(np.triu_indices(len(places), 1), axis=1)
    else:
        corners = _triangulated(places)
    order = np.lexsort((np.arange(len(xy)), back))
    same = back[order[:-1]] == back[order[1:]]
    twins = np.column_stack([order[:-1], order[1:]])[same]
    return _distinct(np.concatenate([first[corners], twins]), len(xy))


def _distinct_places(xy: NDArray[np.float64]) -> tuple[NDArray[np.float64], Ints, Ints]:
    """Sort places, each once; where each first stood, and which one each row is."""
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    is_new = np.ones(len(xy), dtype=bool)
    is_new[1:] = (xy[order[1:]] != xy[order[:-1]]).any(axis=1)
    back = np.empty(len(xy), dtype=np.int64)
    back[order] = np.cumsum(is_new) - 1
    first = order[is_new]
    return xy[first], first, back


def _triangulated(places: NDArray[np.float64]) -> Ints:
    """Triangulate distinct places; places on one line are joined in order."""
    line = np.column_stack([np.arange(len(places) - 1), np.arange(1, len(places))])
    try:
        # Centred, or the rounding of far-off coordinates eats close points.
        mesh = Delaunay(places - places.mean(axis=0))
    except QhullError:
        return line  # np.unique sorted them along the line
    sides = mesh.simplices[:, [[0, 1], [1, 2], [0, 2]]].reshape(-1, 2)
    if len(mesh.coplanar):  # left out as too close to a corner: tie them to it
        sides = np.concatenate([sides, mesh.coplanar[:, [0, 2]]])
    return _distinct(sides, len(places))


def connect(edges: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """
    Add the bridges that make one whole of islands.

    Parameters
    ----------
    edges
        EDGES frame.
    places
        Columns x_km, y_km; indexed by `unit_id`; every unit, also those without edge.

    Returns
    -------
    EDGES frame on which every unit reaches every other; the rows added have
    `is_bridge` true and no border.

    Raises
    ------
    InputError
        If a coordinate is missing.

    Notes
    -----
    Two islands are joined by their shortest link unless a third lies nearer to both
    (relative neighbourhood graph; Toussaint 1980, Pattern Recognition 12), or it is
    more than twice as long as the shortest link of each of the two. Those of a minimum
    spanning tree are always among them. Links are sides of the Delaunay triangulation
    of the units, which holds the shortest one between two sets of points.
    """
    xy = _coordinates(places)
    pairs = edge_pairs(edges, places.index)
    n_parts, component = _components(pairs, len(xy))
    if n_parts <= 1:
        return edges.reset_index(drop=True)
    links = _delaunay_pairs(xy)
    links = links[component[links[:, 0]] != component[links[:, 1]]]
    length_km = np.hypot(*(xy[links[:, 0]] - xy[links[:, 1]]).T) + 1e-9
    order = np.lexsort((links[:, 1], links[:, 0], length_km))
    links, length_km = links[order], length_km[order]
    islands = np.sort(component[links], axis=1)
    _, nearest = np.unique(islands, axis=0, return_index=True)
    is_bridge = _bridges(islands[nearest], length_km[nearest], n_parts)
    bridges = np.unique(links[nearest][is_bridge], axis=0)
    added = edges_frame(places.index, bridges, 0.0, is_bridge=True)
    return pd.concat([edges, added], ignore_index=True) if len(edges) else added


def _bridges(
    islands: Ints, length_km: NDArray[np.float64], n_islands: int
) -> NDArray[np.bool_]:
    """Tell which shortest links of pairs of islands become bridges."""
    left, right = islands[:, 0], islands[:, 1]
    graph = coo_array((length_km, (left, right)), shape=(n_islands, n_islands)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    codes = left * n_islands + right
    chosen = np.isin(codes, tree.row.astype(np.int64) * n_islands + tree.col)
    shortest = np.full(n_islands, np.inf)
    for ends in (left, right):
        np.minimum.at(shortest, ends, length_km)
    is_near = length_km <= _LONGEST_SPARE_BRIDGE * np.maximum(
        shortest[left], shortest[right]
    )
    both = (graph + graph.T).tolil()
    reach = [
        dict(zip(row, data, strict=True))
        for row, data in zip(both.rows, both.data, strict=True)
    ]
    for at in np.flatnonzero(is_near & ~chosen):
        one, other = reach[left[at]], reach[right[at]]
        between = one.keys() & other.keys()
        # Lengths as good as equal must not hang on rounding.
        limit = length_km[at] * (1 - 1e-6)
        chosen[at] = all(max(one[k], other[k]) >= limit for k in between)
    return chosen


def _components(pairs: Ints, n_units: int) -> tuple[int, Ints]:
    graph = coo_array(
        (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n_units, n_units)
    )
    n_parts, component = connected_components(graph.tocsr(), directed=False)
    return int(n_parts), np.asarray(component, dtype=np.int64)


def count_pieces(territory_by_unit: pd.Series, edges: pd.DataFrame) -> pd.Series:
    """
    Count the pieces of each territory beyond the one it should be.

    Parameters
    ----------
    territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`; units without one are left out.
    edges
        EDGES frame; bridges count as links.

    Returns
    -------
    shape (n_territories,)
        Extra pieces indexed by `territory_id`: 0 where the territory hangs together.
    """
    piece = find_pieces(territory_by_unit, edges)
    pieces = piece.groupby(territory_by_unit[piece.index].to_numpy()).nunique() - 1
    pieces.index = pieces.index.astype("str").rename("territory_id")
    return pieces.rename("extra_pieces")


def find_pieces(territory_by_unit: pd.Series, edges: pd.DataFrame) -> pd.Series:
    """
    Find the pieces that the units of each territory hang together in.

    Parameters
    ----------
    territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`; units without one are left out.
    edges
        EDGES frame; bridges count as links.

    Returns
    -------
    shape (n_placed,)
        Number of the piece indexed by `unit_id`; no two territories share one.
    """
    placed = territory_by_unit.dropna()
    territories = placed.to_numpy()
    pairs = edge_pairs(edges, placed.index)
    pairs = pairs[territories[pairs[:, 0]] == territories[pairs[:, 1]]]
    _, component = _components(pairs, len(placed))
    return pd.Series(component, index=placed.index, name="piece")
