"""Opening the store: one SQLite file, safe to kill at any moment."""

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
from sqlalchemy import event

from planner.core.errors import StoreError
from planner.store import migrations
from planner.store.migrations import WRITES
from planner.store.migrations import writing_connection
from planner.store.records import json_text
from planner.store.tables import meta

BUSY_TIMEOUT_MS = 30_000
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
class Store:
    """
    An open store.

    Parameters
    ----------
    url
        The SQLAlchemy URL it was opened by.
    engine
        The pool of connections behind it.
    path
        The SQLite file.
    """

    url: str
    engine: sa.Engine
    path: Path

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give one consistent view; it cannot write and waits for nobody."""
        with saying_plainly(self.path), self.engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Give a view that is saved whole at the end, or not at all on an exception."""
        with (
            saying_plainly(self.path),
            writing_connection(self.engine) as conn,
            conn.begin(),
        ):
            yield conn

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


@contextmanager
def saying_plainly(path: Path) -> Iterator[None]:
    """Turn what the machine may do to a database into a StoreError; bugs stay bugs."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        words = _plain_words(error.orig)
        if words is None:
            raise
        raise StoreError(f"store {path}: {words}") from error
    except sqlite3.Error as error:
        words = _plain_words(error)
        if words is None:
            raise
        raise StoreError(f"store {path}: {words}") from error


def _plain_words(error: BaseException | None) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else _PLAIN_WORDS.get(code & 0xFF)


def open_store(url: str) -> Store:
    """
    Open the store, making it if there is none and bringing an old one up to date.

    Parameters
    ----------
    url
        SQLAlchemy URL, ``sqlite:///folder/file.sqlite``.

    Returns
    -------
    The store; before an old file is changed, a copy is laid beside it.

    Raises
    ------
    StoreError
        If the URL names no file, the file is no store of ours, it is damaged, or a
        newer planner wrote it.
    """
    path = store_path(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{path}.lock", timeout=60)
        with lock, saying_plainly(path):
            found = found_version(path)
            engine = _make_engine(path)
            migrations.bring_up(engine, path, found)
    except OSError as error:
        raise StoreError(f"store {path} cannot be opened: {error}") from error
    return Store(url=url, engine=engine, path=path)


def store_path(url: str) -> Path:
    """
    Name the file behind a URL.

    Raises
    ------
    StoreError
        If it is no URL of a SQLite file.
    """
    form = "it must look like sqlite:///folder/file.sqlite"
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise StoreError(f"store URL {url!r} is not understood: {form}") from error
    if parsed.get_backend_name() != "sqlite":
        shown = parsed.render_as_string(hide_password=True)
        raise StoreError(f"store URL {shown} is of a kind not offered yet: {form}")
    if not parsed.database or parsed.database == ":memory:":
        raise StoreError(f"store URL {url!r} names no file: {form}")
    return Path(parsed.database).expanduser().resolve()


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
    if row is None or not str(row[0]).isdigit():
        raise StoreError(f"{path} does not say its version; restore the latest backup")
    version = int(row[0])
    if version > migrations.KNOWN_VERSION:
        raise StoreError(
            f"{path} was written by a newer planner: its tables have version "
            f"{version}, this planner knows up to {migrations.KNOWN_VERSION}. "
            "Update the planner, or restore a backup made by this one elsewhere"
        )
    return version


def _table_names(conn: sqlite3.Connection, path: Path) -> set[str]:
    """Read what tables a file has; StoreError if it is no database at all."""
    try:
        rows = conn.execute("SELECT name FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:
            raise
        raise StoreError(
            f"{path} is not a store: it is no SQLite database. Name another file, "
            "or move this one away to start with an empty store"
        ) from error
    return {name for (name,) in rows}


def schema_version(conn: sa.Connection) -> int:
    """Read the version of the tables."""
    query = sa.select(meta.c.value).where(meta.c.name == "schema_version")
    return int(conn.execute(query).scalar_one())


def _make_engine(path: Path) -> sa.Engine:
    """Make an engine whose transactions begin when we say so."""
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        json_serializer=json_text,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: Any, _record: Any) -> None:
        # None: the driver must not begin or commit by itself, else the statements
        # of a failed migration stay behind.
        dbapi_connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(conn: sa.Connection) -> None:
        writes = conn.get_execution_options().get(WRITES, False)
        conn.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        # A writer takes its turn at once: waiting later could not be retried.
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
