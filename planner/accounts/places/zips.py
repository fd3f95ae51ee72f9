"""ZIPs held against the city and the state that stand beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from planner.accounts.places.regions import is_known_region, region_codes
from planner.accounts.placing import Gazetteer, city_key, five_digits, km_to_postcode
from planner.core.units import M_PER_KM
from planner.geography.distance import haversine_m

NEAR_CITY_KM = 80.0  # large cities' ZIPs lie so far from the middle
NEAR_STATE_KM = 60.0  # from the nearest town of the state


def km_zip_to_city(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.Series:
    """
    Measure how far the centre of a ZIP lies from the city and state beside it.

    Parameters
    ----------
    places : columns postcode, city, region
        Clean text, empty where missing; states as two letters.
    gazetteer
        Of the USA.

    Returns
    -------
    shape (n_rows,)
        Kilometres to the city of that state; where it is not known, to the nearest
        town of the state; without a state to the nearest city of that name. NaN where
        the ZIP or all of these are not known.
    """
    known = gazetteer.postcodes
    away_km = pd.Series(np.nan, index=places.index, dtype="float64")
    if known.empty or places.empty:
        return away_km
    centre = known.reindex(five_digits(places["postcode"], known.index))
    centre = centre.set_axis(places.index)
    keys = pd.MultiIndex.from_arrays([city_key(places["city"]), places["region"]])
    city = gazetteer.cities.reindex(keys).set_axis(places.index)
    away_m = haversine_m(
        centre["lat"].to_numpy(),
        centre["lon"].to_numpy(),
        city["lat"].to_numpy(),
        city["lon"].to_numpy(),
    )
    away_km[:] = away_m / M_PER_KM
    is_open = away_km.isna() & centre["lat"].notna()
    cities = gazetteer.cities
    regions = cities.index.get_level_values("region")
    names = cities.index.get_level_values("city")
    for column, level, texts in (
        ("region", regions, places["region"]),
        ("city", names, city_key(places["city"])),
    ):
        usable = is_open & (texts != "")
        if column == "city":  # a state, if given, has decided already
            usable &= places["region"] == ""
        at_by_text = pd.Series(np.arange(len(cities))).groupby(level.to_numpy()).indices
        for text, rows in texts[usable].groupby(texts[usable]):
            at = at_by_text.get(text)
            if at is not None:
                away_km[rows.index] = _km_to_nearest(
                    centre.loc[rows.index], cities.iloc[at]
                )
    return away_km


def _km_to_nearest(places: pd.DataFrame, towns: pd.DataFrame) -> np.ndarray:
    """Measure to the nearest of some towns; the nearest by degrees made equal."""
    squeeze = np.cos(np.radians(float(towns["lat"].mean())))
    scale = np.array([1.0, squeeze])
    tree = KDTree(towns[["lat", "lon"]].to_numpy() * scale)
    near = towns.iloc[tree.query(places[["lat", "lon"]].to_numpy() * scale)[1]]
    away_m = haversine_m(
        places["lat"].to_numpy(),
        places["lon"].to_numpy(),
        near["lat"].to_numpy(),
        near["lon"].to_numpy(),
    )
    return np.asarray(away_m) / M_PER_KM


def zip_conflicts(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.Series:
    """
    Find ZIPs that lie elsewhere than the city and state beside them.

    Parameters
    ----------
    places, gazetteer
        As of `km_zip_to_city`.

    Returns
    -------
    shape (n_conflicts,)
        Kilometres between the two, by row.
    """
    away_km = km_zip_to_city(places, gazetteer)
    return away_km[away_km > NEAR_CITY_KM]


def agrees_with_us(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.Series:
    """
    Tell which rows fit the USA by ZIP, city, state and coordinates together.

    Parameters
    ----------
    places : columns lat, lon, postcode, city, region
        Degrees and clean text of rows that may lie anywhere.
    gazetteer
        Of the USA.

    Returns
    -------
    shape (n_rows,), object
        True: they belong together there; False: they contradict each other, or there
        is no such city there; None: too little is given.
    """
    answer = pd.Series([None] * len(places), index=places.index, dtype=object)
    if gazetteer.postcodes.empty or places.empty:
        return answer
    us = pd.Series("US", index=places.index, dtype="str")
    states = places.assign(region=region_codes(places["region"], us))
    away_km = km_zip_to_city(states, gazetteer)
    names = city_key(states["city"])
    has_name = names != ""
    is_name = names.isin(set(gazetteer.cities.index.get_level_values("city")))
    is_city = pd.Series(
        gazetteer.cities.index.get_indexer(
            pd.MultiIndex.from_arrays([names, states["region"]])
        )
        >= 0,
        index=places.index,
    )
    has_region = states["region"] != ""
    is_state = is_known_region(states["region"])
    answer[is_city & away_km.isna()] = True
    answer[away_km <= NEAR_CITY_KM] = True
    answer[km_to_postcode(places, gazetteer) <= NEAR_CITY_KM] = True
    answer[places["postcode"].str.fullmatch(r"\d{5}-\d{4}")] = True  # nobody else's
    answer[away_km > NEAR_CITY_KM] = False
    answer[has_region & ~is_state] = False
    answer[has_name & ~has_region & ~is_name] = False
    return answer
