"""Reading a file into cells of text: nothing is guessed, nothing is dropped."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

from planner.accounts.findings import SourceError
from planner.accounts.reading.guards import (
    LONGEST_LINE_BYTES,
    check_archive,
    check_lines,
    check_workbook,
    plain_name,
)
from planner.accounts.reading.tables import RawTable
from planner.core.files.spreadsheets import plain_frame

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
_TEXT_FORMULA = re.compile(r'^\s*="((?:[^"]|"")*)"\s*$')
_TEXT = (".csv", ".tsv", ".txt")


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
        from planner.accounts.reading.kml import read_kml, read_kmz

        return (read_kml if suffix == ".kml" else read_kmz)(content, name)
    check_lines(content, name)
    from planner.accounts.reading.delimited import read_delimited

    return _unguarded(read_delimited(content, name, encoding=encoding))


def _unguarded(raw: RawTable) -> RawTable:
    """Take off what keeps texts from being formulas or numbers: ``'=x``, ``="012"``."""
    raw = _without_text_marks(raw)
    is_guarded = any("'" in name for name in raw.columns) or any(
        bool(raw.frame[name].str.contains("'", regex=False).any())
        for name in raw.frame.columns
    )
    if not is_guarded:
        return raw
    frame = plain_frame(raw.frame)
    return replace(raw, frame=frame, columns=tuple(frame.columns))


def _without_text_marks(raw: RawTable) -> RawTable:
    """Read ``="00012"`` and ``'00012`` as the text that Excel shows: 00012."""
    frame = raw.frame.copy(deep=False)
    for name in frame.columns:
        if bool(frame[name].str.contains('^\\s*="', regex=True).any()):
            frame[name] = frame[name].str.replace(_TEXT_FORMULA, _inner, regex=True)
        if bool(frame[name].str.startswith("'").any()):
            frame[name] = frame[name].str.replace(r"^'(\d[\w.-]*)$", r"\1", regex=True)
    frame.columns = [_TEXT_FORMULA.sub(_inner, name) for name in frame.columns]
    return replace(raw, frame=frame, columns=tuple(frame.columns))


def _inner(match: re.Match[str]) -> str:
    return match[1].replace('""', '"')


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
    name = plain_name(source)
    if _ADDRESS.match(source):
        return f"{name}: is an address, no file; download it and give its path"
    if is_there:
        return f"{name}: is a folder or a device, no file"
    return f"{name}: there is no such file"
