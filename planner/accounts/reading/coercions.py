"""What became of the cells: each column as it was read, with examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from planner.accounts.findings import Finding
from planner.accounts.mapping.readings import QUANTITY_BY_TARGET, Reading, factor_of
from planner.accounts.reading.cells import CellReader
from planner.accounts.reading.values.numbers import MISSING
from planner.core.money import minor_digits

COLUMNS = ("target", "column", "read_as", "examples", "n_changed", "n_empty")
SHOWN_EXAMPLES = 3
_PLAIN_NUMBER = r"[+-]?\d*\.?\d+"
_ISO = r"\d{4}-\d{2}-\d{2}"
_FRAME_NAMES = {"cost_per_year": "cost_minor_per_year", "amount": "amount_minor"}
_SPOKEN_FORMS = {
    "mdy": "month first (m/d/y)",
    "dmy": "day first (d/m/y)",
    "serial": "Excel day numbers",
    "iso": "ISO",
}
_CHOICES = ("status", "kind", "stage", "role")


def describe_coercions(cells: CellReader, frame: pd.DataFrame) -> pd.DataFrame:
    """
    Say of each mapped column how its cells were read.

    Parameters
    ----------
    cells
        Reader of the table, after it read everything.
    frame : shape (n_rows, any)
        What the cells became, by row number; rows refused may be among them.

    Returns
    -------
    A row for each of our columns: `target`, `column`, `read_as` (a phrase), `examples`
    (up to three ``before → after``, parted by `` · ``), `n_changed` (cells whose form
    changed), `n_empty`.
    """
    notices = {(f.code, f.column) for f in cells.log.findings if not f.row}
    forms = _date_forms(cells.log.findings)
    currency = cells.context.currency
    rows = []
    for target, column in cells.mapping.items():
        before = cells.raw.frame[column].reindex(frame.index)
        after = _column_of(target, frame)
        if after is None:
            continue
        reading = cells.readings.get(target) or Reading(column=column)
        is_empty = before.str.strip().str.lower().isin(MISSING)
        is_other = ~is_empty & _has_changed(target, before, after, reading)
        rows_shown = before.index[is_other & after.notna()]
        if not len(rows_shown):
            rows_shown = before.index[~is_empty & after.notna()]
        read_as = _read_as(target, column, after, reading, notices, currency)
        if column in forms or reading.date_form:
            read_as += _why_form(before, reading, forms.get(column, ""))
        rows.append(
            {
                "target": target,
                "column": column,
                "read_as": read_as,
                "examples": _examples(target, before, after, rows_shown, currency),
                "n_changed": int(is_other.sum()),
                "n_empty": int(is_empty.sum()),
            }
        )
    return _typed(rows)


def no_coercions() -> pd.DataFrame:
    """Make the frame of a file of which nothing was read."""
    return _typed([])


def _typed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    types = dict.fromkeys(COLUMNS, "str") | {"n_changed": "int64", "n_empty": "int64"}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(types)


def _column_of(target: str, frame: pd.DataFrame) -> pd.Series | None:
    for name in (target, f"{target}_minor", _FRAME_NAMES.get(target, "")):
        if name in frame.columns:
            return frame[name]
    return None


def _has_changed(
    target: str, before: pd.Series, after: pd.Series, reading: Reading
) -> pd.Series:
    """Tell which cells stand otherwise than in the file, once written again."""
    kind = str(after.dtype)
    if kind.startswith("datetime"):
        return ~before.str.fullmatch(_ISO)
    if kind == "geometry":
        return pd.Series(data=False, index=before.index)
    if kind in {"Int64", "float64", "int64"}:
        if factor_of(target, reading.unit) != 1:
            return pd.Series(data=True, index=before.index)
        return ~before.str.fullmatch(_PLAIN_NUMBER)
    return before != after.fillna("")


def _read_as(
    target: str,
    column: str,
    after: pd.Series,
    reading: Reading,
    notices: set[tuple[str, str]],
    currency: str,
) -> str:
    kind = str(after.dtype)
    parts = [_kind_in_words(target, kind, currency)]
    if ("decimal_comma", column) in notices or reading.decimal == ",":
        parts.append("decimal comma")
    if ("grouped_numbers", column) in notices:
        parts.append("signs between thousands taken out")
    if ("rounded", column) in notices:
        parts.append(f"rounded to {minor_digits(currency)} decimals")
    factor = factor_of(target, reading.unit)
    if factor != 1:
        times = f"× {factor.numerator:,}"
        if factor.numerator == 1:
            times = f"÷ {factor.denominator:,}"
        elif factor.denominator != 1:
            times = f"× {float(factor):g}"
        parts.append(f"{reading.unit}: {times}")
    return ", ".join(parts)


def _kind_in_words(target: str, kind: str, currency: str) -> str:
    if QUANTITY_BY_TARGET.get(target) == "money":
        return f"money in {currency}"
    if QUANTITY_BY_TARGET.get(target) == "share":
        return "share from 0 to 1"
    if target in {"lat", "lon"}:
        return "degrees"
    if target in _CHOICES:
        return "one of our words"
    if target.endswith("_s"):
        return "time of day"
    if kind.startswith("datetime"):
        return "date"
    if kind in {"Int64", "int64"}:
        return "minutes" if target == "minutes" else "whole number"
    return "number" if kind == "float64" else "text"


def _date_forms(findings: Iterable[Finding]) -> dict[str, str]:
    """Find the form dates were read in, by column of the file."""
    spoken = {
        "month/day/year": "mdy",
        "day/month/year": "dmy",
        "Excel day numbers": "serial",
    }
    return {
        finding.column: form
        for finding in findings
        if finding.code == "date_form"
        for words, form in spoken.items()
        if finding.message.endswith(words)
    }


def _why_form(before: pd.Series, reading: Reading, form: str) -> str:
    """Say the form of dates, and the row that settled it."""
    own_form = reading.date_form or form
    text = f", {_SPOKEN_FORMS[own_form]}"
    if reading.date_form:
        return f"{text}, as chosen"
    place = {"dmy": 0, "mdy": 1}.get(form)
    if place is None:
        return text
    parts = before.str.extract(r"^\s*(\d{1,2})[/.\-](\d{1,2})[/.\-]")
    decisive = parts.index[pd.to_numeric(parts[place]) > 12]
    if not len(decisive):
        return text
    row = decisive[0]
    return f"{text} because row {row} has {before[row].strip()[:20]}"


def _examples(
    target: str,
    cells: pd.Series,
    after: pd.Series,
    rows: pd.Index,
    currency: str,
) -> str:
    """Write up to three different cells before and after."""
    pair_by_text: dict[str, str] = {}
    for row in rows[:50]:
        before = cells[row].strip()
        if before not in pair_by_text:
            pair_by_text[before] = _written(target, after.name, after[row], currency)
        if len(pair_by_text) == SHOWN_EXAMPLES:
            break
    pairs = [f"{before[:40]} → {now[:40]}" for before, now in pair_by_text.items()]
    return " · ".join(pairs)


def _written(target: str, name: object, value: Any, currency: str) -> str:
    """Write a value as a person would check it."""
    if "_minor" in str(name):
        digits = minor_digits(currency)
        amount, sign = abs(int(value)), "-" if value < 0 else ""
        whole, rest = divmod(amount, 10**digits)
        return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if target.endswith("_s"):
        hours, seconds = divmod(int(value), 3600)
        return f"{hours:02d}:{seconds // 60:02d}"
    return f"{value:g}" if isinstance(value, float) else str(value)
