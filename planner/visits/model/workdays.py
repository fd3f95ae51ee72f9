"""Working days of a plan, and the hours in which an account may be visited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import pandas as pd

from planner.core.errors import InputError
from planner.core.schemas import WEEKDAYS
from planner.core.units import DAYS_PER_WEEK
from planner.visits.model.calendar import WORK_WEEKDAYS, Calendar
from planner.visits.model.params import S_PER_DAY
from planner.visits.model.problem import Window

WORK_WEEK = tuple(WEEKDAYS[day] for day in WORK_WEEKDAYS)


def monday_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def plan_calendar(start_on: date, n_days: int, weekdays: Collection[int]) -> Calendar:
    """
    List the working days of a plan.

    Parameters
    ----------
    start_on
        First day of the plan.
    n_days
        Calendar days that it lasts.
    weekdays
        Worked weekdays, 0 is Monday.
    """
    first = start_on.weekday()
    return Calendar.of_weeks(0, weekdays, first=first, length=first + n_days)


def plan_dates(start_on: date, calendar: Calendar) -> tuple[date, ...]:
    """List the date of each day of a plan that begins in the week of `start_on`."""
    monday = monday_of(start_on)
    return tuple(monday + timedelta(days=offset) for offset in calendar.offsets)


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
    Seven entries, Monday to Sunday; empty on days when it is closed.

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
    return tuple(
        ((opens, closes),) if WEEKDAYS[day] in days else ()
        for day in range(DAYS_PER_WEEK)
    )
