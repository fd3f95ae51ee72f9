"""
Bringing old stores up to date, by Alembic.

A new store gets the tables of `store.rows.schema` as they are. A change of them adds
one revision to ``versions/``, ``mNNN_what.py``, whose ``upgrade()`` brings a store of
version NNN - 1 to NNN, and counts `KNOWN_VERSION` up. Tests keep dumps of released
versions and hold the migrated store against a new one.

The version stands in our table `meta`, not in one of Alembic's: each transaction reads
it there beside the store's id, and so do the planners of before
(docs/decisions/024-migrations.md).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Lock

import sqlalchemy as sa

from planner.core.files.replacement import replacing
from planner.store.database.file_watch import forget_mark
from planner.store.database.protections import protect
from planner.store.database.spatial import add_geometry
from planner.store.rows.schema import meta, metadata

WRITES = "planner_writes"  # execution option of a connection that will write
KNOWN_VERSION = 6  # the newest revision; Alembic, slow to load, is only for old stores
VERSIONS = Path(__file__).parent / "versions"

_alembic = Lock()  # its `op` is one for the whole program


def bring_up(
    engine: sa.Engine,
    path: Path,
    version: int | None,
    *,
    target: int = KNOWN_VERSION,
    folders: Sequence[Path] = (VERSIONS,),
) -> None:
    """
    Make the tables of a new store, or take an old one through the revisions it lacks.

    Parameters
    ----------
    engine
        Of the store.
    path
        The file, or of another database one that goes with it; a copy of an old store
        is laid beside it first, as a SQLite file.
    version
        Its version; None: new.
    target
        The version it shall have.
    folders
        Where the revisions are.
    """
    if version == target:
        return
    if version is not None:
        suffix = path.suffix or ".sqlite"
        snapshot(engine, path.with_name(f"{path.stem}.before-v{target}{suffix}"))
    with writing_connection(engine) as conn, conn.begin():
        if version is None:
            metadata.create_all(conn)
            protect(conn)
            add_geometry(conn)
        else:
            _upgrade(conn, version, target, folders)
            conn.execute(sa.delete(meta).where(meta.c.name == "schema_version"))
        row = {"name": "schema_version", "value": str(target)}
        conn.execute(sa.insert(meta).values(row))


def _upgrade(
    conn: sa.Connection, version: int, target: int, folders: Sequence[Path]
) -> None:
    """Carry out the revisions between two versions, in the transaction that is open."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(VERSIONS.parent, version_locations=folders)
    newest_first = list(scripts.iterate_revisions(str(target), str(version)))
    with _alembic, Operations.context(MigrationContext.configure(conn)):
        for script in reversed(newest_first):
            script.module.upgrade()


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

    copy = sa.create_engine(sa.URL.create("sqlite", database=str(file)))
    with engine.connect() as source, source.begin(), copy.begin() as target:
        tables = transfer.copied_tables(source)
        for table in tables:
            table.create(target)
        transfer.copy_rows(source, target, tables)
    copy.dispose()
