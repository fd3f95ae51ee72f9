"""The projection of a printed map: equal areas, north up, anywhere on earth."""

from __future__ import annotations

import numpy as np
from pyproj import CRS

# Between these a cone fits; nearer to the equator its parallels would mirror each
# other, nearer to a pole the map would be a fan.
_CONIC_FROM_DEG, _CONIC_TO_DEG = 12.0, 75.0
_WORLD_FROM_DEG = 120.0  # wider or taller maps are maps of the world


def page_crs(places: np.ndarray) -> CRS:
    """
    Fit an equal-area projection to places.

    Parameters
    ----------
    places : shape (n, 2)
        Longitude and latitude in degrees, EPSG:4326.

    Returns
    -------
    In metres: Albers' conic with standard parallels at one sixth and five sixths of
    the span in the middle latitudes, elsewhere Lambert's azimuthal projection, Equal
    Earth for the world. The middle meridian halves the places, also across the
    antimeridian, and stands upright.

    Notes
    -----
    Sources: Snyder (1987), USGS Professional Paper 1395, pp. 98-103 and 182-190;
    Šavrič, Patterson and Jenny (2019), Int. J. Geographical Information Science 33(3).
    """
    low, high = float(places[:, 1].min()), float(places[:, 1].max())
    middle, span = _middle_longitude(places[:, 0])
    if max(span, high - low) > _WORLD_FROM_DEG:
        return CRS.from_proj4(
            f"+proj=eqearth +lon_0={middle:.4f} +datum=WGS84 +units=m +no_defs"
        )
    nearest, farthest = sorted((abs(low), abs(high)))
    is_conic = low * high > 0 and nearest >= _CONIC_FROM_DEG
    if is_conic and farthest <= _CONIC_TO_DEG:
        first, second = low + (high - low) / 6, high - (high - low) / 6
        return CRS.from_proj4(
            f"+proj=aea +lat_0={(low + high) / 2:.4f} +lon_0={middle:.4f} "
            f"+lat_1={first:.4f} +lat_2={second:.4f} +datum=WGS84 +units=m +no_defs"
        )
    return CRS.from_proj4(
        f"+proj=laea +lat_0={(low + high) / 2:.4f} +lon_0={middle:.4f} "
        "+datum=WGS84 +units=m +no_defs"
    )


def _middle_longitude(lon: np.ndarray) -> tuple[float, float]:
    """Find the middle and length of the arc of all longitudes: all but the widest gap.

    The map is cut opposite the middle, in that gap, where there is nothing to cut.
    """
    ordered = np.unique(np.mod(lon, 360.0))
    gaps = np.diff(ordered, append=ordered[0] + 360.0)
    widest = int(np.argmax(gaps))
    middle = ordered[widest] + gaps[widest] / 2 + 180.0
    return float(np.mod(middle + 180.0, 360.0) - 180.0), float(360.0 - gaps[widest])
