"""Which column of a file is which of ours: known names, guesses, saved mappings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pandas as pd

from planner.accounts.mapping.addresses import addresses, main_address
from planner.accounts.mapping.columns import KINDS, KNOWN_COLUMNS, plain_names
from planner.accounts.mapping.contents import take_by_content
from planner.accounts.mapping.headers import (
    core_key,
    header_key,
    header_words,
    known_keys,
)
from planner.accounts.mapping.readings import (
    Reading,
    header_unit,
    reading_of,
    without_unit,
)
from planner.accounts.mapping.vocabulary import value_key, words_of
from planner.core.errors import InputError
from planner.core.money import HEADER_CODES, MINOR_DIGITS

Mapped = str | Reading | Mapping[str, Any]  # what a mapping says of one of our columns

# A name that only ends in a known one ("Provider City") is taken for these alone.
_BY_LAST_WORDS = (
    "name",
    "postcode",
    "city",
    "region",
    "country",
    "lat",
    "lon",
    "street",
)
_CURRENCY_SIGNS = {"€": "EUR", "£": "GBP"}  # a $ may be of the USA or of Canada
_ONLY_THESE = {"lat", "latitude", "lon", "lng", "longitude", "accountstatus", "regio"}
_STEM_TARGETS = ("account_id", "rep_id", "deal_id", "unit_id", "name")
_ID_WORDS = {"id", "no", "nr", "num", "number", "code", "key", "nummer", "numero"}
_NAME_WORDS = {"name", "naam", "nom", "nombre", "nome", "title", "bezeichnung"}
# A column "… name" of these names no account.
_OTHER_STEMS = {"owner", "contact", "first", "last", "middle", "nick", "city", "town"}
_OTHER_STEMS |= {"state", "county", "country", "region", "parent", "rep", "user"}
_OTHER_STEMS |= {"street", "product", "stage", "file", "manager", "item", "campaign"}
_OTHER_STEMS |= {"group", "owning", "created", "modified", "brand", "currency"}
_NO_NAME = re.compile(r"(?:column|col|unnamed|field|feld|spalte|colonne|columna|f)\d*")
_LEAST_ALIKE = 88
_LEAST_LENGTH = 6


def guess_mapping(
    columns: Iterable[str],
    sample_rows: pd.DataFrame | None = None,
    kind: str = "accounts",
) -> dict[str, str]:
    """
    Guess which column of a file is which of ours.

    Parameters
    ----------
    columns
        Header of the file.
    sample_rows : shape (n_rows, n_columns)
        Some text rows: a guess that its values contradict is dropped.
    kind
        One of `KINDS`.

    Returns
    -------
    Column of the file by column of ours. Exact names come first, then names ending in
    a known one, then names spelled nearly alike, then what columns hold: those without
    a name, and the ids and names of accounts; a column serves once. Of several
    addresses (billing, shipping) one is taken whole, never columns of both.
    """
    aliases_by_target = _known(kind)
    names = list(columns)
    guessed: dict[str, str] = {}
    free = dict.fromkeys(names)
    if "postcode" in aliases_by_target:
        _take_address(names, aliases_by_target, guessed, free, sample_rows)
    for rule in (_same, _by_stem, _ending, _alike):
        for target, aliases in aliases_by_target.items():
            if target in guessed:
                continue
            names_of = plain_names(kind, target) if rule is _alike else aliases
            for column in rule(target, names_of, list(free)):
                if _values_fit(target, column, sample_rows):
                    guessed[target] = column
                    del free[column]
                    break
    if sample_rows is not None:
        _take_nameless(kind, guessed, free, sample_rows)
        if kind == "accounts" and guessed:  # else the header may be a row of data
            take_by_content(guessed, free, sample_rows)
    _serve_twice(kind, guessed, names)
    return guessed


def is_sure(target: str, column: str, kind: str = "accounts") -> bool:
    """Tell whether a column has exactly one of the names its target is known by."""
    known = {header_key(alias) for alias in _known(kind)[target]}
    is_marked = any(
        mark and columns.get(target) == column
        for mark, columns in addresses([column]).items()
    )
    return is_marked or bool(known & _keys(target, column))


def check_mapping(
    mapping: Mapping[str, Mapped], columns: Iterable[str], kind: str = "accounts"
) -> dict[str, str]:
    """
    Check a mapping given by the user.

    Parameters
    ----------
    mapping
        Column of the file by column of ours; an empty column leaves ours out. In place
        of a column an object says how to read it, see `readings.reading_of`.
    columns
        Header of the file.
    kind
        One of `KINDS`.

    Returns
    -------
    Column of the file by column of ours.

    Raises
    ------
    InputError
        If it names a column that we or the file do not have.
    """
    aliases, header = _known(kind), list(columns)
    plain = {
        target: reading_of(target, value).column for target, value in mapping.items()
    }
    for target, column in plain.items():
        if target not in aliases:
            raise InputError(
                f"mapping names {target!r}; {kind} have only {', '.join(aliases)}"
            )
        if column and column not in header:
            raise InputError(
                f"mapping takes {target} from {column!r}; "
                f"the file has only {', '.join(header)}"
            )
    return {target: column for target, column in plain.items() if column}


def readings_of(
    mapping: Mapping[str, Mapped], used: Mapping[str, str]
) -> tuple[dict[str, Reading], set[str]]:
    """
    Tell how each column is read: as the user says, else in the unit of its header.

    Parameters
    ----------
    mapping
        What the user said; empty if the columns were guessed.
    used
        Column of the file by column of ours.

    Returns
    -------
    The reading by column of ours, and those whose unit only the header names.
    """
    readings, by_header = {}, set()
    for target, column in used.items():
        reading = reading_of(target, mapping.get(target, column))
        unit = reading.unit or header_unit(target, column)
        if unit and not reading.unit:
            by_header.add(target)
        readings[target] = replace(reading, column=column, unit=unit)
    return readings, by_header


def load_mapping(text: str) -> dict[str, Mapped]:
    """
    Read a saved mapping: a JSON object of our column → column of the file.

    In place of a column may stand an object: ``{"column": "Umsatz (k€)", "unit": "k",
    "decimal": ",", "date_form": "dmy"}``, or ``{"column": "StageName", "values":
    {"Commit": "negotiate"}}`` of a column of few values.

    Raises
    ------
    InputError
        If it is no such object.
    """
    try:
        mapping = json.loads(text)
    except ValueError as error:
        raise InputError(f"mapping is no JSON: {error}") from error
    if not isinstance(mapping, dict):
        raise InputError('mapping must be like {"account_id": "Customer No"}')
    for target, value in mapping.items():
        reading_of(target, value)
    return mapping


def save_mapping(mapping: Mapping[str, Mapped]) -> str:
    """Write a mapping as the text that `load_mapping` reads."""
    return json.dumps(plain_mapping(mapping), ensure_ascii=False, indent=2)


def plain_mapping(mapping: Mapping[str, Mapped]) -> dict[str, str | dict[str, Any]]:
    """Turn a mapping into JSON values: texts, and objects where more is said."""
    return {
        target: reading_of(target, value).to_json() for target, value in mapping.items()
    }


def header_currency(column: str) -> str | None:
    """
    Read the currency in a header such as ``revenue_usd`` or ``Revenue (EUR)``.

    Returns
    -------
    Three letters, or None.
    """
    bare = column.strip().rstrip(")]").rstrip()
    if bare[-1:] in _CURRENCY_SIGNS:
        return _CURRENCY_SIGNS[bare[-1]]
    last = re.split(r"[^A-Za-z]+", bare)[-1].upper()
    codes = _codes_in(column)
    if last[:1] in {"K", "M", "T"} and last[1:] in codes:
        return last[1:]
    return last if last in codes else None


def _codes_in(column: str) -> Collection[str]:
    """List the codes that the end of a header can name: in brackets, all of them."""
    return MINOR_DIGITS if column.strip().endswith((")", "]")) else HEADER_CODES


def _known(kind: str) -> dict[str, tuple[str, ...]]:
    if kind not in KNOWN_COLUMNS:
        raise InputError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    return KNOWN_COLUMNS[kind]


@lru_cache(maxsize=10_000)
def _keys(target: str, column: str) -> frozenset[str]:
    """Give the plain forms of a header: as it is, without unit, without particles."""
    bare = without_unit(target, column)
    return frozenset({header_key(column), header_key(bare), core_key(bare)} - {""})


def _same(target: str, aliases: tuple[str, ...], columns: list[str]) -> list[str]:
    rank = {
        header_key(alias): place for place, alias in reversed(list(enumerate(aliases)))
    }
    hits = {
        column: min(rank[key] for key in _keys(target, column) if key in rank)
        for column in columns
        if _keys(target, column) & set(rank)
    }
    return sorted(hits, key=lambda column: hits[column])


def _by_stem(target: str, _: tuple[str, ...], columns: list[str]) -> list[str]:
    """Take "Hospital id" as the id beside a "Hospital name", and that as the name."""
    if target not in _STEM_TARGETS:
        return []
    stems: dict[str, dict[str, str]] = {}
    for column in columns:
        words = header_words(column)
        for what, endings in (("id", _ID_WORDS), ("name", _NAME_WORDS)):
            if len(words) > 1 and words[-1] in endings:
                stems.setdefault(" ".join(words[:-1]), {})[what] = column
    what = "name" if target == "name" else "id"
    return [
        pair[what]
        for stem, pair in stems.items()
        if len(pair) == 2 and not set(stem.split()) & _OTHER_STEMS
    ]


def _ending(target: str, _: tuple[str, ...], columns: list[str]) -> list[str]:
    if target not in _BY_LAST_WORDS:
        return []
    return [column for column in columns if _target_by_ending(column) == target]


@lru_cache(maxsize=10_000)
def _target_by_ending(column: str) -> str:
    """Name what the longest known ending of a header stands for; empty: nothing."""
    words = header_words(column)
    best, longest = "", 0
    for target in _BY_LAST_WORDS:
        for alias in KNOWN_COLUMNS["accounts"][target]:
            ending = header_words(alias)
            is_end = words[-len(ending) :] == ending and len("".join(ending)) > 2
            if is_end and len(ending) > longest:
                best, longest = target, len(ending)
    if best == "name" and set(words[:-longest]) & _OTHER_STEMS:
        return ""
    return best


def _alike(_target: str, aliases: tuple[str, ...], columns: list[str]) -> list[str]:
    from rapidfuzz import fuzz

    keys = [header_key(alias) for alias in aliases if len(alias) >= _LEAST_LENGTH]
    scored = [
        (
            max((fuzz.ratio(header_key(column), key) for key in keys), default=0.0),
            column,
        )
        for column in columns
        # "County" is a word of its own, no country misspelled.
        if len(header_key(column)) >= _LEAST_LENGTH
        and header_key(column) not in known_keys()
    ]
    hits = [pair for pair in scored if pair[0] >= _LEAST_ALIKE]
    return [column for _, column in sorted(hits, key=lambda pair: -pair[0])]


def _take_address(
    names: list[str],
    known: Mapping[str, tuple[str, ...]],
    guessed: dict[str, str],
    free: dict[str, None],
    sample: pd.DataFrame | None,
) -> None:
    """Take the columns of one address, and leave those of the others alone."""
    by_mark = addresses(names)
    main = main_address(by_mark)
    for mark, columns in by_mark.items():
        for target, column in columns.items():
            if mark == main != "" and target in known:
                if _values_fit(target, column, sample):
                    guessed[target] = column
                    free.pop(column, None)
            elif mark not in {"", main}:
                free.pop(column, None)
        if mark == main != "":  # not what else it calls so ("Billing City Code")
            for column in [c for c in free if header_key(c).startswith(main)]:
                free.pop(column)


def _take_nameless(
    kind: str, guessed: dict[str, str], free: dict[str, None], sample: pd.DataFrame
) -> None:
    """Take columns without a name by what they hold: one id a row, or days."""
    id_target = next(iter(KNOWN_COLUMNS[kind]))
    for column in [c for c in free if _NO_NAME.fullmatch(header_key(c))]:
        cells = sample[column].astype("str").str.strip()
        if cells.empty:
            continue
        is_day = bool(cells.str.fullmatch(r"\d{4}-\d{2}-\d{2}.*").all())
        is_id = bool(cells.str.fullmatch(r"[\w.@/-]{1,60}").all()) and cells.is_unique
        target = "close_on" if is_day and kind == "deals" else ""
        if is_id and not is_day and id_target.endswith("_id") and len(cells) > 1:
            target = id_target
        if target and target not in guessed:
            guessed[target] = column
            free.pop(column)


def _values_fit(target: str, column: str, sample: pd.DataFrame | None) -> bool:
    if sample is None or column not in sample.columns or target not in _CONTENT:
        return True
    if header_key(column) in _ONLY_THESE | {
        target
    }:  # faulty cells are named, not passed over
        return True
    cells = sample[column].astype("str").str.strip()
    cells = cells[cells != ""]
    return cells.empty or _CONTENT[target](cells)


def _are_angles(cells: pd.Series) -> bool:
    is_like = cells.str.fullmatch(
        r"(?i:[nsew]?\s*[+-]?\d{1,3}(?:\D.*)?|\d*[.,]\d+|[+-]?\d+(?:[.,]\d+)?)"
    )
    return bool(is_like.mean() >= 0.3)


def _are_words(cells: pd.Series) -> bool:
    is_number = cells.str.fullmatch(r"[+-]?\d+(?:[.,]\d+)?(?:[eE]-?\d+)?|\S+@\S+")
    return bool(is_number.mean() <= 0.5)


def _are_statuses(cells: pd.Series) -> bool:
    """Tell whether most cells are words that a status goes by."""
    known = words_of("status")
    return bool(cells.map(lambda cell: value_key(cell) in known).mean() >= 0.5)


def _are_truths(cells: pd.Series) -> bool:
    known = words_of("is_active")
    return bool(cells.map(lambda cell: value_key(cell) in known).mean() >= 0.5)


def _are_places(cells: pd.Series) -> bool:
    """Tell whether most cells hold two numbers that may be a place."""
    is_like = cells.str.fullmatch(
        r"(?is:.*\d+[.,]\d+\D+\d{1,3}[.,]\d+.*|.*\d+\s*[°].*|[0-9a-f]{42,})"
    )
    return bool(is_like.mean() >= 0.3)


def _are_outcomes(cells: pd.Series) -> bool:
    """Tell whether most cells say yes or no, or won, lost, open."""
    known = {*words_of("is_won"), *words_of("stage")}
    return bool(cells.map(lambda cell: value_key(cell) in known).mean() >= 0.5)


_CONTENT: dict[str, Callable[[pd.Series], bool]] = {
    "status": _are_statuses,
    "is_active": _are_truths,
    "is_won": _are_outcomes,
    "is_closed": _are_truths,
    "is_deleted": _are_truths,
    "lat": _are_angles,
    "lon": _are_angles,
    "coordinates": _are_places,
} | dict.fromkeys(("region", "city", "name", "country"), _are_words)


def _serve_twice(kind: str, guessed: dict[str, str], names: list[str]) -> None:
    """Let the id of a unit be its name, or its name the id, if only one is there."""
    if kind != "units":
        return
    if "unit_id" in guessed and "name" not in guessed:
        guessed["name"] = guessed["unit_id"]
    if "unit_id" not in guessed and "name" in guessed and guessed["name"] in names:
        guessed["unit_id"] = guessed["name"]
