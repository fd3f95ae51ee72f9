"""
Whole columns out of a database, and into PostgreSQL, as Arrow keeps them.

Rows come from the driver's own cursor. They go into PostgreSQL as CSV (COPY), which
Arrow writes: it keeps every float, tells nothing from an empty text, and takes any
character. Out of it COPY is slower than a cursor: the driver takes it row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow
import pyarrow.csv
import sqlalchemy as sa

_ROWS = 20_000  # sent at once
_FETCHED = (
    1_000  # at once: of more, the cells leave the processor's cache, 1.5 x slower
)

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
    for rows in _fetched(conn, query):
        by_column = zip(*rows, strict=True)
        yield [
            _column(column, cells, kind)
            for column, cells, kind in zip(columns, by_column, types, strict=True)
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
        yield from _fetched(conn, sa.select(*table.columns).where(*where), _ROWS)
        return
    query = sa.select(*map(_as_sent, table.columns)).where(*where)
    statement: Any = query.compile(dialect=conn.dialect)
    driver: Any = conn.connection.driver_connection
    # On the server: a whole table may not fit into memory here. SQLAlchemy's own such
    # results keep their first rows to themselves.
    with (
        _said_by_sqlalchemy(conn, str(statement)),
        driver.cursor("planner_rows") as cursor,
    ):
        cursor.execute(str(statement), statement.params)
        while rows := cursor.fetchmany(_ROWS):
            yield rows


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


def _fetched(
    conn: sa.Connection, query: sa.Select, n_rows: int = _FETCHED
) -> Iterator[list[tuple[Any, ...]]]:
    """Take rows from the driver's own cursor, past the types of SQLAlchemy."""
    result = conn.execute(query)
    cursor: Any = result.cursor
    try:
        while True:
            with _said_by_sqlalchemy(conn, query):
                rows = cursor.fetchmany(n_rows)
            if not rows:
                return
            yield rows
    finally:
        result.close()


def _as_sent(column: sa.Column) -> sa.ColumnElement:
    """Ask PostgreSQL for a cell in the words that SQLite keeps."""
    if isinstance(column.type, sa.JSON):
        return sa.cast(column, sa.Text)
    if isinstance(column.type, sa.Date):
        return sa.func.to_char(column, sa.literal_column("'YYYY-MM-DD'"))
    if isinstance(column.type, sa.Boolean):
        return sa.cast(column, sa.Integer)
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


@contextmanager
def _said_by_sqlalchemy(
    conn: sa.Connection, command: str | sa.Select
) -> Iterator[None]:
    """
    Turn an error of the driver into SQLAlchemy's, which all of ours expect.

    A query is written out only then: that takes as long as reading a small table.
    """
    base: type[Exception] = conn.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        raise sa.exc.DBAPIError.instance(
            str(command), None, error, base, dialect=conn.dialect
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
