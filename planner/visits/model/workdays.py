"""Working days of a plan, and the hours in which an account may be visited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import pandas as pd

from planner.core.errors import InputError
from planner.core.schemas import WEEKDAYS
from planner.visits.model.params import S_PER_DAY
from planner.visits.model.problem import DAYS_PER_WEEK, N_DAYS, Window

WORK_WEEK = WEEKDAYS[:DAYS_PER_WEEK]


def plan_dates(start_on: date) -> tuple[date, ...]:
    """
    List the 20 weekdays of the four weeks from a Monday.

    Raises
    ------
    InputError
        If the day is no Monday.
    """
    if start_on.weekday() != 0:
        raise InputError(
            f"a visit plan starts on a Monday, got {start_on:%A %Y-%m-%d}: "
            f"take {start_on - timedelta(days=start_on.weekday()):%Y-%m-%d}"
        )
    return tuple(
        start_on + timedelta(days=7 * (day // DAYS_PER_WEEK) + day % DAYS_PER_WEEK)
        for day in range(N_DAYS)
    )


def closed_days(
    dates: Collection[date], non_working: Collection[date]
) -> frozenset[int]:
    """Return the numbers (from 0) of the plan's days that nobody works."""
    off = set(non_working)
    return frozenset(day for day, on in enumerate(dates) if on in off)


def week_windows(
    open_days: object, opens_s: object, closes_s: object
) -> tuple[tuple[Window, ...], ...]:
    """
    Turn an account's opening columns into start windows by weekday.

    Parameters
    ----------
    open_days
        ``Mon;Tue;Wed``; missing: Monday to Friday.
    opens_s, closes_s
        Span in which a visit may start; missing: any time.

    Returns
    -------
    Five entries, Monday to Friday; empty on days when it is closed.

    Raises
    ------
    InputError
        If a day is not known or the account closes before it opens.
    """
    opens = 0 if pd.isna(opens_s) else int(str(opens_s))
    closes = S_PER_DAY if pd.isna(closes_s) else int(str(closes_s))
    if closes < opens:
        raise InputError(f"closes_s must not be before opens_s, got {closes} < {opens}")
    if pd.isna(open_days) or not str(open_days).strip():
        days = set(WORK_WEEK)
    else:
        days = {part.strip() for part in str(open_days).split(";") if part.strip()}
    unknown = days.difference(WEEKDAYS)
    if unknown:
        raise InputError(
            f"open_days must name {', '.join(WEEKDAYS)}, got {sorted(unknown)[0]!r}"
        )
    return tuple(((opens, closes),) if day in days else () for day in WORK_WEEK)
