"""
Whole columns out of a database, and into PostgreSQL, as Arrow keeps them.

A million rows of thirty cells are thirty million Python objects, each made and thrown
away; PostgreSQL therefore speaks CSV (COPY) with Arrow directly, which keeps every
float, tells no text from an empty one, and takes any character.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow
import pyarrow.compute as pc
import pyarrow.csv
import sqlalchemy as sa

_ROWS = 20_000  # fetched at once
_BLOCK_BYTES = 8 << 20  # of CSV read at once; PostgreSQL sends whole rows

TEXT = pyarrow.large_string()
BYTES = pyarrow.large_binary()
WHOLE = pyarrow.int64()
FLOAT = pyarrow.float64()


def cell_type(kind: sa.types.TypeEngine) -> pyarrow.DataType:
    """Name what a column travels as: text (JSON and dates too), whole, float, bytes."""
    if isinstance(kind, sa.LargeBinary):
        return BYTES
    if isinstance(kind, sa.JSON):
        return TEXT
    if isinstance(kind, sa.Float):
        return FLOAT
    if isinstance(kind, sa.Integer | sa.Boolean):
        return WHOLE
    return TEXT


def read_blocks(
    conn: sa.Connection,
    table: sa.Table,
    names: Sequence[str],
    *where: sa.ColumnElement[bool],
    is_sorted: bool,
) -> Iterator[list[pyarrow.Array]]:
    """
    Read columns of a table, some thousand rows at a time.

    Parameters
    ----------
    conn
        Any connection.
    table, names
        Which columns, in this order; each comes as `cell_type` says: truths as 0 and
        1, dates as YYYY-MM-DD.
    *where
        Conditions on the rows.
    is_sorted
        Whether by the table's key, or as the database likes.

    Raises
    ------
    ValueError
        If a cell is not of its column's type, which only SQLite lets happen.
    """
    columns = [table.c[name] for name in names]
    is_postgresql = conn.dialect.name == "postgresql"
    cells = [_as_sent(column) for column in columns] if is_postgresql else columns
    query = sa.select(*cells).where(*where)
    if is_sorted:
        query = query.order_by(*table.primary_key.columns)
    types = [cell_type(column.type) for column in columns]
    if is_postgresql:
        yield from _copied_blocks(conn, query, types)
        return
    for rows in _fetched(conn, query):
        found = zip(*rows, strict=True)
        yield [
            _column(column, cells, kind)
            for column, cells, kind in zip(columns, found, types, strict=True)
        ]


def read_columns(
    conn: sa.Connection,
    table: sa.Table,
    names: Sequence[str],
    *where: sa.ColumnElement[bool],
) -> list[pyarrow.Array]:
    """Read columns of a table whole, sorted by its key; see `read_blocks`."""
    blocks = list(read_blocks(conn, table, names, *where, is_sorted=True))
    if not blocks:
        return [pyarrow.array([], cell_type(table.c[name].type)) for name in names]
    return [pyarrow.concat_arrays(parts) for parts in zip(*blocks, strict=True)]


def fetched_rows(
    conn: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]
) -> Iterator[list[tuple[Any, ...]]]:
    """Read all cells of a table as plain rows, some thousand at a time, any order."""
    if conn.dialect.name == "sqlite":
        yield from _fetched(conn, sa.select(*table.columns).where(*where))
        return
    names = [column.name for column in table.columns]
    for block in read_blocks(conn, table, names, *where, is_sorted=False):
        yield list(zip(*map(_plain, block), strict=True))


def copy_in(
    conn: sa.Connection,
    table: sa.Table,
    names: Sequence[str],
    blocks: Iterator[list[Sequence[Any]]],
) -> int:
    """
    Stream blocks of columns of plain cells into a table of PostgreSQL.

    Parameters
    ----------
    conn
        Inside a transaction.
    table, names
        Which columns; dates and JSON as text.
    blocks
        Columns of equal length.

    Returns
    -------
    The number of rows.

    Raises
    ------
    ValueError
        If a cell is not of its column's type.
    """
    quote = conn.dialect.identifier_preparer.quote
    into = ", ".join(map(quote, names))
    command = (
        f"COPY {quote(table.name)} ({into}) FROM STDIN (FORMAT csv, ENCODING 'UTF8')"
    )
    columns = [table.c[name] for name in names]
    options = pyarrow.csv.WriteOptions(include_header=False)
    driver: Any = conn.connection.driver_connection
    with _said_by_sqlalchemy(conn, command), driver.cursor() as cursor:
        with cursor.copy(command) as copy:
            for block in blocks:
                arrays = map(_csv_column, columns, block)
                sheet = pyarrow.table(dict(zip(names, arrays, strict=True)))
                text = pyarrow.BufferOutputStream()
                pyarrow.csv.write_csv(sheet, text, options)
                copy.write(memoryview(text.getvalue()))
        return max(int(cursor.rowcount), 0)


def _fetched(conn: sa.Connection, query: sa.Select) -> Iterator[list[tuple[Any, ...]]]:
    """Take rows from SQLite's own cursor, past the types of SQLAlchemy."""
    result = conn.execute(query)
    cursor: Any = result.cursor
    command = str(query)
    try:
        while True:
            with _said_by_sqlalchemy(conn, command):
                rows = cursor.fetchmany(_ROWS)
            if not rows:
                return
            yield rows
    finally:
        result.close()


