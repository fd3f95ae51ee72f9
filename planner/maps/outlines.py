"""Outlines as coarse as the eye allows, and a place for a name inside each."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_COARSER = 2.0  # each try: how much coarser than the one before
_MOST_TRIES = 12


def coarsened(
    shapes: gpd.GeoSeries, tolerance: float, most_vertices: int | None = None
) -> gpd.GeoSeries:
    """
    Leave out the vertices that nobody sees; shared borders stay shared.

    Parameters
    ----------
    shapes : shape (n,)
        Polygons that fit each other, such as territories.
    tolerance
        How far a border may move, in the units of the CRS.
    most_vertices
        If there are more of them the tolerance is doubled until there are not, at most
        twelve times; None: no matter how many.

    Returns
    -------
    shape (n,)
        The same index; none becomes empty.
    """
    coarse = _coarsened_once(shapes, tolerance)
    for _ in range(_MOST_TRIES if most_vertices is not None else 0):
        if shapely.get_num_coordinates(coarse.to_numpy()).sum() <= most_vertices:
            break
        tolerance *= _COARSER
        coarse = _coarsened_once(coarse, tolerance)
    return coarse


def _coarsened_once(shapes: gpd.GeoSeries, tolerance: float) -> gpd.GeoSeries:
    values = shapes.to_numpy()
    if np.isin(shapely.get_type_id(values), _POLYGONAL).all():
        try:
            coarse = shapely.coverage_simplify(values, tolerance)
        except shapely.GEOSException:  # borders that cross: each shape by itself
            coarse = shapely.simplify(values, tolerance)
    else:
        coarse = shapely.simplify(values, tolerance)
    coarse = np.where(shapely.is_empty(coarse), values, coarse)
    return gpd.GeoSeries(coarse, index=shapes.index, crs=shapes.crs)


def name_places(shapes: gpd.GeoSeries) -> np.ndarray:
    """
    Find where the name of each shape stands: deep inside its largest part.

    Parameters
    ----------
    shapes : shape (n,)
        Polygons or multipolygons.

    Returns
    -------
    shape (n, 2)
        The centre of the largest circle inside; x and y in the CRS of the shapes.
    """
    places = []
    for shape in shapes:
        largest = max(shapely.get_parts(shape), key=shapely.area)
        span = np.ptp(np.reshape(shapely.bounds(largest), (2, 2)), axis=0).max()
        if shapely.area(largest) > 0:
            circle = shapely.maximum_inscribed_circle(largest, tolerance=span / 50)
            places.append(shapely.get_coordinates(circle)[0])
        else:
            places.append(shapely.get_coordinates(shapely.point_on_surface(largest))[0])
    return np.array(places, dtype=float).reshape(-1, 2)
