"""Rows by the thousand into a table, past SQLAlchemy's work on each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from planner.core.errors import InputError
from planner.store.rows.columns import copy_in, slices

# Sorted and compared by its bytes on every database, as SQLite does by itself.
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def insert_columns(
    conn: sa.Connection, table: sa.Table, cells: Mapping[str, list[Any]]
) -> None:
    """
    Insert columns of plain values.

    Goes past SQLAlchemy's row by row work, which takes three times as long as the
    database's own; its conversion of each type is applied by column instead.
    PostgreSQL takes the rows as one stream (COPY).

    Raises
    ------
    InputError
        If a text holds a NUL character.
    """
    statement = sa.insert(table).compile(dialect=conn.dialect, column_keys=list(cells))
    order = list(statement.positiontup or cells)
    is_postgresql = conn.dialect.name == "postgresql"
    columns = []
    for name in order:
        column = cells[name]
        kind = table.c[name].type.dialect_impl(conn.dialect)
        if isinstance(table.c[name].type, sa.Text):
            refuse_nul(name, column)
        convert = kind.bind_processor(conn.dialect)
        if is_postgresql and isinstance(table.c[name].type, sa.Date):
            convert = _iso_day  # type: ignore[assignment]
        elif is_postgresql and isinstance(table.c[name].type, sa.LargeBinary):
            convert = None  # it would wrap the bytes for its driver
        columns.append(
            column if convert is None else [convert(cell) for cell in column]
        )
    if is_postgresql:
        copy_in(conn, table, order, slices(columns))
    else:
        conn.exec_driver_sql(str(statement), list(zip(*columns, strict=True)))


def _iso_day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def refuse_nul(name: str, cells: Iterable[Any]) -> None:
    """
    Refuse what SQLite would cut short and PostgreSQL would not take.

    Parameters
    ----------
    name
        Of the column, for the message.
    cells
        Texts or None.

    Raises
    ------
    InputError
        If one of them holds a NUL character.
    """
    texts = list(filter(None, cells))
    if "\0" in "".join(texts):
        culprit = next(text for text in texts if "\0" in text)
        raise InputError(
            f"{name} must hold no NUL character, got {culprit[:40]!r}; remove it"
        )


def check_parameters(
    _conn: sa.Connection,
    _cursor: Any,
    _statement: str,
    parameters: Any,
    _context: Any,
    executemany: bool,
) -> None:
    """Look at the texts of one statement before it goes; `refuse_nul` says what for."""
    if parameters and not executemany:
        values = parameters.values() if hasattr(parameters, "values") else parameters
        refuse_nul("a text", (cell for cell in values if isinstance(cell, str)))
