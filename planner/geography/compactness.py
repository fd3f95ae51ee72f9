"""How close territories come to circles."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.core.errors import CrsError
from planner.geography.distance import working_crs


def unit_outlines(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Measure the units once, so that no territory need be dissolved.

    Parameters
    ----------
    units
        Polygons indexed by `unit_id`, EPSG:4326.

    Returns
    -------
    Indexed as `units`: `area_m2` and `perimeter_m` in the working CRS; without units
    no rows.

    Raises
    ------
    CrsError
        If the units are not in EPSG:4326.
    """
    if units.crs is None or not units.crs.is_geographic:
        raise CrsError(f"units must be in EPSG:4326, got {units.crs}")
    shapes = units.geometry
    corners = shapely.get_coordinates(shapes.to_numpy())
    if len(corners):
        shapes = shapes.to_crs(working_crs(corners[:, 0], corners[:, 1]))
    areas_m2 = shapely.area(shapes.to_numpy())
    perimeters_m = shapely.length(shapes.to_numpy())
    outlines = {"area_m2": areas_m2, "perimeter_m": perimeters_m}
    return pd.DataFrame(outlines, index=units.index, dtype=float)


def polsby_popper(
    outlines: pd.DataFrame, edges: pd.DataFrame, territory_by_unit: pd.Series
) -> pd.Series:
    """
    Compute how close each territory's outline comes to a circle.

    Parameters
    ----------
    outlines
        As `unit_outlines` gives them.
    edges
        EDGES frame of the units, with `border_m`.
    territory_by_unit
        Territory by `unit_id`; missing: none.

    Returns
    -------
    shape (n_territories,)
        4π · area ÷ perimeter², no unit: 1 for a circle, NaN without an area; indexed
        by the territories that hold a unit.

    Notes
    -----
    Source: Polsby and Popper (1991), Yale Law & Policy Review 9(2). The perimeter is
    that of the units less the borders inside, which count once for either unit.
    """
    territory = territory_by_unit.reindex(outlines.index)
    sums = outlines.groupby(territory.to_numpy()).sum()
    left, right = (
        edges[column].map(territory) for column in ("unit_id", "neighbour_id")
    )
    is_inside = left.notna() & (left == right)
    inside_m = edges.loc[is_inside, "border_m"].groupby(left[is_inside]).sum()
    perimeter_m = sums["perimeter_m"] - 2 * inside_m.reindex(sums.index).fillna(0.0)
    area_m2 = sums["area_m2"].where((sums["area_m2"] > 0) & (perimeter_m > 0))
    return (4 * np.pi * area_m2 / perimeter_m**2).rename_axis("territory_id")
