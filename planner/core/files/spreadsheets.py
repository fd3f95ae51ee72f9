"""Tables for spreadsheets: no cell is executed, ids stay text, numbers stay numbers."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from planner.core.errors import InputError

LONGEST_CELL = 32_767  # of a workbook, in characters
MOST_ROWS = 1_048_575  # of a sheet, below its header
_WIDEST = 60
_WIDTH_ROWS = 200  # that decide how wide a column is

# What a spreadsheet takes for the start of a formula, also in East Asian width.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫"
# What it skips before: blanks, what nobody sees, quotes.
_SKIPPED = r"[\s\x00-\x20\u00ad\u200b-\u200f\u2060\ufeff\"']*"
# A cell starts with the text; read with another delimiter, also inside it.
_AHEAD = rf"(?={_SKIPPED}[{_SIGNS}])"
_FIRST = r"(?='*[\t\r\n\x00])"
_UNGUARDED = re.compile(rf"(?:^|(?<=[;\t\r\n])){_AHEAD}|^{_FIRST}")
_GUARDED = re.compile(rf"(?:^|(?<=[;\t\r\n]))'{_AHEAD}|^'{_FIRST}")
_SUSPECT = re.compile(f"[{_SIGNS}\t\r\n\x00]")


def safe_cell(value: Any) -> Any:
    """
    Keep a spreadsheet from reading text as a formula.

    Parameters
    ----------
    value
        A cell; anything but text is returned as it is.

    Returns
    -------
    The text with an apostrophe wherever a cell could start like a formula: at its
    start, and after a semicolon, a tab or a line break, which another delimiter setting
    takes for the start of a cell. `plain_cell` takes them off again.

    Notes
    -----
    Source: OWASP, CSV Injection.
    """
    if isinstance(value, str) and _SUSPECT.search(value):
        return _UNGUARDED.sub("'", value)
    return value


def plain_cell(value: Any) -> Any:
    """Undo `safe_cell`: give the text that was there before."""
    if isinstance(value, str) and "'" in value:
        return _GUARDED.sub("", value)
    return value


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Apply `safe_cell` to every text cell of a frame, its index and its header."""
    return _each_text(frame, safe_cell)


def plain_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Undo `safe_frame`, in the cells and the header."""
    return _each_text(frame, plain_cell)


def _each_text(frame: pd.DataFrame, change: Callable[[Any], Any]) -> pd.DataFrame:
    changed = frame.copy(deep=False)
    for place, dtype in enumerate(changed.dtypes):
        if _may_hold_text(dtype):
            column = changed.iloc[:, place]
            cells = [change(cell) for cell in column.tolist()]
            changed.isetitem(place, pd.Series(cells, column.index, dtype))
    changed.columns = [change(name) for name in changed.columns]
    if changed.index.nlevels == 1 and _may_hold_text(changed.index.dtype):
        changed.index = changed.index.map(change)
    return changed


def _may_hold_text(dtype: Any) -> bool:
    kinds = pd.api.types
    return not (kinds.is_numeric_dtype(dtype) or kinds.is_datetime64_any_dtype(dtype))


def csv_bytes(frame: pd.DataFrame, *, index: bool = True) -> bytes:
    """Encode a frame as CSV: UTF-8, commas, ISO dates, safe cells."""
    text = safe_frame(frame).to_csv(
        index=index, lineterminator="\n", date_format="%Y-%m-%d"
    )
    return text.encode()


def xlsx_bytes(
    sheets: Mapping[str, pd.DataFrame], *, index: bool = True, note: str = ""
) -> bytes:
    """
    Encode frames as a workbook, one sheet each.

    Parameters
    ----------
    sheets
        Frame by sheet name (31 characters at most, as Excel allows).
    index
        Whether the index is written.
    note
        Kept in the workbook's properties, as its comment.

    Returns
    -------
    Texts are text cells (never a formula or a link, and formatted as text, so that
    0001 and 1E5 stay what they are), amounts and counts numbers, dates dates.

    Raises
    ------
    InputError
        If a table has more rows, or a cell more characters, than a sheet holds.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        if note:
            book.set_properties({"comments": note})
        formats = {
            "head": book.add_format({"bold": True, "num_format": "@"}),
            "text": book.add_format({"num_format": "@"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
        }
        for name, frame in sheets.items():
            _write_sheet(book.add_worksheet(name[:31]), frame, formats, index=index)
    return buffer.getvalue()


def _write_sheet(
    sheet: Any, frame: pd.DataFrame, formats: Mapping[str, Any], *, index: bool
) -> None:
    if len(frame) > MOST_ROWS:
        raise InputError(
            f"{sheet.name}: {len(frame):,} rows, a sheet holds {MOST_ROWS:,}; "
            "take CSV or Parquet"
        )
    flat = frame.reset_index() if index else frame
    names = [str(name) for name in flat.columns]
    if index and frame.index.nlevels == 1 and frame.index.name is None:
        names[0] = ""
    columns = [flat.iloc[:, place].tolist() for place in range(flat.shape[1])]
    sheet.freeze_panes(1, 0)
    for place, (name, cells) in enumerate(zip(names, columns, strict=True)):
        longest = max((len(str(cell)) for cell in cells[:_WIDTH_ROWS]), default=0)
        sheet.set_column(place, place, min(_WIDEST, max(longest, len(name)) + 2))
        _write_text(sheet, 0, place, name, formats["head"])
    for row, cells in enumerate(zip(*columns, strict=True), start=1):
        for place, cell in enumerate(cells):
            _write_cell(sheet, row, place, cell, formats)


def _write_cell(
    sheet: Any, row: int, place: int, cell: Any, formats: Mapping[str, Any]
) -> None:
    if isinstance(cell, str):
        if cell:
            _write_text(sheet, row, place, cell, formats["text"])
    elif isinstance(cell, bool):
        sheet.write_boolean(row, place, cell)
    elif cell is None or cell is pd.NA or cell is pd.NaT or cell != cell:
        return
    elif isinstance(cell, Decimal):
        has_cents = cell == cell.quantize(Decimal("0.01"))
        number = formats["money"] if has_cents else None
        sheet.write_number(row, place, float(cell), number)
    elif isinstance(cell, dt.date):
        plain = cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell
        sheet.write_datetime(row, place, plain, formats["day"])
    elif isinstance(cell, int | float):
        sheet.write_number(row, place, cell)
    else:
        _write_text(sheet, row, place, str(cell), formats["text"])


def _write_text(sheet: Any, row: int, place: int, text: str, form: Any) -> None:
    safe = safe_cell(text)
    if len(safe) > LONGEST_CELL:
        raise InputError(
            f"{sheet.name}, row {row}, column {place + 1}: {len(safe):,} characters, "
            f"a cell holds {LONGEST_CELL:,}; take CSV or Parquet"
        )
    sheet.write_string(row, place, safe, form)
