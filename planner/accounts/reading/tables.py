"""A table as it was read: text cells, and what was odd about its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from planner.accounts.findings import Finding
from planner.accounts.reading.guards import check_width
from planner.core.errors import InputError


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """
    A file as it stands: every cell is text.

    Parameters
    ----------
    filename
        For messages.
    columns
        Header in the order of the file.
    frame : shape (n_rows, n_columns)
        Text cells, empty text for an empty cell; the index is the data row from 1.
    notes
        What was found while reading: encoding, delimiter, ragged rows, repeated names.
    geometry : shape (n_rows,)
        Shapes in EPSG:4326 by data row, None where the file has none; else None.
    """

    filename: str
    columns: tuple[str, ...]
    frame: pd.DataFrame
    notes: tuple[Finding, ...] = ()
    geometry: pd.Series | None = None
    layers: tuple[str, ...] = ()
    layer: str = ""
    sha256: str = ""

    @property
    def ragged_rows(self) -> set[int]:
        """Data rows with too many or too few cells."""
        return {
            note.row for note in self.notes if note.code == "ragged_row" and note.row
        }


def table_of(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    filename: str,
    notes: Sequence[Finding] = (),
    geometry: Sequence[Any] | None = None,
) -> RawTable:
    """
    Build a table from a header and rows, reporting what does not fit.

    Parameters
    ----------
    header
        Names; repeated ones refuse the file, empty ones are numbered.
    rows : shape (n_rows, any)
        Text cells; rows of another length are kept, cut or filled, and reported;
        rows of empty cells are left out, but count in the numbers of the others.
    filename, notes
        As of `RawTable`.
    geometry : shape (n_rows,)
        Shapes or None.
    """
    names = [str(name).strip() for name in header]
    n_named = _filled(names)
    if n_named < len(names):  # columns without a name count only if they hold a value
        used = max((_filled(row) for row in rows), default=0)
        names = names[: max(n_named, min(used, len(names)))]
    check_width(len(names), filename)
    findings = list(notes) + _repeated_names(names)
    width = len(names)
    trailing = [len(row) > width and not any(row[width:]) for row in rows]
    fitted = []
    numbers = []
    for number, row in enumerate(rows, start=1):
        if geometry is None and not any(map(str.strip, row)):
            continue
        numbers.append(number)
        cells = list(row[:width]) if trailing[number - 1] else list(row)
        if len(cells) != width:
            findings.append(_ragged(number, len(cells), width))
            cells = (cells + [""] * width)[:width]
        fitted.append(cells)
    if numbers and len(numbers) < numbers[-1]:
        findings.append(_blank_rows(numbers[-1] - len(numbers)))
    if not numbers:
        findings.append(
            Finding(
                code="no_rows",
                severity="reject",
                message=f"{filename}: the file has a header but no rows",
            )
        )
    columns = _unique(names)
    frame = pd.DataFrame(fitted, columns=columns, dtype="str")
    frame.index = pd.Index(numbers, name="row", dtype="int64")
    shapes = None
    if geometry is not None:
        shapes = pd.Series(list(geometry), index=frame.index, dtype=object)
    return RawTable(
        filename=filename,
        columns=tuple(columns),
        frame=frame,
        notes=tuple(findings),
        geometry=shapes,
    )


def where(raw: RawTable, condition: str) -> RawTable:
    """
    Keep the rows whose column has a value.

    Parameters
    ----------
    raw
        The table; row numbers stay those of the file. Rows with too many or too few
        cells stay, so that they are reported.
    condition
        ``column=value`` or ``column!=value``, compared without case and outer blanks.

    Raises
    ------
    InputError
        If the condition has another form or names no column of the file.
    """
    negated = "!=" in condition
    column, sign, value = condition.partition("!=" if negated else "=")
    column = column.strip()
    if not sign:
        raise InputError(f"where must read column=value, got {condition!r}")
    if column not in raw.frame.columns:
        columns = ", ".join(raw.columns)
        raise InputError(
            f"where names {column!r}, but {raw.filename} has only {columns}"
        )
    target = value.strip().strip("'\"").casefold()
    cells = raw.frame[column].str.strip().str.casefold()
    is_match = (cells != target) if negated else (cells == target)
    is_match = is_match | raw.frame.index.isin(list(raw.ragged_rows))
    n_aside = int((~is_match).sum())
    note = Finding(
        code="set_aside",
        severity="notice",
        column=column,
        message=f"{n_aside:,} rows outside {condition!r} were set aside, not read",
    )
    return replace(
        raw,
        frame=raw.frame[is_match],
        notes=(*raw.notes, note) if n_aside else raw.notes,
        geometry=None if raw.geometry is None else raw.geometry[is_match],
    )


def _filled(cells: Sequence[str]) -> int:
    """Count the cells up to the last that is not empty."""
    for place in range(len(cells), 0, -1):
        if cells[place - 1]:
            return place
    return 0


def _repeated_names(names: Sequence[str]) -> list[Finding]:
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    return [
        Finding(
            code="duplicate_column",
            severity="reject",
            column=name,
            message=f"the column name {name!r} stands {names.count(name)} times; "
            "rename one so that it is clear which is meant",
        )
        for name in repeated
    ]


def _blank_rows(number: int) -> Finding:
    return Finding(
        code="blank_rows",
        severity="notice",
        value=str(number),
        message=f"{number:,} empty rows between the others were left out; the numbers "
        "of the rows count them",
    )


def _ragged(row: int, n_cells: int, width: int) -> Finding:
    return Finding(
        code="ragged_row",
        severity="reject",
        row=row,
        value=str(n_cells),
        message=f"row {row} has {n_cells} cells, the header has {width}; "
        "look for a missing quote or a delimiter inside a value",
    )


def _unique(names: Sequence[str]) -> list[str]:
    """Make every column addressable by numbering empty and repeated names."""
    count_by_name: dict[str, int] = {}
    unique = []
    for place, name in enumerate(names, start=1):
        label = name or f"column {place}"
        count_by_name[label] = count_by_name.get(label, 0) + 1
        unique.append(
            label if count_by_name[label] == 1 else f"{label} ({count_by_name[label]})"
        )
    return unique
