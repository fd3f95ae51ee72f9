"""How a country measures and writes: distances, numbers, dates, money."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies

from planner.accounts.places.regions import country_letters
from planner.core.formats import Formats
from planner.core.money import MINOR_DIGITS
from planner.core.settings import Settings

MILES = frozenset({"US", "GB", "LR", "MM", "PR", "VI", "GU", "AS", "MP"})
LEAST_SHARE = 0.5  # of the accounts, for one country to be the company's


def main_country(accounts: pd.DataFrame) -> str | None:
    """
    Name the country in which most accounts are.

    Parameters
    ----------
    accounts
        ACCOUNTS frame.

    Returns
    -------
    Two letters; None: no country has half of them.
    """
    letters = country_letters(accounts["country"].fillna(""))
    shares = letters[letters != ""].value_counts() / max(1, len(letters))
    if shares.empty or shares.iloc[0] < LEAST_SHARE:
        return None
    return str(shares.index[0])


def regional_details(country: str | None) -> dict[str, Any]:
    """
    Say how a country measures and writes, as a company's details keep it.

    Parameters
    ----------
    country
        Two letters; None: not known.

    Returns
    -------
    `country`, `distance_unit` and `locale`; nothing without a country.
    """
    if country is None:
        return {}
    unit = "mi" if country in MILES else "km"
    return {"country": country, "distance_unit": unit, "locale": _locale_of(country)}


def _locale_of(country: str) -> str:
    """
    Write English as it is written there, else numbers and dates as there.

    The words of the planner are English: where the country has an English of its own
    it is that, else the country's main language decides figures and dates.
    """
    languages = get_global("territory_languages").get(country, {})
    by_use = sorted(languages, key=lambda name: -languages[name]["population_percent"])
    for language in ("en", *by_use):
        try:
            return str(Locale.parse(f"{language.split('_')[0]}_{country}"))
        except (UnknownLocaleError, ValueError):
            continue
    return "en_US"


def currency_of(country: str | None) -> str | None:
    """Name a country's currency, if it is among ours."""
    if country is None:
        return None
    codes = [code for code in get_territory_currencies(country) if code in MINOR_DIGITS]
    return codes[0] if codes else None


@cache
def country_names() -> dict[str, str]:
    """List the countries of ISO 3166 by their letters, in the order of their names."""
    names = Locale.parse("en").territories
    codes = [code for code in names if len(code) == 2 and code.isalpha()]
    real = [code for code in codes if get_territory_currencies(code)]
    return {code: names[code] for code in sorted(real, key=lambda code: names[code])}


def formats_of(
    settings: Settings, details: Mapping[str, Any], currency: str
) -> Formats:
    """
    Decide how figures of a company are written.

    Parameters
    ----------
    settings
        What the deployment sets wins.
    details
        The company's, as `regional_details` made them.
    currency
        The company's.
    """
    return Formats(
        locale=settings.locale or str(details.get("locale") or "en_US"),
        distance_unit=settings.distance_unit
        or str(details.get("distance_unit") or "mi"),
        currency=currency,
    )
