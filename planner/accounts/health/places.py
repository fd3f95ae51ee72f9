"""Places that cannot be right, looked for in the order of how sure it is."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.accounts.health.rules import PRECISIONS, HealthParams
from planner.accounts.places.contradictions import turned_signs
from planner.accounts.places.reading import are_swapped, in_us
from planner.accounts.places.regions import (
    US_REGION_NAMES,
    country_codes,
    country_letters,
    region_codes,
)
from planner.accounts.placing import Gazetteer, km_to_postcode

CODES = (
    "missing_place",
    "projected",
    "out_of_range",
    "null_island",
    "swapped",
    "lost_sign",
    "far_from_postcode",
    "outside_country",
    "outside_region",
    "outside_units",
    "shared_place",
    "rough_place",
)
_KM_PER_DEGREE = 111.195
_MEASURED = ("given", "geocoder", "set")  # places that do not come from the ladder
_LEAST_METRES = 1000.0  # degrees mistyped are rarely this large


def find(
    accounts: pd.DataFrame,
    gazetteer: Gazetteer | None,
    units: gpd.GeoDataFrame | None,
    params: HealthParams,
    codes: Collection[str],
) -> dict[str, pd.DataFrame]:
    """
    Find the faults of places.

    Parameters
    ----------
    accounts, params
        As of `health.check_health`.
    gazetteer, units
        What places are held against; None: not compared.
    codes
        The codes wanted; those that decide which places can be used are always found.

    Returns
    -------
    By code: `value`, `suggest_lat`, `suggest_lon`, indexed account_id.
    """
    places = _normalised(accounts)
    places_offline = gazetteer or Gazetteer.empty()
    rows_by_code = _unusable(places, places_offline)
    sound = places.drop(
        pd.Index([]).append([rows.index for rows in rows_by_code.values()])
    )
    lost = _lost_signs(sound, places_offline)
    rows_by_code["lost_sign"] = lost
    sound = sound.drop(lost.index)
    if "far_from_postcode" in codes:
        rows_by_code["far_from_postcode"] = _far(sound, places_offline, params.far_km)
    if units is not None and len(units):
        rows_by_code |= _outside(sound, units, params.border_km)
    if "shared_place" in codes:
        rows_by_code["shared_place"] = _shared(sound, params.shared_least)
    if "rough_place" in codes:
        rows_by_code["rough_place"] = _rough(sound, params.needed_precision)
    return {code: rows for code, rows in rows_by_code.items() if len(rows)}


def _normalised(accounts: pd.DataFrame) -> pd.DataFrame:
    """Bring text to what rules compare: empty for nothing, codes for names."""
    texts = {
        name: accounts[name].astype("str").fillna("")
        for name in ("street", "city", "postcode", "region", "country", "unit_id")
    }
    texts["country"] = country_codes(texts["country"], "")
    texts["region"] = region_codes(texts["region"], texts["country"].replace("", "US"))
    before = accounts[["lat", "lon", "geo_source", "geo_precision"]]
    return before.astype({"lat": "float64", "lon": "float64"}).assign(**texts)


def _unusable(places: pd.DataFrame, gazetteer: Gazetteer) -> dict[str, pd.DataFrame]:
    """Sort out the places that are none; each row falls under the first that fits."""
    lat, lon = places["lat"], places["lon"]
    is_missing = lat.isna() | lon.isna()
    is_metres = ~is_missing & (
        np.maximum(lat.abs(), lon.abs()).ge(_LEAST_METRES)
        | ((lat.abs() > 90) & (lon.abs() > 180))
    )
    is_given = ~is_missing & ~is_metres
    is_null = is_given & (lat == 0) & (lon == 0)
    is_swapped = is_given & ~is_null
    is_swapped &= are_swapped(places, is_swapped, gazetteer)
    is_outside = is_given & ~is_swapped & ((lat.abs() > 90) | (lon.abs() > 180))
    address = places["postcode"] + " " + places["city"] + " " + places["region"]
    texts = lat.astype("str") + ", " + lon.astype("str")
    swapped = places[is_swapped]
    return {
        "missing_place": _found(address[is_missing].str.strip()),
        "projected": _found(texts[is_metres]),
        "out_of_range": _found(texts[is_outside]),
        "null_island": _found(address[is_null].str.strip()),
        "swapped": _found(texts[is_swapped]).assign(
            suggest_lat=swapped["lon"], suggest_lon=swapped["lat"]
        ),
    }


def _lost_signs(places: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Find places that fit their city or country only with a sign turned."""
    measured = places[places["geo_source"].isin(_MEASURED)]
    letters = country_letters(measured["country"])
    turned = turned_signs(measured.assign(country=letters), gazetteer)
    at = measured.loc[turned.index]
    shown = at["lat"].astype("str") + ", " + at["lon"].astype("str")
    return _found(shown + ", stated " + turned["what"]).assign(
        suggest_lat=turned["lat"], suggest_lon=turned["lon"]
    )


