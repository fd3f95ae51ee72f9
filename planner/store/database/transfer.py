"""
All rows of one store into another, cell for cell, whatever their databases.

On the way a cell is what SQLite keeps: text (JSON and dates too, byte for byte), a
whole number (truths too), a float, bytes, or None.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from planner.core.errors import StoreError
from planner.store.database.identity import OWN_ROWS, STORE_ID
from planner.store.rows.columns import column_lists, copy_in, fetched_rows
from planner.store.rows.schema import metadata

NOT_KEPT = {"worker"}  # of the machine, not of the company
_BATCH = 10_000


def kept_tables() -> list[sa.Table]:
    """Name what a backup holds, what is referred to before what refers to it."""
    return [table for table in metadata.sorted_tables if table.name not in NOT_KEPT]


def copy_rows(
    source: sa.Connection,
    target: sa.Connection,
    tables: Sequence[sa.Table] | None = None,
) -> dict[str, int]:
    """
    Copy all rows of a store into the empty tables of another.

    Parameters
    ----------
    source
        In one transaction that sees one moment.
    target
        In the transaction that is to hold all of them, or none.
    tables
        Alike in both; None: those of this planner, which both stores then have.

    Returns
    -------
    The number of rows by table, as `count_rows` of the source.
    """
    counts = {}
    for table in kept_tables() if tables is None else tables:
        n_own, where = 0, []
        if tables is None and table.name == "meta":
            n_own, where = 1, [table.c.name != own for own in OWN_ROWS]
        counts[table.name] = _copy_table(source, target, table, where) + n_own
    return counts


def hasten(conn: sa.Connection) -> None:
    """
    Let a scratch file of SQLite take rows fast, before its transaction begins.

    It is thrown away if anything happens, so that it needs no journal, and holds what
    was there, whatever is wrong with it: the doctor says so.
    """
    driver: Any = conn.connection.driver_connection
    for pragma in (
        "journal_mode = OFF",
        "synchronous = OFF",
        "foreign_keys = OFF",
        "cache_size = -65536",
    ):
        driver.execute(f"PRAGMA {pragma}")


def attach(conn: sa.Connection, copy: Path) -> None:
    """Let a SQLite connection see another file, before its transaction begins."""
    driver: Any = conn.connection.driver_connection
    # What is restored is what was backed up; the doctor says what is wrong with it.
    driver.execute("PRAGMA foreign_keys = OFF")
    driver.execute("ATTACH DATABASE ? AS copy", (str(copy),))


def copy_attached(conn: sa.Connection) -> dict[str, int]:
    """Do what `copy_rows` does, from the file of `attach`, without leaving SQLite."""
    counts = {}
    for table in kept_tables():
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        rest, n_own = (
            (f" WHERE name NOT IN {OWN_ROWS}", 1) if table.name == "meta" else ("", 0)
        )
        filled = conn.exec_driver_sql(
            f'INSERT INTO main."{table.name}" ({names}) '  # noqa: S608 - our own names
            f'SELECT {names} FROM copy."{table.name}"{rest}'
        )
        counts[table.name] = filled.rowcount + n_own
    return counts


def count_rows(conn: sa.Connection) -> dict[str, int]:
    """Count the rows of each table that a backup holds."""
    return {
        table.name: conn.execute(sa.select(sa.func.count()).select_from(table)).scalar()
        or 0
        for table in kept_tables()
    }


def require_empty(conn: sa.Connection, label: str) -> None:
    """
    Refuse a store that holds anything.

    Raises
    ------
    StoreError
        Naming the first thing it holds.
    """
    for table in kept_tables():
        query = sa.select(sa.literal(1)).select_from(table).limit(1)
        if table.name != "meta" and conn.execute(query).first():
            count = sa.select(sa.func.count()).select_from(table)
            raise StoreError(
                f"store {label} is not empty: it holds {conn.execute(count).scalar()} "
                f"rows of {table.name}. Name a store that holds nothing yet, or take "
                "the place of this one with --over, which keeps it beside"
            )


def require_counts(counts: Mapping[str, int], manifest: Mapping[str, int]) -> None:
    """
    Compare what was written with what a manifest tells.

    Raises
    ------
    StoreError
        If a table differs; a table the manifest does not know must be empty.
    """
    for name, count in counts.items():
        if name in manifest and count != manifest[name]:
            raise StoreError(
                f"{count} rows of {name} came out of the backup, its manifest tells "
                f"{manifest[name]}; nothing was restored. Take another backup"
            )


def content_hashes(conn: sa.Connection) -> dict[str, str]:
    """Hash each table's rows in the order of its key: equal data on any database."""
    hashes = {}
    for table in kept_tables():
        query = sa.select(*_cells(conn, table)).order_by(*table.primary_key.columns)
        if table.name == "meta":  # the id says which store it is, not what is in it
            query = query.where(table.c.name != STORE_ID)
        summed = hashlib.sha256()
        for row in conn.execute(query.execution_options(yield_per=_BATCH)):
            summed.update(repr([_alike(cell) for cell in row]).encode())
        hashes[table.name] = summed.hexdigest()
    return hashes


