"""Walls before a file is parsed: what is hostile is refused by its outside alone."""

from __future__ import annotations

import io
import re
import sqlite3
import struct
import zipfile
import zlib
from contextlib import closing

from planner.accounts.findings import SourceError

LARGEST_UNPACKED_BYTES = 200_000_000
HIGHEST_RATIO = 100
RATIO_COUNTS_FROM_BYTES = 10_000_000
MOST_MEMBERS = 1_000
MOST_COLUMNS = 2_000
MOST_VERTICES = 2_000_000
LONGEST_LINE_BYTES = 2_000_000
_DIRECTORY_BYTES = 1_000_000  # about 10,000 members
_HEAD_BYTES = 65_536
_MARKUP = (".xml", ".rels", ".vml")
_ENCODINGS = {b"", b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1"}
_ENCODINGS |= {b"windows-1252"}
_GEOPACKAGE = (b"GPKG", b"GP10", b"GP11")
_UNPACKING = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
)
_LAYER_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def plain_name(name: str) -> str:
    """Take signs out of a file's name that a terminal or a log would act on."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:200]


def check_archive(content: bytes, name: str) -> None:
    """
    Look at an archive's directory before anything is unpacked.

    Parameters
    ----------
    content, name
        The bytes, and the file's name for messages.

    Raises
    ------
    SourceError
        If it is no archive, is locked, names files outside itself, links or overlaps,
        holds too many files, or unpacks to too much.
    """
    if _directory_bytes(content) > _DIRECTORY_BYTES:
        raise _too_many(name, "many thousands")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            start_of_directory = archive.start_dir
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise _damaged(name) from error
    if len(entries) > MOST_MEMBERS:
        raise _too_many(name, f"{len(entries):,}")
    for entry in entries:
        _check_member(entry, name)
    _check_sizes(entries, start_of_directory, name)


def check_workbook(content: bytes, name: str) -> None:
    """
    Refuse a workbook whose parts declare entities; `check_archive` came before.

    Raises
    ------
    SourceError
        If it holds no workbook, or a part of it is unsafe or cannot be unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
                raise _damaged(name)
            for part in names:
                if part.casefold().endswith(_MARKUP):
                    with archive.open(part) as opened:
                        check_markup(opened.read(_HEAD_BYTES), name, part)
    except _UNPACKING as error:
        raise _damaged(name) from error


def check_markup(content: bytes, name: str, part: str = "") -> None:
    """
    Refuse XML that declares a document type: no file we read needs one.

    Parameters
    ----------
    content
        The XML, or at least its first 64 KB.
    name, part
        The file, and the part of it, for messages.

    Raises
    ------
    SourceError
        If entities could be declared, or the text hides what it declares.

    Notes
    -----
    A document type stands before the first element, so nothing behind it is looked
    at. An encoding that is not close to ASCII could hide one and is refused.
    """
    head = content[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
    place = f"{name}: {part}" if part else name
    root = re.search(rb"<[A-Za-z_]", head)
    prolog = head[: root.start()] if root else head
    declared = re.search(rb"""encoding\s*=\s*["']([^"']*)["']""", prolog)
    encoding = declared.group(1).lower() if declared else b""
    if b"<!" in re.sub(rb"<!--.*?-->", b"", prolog, flags=re.DOTALL):
        raise SourceError(
            "unsafe_markup",
            f"{place} declares a document type (DOCTYPE), which could swell or read "
            "other files; save it again without one. Nothing was read",
        )
    if root is None or b"\0" in prolog or encoding not in _ENCODINGS:
        raise SourceError(
            "unsafe_markup", f"{place} is no plain XML in UTF-8; save it again as UTF-8"
        )


def check_geopackage(content: bytes, name: str) -> None:
    """
    Refuse a database that is no GeoPackage, or whose tables reach outside it.

    Raises
    ------
    SourceError
        If it is another kind of file, is cut off, or holds virtual tables or views.

    Notes
    -----
    Anything that is not marked as a GeoPackage never reaches GDAL, which would try all
    its drivers on it, some of which open other files and addresses.
    """
    is_marked = content.startswith(b"SQLite format 3\0") and (
        content[68:72] in _GEOPACKAGE
    )
    if not is_marked:
        raise SourceError(
            "broken_layer", f"{name}: is no GeoPackage; export the layer again as one"
        )
    by_rollback = content[:18] + b"\x01\x01" + content[20:]  # a log beside is not ours
    try:
        with closing(sqlite3.connect(":memory:")) as conn:
            conn.deserialize(by_rollback)
            conn.execute("PRAGMA trusted_schema = OFF")
            objects = conn.execute(
                "SELECT type, name, sql FROM sqlite_master "
                "WHERE type = 'view' OR sql LIKE 'create virtual%' LIMIT 10000"
            ).fetchall()
            layers = {
                row[0]
                for row in conn.execute("SELECT table_name FROM gpkg_contents LIMIT 99")
            }
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise SourceError(
            "broken_layer", f"{name}: the GeoPackage is damaged or was cut off"
        ) from error
    for kind, table, sql in objects:
        is_index = kind == "table" and re.search(r"using\s+rtree\b", str(sql), re.I)
        if not is_index and (kind == "table" or table in layers):
            raise SourceError(
                "unsafe_layer",
                f"{name}: {plain_name(str(table))!r} is computed, not stored; "
                "save the layer as a plain table",
                plain_name(str(table)),
            )


def check_features(content: bytes, name: str) -> None:
    """
    Refuse GeoJSON too large to be drawn or planned with, before it is parsed.

    Raises
    ------
    SourceError
        If it holds more than `MOST_VERTICES` coordinates.
    """
    n_lists = content.count(b"[")
    if n_lists > 2 * MOST_VERTICES:
        raise SourceError(
            "too_many_vertices",
            f"{name}: holds about {n_lists / 1e6:,.0f} million coordinates, at most "
            f"{MOST_VERTICES / 1e6:,.0f} million can be read; simplify the shapes",
        )


def check_lines(content: bytes, name: str) -> None:
    """
    Refuse text with a line that never ends.

    Parameters
    ----------
    content
        The file, or its beginning.

    Raises
    ------
    SourceError
        If a stretch of `LONGEST_LINE_BYTES` holds no line break.

    Notes
    -----
    Looks at stretches of that length one after the other: a line twice as long holds
    a whole stretch without a break.
    """
    for start in range(0, len(content) - LONGEST_LINE_BYTES, LONGEST_LINE_BYTES):
        stretch = content[start : start + LONGEST_LINE_BYTES].strip()
        if b"\n" not in stretch and b"\r" not in stretch and stretch:
            raise SourceError(
                "line_too_long",
                f"{name}: a line is longer than {LONGEST_LINE_BYTES / 1e6:.0f} MB; "
                "export the table again with one row a line",
            )


def check_width(n_columns: int, name: str) -> None:
    """Refuse a table with more columns than `MOST_COLUMNS`."""
    if n_columns > MOST_COLUMNS:
        raise SourceError(
            "too_many_columns",
            f"{name}: has {n_columns:,} columns, at most {MOST_COLUMNS:,} can be read; "
            "keep those that are needed",
            str(n_columns),
        )


def layer_alone(content: bytes, name: str, shapefile: str = "") -> bytes:
    """
    Copy one shapefile of an archive into a clean one, under a name of ours.

    Parameters
    ----------
    content, name
        An archive that `check_archive` passed, and its name for messages.
    shapefile
        Which of its shapefiles; empty: the first.

    Returns
    -------
    An archive of nothing but the parts of one layer.

    Raises
    ------
    SourceError
        If there is no shapefile in it, or a part cannot be unpacked.
    """
    clean = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as archive,
            zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as target,
        ):
            by_name = {part.casefold(): part for part in archive.namelist()}
            stem = shapefile.casefold() or ".shp"
            first = next((part for part in by_name if part.endswith(stem)), None)
            if first is None:
                raise SourceError("broken_layer", f"{name}: holds no shapefile")
            for suffix in _LAYER_PARTS:
                part = by_name.get(first[:-4] + suffix)
                if part is not None:
                    target.writestr(f"layer{suffix}", archive.read(part))
    except _UNPACKING as error:
        raise _damaged(name) from error
    return clean.getvalue()


