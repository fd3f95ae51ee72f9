"""Which country a list comes from, where it names none: its evidence weighed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planner.accounts.findings import Finding
from planner.accounts.places.traces import (
    currencies_in,
    header_languages,
    legal_forms,
    phone_codes,
    web_countries,
)
from planner.accounts.places.zips import agrees_with_us
from planner.accounts.placing import Gazetteer, five_digits
from planner.accounts.reading.cells import CellReader

LEAST_POINTS = 3.0
LEAST_LEAD = 1.5
MOST_ROWS = 2_000  # looked at
MOST_CITIES = 400
FEWEST_ZIPS = 8  # real codes elsewhere are US ones too in four of ten cases
PLAIN_SHARE = 0.95
_FEW_COUNTRIES = 3  # a form of postcodes that no more have tells much


@dataclass(frozen=True, slots=True)
class CountryGuess:
    """
    What a list says about its country.

    Parameters
    ----------
    country
        Two letters; empty: the evidence does not decide.
    likely
        The countries with most evidence, best first, by their points.
    evidence
        What speaks for the first of them, in words.
    is_plain
        Whether nearly all rows say it themselves, by coordinates or by a city with its
        state and ZIP: as good as a name, and nothing to be told.
    """

    country: str
    likely: dict[str, float]
    evidence: tuple[str, ...]
    is_plain: bool = False


@dataclass(slots=True)
class _Scale:
    """Points of countries, and the words that go with them."""

    points: Counter[str] = field(default_factory=Counter)
    plain: set[str] = field(default_factory=set)
    words: dict[str, list[str]] = field(default_factory=dict)

    def add(self, country: str, points: float, words: str = "") -> None:
        self.points[country] += points  # type: ignore[assignment]
        if words and points > 0:
            self.words.setdefault(country, []).append(words)

    def weigh(self) -> CountryGuess:
        """Decide if one country has enough points, and more than all others."""
        ranked = [(code, float(n)) for code, n in self.points.most_common() if n > 0]
        if not ranked:
            return CountryGuess("", {}, ())
        first, most = ranked[0]
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        is_sure = most >= LEAST_POINTS and most - second >= LEAST_LEAD
        return CountryGuess(
            first if is_sure else "",
            dict(ranked[:4]),
            tuple(self.words.get(first, ())),
            first in self.plain,
        )


def guess_country(places: pd.DataFrame, cells: CellReader) -> CountryGuess:
    """
    Weigh what rows without a country say about where they are.

    Parameters
    ----------
    places : columns lat, lon, postcode, city, region
        The rows that name no country, by row number; text empty where missing.
    cells
        Reader of the table: its headers and other columns speak too.

    Returns
    -------
    The country if one has clearly the most evidence.

    Notes
    -----
    Towns by name, coordinates, the form of postcodes, ZIPs that agree with their city
    and state, phone codes, web addresses, legal forms in names, the language of the
    headers and currencies each give points; what contradicts a country takes some.
    """
    rows = places.iloc[:: max(1, len(places) // MOST_ROWS)]
    gazetteer, scale = cells.context.gazetteer, _Scale()
    _weigh_coordinates(rows, gazetteer, scale)
    _weigh_traces(cells, rows.index, scale)
    _weigh_us(rows, cells, scale)
    _weigh_postcodes(rows, gazetteer, scale)
    _weigh_cities(rows, gazetteer, scale)
    return scale.weigh()


def _weigh_cities(rows: pd.DataFrame, gazetteer: Gazetteer, scale: _Scale) -> None:
    given = rows.loc[rows["city"] != "", "city"]
    cities = given.value_counts().head(MOST_CITIES).index.tolist()
    if not cities:
        return
    homes = gazetteer.atlas.homes_of(cities)
    for code, n in Counter(homes.values()).items():
        scale.add(code, 4 * n / len(cities))
    for code in [code for code, n in scale.points.most_common(6) if n > 0]:
        n = sum(gazetteer.atlas.has_town(code, cities))
        if n:
            scale.add(code, 2 * n / len(cities), f"{n} of {len(cities)} cities")


def _weigh_coordinates(rows: pd.DataFrame, gazetteer: Gazetteer, scale: _Scale) -> None:
    placed = rows.dropna(subset=["lat", "lon"])
    if placed.empty:
        return
    codes = gazetteer.atlas.countries_at(placed["lat"], placed["lon"])
    for code, n in codes[codes != ""].value_counts().items():
        scale.add(str(code), 5 * n / len(placed), f"{n:,} of {len(placed):,} places")
        if n >= PLAIN_SHARE * len(rows):
            scale.plain.add(str(code))


def _weigh_us(rows: pd.DataFrame, cells: CellReader, scale: _Scale) -> None:
    """Weigh whether ZIP, city and state belong together as those of the USA."""
    gazetteer = cells.context.gazetteer
    agrees = agrees_with_us(rows, gazetteer).dropna().astype(bool)
    if len(agrees):
        n, share = int(agrees.sum()), float(agrees.mean())
        words = f"{n:,} of {len(agrees):,} rows agree with cities and ZIPs of the USA"
        scale.add("US", 6 * share - 4 * (1 - share), words)
        if share >= PLAIN_SHARE and 2 * n >= len(rows):
            scale.plain.add("US")
    codes = rows.loc[rows["postcode"] != "", "postcode"]
    is_zip = gazetteer.postcodes.index
    if codes.empty or not len(is_zip):
        return
    whole = five_digits(codes, is_zip)
    share = float(np.mean(is_zip.get_indexer(whole) >= 0))
    if "zip" in cells.mapping.get("postcode", "").casefold():
        scale.add("US", 1.5, "its ZIPs")
    if share < 0.9:
        scale.add("US", -4 * (1 - share))
    elif not len(agrees) and whole.nunique() >= FEWEST_ZIPS and share >= 0.97:
        scale.add("US", 4.0, "its postcodes are ZIPs")


def _weigh_postcodes(rows: pd.DataFrame, gazetteer: Gazetteer, scale: _Scale) -> None:
    codes = rows.loc[rows["postcode"] != "", "postcode"].drop_duplicates().head(300)
    if codes.empty:
        return
    # Spreadsheets eat the zero of five digits; the rest of the column still has it.
    if (codes.str.fullmatch(r"\d{5}")).mean() >= 0.5:
        codes = codes.where(~codes.str.fullmatch(r"\d{4}"), "0" + codes)
    shares = gazetteer.atlas.postcodes_fit(codes).mean()
    likely = shares[shares >= 0.9]
    is_rare = 0 < len(likely) <= _FEW_COUNTRIES
    for code in set(scale.points) | set(likely.index if is_rare else ()):
        if code in shares:
            share = float(shares[code])
            words = "the form of its postcodes" if is_rare and share >= 0.9 else ""
            scale.add(code, share * (3 if is_rare else 1) - 3 * (1 - share), words)


def _weigh_traces(cells: CellReader, rows: pd.Index, scale: _Scale) -> None:
    """Weigh phone codes, web addresses, legal forms, headers and currencies."""
    frame, facts = cells.raw.frame.loc[rows], cells.context.gazetteer.atlas.facts()
    names = cells.text("name").loc[rows]
    for share, codes, points, words in (
        *(
            (s, _by(facts, "phone", c), 4, f"phone codes +{c}")
            for c, s in phone_codes(frame)
        ),
        *((s, [c], 3, "web addresses") for c, s in web_countries(frame)),
        *((s, c, 3, "legal forms in names") for c, s in legal_forms(names)),
        *(
            (s, _by_language(facts, c), 2, "the language of its headers")
            for c, s in header_languages(cells.raw.columns)
        ),
        *(
            (s, _by(facts, "currency", c), 1, f"amounts in {c}")
            for c, s in currencies_in(cells.raw.columns, frame)
        ),
    ):
        for code in codes:
            scale.add(code, points * share, words)


def _by(facts: pd.DataFrame, column: str, value: str) -> list[str]:
    return facts.index[(facts[column] == value).to_numpy()].tolist()


def _by_language(facts: pd.DataFrame, language: str) -> list[str]:
    """Name the countries whose first language it is."""
    first = facts["languages"].str.extract(r"^([a-z]+)")[0]
    return facts.index[(first == language).to_numpy()].tolist()


def ask_country(guess: CountryGuess, waiting: pd.DataFrame, cells: CellReader) -> None:
    """
    Ask which country the list is from, or say what was taken.

    Parameters
    ----------
    guess
        The weighed evidence.
    waiting
        Rows that name no country and need one to be placed.
    cells
        Reader of the table; its log takes the finding.
    """
    facts = cells.context.gazetteer.atlas.facts()["name"]

    def named(codes: Iterable[str]) -> str:
        return ", ".join(f"{facts.get(code, code)} ({code})" for code in codes)

    if guess.is_plain and guess.country:
        return
    if guess.country:
        why = "; ".join(guess.evidence) or "the evidence of its cells"
        cells.log.file(
            "country_guessed",
            "notice",
            f"rows without a country are taken as of {named([guess.country])}: {why}. "
            "Give the list's country if that is wrong",
            column=cells.mapping.get("country", ""),
        )
    elif len(waiting):
        hint = f"; it may be {named(guess.likely)}" if guess.likely else ""
        message = (
            f"which country is the list from? {len(waiting):,} rows name none and have "
            f"no coordinates{hint}. Give the list's country (on the command line "
            "--country and its two letters), or add a column country"
        )
        cells.log.add(
            Finding(
                code="country_unknown",
                severity="warn",
                column=cells.mapping.get("country", ""),
                value=",".join(guess.likely),
                message=message,
            )
        )
