"""Names of countries and of the states of the USA, brought to their codes."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from planner.core.errors import InputError
from planner.core.units import M_PER_KM
from planner.geography.distance import haversine_m

_US_REGIONS = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|"
    "CT Connecticut|DE Delaware|DC District of Columbia|FL Florida|GA Georgia|"
    "HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|"
    "LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|"
    "MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|"
    "NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|"
    "OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|"
    "SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|"
    "VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|"
    "PR Puerto Rico|VI Virgin Islands|GU Guam|AS American Samoa|"
    "MP Northern Mariana Islands"
)
US_REGION_NAMES = {entry[:2]: entry[3:] for entry in _US_REGIONS.split("|")}
# The forces abroad, and the states in free association that the post serves.
_POSTAL_REGIONS = frozenset({"AA", "AE", "AP", "FM", "MH", "PW"})
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt")
_MORE_COUNTRIES = (
    "england|scotland|wales|northern ireland|great britain|britain|holland|"
    "the netherlands|czech republic|ivory coast|burma|korea|republic of korea|"
    "republic of ireland|russian federation|macau|cape verde|swaziland|macedonia|"
    "east timor|vatican|palestine|uae|turkiye|viet nam|brd|congo|"
    "hong kong|bosnia|trinidad|drc|peoples republic of china|prc"
)
_OTHER_NAMES = {
    name: code
    for code, names in {
        "GB": "uk|england|scotland|wales|northern ireland|great britain|britain|gbr",
        "NL": "holland|nld",
        "CZ": "czech republic|cze",
        "DE": "brd|deu",
        "IE": "republic of ireland|irl",
        "KR": "korea|republic of korea|kor",
        "RU": "russian federation|rus",
        "TR": "turkiye|tur",
        "AE": "uae|are",
        "CN": "prc|peoples republic of china|chn",
        "HK": "hong kong|hkg",
        "CI": "ivory coast|civ",
        "MK": "macedonia|mkd",
        "BA": "bosnia|bih",
        "FR": "fra",
        "IT": "ita",
        "ES": "esp",
        "PT": "prt",
        "BR": "bra",
        "MX": "mex",
        "CA": "can",
        "AT": "aut",
        "CH": "che",
        "BE": "bel",
        "PL": "pol",
        "SE": "swe",
        "NO": "nor",
        "DK": "dnk",
        "FI": "fin",
        "GR": "grc",
        "JP": "jpn",
        "IN": "ind",
        "AU": "aus",
        "NZ": "nzl",
        "ZA": "zaf",
        "AR": "arg",
        "CL": "chl",
        "CO": "col",
    }.items()
    for name in names.split("|")
}
_CODE_BY_NAME = {name.casefold(): code for code, name in US_REGION_NAMES.items()}
_CODE_BY_NAME |= {code.casefold(): code for code in US_REGION_NAMES}
_CODE_BY_NAME |= {"washington dc": "DC", "washington d.c.": "DC", "d.c.": "DC"}
_US_NAMES = frozenset(
    {"us", "usa", "u.s.", "u.s.a.", "united states", "united states of america"}
)


def country_codes(country: pd.Series, default: str) -> pd.Series:
    """
    Bring the names of the USA to ``US``, keep others, fill empty ones.

    Parameters
    ----------
    country : shape (n_rows,)
        Clean text.
    default
        Country of rows without one.
    """
    is_us = country.str.casefold().isin(_US_NAMES)
    return country.mask(is_us, "US").mask(country == "", default)


def country_letters(country: pd.Series) -> pd.Series:
    """
    Bring names and codes of countries to two letters.

    Parameters
    ----------
    country : shape (n_rows,)
        Clean text: codes of two or three letters, names in some languages.

    Returns
    -------
    shape (n_rows,)
        ISO codes of two letters; empty text where the country is not known.
    """
    known = _codes_by_key() | _OTHER_NAMES
    by_text = {text: known.get(_plain(text), "") for text in country.unique()}
    return country.map(by_text).astype("str")


def checked_country(country: str) -> str:
    """
    Read the country a user names.

    Raises
    ------
    InputError
        If it is neither a country's name nor a code.
    """
    text = country.strip() if isinstance(country, str) else ""
    letters = str(country_letters(pd.Series([text], dtype="str")).iloc[0])
    if not letters:
        raise InputError(
            "country must be a country's name or its code of two letters, got "
            f"{country!r}"
        )
    return letters


def region_codes(region: pd.Series, country: pd.Series) -> pd.Series:
    """
    Bring the states of the USA to two letters; keep what is not known.

    Parameters
    ----------
    region, country : shape (n_rows,)
        Clean text; country as `country_codes` gives it.
    """
    codes = region.str.casefold().str.strip(" .").map(_CODE_BY_NAME)
    return codes.where((country == "US") & codes.notna(), region).astype("str")


def is_known_country(country: pd.Series) -> pd.Series:
    """
    Tell which texts are a country's code or its name in some languages of the west.

    Parameters
    ----------
    country : shape (n_rows,)
        Clean text.
    """
    keys = _country_keys()
    by_text = {text: _plain(text) in keys for text in country.unique()}
    return country.map(by_text).astype(bool)


def is_known_region(region: pd.Series) -> pd.Series:
    """
    Tell which regions are states or territories of the USA.

    Parameters
    ----------
    region : shape (n_rows,)
        As `region_codes` gives it.
    """
    return region.isin(US_REGION_NAMES.keys() | _POSTAL_REGIONS)


def km_to_country(lat: pd.Series, lon: pd.Series, country: pd.Series) -> pd.Series:
    """
    Measure how far places lie from the nearest main town of their country.

    Parameters
    ----------
    lat, lon : shape (n_rows,)
        Degrees.
    country : shape (n_rows,)
        Clean text, a code or a name.

    Returns
    -------
    shape (n_rows,)
        Kilometres on a sphere; NaN where the country or the place is not known.

    Notes
    -----
    The towns are those that name the time zones (IANA, ``zone.tab``): too few to say
    where a country ends, enough to say which of two places lies in it.
    """
    code_by_key, towns = _codes_by_key(), _main_towns()
    nowhere = np.full((1, 2), np.nan)
    away_km = []
    rows = zip(lat.tolist(), lon.tolist(), country.tolist(), strict=True)
    for row_lat, row_lon, text in rows:
        near = towns.get(code_by_key.get(_plain(text), ""), nowhere)
        away_m = haversine_m(row_lat, row_lon, near[:, 0], near[:, 1])
        away_km.append(float(np.min(away_m)) / M_PER_KM)
    return pd.Series(away_km, index=country.index, dtype="float64")


@cache
def _codes_by_key() -> dict[str, str]:
    """Map codes of two letters and names in some languages to the codes."""
    from babel import Locale

    codes = dict.fromkeys(_US_NAMES, "US")
    for language in reversed(_LANGUAGES):
        codes |= {
            name: code
            for code, name in Locale.parse(language).territories.items()
            if code.isalpha() and len(code) == 2
        }
    codes |= {code: code for code in set(codes.values())}
    return {_plain(name): code for name, code in codes.items()}


@cache
def _main_towns() -> dict[str, np.ndarray]:
    """Read the towns of the time zones: lat and lon by code of country."""
    text = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    towns: dict[str, list[tuple[float, ...]]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            code, place = line.split("\t")[:2]
            towns.setdefault(code, []).append(
                tuple(_degrees(part) for part in re.findall(r"[+-]\d+", place))
            )
    return {code: np.array(places) for code, places in towns.items()}


def _degrees(text: str) -> float:
    """Read ``+DDMM``, ``-DDDMMSS`` and the like (ISO 6709)."""
    digits = text[1:]
    n_degrees = 2 + len(digits) % 2
    parts = [digits[:n_degrees], digits[n_degrees:][:2], digits[n_degrees:][2:]]
    value = sum(
        int(part or 0) / unit for part, unit in zip(parts, (1, 60, 3600), strict=True)
    )
    return -value if text[0] == "-" else value


@cache
def _country_keys() -> frozenset[str]:
    """Collect codes of two and three letters and names (Unicode CLDR, by Babel)."""
    from babel import Locale
    from babel.core import get_global

    keys = set(_MORE_COUNTRIES.split("|")) | set(_US_NAMES)
    for language in _LANGUAGES:
        keys |= set(Locale.parse(language).territories.values())
    aliases = get_global("territory_aliases")
    codes = [*Locale.parse("en").territories, *aliases]
    keys |= {code for code in codes if code.isalpha() and len(code) in {2, 3}}
    return frozenset(_plain(key) for key in keys)


def _plain(text: str) -> str:
    parted = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in parted if not unicodedata.combining(sign))
    spaced = "".join(sign if sign.isalnum() else " " for sign in letters)
    return " ".join(word for word in spaced.split() if word not in {"the", "and"})
