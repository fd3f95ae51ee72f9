"""Months open and close in order: none before it is over, none before another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from planner.core.errors import InputError


def refuse_closing(period: str, closed: Sequence[str], today: dt.date) -> None:
    """
    Refuse to close a month out of turn.

    Parameters
    ----------
    period
        The month to close: ``2026-10``.
    closed
        The months closed so far; the first to be closed may be any.
    today
        The company's day.

    Raises
    ------
    InputError
        If the month is not over, or another is to be closed before it.
    """
    month = pd.Period(period, "M")
    if month >= pd.Period(today, "M"):
        raise InputError(
            f"{period} is not over on {today}: it can be closed from "
            f"{(month + 1).start_time.date()} on; run a trial until then"
        )
    if not closed or period in closed:  # closed already: the store says what to do
        return
    following = pd.Period(max(closed), "M") + 1
    if month != following:
        raise InputError(
            f"{period} cannot be closed now: months are closed in order, and the last "
            f"closed is {max(closed)}. Close {following} next"
        )
