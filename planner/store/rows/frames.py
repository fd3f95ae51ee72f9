"""Frames to rows and back, types kept: the one place where the two meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
import pyarrow
import shapely
import sqlalchemy as sa

from planner.core import schemas
from planner.store.rows.bulk import Text, insert_columns, refuse_nul
from planner.store.rows.columns import read_columns

_SQL_TYPES: Mapping[str, Any] = {
    "str": Text,
    "Int64": sa.BigInteger,
    "int64": sa.BigInteger,
    "float64": sa.Double,
    "bool": sa.Boolean,
    "datetime64[s]": sa.Date,
    "geometry": sa.LargeBinary,
}
_ARROW_TYPES = {  # of the values of JSON
    "str": pyarrow.large_string(),
    "Int64": pyarrow.int64(),
    "int64": pyarrow.int64(),
    "float64": pyarrow.float64(),
    "bool": pyarrow.bool_(),
    "datetime64[s]": pyarrow.large_string(),
}
_MANY = 500  # above this many keys a whole table is read rather than asked by key


def index_name(schema: pa.DataFrameSchema) -> str | None:
    """Name the index of a frame; None: its rows have no id."""
    return None if schema.index is None else str(schema.index.name)


def sql_columns(
    schema: pa.DataFrameSchema, *, key: Sequence[str] = ()
) -> list[sa.Column]:
    """
    Write the columns of a frame as columns of a table.

    Parameters
    ----------
    schema
        One of `core.schemas`; its index, if any, comes first and belongs to the key.
    key
        Further columns of the primary key.
    """
    columns: list[sa.Column] = []
    name = index_name(schema)
    if name is not None:
        columns.append(sa.Column(name, Text, primary_key=True))
    for column_name, column in schema.columns.items():
        kind = _SQL_TYPES[_type_name(column.dtype)]
        is_key = column_name in key
        nullable = bool(column.nullable) and not is_key
        columns.append(
            sa.Column(column_name, kind, primary_key=is_key, nullable=nullable)
        )
    return columns


def save_rows(
    conn: sa.Connection,
    table: sa.Table,
    schema: pa.DataFrameSchema,
    frame: pd.DataFrame,
    **scope: str,
) -> int:
    """
    Replace the rows of one scope by a frame.

    Parameters
    ----------
    conn
        Inside a transaction.
    table
        Where to; made by `sql_columns` from `schema`, and the columns of `scope`.
    schema
        What the frame must satisfy.
    frame
        The rows; columns that the table lacks are left out.
    **scope
        Column and value shared by all rows, such as the company.

    Returns
    -------
    The number of rows written.

    Raises
    ------
    SchemaError
        If a row breaks the schema; nothing is written then.
    """
    checked = schemas.check(frame, schema)
    conn.execute(sa.delete(table).where(*_in_scope(table, scope)))
    return insert_rows(conn, table, schema, checked, **scope)


def update_rows(
    conn: sa.Connection,
    table: sa.Table,
    schema: pa.DataFrameSchema,
    frame: pd.DataFrame,
    **scope: str,
) -> int:
    """Insert the rows of a frame with ids, replacing those of the same id."""
    checked = schemas.check(frame, schema)
    key = table.c[str(index_name(schema))]
    deletion = sa.delete(table).where(*_in_scope(table, scope))
    ids = checked.index.tolist()
    refuse_nul(key.name, ids)
    for start in range(0, len(ids), _MANY):
        conn.execute(deletion.where(key.in_(ids[start : start + _MANY])))
    return insert_rows(conn, table, schema, checked, **scope)


def insert_rows(
    conn: sa.Connection,
    table: sa.Table,
    schema: pa.DataFrameSchema,
    frame: pd.DataFrame,
    **scope: str,
) -> int:
    """Insert the rows of a checked frame."""
    if frame.empty:
        return 0
    cells: dict[str, list[Any]] = {}
    name = index_name(schema)
    if name is not None:
        cells[name] = frame.index.tolist()
    for column_name in schema.columns:
        cells[column_name] = plain_cells(frame[column_name])
    if "row_no" in table.c:
        cells["row_no"] = list(range(len(frame)))
    for column_name, value in scope.items():
        cells[column_name] = [value] * len(frame)
    insert_columns(conn, table, cells)
    return len(frame)


def load_rows(
    conn: sa.Connection,
    table: sa.Table,
    schema: pa.DataFrameSchema,
    *where: sa.ColumnElement[bool],
    **scope: str,
) -> pd.DataFrame:
    """
    Read the rows of one scope into a frame of the schema's types.

    Parameters
    ----------
    conn
        Any connection.
    table
        Where from.
    schema
        The frame to make.
    *where
        Further conditions.
    **scope
        Column and value shared by the rows.

    Returns
    -------
    The frame, sorted by the table's key; a GeoDataFrame in EPSG:4326 if it has
    geometry.
    """
    name = index_name(schema)
    names = ([] if name is None else [name]) + list(schema.columns)
    arrays = read_columns(conn, table, names, *_in_scope(table, scope), *where)
    cells = dict(zip(names, arrays, strict=True))
    series = {
        column_name: _typed_column(cells[column_name], _type_name(column.dtype))
        for column_name, column in schema.columns.items()
    }
    index = None
    if name is not None:
        index = pd.Index(_typed_column(cells[name], "str"), dtype="str", name=name)
    frame = pd.DataFrame(series, index=index)
    if "geometry" in series:
        return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326")
    return frame


def plain_cells(series: pd.Series) -> list[Any]:
    """
    Turn a column into plain Python values, None where there is nothing.

    Parameters
    ----------
    series
        Text, whole numbers, floats, truths, dates or geometry.
    """
    kind = str(series.dtype)
    if kind == "geometry":
        return shapely.to_wkb(series.to_numpy()).tolist()
    if kind.startswith("datetime64"):
        return series.to_numpy().astype("datetime64[D]").astype(object).tolist()
    cells = series.astype(object)
    return cells.where(series.notna(), None).tolist()


def _typed(cells: Sequence[Any], kind: str) -> Any:
    """Turn plain values into a column of a frame."""
    return _typed_column(pyarrow.array(cells, _ARROW_TYPES[kind]), kind)


def _typed_column(cells: pyarrow.Array, kind: str) -> Any:
    """Turn a column as it is stored into one of a frame."""
    if kind == "geometry":
        return shapely.from_wkb(cells.to_numpy(zero_copy_only=False))
    if kind in {"str", "Int64"}:
        return pd.api.types.pandas_dtype(kind).__from_arrow__(cells)
    if kind.startswith("datetime64"):
        cells = cells.cast(pyarrow.date32()).cast(pyarrow.timestamp("s"))
    elif kind in {"bool", "int64"} and cells.null_count:
        raise ValueError(f"{cells.null_count} cells of a column of {kind} are missing")
    values = cells.to_numpy(zero_copy_only=False, writable=True)
    return values.astype(bool) if kind == "bool" else values


def frame_json(frame: pd.DataFrame) -> dict[str, Any]:
    """
    Turn a small frame of any columns, without its index, into JSON values.

    Parameters
    ----------
    frame
        Columns of text, whole numbers, floats, truths or dates.

    Returns
    -------
    ``types``: pairs of column and type in their order, and ``cells`` by column, for
    `json_frame`.
    """
    types = [[str(name), _type_name(kind)] for name, kind in frame.dtypes.items()]
    cells = {
        name: [_json_cell(cell) for cell in plain_cells(frame[name])]
        for name, _ in types
    }
    return {"types": types, "cells": cells}


def json_frame(content: Mapping[str, Any]) -> pd.DataFrame:
    """Turn the values of `frame_json` back into the frame."""
    cells = content["cells"]
    return pd.DataFrame(
        {name: _typed(cells[name], kind) for name, kind in content["types"]}
    )


def _type_name(kind: Any) -> str:
    """Name the type a column is kept in: one of those of the schemas."""
    name = str(kind)
    if name.startswith("datetime64"):
        return "datetime64[s]"
    return name if name in _SQL_TYPES else "str"


def _json_cell(cell: Any) -> Any:
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def ids_among(
    column: sa.Column, ids: Sequence[str] | None
) -> list[sa.ColumnElement[bool]]:
    """Ask for some ids only, if they are few enough to be asked one by one."""
    if ids is None or len(ids) > _MANY:
        return []
    return [column.in_(list(ids))]


def _in_scope(
    table: sa.Table, scope: Mapping[str, str]
) -> list[sa.ColumnElement[bool]]:
    return [table.c[column_name] == value for column_name, value in scope.items()]
