"""Years and months as lists write them."""

from __future__ import annotations

import re

import pandas as pd

_FORM = re.compile(
    r"^(?:(?:fy ?)?(?P<year>\d{4})"
    r"|(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})(?:-01(?:[t ]00:00(?::00)?)?)?"
    r"|(?P<m2>\d{1,2})[-/.](?P<y2>\d{4})"
    r"|(?P<word>[a-z]{3})[a-z]*\.?[ -]?(?P<y3>\d{4}))$"
)
_MONTHS = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]


def read_periods(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """
    Read periods.

    Parameters
    ----------
    cells : shape (n_rows,)
        ``2027``, ``FY2027``, ``2027-03``, ``2027/3``, ``03/2027``, ``2027-03-01``,
        ``Mar 2027``.

    Returns
    -------
    periods : shape (n_rows,)
        ``2027`` or ``2027-03``, empty where there is none.
    is_bad : shape (n_rows,)
        Cells that are no year and no month; quarters among them.
    """
    by_text = {text: _period(text.strip().casefold()) for text in cells.unique()}
    periods = cells.map(by_text).astype("str")
    return periods, (periods == "") & (cells != "")


def _period(text: str) -> str:
    match = _FORM.match(text)
    if match is None:
        return ""
    if match["year"]:
        return match["year"]
    year = match["y1"] or match["y2"] or match["y3"]
    month = int(match["m1"] or match["m2"] or 0)
    if match["word"] in _MONTHS:
        month = _MONTHS.index(match["word"]) + 1
    return f"{year}-{month:02d}" if 1 <= month <= len(_MONTHS) else ""
