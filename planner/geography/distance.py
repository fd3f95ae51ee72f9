"""The working CRS of an area, projection into it, and distances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer

from planner.core.errors import CrsError, InputError
from planner.core.units import M_PER_KM

EARTH_RADIUS_M = 6_371_008.8
_LOWER_48 = (-125.0, 24.0, -66.0, 50.0)  # the area EPSG:5070 is made for

Floats = NDArray[np.float64]


def _checked_degrees(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    lon_deg = np.asarray(lon, dtype=float)
    lat_deg = np.asarray(lat, dtype=float)
    for name, degrees, limit in (("lat", lat_deg, 90), ("lon", lon_deg, 180)):
        wrong = ~(np.abs(degrees) <= limit)
        if wrong.any():
            value = degrees[wrong].flat[0]
            raise CrsError(f"{name} must lie in [-{limit}, {limit}], got {value}")
    return lon_deg, lat_deg


def working_crs(lon: ArrayLike, lat: ArrayLike) -> CRS:
    """
    Choose the projection in which an area is measured.

    Parameters
    ----------
    lon, lat : shape (n,)
        Degrees, EPSG:4326.

    Returns
    -------
    EPSG:5070 inside the lower 48 states; elsewhere Lambert's azimuthal equal-area
    projection centred on the points, which also crosses the antimeridian.

    Raises
    ------
    CrsError
        If there is no point or a value is out of range.

    Notes
    -----
    Distances in EPSG:5070 are within 1 % of geodesic ones over the lower 48.
    """
    lon_deg, lat_deg = _checked_degrees(lon, lat)
    if lon_deg.size == 0:
        raise CrsError("a working CRS needs at least one place, got none")
    west, south, east, north = _LOWER_48
    if (
        lon_deg.min() >= west
        and lon_deg.max() <= east
        and lat_deg.min() >= south
        and lat_deg.max() <= north
    ):
        return CRS.from_epsg(5070)
    # The mean of unit vectors is right across the antimeridian and near the poles.
    lon_rad, lat_rad = np.radians(lon_deg), np.radians(lat_deg)
    x = float(np.mean(np.cos(lat_rad) * np.cos(lon_rad)))
    y = float(np.mean(np.cos(lat_rad) * np.sin(lon_rad)))
    z = float(np.mean(np.sin(lat_rad)))
    lon_0 = round(float(np.degrees(np.arctan2(y, x))), 1)
    lat_0 = round(float(np.degrees(np.arctan2(z, np.hypot(x, y)))), 1)
    return CRS.from_proj4(
        f"+proj=laea +lat_0={lat_0} +lon_0={lon_0} +datum=WGS84 +units=m +no_defs"
    )


def project(lon: ArrayLike, lat: ArrayLike, crs: CRS) -> tuple[Floats, Floats]:
    """
    Bring degrees into a working CRS.

    Parameters
    ----------
    lon, lat : shape (n,)
        Degrees, EPSG:4326.
    crs
        A projected CRS in metres.

    Returns
    -------
    x_m, y_m : shape (n,)
        Metres.

    Raises
    ------
    CrsError
        If a value is out of range or the CRS is not in metres.
    """
    lon_deg, lat_deg = _checked_degrees(lon, lat)
    require_metres(crs)
    transformer = Transformer.from_crs(4326, crs, always_xy=True)
    x_m, y_m = transformer.transform(lon_deg, lat_deg)
    return np.asarray(x_m), np.asarray(y_m)


def require_metres(crs: Any) -> None:
    """
    Refuse a CRS in which lengths would be wrong.

    Raises
    ------
    CrsError
        If the CRS is missing, geographic, or not in metres.
    """
    if crs is None or crs.is_geographic or crs.axis_info[0].unit_name != "metre":
        raise CrsError(f"measuring needs a projected CRS in metres, got {crs}")


def places_km(units: Any, crs: CRS | None = None) -> pd.DataFrame:
    """
    Give each unit one place inside its polygon.

    Parameters
    ----------
    units
        GeoDataFrame indexed by `unit_id`, EPSG:4326.
    crs
        The projected CRS to measure in; None: the working CRS of the units.

    Returns
    -------
    Columns x_km and y_km, indexed like `units`.

    Raises
    ------
    CrsError
        If the units are not in EPSG:4326.
    InputError
        If a unit has no shape.

    Notes
    -----
    A point on the surface, not the centroid: the planar centroid of a unit that
    crosses the antimeridian lies on another continent.
    """
    if units.crs is None or not units.crs.is_geographic:
        raise CrsError(f"units must be in EPSG:4326, got {units.crs}")
    points = units.geometry.representative_point()
    missing = points.is_empty | points.isna()
    if missing.any():
        raise InputError(f"unit {units.index[missing][0]!r} has no shape")
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    x_m, y_m = project(lon, lat, crs or working_crs(lon, lat))
    return pd.DataFrame({"x_km": x_m / M_PER_KM, "y_km": y_m / M_PER_KM}, units.index)


def haversine_m(
    lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike
) -> Floats:
    """
    Compute great-circle distances.

    Parameters
    ----------
    lat1, lon1, lat2, lon2
        Degrees; broadcast against each other.

    Returns
    -------
    Metres, in the broadcast shape.

    Notes
    -----
    Haversine formula on the mean Earth radius; within -0.3 to +0.2 % of the geodesic.
    """
    from_lat, from_lon, to_lat, to_lon = (
        np.radians(np.asarray(value, dtype=float)) for value in (lat1, lon1, lat2, lon2)
    )
    half = (
        np.sin((to_lat - from_lat) / 2) ** 2
        + np.cos(from_lat) * np.cos(to_lat) * np.sin((to_lon - from_lon) / 2) ** 2
    )
    result: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return result
