"""Units for places without county polygons: Voronoi cells around groups of accounts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.cluster.vq import kmeans2

from planner.core.errors import InputError
from planner.geography.distance import project, working_crs


def make_cells(
    places: pd.DataFrame, *, n_cells: int = 400, reach_m: float = 40_000, seed: int = 0
) -> gpd.GeoDataFrame:
    """
    Divide the area around some places into small polygons.

    Parameters
    ----------
    places
        Columns `lat` and `lon` in degrees, one row for each place.
    n_cells
        Wanted number of cells; fewer where there are fewer distinct places.
    reach_m
        How far the outer cells reach beyond the outermost places.
    seed
        Of the grouping.

    Returns
    -------
    shape (n_cells,)
        Units (`name`, `region`, `geometry` in EPSG:4326) indexed `unit_id` as ``C001``.

    Raises
    ------
    InputError
        If there is no place.

    Notes
    -----
    k-means groups (Lloyd) of the distinct places in the working CRS, then the Voronoi
    diagram of their centres, clipped to the buffered convex hull.
    """
    if places.empty:
        raise InputError("cells need at least one place, got none")
    crs = working_crs(places["lon"].to_numpy(), places["lat"].to_numpy())
    xy = np.column_stack(
        project(places["lon"].to_numpy(), places["lat"].to_numpy(), crs)
    )
    distinct = np.unique(np.round(xy), axis=0)
    centres = distinct
    if len(distinct) > n_cells:
        rng = np.random.default_rng(seed)
        means, _ = kmeans2(distinct, n_cells, minit="++", rng=rng)
        centres = np.unique(np.round(means[np.isfinite(means).all(axis=1)]), axis=0)
    area = shapely.convex_hull(shapely.multipoints(distinct)).buffer(reach_m)
    if len(centres) == 1:
        polygons = np.array([area])
    else:
        diagram = shapely.voronoi_polygons(
            shapely.multipoints(centres), extend_to=area, ordered=True
        )
        polygons = shapely.intersection(shapely.get_parts(diagram), area)
    ids = [f"C{number:03d}" for number in range(1, len(polygons) + 1)]
    index = pd.Index(ids, name="unit_id", dtype="str")
    units = gpd.GeoDataFrame(
        {"name": [f"Area {name[1:]}" for name in ids], "region": None},
        geometry=polygons,
        index=index,
        crs=crs,
    )
    units["region"] = units["region"].astype("str")
    return units.to_crs(4326)
