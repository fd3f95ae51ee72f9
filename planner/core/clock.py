"""The calendar's day: the one place where it is read; engines get it as an argument."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping

from planner.core.errors import ParamsError

VARIABLE = "PLANNER_TODAY"


def today(environ: Mapping[str, str] | None = None) -> dt.date:
    """
    Return the day by the clock of this machine.

    Parameters
    ----------
    environ
        Variables by name; None: those of the process. ``PLANNER_TODAY=2026-11-20``
        sets the clock for tests and trials.

    Raises
    ------
    ParamsError
        If PLANNER_TODAY is no date.
    """
    day = (os.environ if environ is None else environ).get(VARIABLE, "").strip()
    if not day:
        return dt.datetime.now(dt.UTC).astimezone().date()
    try:
        return dt.date.fromisoformat(day)
    except ValueError as error:
        raise ParamsError(
            f"{VARIABLE} must be a date such as 2026-11-20, got {day!r}"
        ) from error
