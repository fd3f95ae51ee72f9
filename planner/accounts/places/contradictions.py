"""Coordinates held against the city, state and country that stand beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.accounts.places.regions import US_REGION_NAMES
from planner.accounts.placing import Gazetteer, city_key
from planner.core.units import M_PER_KM
from planner.geography.distance import haversine_m

FAR_FROM_CITY_KM = 300.0
NEAR_CITY_KM = 100.0
OUTSIDE_COUNTRY_KM = 50.0  # coasts and borders of the outlines are simplified
OUTSIDE_STATE_KM = 25.0
_FAR_OUTSIDE_KM = 300.0  # a place at sea is no place with a lost sign
_TURNS = ((1, -1), (-1, 1), (-1, -1))  # of lat and lon; most lists lose that of lon


def turned_signs(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """
    Find places that fit city, state or country only with a sign turned.

    Parameters
    ----------
    places : columns lat, lon, city, region, country
        Degrees, NaN where missing; clean text, countries as two letters.
    gazetteer
        The places known offline.

    Returns
    -------
    columns lat, lon, what
        The turned places by row, and what they fit in words.
    """
    given = places.dropna(subset=["lat", "lon"])
    city = _city_places(given, gazetteer)
    is_named = city["lat"].notna()
    area = _areas(given)
    off_city = _km_between(given, city)
    off_area = gazetteer.atlas.km_outside(given["lat"], given["lon"], area)
    wrong = (off_city > FAR_FROM_CITY_KM) | (~is_named & (off_area > _FAR_OUTSIDE_KM))
    doubtful = given[wrong]
    rows: list[pd.DataFrame] = []
    for turn_lat, turn_lon in _TURNS:
        open_ = doubtful.drop(pd.Index([]).append([row.index for row in rows]))
        turned = open_.assign(lat=turn_lat * open_["lat"], lon=turn_lon * open_["lon"])
        km = _km_between(turned, city.loc[turned.index])
        outside = gazetteer.atlas.km_outside(
            turned["lat"], turned["lon"], area.loc[turned.index]
        )
        fits = (km <= NEAR_CITY_KM) | (km.isna() & (outside == 0))
        rows.append(turned.loc[fits, ["lat", "lon"]])
    found = pd.concat(rows).sort_index()
    by_city = given["city"].where(is_named, area.map(_area_name))
    return found.assign(what=by_city.loc[found.index].astype("str"))


def outside_named(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """
    Find places that lie outside the country or the state that they name.

    Parameters
    ----------
    places, gazetteer
        As of `turned_signs`.

    Returns
    -------
    columns code, km, what
        ``outside_country`` or ``outside_region`` by row; a row has one at most.
    """
    given = places.dropna(subset=["lat", "lon"])
    country = given["country"]
    away_km = gazetteer.atlas.km_outside(given["lat"], given["lon"], country)
    abroad = away_km[away_km > OUTSIDE_COUNTRY_KM]
    home = given.drop(abroad.index)
    state = _areas(home)
    state = state[state.str.startswith("US-")]
    inside = home.loc[state.index]
    off_km = gazetteer.atlas.km_outside(inside["lat"], inside["lon"], state)
    beyond = off_km[off_km > OUTSIDE_STATE_KM]
    return pd.concat(
        [
            pd.DataFrame(
                {"code": "outside_country", "km": abroad, "what": country[abroad.index]}
            ),
            pd.DataFrame(
                {
                    "code": "outside_region",
                    "km": beyond,
                    "what": inside.loc[beyond.index, "region"],
                }
            ),
        ]
    ).sort_index()


def _areas(places: pd.DataFrame) -> pd.Series:
    """Name the smallest area we have an outline of: the state, else the country."""
    country, region = places["country"], places["region"]
    is_state = (country == "US") & region.isin(US_REGION_NAMES.keys())
    return country.mask(is_state, "US-" + region)


def _area_name(code: str) -> str:
    return code.removeprefix("US-")


def _city_places(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Place the cities that are named without a doubt."""
    keys = pd.MultiIndex.from_arrays([city_key(places["city"]), places["region"]])
    us = gazetteer.cities.reindex(keys).set_axis(places.index)
    is_us = places["country"] == "US"
    elsewhere = gazetteer.atlas.town_places(
        places["city"].mask(is_us, ""), places["country"]
    )
    return us.where(is_us, elsewhere)


def _km_between(places: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    away_m = haversine_m(
        places["lat"].to_numpy(dtype=float),
        places["lon"].to_numpy(dtype=float),
        others["lat"].to_numpy(dtype=float),
        others["lon"].to_numpy(dtype=float),
    )
    return pd.Series(np.asarray(away_m) / M_PER_KM, index=places.index)
