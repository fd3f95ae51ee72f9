"""
Bringing old files up to date.

A new file gets the tables of `store.rows.schema` as they are. A change of them adds one
module here, ``mNNN_what.py`` with a function ``up(conn)`` that brings a file of version
NNN - 1 to NNN, and its line in `STEPS`. Tests keep a dump of each released version and
hold the migrated file against a new one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from planner.core.files.replacement import replacing
from planner.store.database.file_watch import forget_mark
from planner.store.database.migrations import (
    m002_imports,
    m003_teams,
    m004_workbench,
    m005_decisions,
)
from planner.store.database.protections import protect
from planner.store.database.spatial import add_geometry
from planner.store.rows.schema import meta, metadata

Step = Callable[[sa.Connection], None]

WRITES = "planner_writes"  # execution option of a connection that will write
FIRST_VERSION = 1
STEPS: Mapping[int, Step] = {
    2: m002_imports.up,
    3: m003_teams.up,
    4: m004_workbench.up,
    5: m005_decisions.up,
}
KNOWN_VERSION = max(STEPS, default=FIRST_VERSION)


def bring_up(
    engine: sa.Engine,
    path: Path,
    found: int | None,
    steps: Mapping[int, Step] = STEPS,
) -> None:
    """
    Make the tables of a new file, or take an old one through the steps it lacks.

    Parameters
    ----------
    engine
        Of the file.
    path
        The file, or of another database one that goes with it; a copy of an old store
        is laid beside it first, as a SQLite file.
    found
        Its version; None: new.
    steps
        Step by the version it leads to.
    """
    known = max(steps, default=FIRST_VERSION)
    if found == known:
        return
    if found is not None:
        suffix = path.suffix or ".sqlite"
        snapshot(engine, path.with_name(f"{path.stem}.before-v{known}{suffix}"))
    with writing_connection(engine) as conn, conn.begin():
        if found is None:
            metadata.create_all(conn)
            protect(conn)
            add_geometry(conn)
        else:
            for version in range(found + 1, known + 1):
                steps[version](conn)
            conn.execute(sa.delete(meta).where(meta.c.name == "schema_version"))
        row = {"name": "schema_version", "value": str(known)}
        conn.execute(sa.insert(meta).values(row))


def writing_connection(engine: sa.Engine) -> sa.Connection:
    """Connect so that the next transaction may write."""
    return engine.connect().execution_options(**{WRITES: True})


def snapshot(engine: sa.Engine, target: Path) -> None:
    """Copy a live store of any version into a SQLite file, whole or not at all."""
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    with replacing(target) as beside:
        if engine.dialect.name == "sqlite":
            with engine.connect() as conn, closing(sqlite3.connect(beside)) as copy:
                conn.connection.driver_connection.backup(copy)  # type: ignore[union-attr]
                copy.execute("PRAGMA journal_mode = DELETE")
            forget_mark(beside)
        else:
            _copy_rows(engine, beside)
    target.chmod(mode)


def _copy_rows(engine: sa.Engine, file: Path) -> None:
    """Copy all rows of another database, whatever tables it has."""
    from planner.store.database import transfer  # it needs the tables of today, too

    made = sa.create_engine(sa.URL.create("sqlite", database=str(file)))
    with engine.connect() as source, source.begin(), made.begin() as target:
        tables = transfer.copied_tables(source)
        for table in tables:
            table.create(target)
        transfer.copy_rows(source, target, tables)
    made.dispose()