def _directory_bytes(content: bytes) -> int:
    """Read how long an archive says its directory is; 0 if it does not say."""
    tail = content[-66_000:]
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return 0
    size = struct.unpack_from("<I", tail, end + 12)[0]
    large = tail.rfind(b"PK\x06\x06", 0, end)
    if large >= 0 and len(tail) >= large + 48:
        size = max(
            size if size != 0xFFFFFFFF else 0,
            struct.unpack_from("<Q", tail, large + 40)[0],
        )
    return int(size)


def _check_member(entry: zipfile.ZipInfo, name: str) -> None:
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0]:
        member = plain_name(entry.filename)
        raise SourceError(
            "unsafe_archive",
            f"{name}: holds {member!r}, a path outside the archive; "
            "nothing was unpacked",
            member,
        )
    if (entry.external_attr >> 28) == 0xA:
        member = plain_name(entry.filename)
        raise SourceError(
            "unsafe_archive",
            f"{name}: holds {member!r}, a link to another file; nothing was unpacked",
            member,
        )
    if entry.flag_bits & 1:
        raise SourceError(
            "locked_archive", f"{name}: is locked with a password; save it without one"
        )


def _check_sizes(
    entries: list[zipfile.ZipInfo], start_of_directory: int, name: str
) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    ratio = max(
        (
            entry.file_size / max(1, entry.compress_size)
            for entry in entries
            if entry.file_size > RATIO_COUNTS_FROM_BYTES
        ),
        default=0.0,
    )
    if unpacked > RATIO_COUNTS_FROM_BYTES:
        ratio = max(ratio, unpacked / packed)
    if unpacked > LARGEST_UNPACKED_BYTES or ratio > HIGHEST_RATIO:
        raise SourceError(
            "archive_too_large",
            f"{name}: would unpack to {unpacked / 1e6:,.0f} MB "
            f"({unpacked / packed:,.0f} times its size); nothing was unpacked",
        )
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset for entry in ordered[1:]] + [start_of_directory]
    for entry, end in zip(ordered, ends, strict=True):
        if entry.header_offset + 30 + entry.compress_size > end:
            raise SourceError(
                "unsafe_archive",
                f"{name}: its files overlap each other; pack it again. "
                "Nothing was unpacked",
            )


def _damaged(name: str) -> SourceError:
    return SourceError(
        "damaged_archive", f"{name}: the file is damaged or not of its kind"
    )


def _too_many(name: str, number: str) -> SourceError:
    return SourceError(
        "archive_too_large",
        f"{name}: holds {number} files, at most {MOST_MEMBERS:,} can be read; "
        "nothing was unpacked",
    )
