"""What is wrong between shapes: areas that overlap, borders that miss each other."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.geography.distance import haversine_m

LEAST_OVERLAP_KM2 = 0.01  # below it, borders merely do not fit to the metre
WIDEST_GAP_M = 10.0  # a wider one may be a road or a river
_EQUAL_AREA = 6933
_SAME_SHARE = 0.99
_DEG_PER_M = 1 / 111_000


def overlapping(shapes: gpd.GeoSeries) -> pd.DataFrame:
    """
    Find pairs of areas that share ground.

    Parameters
    ----------
    shapes : shape (n_units,)
        Valid areas, EPSG:4326.

    Returns
    -------
    columns unit_id, other_id, area_km2, is_same
        Area in EPSG:6933; whether it is all of both.
    """
    geometry = np.asarray(shapes)
    tree = shapely.STRtree(geometry)
    pairs = {
        (min(i, j), max(i, j))
        for predicate in ("overlaps", "contains")
        for i, j in tree.query(geometry, predicate=predicate).T.tolist()
        if i != j
    }
    rows = []
    for i, j in sorted(pairs):
        parts = [
            shapely.intersection(geometry[i], geometry[j]),
            geometry[i],
            geometry[j],
        ]
        common, one, other = _areas_km2(parts)
        if common >= LEAST_OVERLAP_KM2:
            is_same = common >= _SAME_SHARE * max(one, other)
            rows.append((shapes.index[i], shapes.index[j], common, is_same))
    return pd.DataFrame(rows, columns=["unit_id", "other_id", "area_km2", "is_same"])


def gaps(shapes: gpd.GeoSeries) -> pd.DataFrame:
    """
    Find pairs of areas that nearly touch, so that they do not count as neighbours.

    Parameters
    ----------
    shapes : shape (n_units,)
        Areas, EPSG:4326.

    Returns
    -------
    columns unit_id, other_id, gap_m
        Where the borders come nearest, at most `WIDEST_GAP_M`.
    """
    geometry = np.asarray(shapes)
    tree = shapely.STRtree(geometry)
    near = tree.query(
        geometry, predicate="dwithin", distance=2 * WIDEST_GAP_M * _DEG_PER_M
    ).T
    near = near[near[:, 0] < near[:, 1]]
    one, other = geometry[near[:, 0]], geometry[near[:, 1]]
    apart = ~shapely.intersects(one, other)
    near, one, other = near[apart], one[apart], other[apart]
    ends = shapely.get_coordinates(shapely.shortest_line(one, other)).reshape(-1, 2, 2)
    gap_m = haversine_m(ends[:, 0, 1], ends[:, 0, 0], ends[:, 1, 1], ends[:, 1, 0])
    frame = pd.DataFrame(
        {
            "unit_id": shapes.index[near[:, 0]],
            "other_id": shapes.index[near[:, 1]],
            "gap_m": np.asarray(gap_m, dtype=float),
        }
    )
    return frame[frame["gap_m"] <= WIDEST_GAP_M].reset_index(drop=True)


def _areas_km2(shapes: list[shapely.Geometry]) -> list[float]:
    areas = gpd.GeoSeries(shapes, crs=4326).to_crs(_EQUAL_AREA).area / 1e6
    return [float(area) for area in areas]
