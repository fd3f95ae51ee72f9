"""XLSX: one sheet, its cells as the text a reader of the sheet would see."""

from __future__ import annotations

import datetime
import io
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zipfile import BadZipFile

from planner.accounts.findings import Finding, SourceError
from planner.accounts.mapping.headers import n_known_names
from planner.accounts.reading.header_row import LOOKED_AT, header_place, title_notes
from planner.accounts.reading.layers import choose_layer
from planner.accounts.reading.sheets import hidden_notes, read_sheet
from planner.accounts.reading.tables import RawTable, table_of

_WIDEST_HEAD = 100  # columns looked at where a sheet is chosen
_ZEROS = re.compile(r"0{2,}")
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f])_")  # how XLSX writes control signs


def read_workbook(content: bytes, filename: str, layer: str = "") -> RawTable:
    """
    Read one sheet of a workbook.

    Parameters
    ----------
    content
        The bytes of the file.
    filename
        For messages.
    layer
        Name of the sheet; empty: the one whose header names the most columns we know.

    Raises
    ------
    SourceError
        If it is no workbook, has no such sheet, or the sheet is empty.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        names = [sheet.title for sheet in book.worksheets]
        sheet_name = choose_layer(names, layer or _list_sheet(book), filename)
        sheet = book[sheet_name]
        rows, notes = read_sheet(sheet, filename, _text)
        xml = book._archive.read(sheet._worksheet_path)  # noqa: SLF001
        book.close()
    except SourceError:
        raise
    except (
        BadZipFile,
        InvalidFileException,
        KeyError,
        IndexError,
        ValueError,
    ) as error:
        raise SourceError(
            "damaged_archive", f"{filename}: is damaged or no XLSX workbook"
        ) from error
    start = header_place(rows)
    if not rows or not rows[start]:
        raise SourceError(
            "empty_file", f"{filename}: the sheet {sheet_name!r} is empty"
        )
    hidden, unknown = hidden_notes(xml, rows[start], start + 1)
    notes = [*notes, *title_notes(rows, start), *hidden]
    notes += _not_computed(unknown, start + 1)
    if len(names) > 1 and not layer:
        notes.append(
            Finding(
                code="first_sheet" if sheet_name == names[0] else "chosen_sheet",
                severity="notice",
                value=sheet_name,
                message=f"only the first of {len(names)} sheets, {sheet_name!r}, "
                "was read"
                if sheet_name == names[0]
                else f"of {len(names)} sheets only {sheet_name!r} was read: it names "
                "the most columns we know",
            )
        )
    while not rows[-1]:
        rows.pop()
    header = rows[start]
    body = [row + [""] * (len(header) - len(row)) for row in rows[start + 1 :]]
    table = table_of(header, body, filename, notes)
    return replace(table, layers=tuple(names), layer=sheet_name)


def _list_sheet(book: Any) -> str:
    """Name the sheet whose header names the most columns we know; empty: the first."""
    sheets = book.worksheets
    if len(sheets) < 2:
        return ""
    best, most = "", 1
    for sheet in sheets:
        heads = sheet.iter_rows(max_row=LOOKED_AT + 1, max_col=_WIDEST_HEAD)
        rows = [[_text(cell) for cell in row] for row in heads]
        rows = [row if any(map(str.strip, row)) else [] for row in rows]
        place = header_place(rows) if rows else 0
        has_rows = any(rows[place + 1 :])
        known = n_known_names(rows[place]) if rows and has_rows else 0
        if known > most:
            best, most = sheet.title, known
    return best


def _not_computed(unknown: dict[int, list[str]], header_row: int) -> list[Finding]:
    """Hold rows with a formula whose value nobody knows; it would read as empty."""
    return [
        Finding(
            code="formula_not_computed",
            severity="reject",
            row=row - header_row,
            column=names[0],
            message=f"the formula in column {names[0]!r} was never computed; open the "
            "workbook in a spreadsheet and save it",
        )
        for row, names in unknown.items()
        if row > header_row
    ]


def _text(cell: Any) -> str:
    """Write a cell as text; a number shown as 0001 stays 0001."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        shown_width = _ZEROS.fullmatch(str(cell.number_format or ""))
        if shown_width and float(value).is_integer():
            return f"{int(value):0{len(shown_width.group())}d}"
        return _number_text(value)
    if isinstance(value, datetime.datetime):
        has_time = value.time() != datetime.time()
        return value.isoformat(" ") if has_time else value.date().isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), str(value))


def _number_text(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f")