def _copied_blocks(
    conn: sa.Connection, query: sa.Select, types: Sequence[pyarrow.DataType]
) -> Iterator[list[pyarrow.Array]]:
    """Read what PostgreSQL answers to a question as CSV."""
    names = [str(place) for place in range(len(types))]
    sent = [TEXT if kind == BYTES else kind for kind in types]
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict(zip(names, sent, strict=True)),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
    for text in _csv_texts(conn, query):
        read = pyarrow.csv.ReadOptions(column_names=names, block_size=len(text) + 1)
        sheet = pyarrow.csv.read_csv(pyarrow.BufferReader(text), read, parse, convert)
        columns = [column.combine_chunks() for column in sheet.columns]
        yield [
            _bytes(column) if kind == BYTES else column
            for column, kind in zip(columns, types, strict=True)
        ]


def _csv_texts(conn: sa.Connection, query: sa.Select) -> Iterator[bytes]:
    """Gather the answer into texts of whole rows."""
    asked: Any = query.compile(
        dialect=conn.dialect, compile_kwargs={"render_postcompile": True}
    )
    command = f"COPY ({asked}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')"
    driver: Any = conn.connection.driver_connection
    rows: list[bytes] = []
    n_bytes = 0
    with (
        _said_by_sqlalchemy(conn, command),
        driver.cursor() as cursor,
        cursor.copy(command, asked.params or None) as copy,
    ):
        for row in copy:
            rows.append(row)
            n_bytes += len(row)
            if n_bytes >= _BLOCK_BYTES:
                yield b"".join(rows)
                rows, n_bytes = [], 0
    if rows:
        yield b"".join(rows)


def _as_sent(column: sa.Column) -> sa.ColumnElement:
    """Ask PostgreSQL for a cell in the words that SQLite keeps."""
    if isinstance(column.type, sa.JSON):
        return sa.cast(column, sa.Text)
    if isinstance(column.type, sa.Date):
        return sa.func.to_char(column, sa.literal_column("'YYYY-MM-DD'"))
    if isinstance(column.type, sa.Boolean):
        return sa.cast(column, sa.Integer)
    if isinstance(column.type, sa.LargeBinary):
        return sa.func.encode(column, sa.literal_column("'hex'"))
    return column


def _column(
    column: sa.Column, cells: Sequence[Any], kind: pyarrow.DataType
) -> pyarrow.Array:
    try:
        return pyarrow.array(cells, kind)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError) as error:
        raise ValueError(
            f"a cell of {column.table.name}.{column.name} is not of its type: {error}; "
            "let the doctor examine the store"
        ) from error


def _csv_column(column: sa.Column, cells: Sequence[Any]) -> pyarrow.Array:
    """Write cells as PostgreSQL reads them: bytes in hexadecimal."""
    kind = cell_type(column.type)
    if kind == BYTES:
        hexed = [None if cell is None else "\\x" + cell.hex() for cell in cells]
        return pyarrow.array(hexed, TEXT)
    if isinstance(column.type, sa.JSON):  # SQLite keeps a bare number as one
        cells = [
            cell if cell is None or isinstance(cell, str) else repr(cell)
            for cell in cells
        ]
    elif kind == WHOLE and cells and isinstance(cells[0], bool):
        return _column(column, cells, pyarrow.bool_())
    return _column(column, cells, kind)


def _bytes(column: pyarrow.Array) -> pyarrow.Array:
    """Read hexadecimal text, all cells at once: two letters are one byte."""
    filled = column.fill_null("")
    ends = pc.cast(pc.cumulative_sum(pc.divide(pc.binary_length(filled), 2)), WHOLE)
    starts = pyarrow.concat_arrays([pyarrow.array([0], WHOLE), ends])
    body = bytes.fromhex("".join(filled.to_pylist()))
    made = pyarrow.Array.from_buffers(
        BYTES, len(column), [None, starts.buffers()[1], pyarrow.py_buffer(body)]
    )
    return pc.if_else(column.is_valid(), made, pyarrow.scalar(None, BYTES))


def _plain(column: pyarrow.Array) -> list[Any]:
    """Turn a column into Python's objects; what is nothing is None, in floats NaN."""
    if column.null_count == len(column):
        return [None] * len(column)
    if column.type == WHOLE and column.null_count:
        return column.to_pandas(integer_object_nulls=True).tolist()
    # SQLite keeps NaN as nothing, so that floats need no second look.
    return column.to_numpy(zero_copy_only=False).tolist()


@contextmanager
def _said_by_sqlalchemy(conn: sa.Connection, command: str) -> Iterator[None]:
    """Turn an error of the driver into SQLAlchemy's, which all of ours expect."""
    base: type[Exception] = conn.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        raise sa.exc.DBAPIError.instance(
            command, None, error, base, dialect=conn.dialect
        ) from error


def column_lists(
    rows: Iterator[list[tuple[Any, ...]]],
) -> Iterator[list[Sequence[Any]]]:
    """Turn blocks of rows into blocks of columns."""
    for block in rows:
        yield list(zip(*block, strict=True))


def slices(columns: Sequence[list[Any]]) -> Iterator[list[Sequence[Any]]]:
    """Cut long columns into blocks."""
    for start in range(0, len(columns[0]) if columns else 0, _ROWS):
        yield [column[start : start + _ROWS] for column in columns]