def copied_tables(conn: sa.Connection) -> list[sa.Table]:
    """
    Describe the tables of a store of any version so that SQLite can hold them.

    Columns that their database computes itself are left out.
    """
    found = sa.MetaData()
    found.reflect(conn)
    made = sa.MetaData()
    return [
        sa.Table(
            table.name,
            made,
            *(_copied(column) for column in table.columns if column.computed is None),
        )
        for table in found.sorted_tables
        if table.name not in NOT_KEPT and table.name in _ours(found)
    ]


def _ours(found: sa.MetaData) -> set[str]:
    """Leave out the tables that extensions of PostgreSQL bring."""
    return set(found.tables) - {"spatial_ref_sys"}


def _copied(column: sa.Column) -> sa.Column:
    kind = column.type.as_generic(allow_nulltype=True)
    if isinstance(kind, sa.Text):
        kind = sa.Text()  # without the collation, which SQLite does not know
    default = column.server_default
    text = str(default.arg) if isinstance(default, sa.DefaultClause) else None
    return sa.Column(
        column.name,
        kind,
        primary_key=column.primary_key,
        nullable=column.nullable,
        autoincrement=False,
        server_default=None if text is None else sa.text(text.split("::")[0]),
    )


def _cells(conn: sa.Connection, table: sa.Table) -> Iterator[sa.ColumnElement]:
    """Ask for the cells of a table as SQLite keeps them."""
    for column in table.columns:
        if conn.dialect.name == "sqlite":
            yield sa.type_coerce(column, sa.Text)
        elif isinstance(column.type, sa.JSON):
            yield sa.cast(column, sa.Text)
        elif isinstance(column.type, sa.Date):
            yield sa.func.to_char(column, "YYYY-MM-DD")
        elif isinstance(column.type, sa.Boolean):
            yield sa.cast(column, sa.Integer)
        else:
            yield column


def _copy_table(
    source: sa.Connection,
    target: sa.Connection,
    table: sa.Table,
    where: Sequence[sa.ColumnElement[bool]],
) -> int:
    """Copy the rows of a table past the types of SQLAlchemy; tell how many."""
    blocks = fetched_rows(source, table, *where)
    names = [column.name for column in table.columns]
    if target.dialect.name == "postgresql":
        return copy_in(target, table, names, column_lists(blocks))
    quote = target.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    places = ", ".join("?" * len(names))
    command = f"INSERT INTO {into} VALUES ({places})"  # noqa: S608 - our own names
    count = 0
    driver: Any = target.connection.driver_connection
    for rows in blocks:
        count += driver.executemany(command, rows).rowcount
    return count


def _alike(cell: Any) -> Any:
    """Bring together what the databases tell apart: SQLite keeps no minus zero."""
    return cell + 0.0 if isinstance(cell, float) else cell