def _far(places: pd.DataFrame, gazetteer: Gazetteer, far_km: float) -> pd.DataFrame:
    us = places[(places["country"] == "US") & places["geo_source"].isin(_MEASURED)]
    away_km = km_to_postcode(us, gazetteer)
    far = us[(away_km > far_km).to_numpy()]
    centre = gazetteer.postcodes.reindex(far["postcode"])
    km = away_km.loc[far.index].map("{:,.0f}".format).astype("str")
    distances = km + " km from " + far["postcode"]
    return _found(distances).assign(
        suggest_lat=centre["lat"].to_numpy(), suggest_lon=centre["lon"].to_numpy()
    )


def _outside(
    places: pd.DataFrame, units: gpd.GeoDataFrame, border_km: float
) -> dict[str, pd.DataFrame]:
    """Hold places against country, region and units; country before region."""
    unit_region = places["unit_id"].map(units["region"]).astype("str").fillna("")
    is_in_unit = places["unit_id"].isin(units.index)
    in_us_unit = unit_region.isin(US_REGION_NAMES.keys())
    country, region = places["country"], places["region"]
    left_us = (country == "US") & ~in_us(places["lat"], places["lon"])
    left_other = (country != "US") & (country != "") & in_us_unit
    is_abroad = left_us | left_other
    differs = in_us_unit & region.isin(US_REGION_NAMES.keys()) & (unit_region != region)
    candidates = places[differs & ~is_abroad]
    beyond = candidates[_km_to_region(candidates, units) > border_km]
    regions = unit_region.loc[beyond.index] + ", stated " + beyond["region"]
    texts = places["lat"].astype("str") + ", " + places["lon"].astype("str")
    return {
        "outside_country": _found((country + ": " + texts)[is_abroad]),
        "outside_region": _found(regions),
        "outside_units": _found(texts[~is_in_unit]),
    }


def _km_to_region(places: pd.DataFrame, units: gpd.GeoDataFrame) -> np.ndarray:
    """Measure to the stated region; infinite where no unit lies in it."""
    import shapely

    away_km = np.full(len(places), np.inf)
    for region, at in places.groupby("region").indices.items():
        shapes = np.asarray(units.geometry[(units["region"] == region).to_numpy()])
        if not len(shapes):
            continue
        lat = places["lat"].to_numpy()[at]
        points = shapely.points(places["lon"].to_numpy()[at], lat)
        _, degrees = shapely.STRtree(shapes).query_nearest(
            points, all_matches=False, return_distance=True
        )
        # A degree is longest along a meridian: east to west it is shorter, and a
        # place a little too far is better than a false alarm.
        away_km[at] = degrees * _KM_PER_DEGREE * np.cos(np.radians(lat))
    return away_km


def _shared(places: pd.DataFrame, least: int) -> pd.DataFrame:
    """Find points of many accounts that do not all state the same street."""
    measured = places[places["geo_source"].isin(_MEASURED)]
    point = [measured["lat"].round(6), measured["lon"].round(6)]
    street = measured["street"].str.casefold()
    grouped = street.groupby(point, sort=False)
    n_there = grouped.transform("size")
    n_streets = grouped.transform("nunique")
    is_one_house = (n_streets == 1) & (street != "")
    crowded = (n_there >= least) & ~is_one_house
    return _found(n_there[crowded].map("{:,} accounts at this point".format))


def _rough(places: pd.DataFrame, needed: str) -> pd.DataFrame:
    rank = {name: place for place, name in enumerate(PRECISIONS)}
    precision = places["geo_precision"]
    is_rough = precision.map(rank).astype("float64") > rank[needed]
    return _found(precision[is_rough])


def _found(value: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"value": value.astype("str")})
