"""Shape measures of territories."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.geography.distance import require_metres


def polsby_popper(territories: gpd.GeoSeries) -> pd.Series:
    """
    Compute how close each territory's outline comes to a circle.

    Parameters
    ----------
    territories : shape (n_territories,)
        Dissolved polygons indexed by `territory_id`, CRS in metres.

    Returns
    -------
    shape (n_territories,)
        4π · area ÷ perimeter², no unit: 1 for a circle, NaN without area.

    Raises
    ------
    CrsError
        If the CRS is missing, geographic, or not in metres.

    Notes
    -----
    Source: Polsby and Popper (1991), Yale Law & Policy Review 9(2).
    """
    require_metres(territories.crs)
    area_m2 = territories.area.where(territories.area > 0)
    return 4 * np.pi * area_m2 / territories.length**2


def reock(territories: gpd.GeoSeries) -> pd.Series:
    """
    Compute how well each territory fills its smallest enclosing circle.

    Parameters
    ----------
    territories : shape (n_territories,)
        Dissolved polygons indexed by `territory_id`, CRS in metres.

    Returns
    -------
    shape (n_territories,)
        Area ÷ area of the circle, no unit: 1 for a circle, NaN without area.

    Raises
    ------
    CrsError
        If the CRS is missing, geographic, or not in metres.

    Notes
    -----
    Source: Reock (1961), Midwest Journal of Political Science 5(1).
    """
    require_metres(territories.crs)
    area_m2 = territories.area.where(territories.area > 0)
    radius_m = shapely.minimum_bounding_radius(territories.to_numpy())
    return area_m2 / (np.pi * radius_m**2)
