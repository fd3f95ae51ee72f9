"""Units for places without county polygons: Voronoi cells around groups of accounts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.core.errors import InputError
from planner.geography.basemap import BaseMap
from planner.geography.distance import project, working_crs

_SHORE_M = 3_000  # how far a place may stand before a coast as coarse as the base map's
_LEAST_SHARE = 0.01  # of the places: a country with fewer is beyond the border
_FEWEST_ON_LAND = 0.5  # of a cell's places; else the coast is no help here


def make_cells(
    places: pd.DataFrame,
    *,
    n_cells: int = 400,
    reach_m: float = 40_000,
    seed: int = 0,
    base: BaseMap | None = None,
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
    base
        Around the places: cells end at the coasts and borders of the countries in
        which places lie, and are called after their largest town; None: they end
        `reach_m` beyond the places and are numbered.

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
    diagram of their centres, clipped to the buffered convex hull and to the land. Every
    place keeps `_SHORE_M` of ground around it, so that none is left outside its cell.
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
        from scipy.cluster.vq import kmeans2  # pages open without it

        rng = np.random.default_rng(seed)
        means, _ = kmeans2(distinct, n_cells, minit="++", rng=rng)
        centres = np.unique(np.round(means[np.isfinite(means).all(axis=1)]), axis=0)
    polygons = voronoi_cells(centres, ground_around(distinct, crs, reach_m, base))
    ids = [f"C{number:03d}" for number in range(1, len(polygons) + 1)]
    index = pd.Index(ids, name="unit_id", dtype="str")
    units = gpd.GeoDataFrame(
        {"name": [f"Area {name[1:]}" for name in ids], "region": None},
        geometry=polygons,
        index=index,
        crs=crs,
    ).to_crs(4326)
    units["region"] = units["region"].astype("str")
    if base is not None:
        towns = largest_towns(units, base)
        units["name"] = _numbered(towns.fillna(units["name"]))
    return units


def ground_around(
    distinct: np.ndarray, crs: str, reach_m: float, base: BaseMap | None
) -> shapely.Geometry:
    """
    Draw the ground that is divided into cells.

    Parameters
    ----------
    distinct : shape (n_places, 2)
        Places in the working CRS.
    crs
        The working CRS.
    reach_m
        How far it reaches beyond the outermost places.
    base
        As of `make_cells`.
    """
    area = shapely.convex_hull(shapely.multipoints(distinct)).buffer(reach_m)
    return area if base is None else _on_land(area, distinct, base, crs)


def voronoi_cells(centres: np.ndarray, area: shapely.Geometry) -> np.ndarray:
    """
    Divide an area among places: each gets what lies nearest to it.

    Parameters
    ----------
    centres : shape (n_cells, 2)
        Distinct places in the CRS of the area.
    area
        What is divided.

    Returns
    -------
    shape (n_cells,)
        Polygons in the order of the places.
    """
    if len(centres) == 1:
        return np.array([area])
    diagram = shapely.voronoi_polygons(
        shapely.multipoints(centres), extend_to=area, ordered=True
    )
    polygons = shapely.intersection(shapely.get_parts(diagram), area)
    return np.array([_polygonal(polygon) for polygon in polygons])


def _on_land(
    area: shapely.Geometry, distinct: np.ndarray, base: BaseMap, crs: str
) -> shapely.Geometry:
    """Take from an area what is sea, and what belongs to countries without a place."""
    points = shapely.points(distinct)
    countries = base.outlines.to_crs(crs).geometry.to_numpy()
    countries = shapely.make_valid(countries)
    tree = shapely.STRtree(countries)
    point_at, country_at = tree.query(points, predicate="intersects")
    if len(np.unique(point_at)) < _FEWEST_ON_LAND * len(points):
        return area
    counts = np.bincount(country_at, minlength=len(countries))
    is_served = counts >= _LEAST_SHARE * len(points)
    land = shapely.union_all(countries[is_served])
    shores = shapely.union_all(shapely.buffer(points, _SHORE_M))
    return shapely.intersection(area, shapely.union(land, shores))


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the polygons of a shape: lines and points have no area."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.union_all(parts)


def largest_towns(units: gpd.GeoDataFrame, base: BaseMap) -> pd.Series:
    """
    Name the most populous town in each unit.

    Parameters
    ----------
    units
        Polygons in EPSG:4326.
    base
        Around the units.

    Returns
    -------
    shape (n_units,)
        Null where no town lies.
    """
    towns = shapely.points(base.towns[["lon", "lat"]].to_numpy())
    tree = shapely.STRtree(units.geometry.to_numpy())
    town_at, unit_at = tree.query(towns, predicate="intersects")
    largest = pd.Series(town_at).groupby(unit_at).min()
    names = pd.Series(None, index=units.index, dtype="str")
    names.iloc[largest.index.to_numpy()] = base.towns["name"].to_numpy()[largest]
    return names


def _numbered(names: pd.Series) -> pd.Series:
    """Give a name that stands twice a number."""
    again = names.groupby(names).cumcount()
    numbers = (again + 1).astype("str")
    return names.where(again == 0, names + " " + numbers).astype("str")
