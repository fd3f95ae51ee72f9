"""What is asked of a backup's target before, and of its copy after it is unpacked."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from planner.core.errors import InputError
from planner.core.files.proofs import is_same_file
from planner.core.files.replacement import file_behind
from planner.store.database import transfer
from planner.store.database.backend import Backend
from planner.store.upkeep.backup_files import Manifest, is_backup
from planner.store.upkeep.blueprint import differences, strangers

_ENDS = (  # of the names of files that go with a store
    "",
    "-wal",
    "-shm",
    "-journal",
    ".lock",
    ".worker.lock",
    ".worker-start.lock",
    ".worker.log",
    ".worker.log.1",
    ".worker.log.2",
)


def own_files(backend: Backend) -> dict[str, Path]:
    """Name the files of a store on this machine, also those that are not there yet."""
    return {
        f"the store's {end}" if end else "the store": backend.beside(end)
        for end in _ENDS
    }


def target_of(backend: Backend, file: Path) -> Path:
    """
    Name the file that a backup may write, links followed.

    Raises
    ------
    InputError
        If it is a file of the store itself, or there is one that is no backup.
    """
    target = file_behind(file)
    for name, own in own_files(backend).items():
        if is_same_file(target, own):
            raise InputError(
                f"{file} is {name} ({backend.label}) itself, which a backup would "
                "replace; name another file"
            )
    if target.is_dir():
        raise InputError(f"{file} is a folder: name a file in it, such as planner.zip")
    if target.exists() and not (target.is_file() and is_backup(target)):
        raise InputError(
            f"{file} exists and is no backup, so it is not replaced; name another "
            "file, or remove this one"
        )
    return target


def fault_of(copy: Path) -> str | None:
    """Let SQLite look through a file; None: it finds nothing."""
    with closing(sqlite3.connect(copy)) as conn:
        conn.execute("PRAGMA trusted_schema = OFF")
        verdict = str(conn.execute("PRAGMA integrity_check").fetchone()[0])
        orphan = conn.execute("PRAGMA foreign_key_check").fetchone()
    if verdict != "ok":
        return verdict
    return (
        None if orphan is None else f"a row of {orphan[0]} refers to one of {orphan[2]}"
    )


def require_ours(file: Path, copy: Path, manifest: Manifest) -> None:
    """
    Look at an unpacked copy before anything in it can act.

    Raises
    ------
    InputError
        If it is damaged, no store, not what its manifest tells, or holds a trigger or
        view that is none of ours.
    """
    try:
        fault = fault_of(copy)
        if fault is not None:
            raise _refused(file, f"it is damaged: {fault}")
        with _engine(copy).connect() as conn:
            names = set(sa.inspect(conn).get_table_names())
            if not {"meta", "scenario"} <= names:
                raise _refused(file, "it holds the database of another program")
            _require_version(file, conn, manifest)
            for stranger in strangers(conn):
                raise _refused(
                    file, f"its {stranger.kind} {stranger.name} {stranger.message}"
                )
            _require_tables(file, names, manifest.rows)
            counts = {
                name: int(
                    conn.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()  # noqa: S608
                )
                for name in sorted(names & set(manifest.rows))
            }
    except (sqlite3.Error, sa.exc.DBAPIError, UnicodeDecodeError) as error:
        raise _refused(file, "it is damaged: SQLite cannot read it") from error
    transfer.require_counts(counts, manifest.rows)


def require_blueprint(file: Path, copy: Path) -> None:
    """
    Hold a copy that is up to date against what this version would make.

    Raises
    ------
    InputError
        Naming the first thing that is not the same.
    """
    with _engine(copy).connect() as conn:
        for difference in differences(conn):
            raise _refused(
                file, f"its {difference.kind} {difference.name} {difference.message}"
            )


def _require_version(file: Path, conn: sa.Connection, manifest: Manifest) -> None:
    query = "SELECT value FROM meta WHERE name = 'schema_version'"
    version = conn.exec_driver_sql(query).scalar()
    if version != str(manifest.schema_version):
        raise _refused(
            file,
            f"its tables have version {version}, its manifest tells "
            f"{manifest.schema_version}",
        )


def _require_tables(file: Path, names: set[str], rows: Mapping[str, int]) -> None:
    for name in sorted(set(rows) - names):
        raise _refused(file, f"its manifest tells of a table {name[:40]!r} it lacks")


def _refused(file: Path, why: str) -> InputError:
    return InputError(
        f"{file} is not restored: {why}. Nothing was changed; take another backup"
    )


def _engine(copy: Path) -> sa.Engine:
    return sa.create_engine(
        sa.URL.create("sqlite", database=str(copy)), poolclass=sa.NullPool
    )
