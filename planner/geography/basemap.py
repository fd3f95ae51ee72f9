"""What lies under every map: coasts, borders, states of the USA, and towns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.geography.boundaries import load_countries, load_states
from planner.geography.places import load_towns

MARGIN_SHARE = 1.0  # of the width and height of what is shown, on each side
LEAST_MARGIN_DEG = 1.5
MOST_TOWNS = 600


@dataclass(frozen=True, slots=True)
class BaseMap:
    """
    The quiet ground of a map.

    Parameters
    ----------
    outlines
        Countries, of the USA its states: columns name, geometry in EPSG:4326, indexed
        by code (``CA`` is Canada, ``US-CA`` California).
    towns
        The most populous around: columns name, lat, lon, population, the largest
        first.
    """

    outlines: gpd.GeoDataFrame
    towns: pd.DataFrame


def base_map(
    data_dir: Path,
    bounds: tuple[float, float, float, float] | None = None,
    *,
    most_towns: int | None = MOST_TOWNS,
) -> BaseMap:
    """
    Choose what lies around some places.

    Parameters
    ----------
    data_dir
        Folder of the reference geography.
    bounds
        West, south, east, north of what is shown, in degrees; None: the whole world.

    most_towns
        How many towns are named, the largest; None: all.

    Raises
    ------
    InputError
        If a file of the reference geography is missing.
    """
    outlines, towns = _world(Path(data_dir))
    if bounds is not None:
        west, south, east, north = _widened(bounds)
        outlines = outlines.cx[west:east, south:north]
        is_near = towns["lon"].between(west, east) & towns["lat"].between(south, north)
        towns = towns[is_near]
    return BaseMap(outlines, towns if most_towns is None else towns.head(most_towns))


def extent_of(
    places: pd.DataFrame | gpd.GeoDataFrame,
) -> tuple[float, float, float, float] | None:
    """
    Frame some places in whole degrees.

    Parameters
    ----------
    places
        Columns lat, lon in degrees, NaN where unknown; or shapes.

    Returns
    -------
    West, south, east, north; None if no place is on the globe.
    """
    if isinstance(places, gpd.GeoDataFrame):
        corners = places.geometry.bounds.set_axis(["lon", "lat", "lon", "lat"], axis=1)
        places = pd.concat([corners.iloc[:, :2], corners.iloc[:, 2:]])
    lat, lon = places["lat"].astype("float64"), places["lon"].astype("float64")
    is_placed = lat.between(-90, 90) & lon.between(-180, 180)
    if not bool(is_placed.any()):
        return None
    lat, lon = lat[is_placed], lon[is_placed]
    west, south = np.floor([lon.min(), lat.min()])
    east, north = np.ceil([lon.max(), lat.max()])
    return float(west), float(south), float(east), float(north)


def _widened(
    bounds: tuple[float, float, float, float],
) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    wide = max(LEAST_MARGIN_DEG, (east - west) * MARGIN_SHARE)
    high = max(LEAST_MARGIN_DEG, (north - south) * MARGIN_SHARE)
    return west - wide, south - high, east + wide, north + high


@lru_cache(maxsize=2)
def _world(data_dir: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    countries = load_countries(data_dir)
    states = load_states(data_dir).rename(index=lambda letters: f"US-{letters}")
    outlines = gpd.GeoDataFrame(
        pd.concat([countries.drop(index="US", errors="ignore"), states]), crs=4326
    )
    towns = load_towns(data_dir).rename(columns={"city": "name"})
    by_size = towns.sort_values("population", ascending=False, kind="stable")
    columns = ["name", "lat", "lon", "population"]
    return outlines, by_size[columns].reset_index(drop=True)
