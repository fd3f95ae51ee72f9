"""Segments against industry, size, rating or revenue: counts and sums."""

from __future__ import annotations

import pandas as pd

from planner.core.errors import InputError

GROUPINGS = ("industry", "employees", "rating", "annual_revenue")
SUMS = ("potential_minor", "annual_revenue_minor", "our_sales_minor")
UNKNOWN = "unknown"

_EMPLOYEE_EDGES = (0, 10, 50, 100, 500)
_EMPLOYEE_LABELS = ("0-9", "10-49", "50-99", "100-499", "500 and more")
_REVENUE_EDGES = (0, 1_000_000, 5_000_000, 20_000_000, 100_000_000)
_REVENUE_LABELS = ("below 1 M", "1-5 M", "5-20 M", "20-100 M", "100 M and more")


def cross_table(
    accounts: pd.DataFrame,
    segments: pd.DataFrame,
    by: str,
    *,
    minor_digits: int = 2,
) -> pd.DataFrame:
    """
    Count accounts and sum amounts by segment and a grouping.

    Parameters
    ----------
    accounts : shape (n_accounts, n_columns)
        Frame of the ACCOUNTS schema.
    segments : columns segment
        As `apply_rules` gives it, indexed by account_id.
    by
        One of `GROUPINGS`.
    minor_digits
        Decimals of the company's currency.

    Returns
    -------
    columns segment, group, accounts, potential_minor, annual_revenue_minor,
    our_sales_minor
        One row for each pair that occurs; groups in their natural order, ``unknown``
        last. Counts and sums over all rows equal those of the accounts.

    Raises
    ------
    InputError
        If `by` is none of the groupings.
    """
    if by not in GROUPINGS:
        raise InputError(
            f"a cross table is by one of {', '.join(GROUPINGS)}, got {by!r}"
        )
    frame = pd.DataFrame(
        {
            "segment": segments["segment"].reindex(accounts.index),
            "group": _groups(accounts, by, minor_digits),
            "accounts": 1,
        }
    )
    for name in SUMS:
        frame[name] = accounts[name].fillna(0).astype("int64")
    keys = ["segment", "group"]
    return frame.groupby(keys, observed=True, dropna=False).sum().reset_index()


def _groups(accounts: pd.DataFrame, by: str, minor_digits: int) -> pd.Series:
    if by == "employees":
        return _bands(accounts["employees"], 1, _EMPLOYEE_EDGES, _EMPLOYEE_LABELS)
    if by == "annual_revenue":
        unit = 10**minor_digits
        cells = accounts["annual_revenue_minor"]
        return _bands(cells, unit, _REVENUE_EDGES, _REVENUE_LABELS)
    text = accounts[by].astype("str").str.strip()
    text = text.mask(text == "")
    order = [*sorted(text.dropna().unique()), UNKNOWN]
    return text.fillna(UNKNOWN).astype(pd.CategoricalDtype(order, ordered=True))


def _bands(
    cells: pd.Series, unit: int, edges: tuple[int, ...], labels: tuple[str, ...]
) -> pd.Series:
    limits = [edge * unit for edge in edges]
    values = cells.astype("Float64").astype("float64")
    bands = pd.cut(values, [*limits, float("inf")], labels=list(labels), right=False)
    order = pd.CategoricalDtype([*labels, UNKNOWN], ordered=True)
    return bands.astype("str").fillna(UNKNOWN).astype(order)
