"""Ownership cut at a day: what lies before it, what from it on, and both in one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from planner.core.schemas import OWNERSHIP, check
from planner.quotas.ownership import as_day, rejoined

Supersede = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]


def until(ownership: pd.DataFrame, day: str | dt.date | pd.Timestamp) -> pd.DataFrame:
    """Give what holds before a day; spans that run past it end there."""
    cut = as_day(day)
    rows = ownership[ownership["valid_from"] < cut].copy()
    runs_past = rows["valid_to"].isna() | (rows["valid_to"] > cut)
    rows.loc[runs_past, "valid_to"] = cut
    return _checked(rows)


def since(ownership: pd.DataFrame, day: str | dt.date | pd.Timestamp) -> pd.DataFrame:
    """Give what holds from a day on; spans that began before begin there."""
    cut = as_day(day)
    rows = ownership[ownership["valid_to"].isna() | (ownership["valid_to"] > cut)]
    rows = rows.copy()
    rows.loc[rows["valid_from"] < cut, "valid_from"] = cut
    return _checked(rows)


def insert_until(
    old: pd.DataFrame,
    new: pd.DataFrame,
    day: str | dt.date | pd.Timestamp | None,
    supersede: Supersede,
) -> pd.DataFrame:
    """
    Let new ownership take over only until a day; from then on all stays as it is.

    Parameters
    ----------
    old, new
        OWNERSHIP frames.
    day
        The day on which what was published for later begins; None: nothing was.
    supersede
        How `new` takes over, as of `planner.quotas.ownership.supersede`.
    """
    if day is None:
        return supersede(old, new)
    before = until(supersede(until(old, day), new), day)
    joined = pd.concat([before, since(old, day)], ignore_index=True)
    return _checked(rejoined(joined, as_day(day)))


def extend_back(ownership: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """
    Add earlier owners of accounts that had none then.

    Parameters
    ----------
    ownership
        OWNERSHIP frame.
    earlier
        OWNERSHIP rows to add; of an account that has owners they end on its first day.
    """
    owners = ownership[ownership["role"] == "owner"]
    first = owners.groupby("account_id")["valid_from"].min()
    ends, begins = earlier["valid_to"], earlier["account_id"].map(first)
    is_earlier = ends.notna() & (begins.isna() | (ends < begins))
    rows = earlier.assign(valid_to=ends.where(is_earlier, begins))
    rows = rows[rows["valid_to"].isna() | (rows["valid_from"] < rows["valid_to"])]
    joined = pd.concat([ownership, rows], ignore_index=True)
    for day in sorted(rows["valid_to"].dropna().unique()):
        joined = rejoined(joined, pd.Timestamp(day))
    return _checked(joined)


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    ordered = frame[list(OWNERSHIP.columns)].sort_values(
        ["account_id", "role", "valid_from", "position_id"], kind="stable"
    )
    ordered["valid_to"] = ordered["valid_to"].astype("datetime64[s]")
    return check(ordered.reset_index(drop=True), OWNERSHIP)
