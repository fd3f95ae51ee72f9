"""Which columns of a list can be added up, and which hold days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from planner.accounts.mapping.addresses import PLACE
from planner.accounts.mapping.headers import header_words
from planner.accounts.reading.values.dates import Dates, read_dates
from planner.accounts.reading.values.numbers import Numbers, read_numbers

MAY_DIFFER = (
    *("annual_revenue", "our_sales", "potential"),
    *("employees", "products", "last_visit_on"),
)
_NO_NUMBERS = {
    "id",
    "no",
    "nr",
    "number",
    "code",
    "key",
    "zip",
    "phone",
    "year",
    "fips",
}
_DAY_WORDS = {"date", "day", "on", "datum", "tag", "data", "dia", "fecha", "jour"}
_LEAST_SHARE = 0.9  # of the filled cells of a column that must be numbers, or days


def number_columns(
    frame: pd.DataFrame, mapping: Mapping[str, str]
) -> dict[str, Numbers]:
    """
    Read the columns that can be added: numbers of no currency, ids or places.

    Parameters
    ----------
    frame
        Cells of the file.
    mapping
        Column of the file by column of ours.
    """
    targets = {column: target for target, column in mapping.items()}
    numbers = {}
    for name in frame.columns:
        target = targets.get(name, "")
        is_other = target in PLACE or (target and target not in MAY_DIFFER)
        if is_other or set(header_words(str(name))[-1:]) & _NO_NUMBERS:
            continue
        column = read_numbers(frame[name], digits=2)
        is_given = (column.text != "") | column.is_bad | column.is_held
        n_given, n_read = int(is_given.sum()), int((column.text != "").sum())
        marked = column.currencies is not None and (column.currencies != "").any()
        if n_given and not marked and n_read >= _LEAST_SHARE * n_given:
            numbers[str(name)] = column
    return numbers


def day_columns(
    frame: pd.DataFrame, names: Iterable[str], form: str | None = None
) -> dict[str, Dates]:
    """
    Read the columns that hold days, where nearly all their cells can be read.

    Numbers are days (counted as spreadsheets do) only where the header speaks of days:
    a ZIP or a price of five digits is none.

    Parameters
    ----------
    frame
        Cells of the file.
    names
        Columns to look at.
    form
        As of `read_dates`.
    """
    days = {}
    for name in names:
        is_filled = frame[name].str.strip() != ""
        dates = read_dates(frame[name], form)
        n_read = int(dates.dates.notna().sum())
        is_number = dates.form == "serial"
        if is_number and not set(header_words(str(name))) & _DAY_WORDS:
            continue
        if n_read and n_read >= _LEAST_SHARE * int(is_filled.sum()):
            days[name] = dates
    return days
