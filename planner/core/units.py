"""Conversions between units of time, length and share."""

from __future__ import annotations

KM_PER_MILE = 1.609344
M_PER_KM = 1000
MIN_PER_HOUR = 60
S_PER_MIN = 60
S_PER_HOUR = 3_600
DAYS_PER_WEEK = 7
PPM = 1_000_000


def clock_text(time_s: float) -> str:
    """
    Write a time of day as ``08:30``.

    Parameters
    ----------
    time_s
        Seconds from midnight; rounded down to the minute.

    Returns
    -------
    Hours and minutes; past midnight the hours run on (``25:10``).
    """
    minutes = int(time_s) // S_PER_MIN
    return f"{minutes // MIN_PER_HOUR:02d}:{minutes % MIN_PER_HOUR:02d}"


def duration_text(duration_min: float) -> str:
    """
    Write a duration as ``3 h 10`` or ``45 min``.

    Parameters
    ----------
    duration_min
        Minutes, rounded to the nearest one.
    """
    minutes = round(duration_min)
    if abs(minutes) < MIN_PER_HOUR:
        return f"{minutes} min"
    sign = "−" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), MIN_PER_HOUR)
    return f"{sign}{hours} h {rest:02d}"
