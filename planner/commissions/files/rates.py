"""Exchange rates from a file: one rate for a day, or none is used."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from planner.core.errors import InputError
from planner.core.files.cells import day, day_or_open, positive, read_table
from planner.core.money import minor_digits

MOST_SPREAD = Decimal("0.05")  # of a rate and the inverse of the one backwards


def read_rates(path: Path) -> pd.DataFrame:
    """
    Read exchange rates: base, quote, rate, valid_from; valid_to optional.

    Parameters
    ----------
    path
        The file. A rate without an end holds until the next one of its pair begins.

    Returns
    -------
    Columns as `convert_deals` takes them.

    Raises
    ------
    InputError
        If a pair has two rates for a day, or its rates there and back contradict each
        other: names both rows.
    """
    table = read_table(path, ["base", "quote", "rate", "valid_from"])
    rates = pd.DataFrame(
        {
            "base": table.each("base", _code),
            "quote": table.each("quote", _code),
            "rate": pd.Series(table.each("rate", positive), dtype=object),
            "valid_from": pd.Series(
                table.each("valid_from", day), dtype="datetime64[s]"
            ),
            "valid_to": pd.Series(
                table.each("valid_to", day_or_open), dtype="datetime64[s]"
            ),
        }
    )
    for row in rates.itertuples():
        _check_row(table.name, row)
    for _, pair in rates.groupby(["base", "quote"], sort=False):
        ordered = list(pair.sort_values("valid_from", kind="stable").itertuples())
        for first, second in pairwise(ordered):
            _check_neighbours(table.name, first, second)
    _check_inverses(table.name, rates)
    return rates


def _code(text: str) -> str:
    code = text.upper()
    try:
        minor_digits(code)
    except InputError as error:
        raise ValueError(str(error)) from None
    return code


def _check_row(name: str, row: Any) -> None:
    place = f"{name}: row {row.Index + 1}"
    if row.base == row.quote:
        raise InputError(
            f"{place}, quote = {row.quote!r}: must be another currency than base"
        )
    if row.valid_to <= row.valid_from:
        raise InputError(
            f"{place}, valid_to = {row.valid_to:%Y-%m-%d}: must lie after valid_from"
        )


def _check_neighbours(name: str, first: Any, second: Any) -> None:
    """Refuse two rates of a pair for a day; an open one ends where the next begins."""
    is_same_day = first.valid_from == second.valid_from
    if not (is_same_day or first.valid_to > second.valid_from):
        return
    rows = sorted([first, second], key=lambda row: row.Index)
    raise InputError(
        f"{name}: rows {rows[0].Index + 1} and {rows[1].Index + 1}: {first.base} to "
        f"{first.quote} has two rates for {second.valid_from:%Y-%m-%d}, "
        f"{rows[0].rate} and {rows[1].rate}; keep one, or end one where the other "
        "begins"
    )


def _check_inverses(name: str, rates: pd.DataFrame) -> None:
    """Refuse a pair whose rates there and back cannot both be right."""
    ordered = rates.rename_axis("row").reset_index().sort_values("valid_from")
    back = ordered.rename(columns={"base": "quote", "quote": "base"})
    met = pd.merge_asof(ordered, back, on="valid_from", by=["base", "quote"])
    met = met[met["rate_y"].notna()]
    met = met[met["valid_to_y"].isna() | (met["valid_to_y"] > met["valid_from"])]
    for pair in met.itertuples():
        if abs(pair.rate_x * pair.rate_y - 1) > MOST_SPREAD:
            rows = sorted(int(row) + 1 for row in (pair.row_x, pair.row_y))
            inverse = f"{(1 / pair.rate_x).quantize(Decimal('0.000001')).normalize():f}"
            raise InputError(
                f"{name}: rows {rows[0]} and {rows[1]}: {pair.base} to {pair.quote} at "
                f"{pair.rate_x} and back at {pair.rate_y} contradict each other; back "
                f"it would be about {inverse}"
            )
