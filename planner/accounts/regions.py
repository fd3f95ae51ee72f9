"""Names of countries and of the states of the USA, brought to their codes."""

from __future__ import annotations

import pandas as pd

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
