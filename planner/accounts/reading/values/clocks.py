"""Times of day in cells: clocks of 12 and 24 hours, spans; no seconds unasked."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from planner.accounts.reading.values.numbers import MISSING

DAY_S = 86_400
_SEPARATORS = (
    r"\s*(?:-|–|—|\bto\b|\bbis\b|\btill\b|\buntil\b|\bà\b|\ba\b|\btot\b|~|/)\s*"
)
_SPAN = re.compile(rf"(?P<opens>.*?\d.*?){_SEPARATORS}(?P<closes>.*\d.*)")
_HALF = re.compile(r"(?P<clock>[\d.:h]+)\s*(?P<half>[ap])\.?\s*m?\.?")
_CLOCK = re.compile(
    r"t?(?P<hour>\d{1,2})\s*[:h]\s*(?P<minute>\d{2})?(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"(?:\s*(?:uhr|h|hrs?|z))?"
)
_POINT = re.compile(r"(?P<hour>\d{1,2})\.(?P<minute>\d{2})")
_DECIMAL = re.compile(r"(?P<hour>\d{1,2})[.,](?P<part>\d{1,2})")
_DAY_PART = re.compile(r"0?[.,]\d{3,}|[01][.,]0+|0?[.,]\d{1,2}")  # a clock in Excel
_WORDS = {"noon": 43_200, "midday": 43_200, "midnight": DAY_S, "mittag": 43_200}
_QUARTERS = {"00", "25", "50", "75"}


@dataclass(frozen=True, slots=True)
class Clocks:
    """
    A column of times of day.

    Parameters
    ----------
    seconds : shape (n_rows,)
        From midnight, Int64, null where there is none; of a span, where it begins.
    ends : shape (n_rows,)
        Where spans (``8-17``) end; null elsewhere.
    is_bad : shape (n_rows,)
        Cells that are no time of one day.
    """

    seconds: pd.Series
    ends: pd.Series
    is_bad: pd.Series


def read_clocks(cells: pd.Series, *, in_seconds: bool = False) -> Clocks:
    """
    Read times of day.

    Parameters
    ----------
    cells : shape (n_rows,)
        Text as in the file.
    in_seconds
        Whether the column says that whole numbers are seconds from midnight; else
        ``0900`` and ``900`` are nine o'clock, and so is ``9``.

    Notes
    -----
    ``8.30`` is half past eight where the column writes clocks with a point, ``8.5`` and
    ``8,5`` are decimals of the hour; ``8.50`` is bad where nothing says which.
    """
    text = cells.str.strip().str.casefold()
    text = text.where(~text.isin(MISSING), "")
    has_decimals = _writes_decimals(text)
    five = text[text.str.fullmatch(r"\d{5}")]
    if not in_seconds and bool((five.str.slice(1, 3) > "59").any()):
        # 28800 cannot be 2:88:00: those of five digits are seconds here.
        text = text.where(~text.isin(five), _clock_of_seconds(five).reindex(text.index))
    answers = {
        cell: _span(cell, in_seconds=in_seconds, has_decimals=has_decimals)
        for cell in text.unique()
    }
    begins = text.map({cell: span[0] for cell, span in answers.items()})
    ends = text.map({cell: span[1] for cell, span in answers.items()})
    seconds = pd.to_numeric(begins, errors="coerce").astype("Int64")
    return Clocks(
        seconds,
        pd.to_numeric(ends, errors="coerce").astype("Int64"),
        (text != "") & seconds.isna(),
    )


def _clock_of_seconds(digits: pd.Series) -> pd.Series:
    minutes = pd.to_numeric(digits) // 60
    clock = (minutes // 60).astype("str") + ":"
    clock += (minutes % 60).astype("str").str.zfill(2)
    return clock + ":" + (pd.to_numeric(digits) % 60).astype("str").str.zfill(2)


def _writes_decimals(text: pd.Series) -> bool | None:
    """Tell whether ``8.50`` is half past eight in a column; None: nothing says."""
    tails = {
        part
        for cell in text.unique()
        for part in re.findall(r"\b\d{1,2}[.,](\d{1,2})\b", cell)
    }
    if not tails - {"00"}:
        return False
    if any(len(part) == 1 or part > "59" for part in tails):
        return True
    if tails - _QUARTERS:
        return False
    return True if "25" in tails else None


def _span(
    cell: str, *, in_seconds: bool, has_decimals: bool | None
) -> tuple[int | None, int | None]:
    alone = _seconds(cell, in_seconds=in_seconds, has_decimals=has_decimals)
    match = None if alone is not None else _SPAN.fullmatch(cell)
    if match is None:
        return alone, None
    opens, closes = (
        _seconds(match[end].strip(), in_seconds=False, has_decimals=has_decimals)
        for end in ("opens", "closes")
    )
    if opens is None or closes is None:
        return None, None
    if opens >= closes > 0 and closes <= DAY_S // 2 and "m" not in match["closes"]:
        closes += DAY_S // 2  # 9-5 is nine to five in the afternoon
    return opens, closes


def _seconds(cell: str, *, in_seconds: bool, has_decimals: bool | None) -> int | None:
    """Read one time of day; None: it is none."""
    if cell in _WORDS:
        return _WORDS[cell]
    half = _HALF.fullmatch(cell)
    if half is not None:
        return _of_half(half["clock"], half["half"])
    if re.match(r"\d{4}-\d{2}-\d{2}[ t]", cell):  # a clock as spreadsheets store it
        cell = cell[11:]
    clock = _CLOCK.fullmatch(cell)
    if clock is not None:
        return _of(clock["hour"], clock["minute"] or "0", clock["second"] or "0")
    bare = re.sub(r"\s*(?:uhr|h|hrs?)\.?$", "", cell)
    if bare.isdecimal():
        return _of_digits(bare, in_seconds=in_seconds)
    if _DAY_PART.fullmatch(bare):
        return round(float(bare.replace(",", ".")) * DAY_S)
    return _of_point(bare, has_decimals=has_decimals)


def _of(hour: str, minute: str, second: str = "0") -> int | None:
    if int(minute) > 59 or int(second) > 59:
        return None
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second)
    return seconds if seconds <= DAY_S else None


def _of_half(clock: str, half: str) -> int | None:
    """Read a clock of twelve hours: 12 am is midnight, 12 pm noon."""
    parts = re.fullmatch(r"(\d{1,2})(?:[:.h]?(\d{2}))?(?::(\d{2}))?", clock)
    if parts is None or not 1 <= int(parts[1]) <= 12:
        return None
    hour = int(parts[1]) % 12 + (12 if half == "p" else 0)
    return _of(str(hour), parts[2] or "0", parts[3] or "0")


def _of_digits(digits: str, *, in_seconds: bool) -> int | None:
    if in_seconds:
        return int(digits) if len(digits) < 7 and int(digits) <= DAY_S else None
    if len(digits) <= 2:
        return _of(digits, "0")
    if len(digits) <= 4:
        return _of(digits[:-2], digits[-2:])
    # Six digits are a clock (SAP); five could be seconds as well as 9:00:00.
    return _of(digits[:2], digits[2:4], digits[4:]) if len(digits) == 6 else None


def _of_point(cell: str, *, has_decimals: bool | None) -> int | None:
    clock, decimal = _POINT.fullmatch(cell), _DECIMAL.fullmatch(cell)
    if clock is not None and (has_decimals is False or clock["minute"] == "00"):
        return _of(clock["hour"], clock["minute"])
    if decimal is None:
        return None
    part = decimal["part"]
    if has_decimals is None and len(part) == 2 and part not in {"00", "75"}:
        return None
    seconds = round(float(f"{decimal['hour']}.{part}") * 3600)
    return seconds if seconds <= DAY_S else None
