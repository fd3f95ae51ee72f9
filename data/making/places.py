"""Where accounts lie: at ZIP places of cities, the larger the city the more."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CITY_EXPONENT = 0.85  # of the population, as weight of a city
COUNTY_CAP = 0.032  # largest share of accounts in one county
JITTER_KM = 1.6  # standard deviation in each direction; median shift 1.9 km
POSTCODE_SHARE = 0.08  # of accounts known by their ZIP only
_KM_PER_DEGREE = 111.2


def account_places(
    n: int,
    counties: gpd.GeoDataFrame,
    zips: pd.DataFrame,
    cities: pd.DataFrame,
    links: pd.DataFrame,
    seed: int,
) -> pd.DataFrame:
    """
    Draw places for accounts.

    Parameters
    ----------
    n
        How many.
    counties
        Indexed by `unit_id`, with `region`.
    zips, cities
        The files us_zip and us_cities.
    links
        Columns postcode, city, region: which city a ZIP belongs to.
    seed
        Another seed gives other places.

    Returns
    -------
    shape (n, 7)
        city, region, postcode, lat, lon, unit_id, geo_precision; sorted by place.

    Notes
    -----
    Only cities whose name and state are also those of a ZIP count: this leaves out
    boroughs and quarters, whose people would count twice.
    """
    rng = np.random.default_rng([seed, 3])
    spots = _spots(counties, zips, cities, links)
    chosen = rng.choice(len(spots), n, p=_weights(spots))
    drawn = spots.iloc[chosen].reset_index(drop=True)
    is_exact = rng.random(n) >= POSTCODE_SHARE
    lat, lon = _jittered(drawn, counties, is_exact, rng)
    drawn["lat"], drawn["lon"] = lat, lon
    drawn["geo_precision"] = np.where(is_exact, "exact", "postcode")
    columns = ["city", "region", "postcode", "lat", "lon", "unit_id", "geo_precision"]
    order = ["region", "unit_id", "city", "postcode", "lat", "lon"]
    return drawn.sort_values(order)[columns].reset_index(drop=True)


def _spots(
    counties: gpd.GeoDataFrame,
    zips: pd.DataFrame,
    cities: pd.DataFrame,
    links: pd.DataFrame,
) -> pd.DataFrame:
    """List ZIP places of known cities inside the counties, with their weight."""
    towns = cities[["city", "region", "population"]].assign(
        key=cities["city"].str.casefold()
    )
    linked = links.assign(key=links["city"].str.casefold()).drop(columns="city")
    spots = towns.merge(linked, on=["key", "region"]).merge(zips, on="postcode")
    points = shapely.points(spots["lon"], spots["lat"])
    tree = shapely.STRtree(counties.geometry.to_numpy())
    at, unit = tree.query(points, predicate="within")
    spots = spots.iloc[at].assign(unit_id=counties.index.to_numpy()[unit])
    inside = spots["region"].to_numpy() == counties["region"].to_numpy()[unit]
    spots = spots[inside].sort_values("postcode").reset_index(drop=True)
    n_zips = spots.groupby(["city", "region"])["postcode"].transform("size")
    spots["weight"] = spots["population"] ** CITY_EXPONENT / n_zips
    return spots


def _weights(spots: pd.DataFrame) -> np.ndarray:
    """Scale down counties that would hold more than the cap."""
    weight = spots["weight"].to_numpy(float) / spots["weight"].sum()
    unit, _ = pd.factorize(spots["unit_id"])
    for _ in range(30):
        share = np.bincount(unit, weight)
        weight = weight * np.minimum(1, COUNTY_CAP / share)[unit]
        weight = weight / weight.sum()
    return weight


def _jittered(
    drawn: pd.DataFrame,
    counties: gpd.GeoDataFrame,
    is_exact: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Move exact places a little, inside their county; the others stay at the ZIP."""
    lat, lon = drawn["lat"].to_numpy().copy(), drawn["lon"].to_numpy().copy()
    home = counties.geometry.loc[drawn["unit_id"]].to_numpy()
    shapely.prepare(home)
    open_rows = np.flatnonzero(is_exact)
    for attempt in range(12):
        spread = JITTER_KM / _KM_PER_DEGREE / (1 + attempt // 4)
        step = rng.normal(0, spread, (len(open_rows), 2))
        new_lat = np.round(drawn["lat"].to_numpy()[open_rows] + step[:, 0], 5)
        east = step[:, 1] / np.cos(np.radians(new_lat))
        new_lon = np.round(drawn["lon"].to_numpy()[open_rows] + east, 5)
        fits = shapely.contains_xy(home[open_rows], new_lon, new_lat)
        lat[open_rows[fits]], lon[open_rows[fits]] = new_lat[fits], new_lon[fits]
        open_rows = open_rows[~fits]
    return lat, lon
