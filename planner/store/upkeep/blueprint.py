"""What a SQLite store is made of: our tables, indexes, triggers, nothing else."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from planner.store.database.protections import protect
from planner.store.rows.schema import metadata

_STATISTICS = "sqlite_stat"  # what ANALYZE leaves; it says nothing of ours
_ALWAYS = " WHEN TRUE"  # older stores have their triggers without it


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One thing that is not as a store of this version has it.

    Parameters
    ----------
    kind, name
        ``table``, ``index``, ``trigger`` or ``view``, and what it is called.
    table
        The table it belongs to.
    message
        What is wrong with it.
    """

    kind: str
    name: str
    table: str
    message: str


def differences(conn: sa.Connection) -> list[Difference]:
    """
    Hold all that a SQLite database is made of against what this version would make.

    Tables are compared by their columns and keys: those that were brought up to date
    are written in other words. All else must be the same to the word.
    """
    blueprint, objects = _blueprint(), _objects(conn)
    faults = []
    for (kind, name), (table, words) in sorted(objects.items()):
        if (kind, name) not in blueprint:
            faults.append(Difference(kind, name, table, "is none of ours"))
        elif kind != "table" and words != blueprint[kind, name][1]:
            faults.append(Difference(kind, name, table, "was changed"))
    for (kind, name), (table, _words) in sorted(blueprint.items()):
        if (kind, name) not in objects:
            faults.append(Difference(kind, name, table, "does not exist"))
        elif kind == "table" and _shape(conn, name) != _shapes()[name]:
            faults.append(Difference(kind, name, table, "has other columns or keys"))
    return faults


def is_to_the_word(conn: sa.Connection) -> bool:
    """Tell whether the tables, too, are written in the words of this version."""
    return _objects(conn) == _blueprint()


def strangers(conn: sa.Connection) -> list[Difference]:
    """
    Name what acts by itself and is not of this version: triggers and views.

    A store of any older version has triggers of this one only, so that this can be
    asked before it is brought up to date.
    """
    return [
        difference
        for difference in differences(conn)
        if difference.kind in {"trigger", "view"}
        and difference.message != "does not exist"
    ]


def _objects(conn: sa.Connection) -> dict[tuple[str, str], tuple[str, str]]:
    """Read the table and the words of each object by its kind and name."""
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    return {
        (str(kind), str(name)): (str(table), _words(str(sql)))
        for kind, name, table, sql in conn.exec_driver_sql(query)
        if not str(name).startswith(_STATISTICS)
    }


def _words(sql: str) -> str:
    """Write a statement without what means nothing in it."""
    return re.sub(r"\s+", " ", sql).strip().replace(_ALWAYS, "")


def _shape(conn: sa.Connection, table: str) -> tuple[Any, ...]:
    """Tell the columns and keys of a table, in no order."""
    quoted = f'"{table}"'
    columns = {
        tuple(row)[1:]
        for row in conn.exec_driver_sql(f"PRAGMA table_xinfo({quoted})").all()
    }
    keys = {
        tuple(row)[2:]
        for row in conn.exec_driver_sql(f"PRAGMA foreign_key_list({quoted})").all()
    }
    kind = conn.exec_driver_sql(f"PRAGMA table_list({quoted})").all()
    return columns, keys, [tuple(row)[2:] for row in kind]


def _made() -> Iterator[sa.Connection]:
    """Make a store of this version in memory."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.connect() as conn, conn.begin():
        metadata.create_all(conn)
        protect(conn)
        yield conn
    engine.dispose()


@functools.cache
def _blueprint() -> dict[tuple[str, str], tuple[str, str]]:
    (objects,) = (_objects(conn) for conn in _made())
    return objects


@functools.cache
def _shapes() -> dict[str, tuple[Any, ...]]:
    names = [name for kind, name in _blueprint() if kind == "table"]
    (shapes,) = ({name: _shape(conn, name) for name in names} for conn in _made())
    return shapes
