"""Reading a file into cells of text: nothing is guessed, nothing is dropped."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from planner.accounts.findings import Finding
from planner.accounts.findings import SourceError
from planner.accounts.reading.guards import LONGEST_LINE_BYTES
from planner.accounts.reading.guards import check_archive
from planner.accounts.reading.guards import check_lines
from planner.accounts.reading.guards import check_width
from planner.accounts.reading.guards import check_workbook
from planner.accounts.reading.guards import plain_name
from planner.core.errors import InputError
from planner.core.spreadsheets import plain_frame

SUFFIXES = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".parquet",
    ".geojson",
    ".json",
    ".gpkg",
    ".zip",
    ".kml",
    ".kmz",
)
_ARCHIVES = (".xlsx", ".zip", ".kmz")
LARGEST_FILE_BYTES = 500_000_000
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:/|\\\\|//|/vsi")  # URL, UNC, GDAL
_TEXT = (".csv", ".tsv", ".txt")


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


def read_source(
    source: Path | str | bytes,
    filename: str = "",
    *,
    encoding: str | None = None,
    layer: str = "",
) -> RawTable:
    """
    Read a file of any of `SUFFIXES` as text.

    Parameters
    ----------
    source
        A path, or the bytes of an upload.
    filename
        Name of an upload; its suffix decides the format. Empty: that of the path.
    encoding
        Encoding of a CSV, if the user has chosen one; None: found out.
    layer
        Sheet of a workbook, layer of a GeoPackage, shapefile of an archive; empty: the
        first. `RawTable.layers` names those there are.

    Raises
    ------
    SourceError
        If the file is empty, too large, binary, cut off, or of another format; its
        `finding` says which.
    """
    name, content = _load(source, filename)
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise SourceError(
            "unknown_format",
            f"{name}: save it as one of {', '.join(SUFFIXES)}",
            suffix,
        )
    if not content.strip():
        raise SourceError("empty_file", f"{name}: the file is empty")
    if suffix in _ARCHIVES:
        check_archive(content, name)
    raw = _read(content, name, suffix, encoding, layer)
    return replace(raw, sha256=hashlib.sha256(content).hexdigest())


def _read(
    content: bytes, name: str, suffix: str, encoding: str | None, layer: str
) -> RawTable:
    """Read by the reader of a format; the heavy ones load only when needed."""
    if suffix == ".xlsx":
        check_workbook(content, name)
        from planner.accounts.reading.workbooks import read_workbook

        return _unguarded(read_workbook(content, name, layer))
    if suffix == ".parquet":
        from planner.accounts.reading.parquet import read_parquet

        return read_parquet(content, name)
    if suffix in {".geojson", ".json"}:
        from planner.accounts.reading.features import read_geojson

        return read_geojson(content, name)
    if suffix in {".gpkg", ".zip"}:
        from planner.accounts.reading.features import read_layer

        return read_layer(content, name, layer)
    if suffix in {".kml", ".kmz"}:
        from planner.accounts.reading.kml import read_kml
        from planner.accounts.reading.kml import read_kmz

        return (read_kml if suffix == ".kml" else read_kmz)(content, name)
    check_lines(content, name)
    from planner.accounts.reading.delimited import read_delimited

    return _unguarded(read_delimited(content, name, encoding=encoding))


def _unguarded(raw: RawTable) -> RawTable:
    """Take off the apostrophes by which an export kept texts from being formulas."""
    is_guarded = any("'" in name for name in raw.columns) or any(
        bool(raw.frame[name].str.contains("'", regex=False).any())
        for name in raw.frame.columns
    )
    if not is_guarded:
        return raw
    frame = plain_frame(raw.frame)
    return replace(raw, frame=frame, columns=tuple(frame.columns))


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
    found = list(notes) + _repeated_names(names)
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
            found.append(_ragged(number, len(cells), width))
            cells = (cells + [""] * width)[:width]
        fitted.append(cells)
    if numbers and len(numbers) < numbers[-1]:
        found.append(_blank_rows(numbers[-1] - len(numbers)))
    if not numbers:
        found.append(
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
        notes=tuple(found),
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
        known = ", ".join(raw.columns)
        raise InputError(f"where names {column!r}, but {raw.filename} has only {known}")
    wanted = value.strip().strip("'\"").casefold()
    cells = raw.frame[column].str.strip().str.casefold()
    kept = (cells != wanted) if negated else (cells == wanted)
    kept = kept | raw.frame.index.isin(list(raw.ragged_rows))
    n_aside = int((~kept).sum())
    note = Finding(
        code="set_aside",
        severity="notice",
        column=column,
        message=f"{n_aside:,} rows outside {condition!r} were set aside, not read",
    )
    return replace(
        raw,
        frame=raw.frame[kept],
        notes=(*raw.notes, note) if n_aside else raw.notes,
        geometry=None if raw.geometry is None else raw.geometry[kept],
    )


def _load(source: Path | str | bytes, filename: str) -> tuple[str, bytes]:
    """Read a file whole; what is no file, or too large, is not opened."""
    if isinstance(source, bytes):
        return plain_name(Path(filename or "upload.csv").name), source
    path = Path(source)
    name = plain_name(Path(filename or path).name)
    try:
        is_file, is_there = path.is_file(), path.exists()
        size = path.stat().st_size if is_file else 0
        if size > LARGEST_FILE_BYTES:
            raise SourceError(
                "file_too_large",
                f"{name}: {size / 1e6:.0f} MB, at most "
                f"{LARGEST_FILE_BYTES / 1e6:.0f} MB can be read; split it",
            )
        if is_file:
            with path.open("rb") as opened:
                if path.suffix.lower() in _TEXT:
                    check_lines(opened.read(LONGEST_LINE_BYTES + 1), name)
                    opened.seek(0)
                return name, opened.read()
    except OSError as error:
        raise SourceError(
            "no_file", f"{plain_name(str(path))}: cannot be opened: {error.strerror}"
        ) from error
    raise SourceError("no_file", _why_no_file(str(source), is_there=is_there))


def _why_no_file(source: str, *, is_there: bool) -> str:
    shown = plain_name(source)
    if _ADDRESS.match(source):
        return f"{shown}: is an address, no file; download it and give its path"
    if is_there:
        return f"{shown}: is a folder or a device, no file"
    return f"{shown}: there is no such file"


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
    seen: dict[str, int] = {}
    unique = []
    for place, name in enumerate(names, start=1):
        shown = name or f"column {place}"
        seen[shown] = seen.get(shown, 0) + 1
        unique.append(shown if seen[shown] == 1 else f"{shown} ({seen[shown]})")
    return unique
