"""Text cells to dates and times of day: read by the form the whole column shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.accounts.reading.values import MISSING


@dataclass(frozen=True, slots=True)
class Dates:
    """
    A column of dates.

    Parameters
    ----------
    dates : shape (n_rows,)
        Midnights, null where there is none.
    is_bad : shape (n_rows,)
        Cells that are no date.
    is_held : shape (n_rows,)
        Dates that can be read in two ways, or in a form the column contradicts.
    form
        ``iso``, ``mdy``, ``dmy`` or ``serial``: what was read besides ISO.
    """

    dates: pd.Series
    is_bad: pd.Series
    is_held: pd.Series
    form: str = "iso"


_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ].*)?"
_SLASHED = r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?: .*)?"
_SERIAL = r"[234567]\d{4}"  # Excel days of 1954 to 2118
_FIRST_YEAR, _LAST_YEAR = 1700, 2199  # what every column of dates can hold
_YOUNGEST_SHORT_YEAR = 29  # two digits: 00-29 are this century, as in Excel


def read_dates(cells: pd.Series, form: str | None = None) -> Dates:
    """
    Read a column of dates.

    Parameters
    ----------
    cells : shape (n_rows,)
        Text as in the file.
    form
        The user's choice for what is not ISO; None: found out.

    Notes
    -----
    ISO dates are always read. Others are read only if the whole column has one form
    and something in it (a day above 12) says which; else they are held.
    """
    text = cells.str.strip()
    text = text.where(~text.str.lower().isin(MISSING), "")
    is_iso = text.str.fullmatch(_ISO)
    is_slashed, is_serial = text.str.fullmatch(_SLASHED), text.str.fullmatch(_SERIAL)
    own_form = form or _only_form(text, is_iso, is_slashed, is_serial)
    dates = pd.to_datetime(
        text.str.slice(0, 10).where(is_iso), format="%Y-%m-%d", errors="coerce"
    )
    is_read = is_iso
    if own_form in {"mdy", "dmy"}:
        dates = dates.fillna(_slashed_dates(text.where(is_slashed, ""), own_form))
        is_read = is_read | is_slashed
    elif own_form == "serial":
        days = pd.to_numeric(text.where(is_serial), errors="coerce")
        dates = dates.fillna(pd.Timestamp("1899-12-30") + pd.to_timedelta(days, "D"))
        is_read = is_read | is_serial
    dates = dates.where(dates.dt.year.between(_FIRST_YEAR, _LAST_YEAR))
    is_held = (is_slashed | is_serial) & ~is_read
    is_bad = (text != "") & ~is_held & dates.isna()
    return Dates(dates.astype("datetime64[s]"), is_bad, is_held, own_form)


def _only_form(
    text: pd.Series, is_iso: pd.Series, is_slashed: pd.Series, is_serial: pd.Series
) -> str:
    """Name the one form besides ISO, or ``iso`` if there is none or several."""
    kinds = [bool(kind.any()) for kind in (is_iso, is_slashed, is_serial)]
    if sum(kinds) != 1 or kinds[0]:
        return "iso"
    if kinds[2]:
        return "serial"
    parts = text.where(is_slashed).str.extract(_SLASHED)
    first, second = pd.to_numeric(parts[0]), pd.to_numeric(parts[1])
    is_dmy, is_mdy = bool((first > 12).any()), bool((second > 12).any())
    if is_dmy == is_mdy:
        return "iso"
    return "dmy" if is_dmy else "mdy"


def _slashed_dates(text: pd.Series, form: str) -> pd.Series:
    parts = text.str.extract(_SLASHED)
    year = pd.to_numeric(parts[2])
    is_short = parts[2].str.len() == 2
    century = np.where(year <= _YOUNGEST_SHORT_YEAR, 2000, 1900)
    first, second = (0, 1) if form == "mdy" else (1, 0)
    frame = pd.DataFrame(
        {
            "year": year.where(~is_short.fillna(value=False), year + century),
            "month": pd.to_numeric(parts[first]),
            "day": pd.to_numeric(parts[second]),
        }
    )
    return pd.to_datetime(frame, errors="coerce")


def read_times(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """
    Read times of day: seconds from midnight, ``8:30`` or ``08:30:00``.

    Returns
    -------
    seconds : shape (n_rows,)
        Int64, null where there is none.
    is_bad : shape (n_rows,)
        Cells that are no time of one day.
    """
    text = cells.str.strip()
    text = text.where(~text.str.lower().isin(MISSING), "")
    is_whole = text.str.fullmatch(r"\d{1,6}")
    seconds = pd.to_numeric(text.where(is_whole), errors="coerce")
    others = text[~is_whole & (text != "")]
    if len(others):
        seconds = seconds.fillna(_of_clock(others).reindex(text.index))
    is_bad = (text != "") & ~(seconds <= 86_400)
    return seconds.mask(is_bad).astype("Int64"), is_bad


def _of_clock(text: pd.Series) -> pd.Series:
    """Read ``8:30`` or ``08:30:00`` as seconds, NaN where it is neither."""
    clock = text.str.extract(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$")
    hours, minutes = pd.to_numeric(clock[0]), pd.to_numeric(clock[1])
    seconds = hours * 3600 + minutes * 60 + pd.to_numeric(clock[2]).fillna(0)
    return seconds.where(minutes < 60)
