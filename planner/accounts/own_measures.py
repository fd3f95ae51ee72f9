"""A list's own numeric columns as measures: beds, cases, pumps."""

from __future__ import annotations

import json

import pandas as pd

from planner.accounts.mapping.headers import header_words
from planner.accounts.reading.values.numbers import read_numbers
from planner.core.schemas import CUSTOM

OWN = "custom."  # before the name of a column of the list's own, as rules write it
MOST_OWN = 12
_LEAST_NUMERIC = 0.9
# A number that names something, or that cannot be added over accounts.
_NO_AMOUNTS = {"id", "no", "nr", "number", "code", "key", "zip", "phone", "fax", "year"}
_NO_AMOUNTS |= {"fips", "average", "avg", "mean", "median", "rate", "pct", "percent"}
_NO_AMOUNTS |= {"share", "price", "score", "lat", "lon", "latitude", "longitude"}
_NO_AMOUNTS |= {"nummer", "telefon", "jahr", "durchschnitt", "preis", "moyenne", "prix"}


def own_numbers(custom: pd.Series) -> pd.DataFrame:
    """
    Take the numbers out of the fields that a list brought itself.

    Parameters
    ----------
    custom : shape (n_accounts,)
        JSON objects of column and text, null where there is nothing.

    Returns
    -------
    shape (n_accounts, n_numbers)
        Floats, NaN where there is none, called `custom.` and the column's name.

    Notes
    -----
    A column counts if nine of ten of its cells are numbers, none is below zero, and its
    name is not that of an id, a year, or an average.
    """
    given = custom.dropna()
    fields = pd.DataFrame(
        [_object(text) for text in given.tolist()], index=given.index, dtype=object
    )
    numbers: dict[str, pd.Series] = {}
    for name in fields.columns:
        if set(header_words(str(name))) & _NO_AMOUNTS or len(numbers) == MOST_OWN:
            continue
        column = _numbers(fields[name])
        if column is not None:
            numbers[f"{OWN}{name}"] = column.reindex(custom.index)
    return pd.DataFrame(numbers, index=custom.index, dtype="float64")


def with_own_numbers(accounts: pd.DataFrame) -> pd.DataFrame:
    """Give accounts the columns of `own_numbers`, if their list kept any."""
    if CUSTOM not in accounts:
        return accounts
    own = own_numbers(accounts[CUSTOM])
    own = own[[name for name in own.columns if name not in accounts.columns]]
    return accounts.join(own) if len(own.columns) else accounts


def _numbers(cells: pd.Series) -> pd.Series | None:
    """Read a field as numbers; None: it is none, or not one to be added."""
    text = cells.where(cells.notna(), "").astype("str")
    numbers = read_numbers(text, digits=2)
    is_given = text.str.strip() != ""
    floats = numbers.floats
    n_given, n_read = int(is_given.sum()), int(floats.notna().sum())
    has_zeros = bool(text.str.fullmatch(r"0\d+").any())  # then it is a code
    if not n_read or n_read < _LEAST_NUMERIC * n_given or has_zeros:
        return None
    return None if bool((floats < 0).any()) or not floats.sum() > 0 else floats


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text) if str(text).strip() else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
