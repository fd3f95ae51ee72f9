"""A store in one SQLite file, safe to kill at any moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock
from filelock import Timeout
from sqlalchemy import event

from planner.core.errors import StoreError
from planner.store.backend import LOCK_WAIT_S
from planner.store.backend import OPENING
from planner.store.backend import checked_version
from planner.store.bulk import check_parameters
from planner.store.migrations import WRITES
from planner.store.records import json_text

_LOCK_FILES = {OPENING: ".lock"}  # the others are named after the lock
_PLAIN_WORDS = {  # by primary result code of SQLite
    sqlite3.SQLITE_FULL: "the disk is full; free some space and do it again",
    sqlite3.SQLITE_BUSY: "another program holds it locked; close that and do it again",
    sqlite3.SQLITE_READONLY: "it may only be read; check the rights of file and folder",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore the latest backup",
    sqlite3.SQLITE_NOTADB: "the file is not a store; name another file",
    sqlite3.SQLITE_IOERR: "the disk does not answer as it should; check the disk",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check the rights of file and folder",
}


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """
    The file of a store; see `backend.Backend` for what it offers.

    Parameters
    ----------
    path
        Absolute; need not exist yet.
    """

    path: Path

    @property
    def label(self) -> str:
        """The file."""
        return str(self.path)

    def beside(self, suffix: str) -> Path:
        """Name a file in the same folder."""
        return self.path.with_name(f"{self.path.name}{suffix}")

    def exists(self) -> bool:
        """Tell whether the file is still there."""
        return self.path.exists()

    def make_engine(self) -> sa.Engine:
        """Make an engine whose transactions begin when we say so."""
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(self.path)),
            json_serializer=json_text,
            connect_args={"timeout": LOCK_WAIT_S},
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "before_cursor_execute", check_parameters)
        return engine

    def found_version(self) -> int | None:
        """Look which version the file has, without changing a byte of it."""
        return found_version(self.path)

    @contextmanager
    def lock(self, name: str, wait_s: float = 0.0) -> Iterator[None]:
        """Hold a lock file, made with its folder."""
        file = self.beside(_LOCK_FILES.get(name, f".{name}.lock"))
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(file)
        try:
            lock.acquire(timeout=wait_s)
        except Timeout as error:
            raise TimeoutError(f"another program holds its lock {name!r}") from error
        try:
            yield
        finally:
            lock.release()

    def plain_words(self, error: BaseException) -> str | None:
        """Say what the machine did to the file."""
        code = getattr(error, "sqlite_errorcode", None)
        return None if code is None else _PLAIN_WORDS.get(code & 0xFF)


def _prepare(dbapi_connection: Any, _record: Any) -> None:
    # None: the driver must not begin or commit by itself, else the statements
    # of a failed migration stay behind.
    dbapi_connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {int(LOCK_WAIT_S * 1000)}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin(conn: sa.Connection) -> None:
    writes = conn.get_execution_options().get(WRITES, False)
    conn.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    # A writer takes its turn at once: waiting later could not be retried.
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def file_of(url: sa.URL) -> SqliteFile:
    """
    Name the file behind a URL.

    Raises
    ------
    StoreError
        If it names none.
    """
    if not url.database or url.database == ":memory:":
        raise StoreError(
            f"store URL {url} names no file: it must look like "
            "sqlite:///folder/file.sqlite"
        )
    return SqliteFile(Path(url.database).expanduser().resolve())


def found_version(path: Path) -> int | None:
    """
    Look which version a file has, without changing a byte of it.

    Returns
    -------
    The version of its tables; None: the file is new or still empty.

    Raises
    ------
    StoreError
        If it is not a store of ours or is too new for this planner.

    Notes
    -----
    Only SQLite may open the file: closing any other handle on it would end the locks
    of our own connections (POSIX), and the next program to close the store would then
    throw away what we write after that.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as conn:
        names = _table_names(conn, path)
        if not names:
            return None
        if "meta" not in names or "scenario" not in names:
            raise StoreError(
                f"{path} is a database of another program: it has no tables of ours. "
                "Name another file"
            )
        row = conn.execute(
            "SELECT value FROM meta WHERE name = 'schema_version'"
        ).fetchone()
    return checked_version(None if row is None else str(row[0]), str(path))


def _table_names(conn: sqlite3.Connection, path: Path) -> set[str]:
    """Read what tables a file has; StoreError if it is no database at all."""
    try:
        rows = conn.execute("SELECT name FROM sqlite_master").fetchall()
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} is damaged; restore the latest backup") from error
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:
            raise
        raise StoreError(
            f"{path} is not a store: it is no SQLite database. Name another file, "
            "or move this one away to start with an empty store"
        ) from error
    return {name for (name,) in rows}
