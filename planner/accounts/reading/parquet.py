"""Parquet and GeoParquet: what the footer says is weighed before anything is read."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from planner.accounts.findings import SourceError
from planner.accounts.reading.features import table_of_shapes
from planner.accounts.reading.guards import (
    LARGEST_UNPACKED_BYTES,
    MOST_VERTICES,
    check_width,
)
from planner.accounts.reading.tables import RawTable, table_of

MOST_ROWS = 2_000_000
MOST_CELLS = 50_000_000


def read_parquet(content: bytes, filename: str) -> RawTable:
    """
    Read a table of columns as text; of GeoParquet also the shapes.

    Parameters
    ----------
    content
        The bytes of the file.
    filename
        For messages.

    Raises
    ------
    SourceError
        If it is damaged, holds more than can be read, or shapes in a form or a
        coordinate system we do not know.
    """
    try:
        opened = pq.ParquetFile(pa.BufferReader(content))
        _check_footer(opened.metadata, filename)
        names = [field.name for field in opened.schema_arrow]
        texts = [
            field.name
            for field in opened.schema_arrow
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]
        # Kept as dictionaries, a text repeated a million times is counted, not copied.
        table = pq.read_table(pa.BufferReader(content), read_dictionary=texts)
    except SourceError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise SourceError(
            "broken_parquet",
            f"{filename}: is damaged, cut off or no Parquet file; export it again",
        ) from error
    _check_texts(table, filename)
    shapes, crs = _shapes(table, opened.schema_arrow.metadata, filename)
    plain = [name for name in names if name != _shape_column(opened.schema_arrow)]
    columns = [_texts(table.column(name), filename) for name in plain]
    rows = [list(row) for row in zip(*columns, strict=True)]
    if shapes is None:
        return table_of(plain, rows, filename)
    facts = [dict(zip(plain, row, strict=True)) for row in rows]
    return table_of_shapes(facts, shapes, crs, filename)


def _check_footer(footer: Any, filename: str) -> None:
    check_width(footer.num_columns, filename)
    unpacked = sum(
        footer.row_group(place).total_byte_size
        for place in range(footer.num_row_groups)
    )
    n_cells = footer.num_rows * max(1, footer.num_columns)
    if (
        footer.num_rows > MOST_ROWS
        or n_cells > MOST_CELLS
        or unpacked > LARGEST_UNPACKED_BYTES
    ):
        raise SourceError(
            "table_too_large",
            f"{filename}: {footer.num_rows:,} rows of {footer.num_columns:,} columns "
            f"({unpacked / 1e6:,.0f} MB) are more than the {MOST_ROWS:,} rows and "
            f"{LARGEST_UNPACKED_BYTES / 1e6:,.0f} MB that can be read; split it",
        )


def _check_texts(table: pa.Table, filename: str) -> None:
    """Count how long the texts are when written out, before they are."""
    n_bytes = 0
    for column in table.columns:
        if not pa.types.is_dictionary(column.type):
            continue
        for chunk in column.chunks:
            lengths = pc.binary_length(chunk.dictionary)
            total = pc.sum(pc.take(lengths, chunk.indices)).as_py()
            n_bytes += int(total or 0)
    if n_bytes > LARGEST_UNPACKED_BYTES:
        raise SourceError(
            "table_too_large",
            f"{filename}: its texts are {n_bytes / 1e6:,.0f} MB long, at most "
            f"{LARGEST_UNPACKED_BYTES / 1e6:,.0f} MB can be read; split it",
        )


def _texts(column: pa.ChunkedArray, filename: str) -> list[str]:
    """Write a column as text; dates without a time of day as days."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_nested(kind):
        return [
            "" if cell is None else json.dumps(cell, default=str, ensure_ascii=False)
            for cell in column.to_pylist()
        ]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return ["" if cell is None else cell.hex() for cell in column.to_pylist()]
    if pa.types.is_floating(kind):
        return [_number(cell) for cell in column.to_pylist()]
    try:
        texts = [cell or "" for cell in column.cast(pa.string()).to_pylist()]
    except pa.ArrowException as error:
        raise SourceError(
            "broken_parquet",
            f"{filename}: a column of type {kind} cannot be written as text; "
            "export it as text or numbers",
        ) from error
    if pa.types.is_timestamp(kind):
        return [_day(cell) for cell in texts]
    return texts


def _number(cell: float | None) -> str:
    if cell is None or cell != cell:
        return ""
    if np.isfinite(cell) and float(cell).is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return np.format_float_positional(cell) if np.isfinite(cell) else str(cell)


def _day(cell: str) -> str:
    head, _, rest = cell.partition(" ")
    return head if not rest.strip("0:.Z") else cell


def _geo(metadata: dict[bytes, bytes] | None) -> dict[str, Any]:
    try:
        geo = json.loads((metadata or {}).get(b"geo", b"{}"))
    except (ValueError, RecursionError):
        return {}
    return geo if isinstance(geo, dict) else {}


def _shape_column(schema: pa.Schema) -> str:
    name = _geo(schema.metadata).get("primary_column", "")
    return name if isinstance(name, str) and name in schema.names else ""


def _shapes(
    table: pa.Table, metadata: dict[bytes, bytes] | None, filename: str
) -> tuple[list[Any] | None, Any]:
    """Read the shapes and their coordinate system; None: the table has none."""
    geo = _geo(metadata)
    name = geo.get("primary_column", "")
    if name not in table.column_names:
        return None, None
    columns = geo.get("columns")
    about = columns.get(name) if isinstance(columns, dict) else None
    about = about if isinstance(about, dict) else {}
    if about.get("encoding", "WKB") != "WKB":
        raise SourceError(
            "broken_parquet",
            f"{filename}: its shapes are written as {about['encoding']!r}; "
            "export them as WKB",
        )
    try:
        shapes = shapely.from_wkb(table.column(name).to_pylist())
    except (shapely.errors.ShapelyError, TypeError, ValueError) as error:
        raise SourceError(
            "broken_parquet", f"{filename}: its shapes cannot be read"
        ) from error
    n_vertices = int(shapely.get_num_coordinates(shapes).sum()) if len(shapes) else 0
    if n_vertices > MOST_VERTICES:
        raise SourceError(
            "too_many_vertices",
            f"{filename}: its shapes have {n_vertices:,} corners, at most "
            f"{MOST_VERTICES:,} can be read; simplify them",
        )
    return list(shapes), _crs(about, filename)


def _crs(about: dict[str, Any], filename: str) -> Any:
    """Read the coordinate system; GeoParquet without one is in degrees (OGC:CRS84)."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if "crs" not in about:
        return 4326
    if about["crs"] is None:
        raise SourceError(
            "crs_unknown",
            f"{filename}: says that its coordinate system is unknown; "
            "save it with one, best in EPSG:4326",
        )
    try:
        crs = CRS.from_user_input(about["crs"])
    except (CRSError, TypeError, ValueError) as error:
        raise SourceError(
            "crs_unknown", f"{filename}: its coordinate system is not known"
        ) from error
    if crs.to_authority() in {("OGC", "CRS84"), ("EPSG", "4326")}:
        return 4326
    return crs
