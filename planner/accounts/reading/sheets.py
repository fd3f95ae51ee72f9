"""The cells of a sheet, read within bounds, and what a reader of it cannot see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from planner.accounts.findings import Finding, SourceError
from planner.accounts.reading.guards import check_width
from planner.accounts.reading.header_row import header_place

MOST_ROWS = 1_048_576
MOST_CELLS = 50_000_000
_NUMBER = re.compile(r"\s*[+-]?\d[\d.,]*\s*")
_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)(.{0,3})'
)
_MERGED = re.compile(rb'<mergeCell ref="([A-Z0-9:]{1,30})"')
_HIDDEN_ROW = re.compile(rb'<row\s[^>]*hidden="(?:1|true)"')
_HIDDEN_COLUMN = re.compile(rb'<col\s[^>]*hidden="(?:1|true)"')


def read_sheet(
    sheet: Any, filename: str, as_text: Callable[[Any], str]
) -> tuple[list[list[str]], list[Finding]]:
    """
    Read the cells of a sheet as text, stopping where no table reaches.

    Parameters
    ----------
    sheet
        A worksheet of openpyxl, opened for reading only.
    filename
        For messages.
    as_text
        Writes a cell as text.

    Returns
    -------
    rows
        One list a row of the sheet, without the empty cells at its end; empty rows
        are empty lists.
    notes
        Columns of numbers some of which are stored as text.

    Raises
    ------
    SourceError
        If the sheet is wider or longer than a table can be.

    Notes
    -----
    What the sheet says of its own size is not believed: a formatted cell far away
    would make billions of empty ones.
    """
    sheet.reset_dimensions()
    rows: list[list[str]] = []
    n_cells = 0
    numbers: Counter[int] = Counter()
    texts: Counter[int] = Counter()
    for row in sheet.iter_rows():
        n_cells += len(row)
        if len(rows) >= MOST_ROWS or n_cells > MOST_CELLS:
            raise SourceError(
                "sheet_too_large",
                f"{filename}: the sheet reaches to row {len(rows) + 1:,}; delete the "
                "empty rows and columns around the table and save it again",
            )
        cells = [as_text(cell) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        check_width(len(cells), filename)
        for place, text in enumerate(cells):
            if row[place].data_type == "n" and text:
                numbers[place] += 1
            elif row[place].data_type == "s" and _NUMBER.fullmatch(text):
                texts[place] += 1
        rows.append(cells)
    return rows, _texts_among_numbers(rows, numbers, texts)


def hidden_notes(
    xml: bytes, header: Sequence[str], header_row: int
) -> tuple[list[Finding], dict[int, list[str]]]:
    """
    Say what the cells alone do not show: formulas, merged and hidden cells.

    Parameters
    ----------
    xml
        The sheet's part of the workbook.
    header
        Names of the columns, the first in column A.
    header_row
        Row of the sheet, from 1, where they stand.

    Returns
    -------
    notes
        For the whole file.
    unknown
        Names of the columns whose formula was never computed, by row of the sheet.
    """
    notes: list[Finding] = []
    unknown: dict[int, list[str]] = {}
    if b"<f" in xml:
        n_formulas: Counter[str] = Counter()
        for match in _FORMULA.finditer(xml):
            name = _name_of(match[1], header)
            n_formulas[name] += 1
            if not match[3].startswith((b"<v>", b"<is")):
                unknown.setdefault(int(match[2]), []).append(name)
        notes += [
            _note(
                "formula",
                f"{number:,} cells of column {name!r} are formulas; the values they "
                "had when the workbook was saved were read",
                name,
            )
            for name, number in n_formulas.items()
        ]
    merged = [pattern.decode() for pattern in _MERGED.findall(xml)]
    below = [ref for ref in merged if _last_row(ref) > header_row]
    if below:
        notes.append(
            _note(
                "merged_cells",
                f"{len(below):,} groups of cells are merged ({', '.join(below[:3])}…); "
                "only the first cell of each holds the value, the others are empty. "
                "Part them and fill in each row",
                severity="warn",
            )
        )
    for what, pattern in (("rows", _HIDDEN_ROW), ("columns", _HIDDEN_COLUMN)):
        number = len(pattern.findall(xml))
        if number:
            notes.append(
                _note(
                    f"hidden_{what}",
                    f"{number:,} groups of hidden {what} were read like the others; "
                    "delete them if they are not meant",
                )
            )
    return notes, unknown


def _texts_among_numbers(
    rows: Sequence[Sequence[str]], numbers: Counter[int], texts: Counter[int]
) -> list[Finding]:
    header = rows[header_place(rows)] if rows else []
    return [
        _note(
            "numbers_as_text",
            f"{texts[place]:,} cells of column {header[place]!r} are numbers stored as "
            "text; they were read as numbers",
            header[place],
        )
        for place in sorted(texts)
        if place < len(header) and texts[place] < numbers[place]
    ]


def _name_of(letters: bytes, header: Sequence[str]) -> str:
    place = 0
    for letter in letters.decode():
        place = place * 26 + ord(letter) - 64
    return header[place - 1] if place <= len(header) else f"column {place}"


def _last_row(ref: str) -> int:
    digits = re.search(r"(\d+)$", ref)
    return int(digits[1]) if digits else 0


def _note(
    code: str, message: str, column: str = "", severity: str = "notice"
) -> Finding:
    return Finding(code=code, severity=severity, message=message, column=column)
