"""Text cells to dates and times of day: read by the form the whole column shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.accounts.reading.values.day_words import named_dates
from planner.accounts.reading.values.numbers import MISSING


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
_YEAR_FIRST = r"(\d{4})(?:[/.\-年])(\d{1,2})(?:[/.\-月])(\d{1,2})日?(?:[T ].*)?"
_COMPACT = (
    r"((?:17|18|19|20|21)\d{2})(0[1-9]|1[0-2])([0-3]\d)(?:[T ]?\d{4,6}(?:\D.*)?)?"
)
_ZONED = r"\d{4}-?\d{2}-?\d{2}[T ]\d{2}:?\d{2}.*(?:[Zz]|[+-]\d{2}:?\d{2})"
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
    Dates with one reading are always read: ISO, ``20261005``, ``2026/10/05``,
    ``05-OCT-26``. Others are read only if the whole column has one form and something
    in it (a day above 12) says which; else they are held.
    """
    text = cells.str.strip()
    text = text.where(~text.str.lower().isin(MISSING), "")
    text = _as_iso(text)
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


def in_zone(cells: pd.Series) -> pd.Series:
    """
    Tell which cells are moments with a zone whose day may be another month's here.

    Parameters
    ----------
    cells : shape (n_rows,)
        Text as in the file.

    Notes
    -----
    Zones reach from 12 hours before UTC to 14 hours after it: only stamps as near to a
    month's end count.
    """
    text = cells.str.strip()
    is_zoned = text.str.fullmatch(_ZONED)
    near = pd.Series(data=False, index=cells.index)
    if bool(is_zoned.any()):
        moments = pd.to_datetime(
            text[is_zoned], utc=True, errors="coerce", format="ISO8601"
        )
        before, after = (moments + pd.Timedelta(hours=hours) for hours in (-12, 14))
        month = moments.dt.month
        near[is_zoned] = (before.dt.month != month) | (after.dt.month != month)
    return near


def _as_iso(text: pd.Series) -> pd.Series:
    """Write dates of other forms with one reading as ISO."""
    others = text[~text.str.fullmatch(_ISO) & (text != "")]
    if others.empty:
        return text
    for form in (_YEAR_FIRST, _COMPACT):
        parts = others.str.extract(f"^{form}$")
        is_form = parts[0].notna()
        if bool(is_form.any()):
            iso = parts[0] + "-" + parts[1].str.zfill(2) + "-" + parts[2].str.zfill(2)
            others = others.where(~is_form, iso)
    others = others.where(
        ~others.str.contains(r"[^\W\d_]{3}", regex=True), named_dates(others)
    )
    return text.where(~text.index.isin(others.index), others.reindex(text.index))


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
