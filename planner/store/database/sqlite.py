"""A store in one SQLite file, safe to kill at any moment."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy import event

from planner.core.errors import StoreError
from planner.store.database import file_watch, holders
from planner.store.database.backend import LOCK_WAIT_S, OPENING, checked_version
from planner.store.database.file_watch import FileWatch, GuardedConnection
from planner.store.database.migrations import WRITES
from planner.store.database.scratch import remove_stale
from planner.store.rows.bulk import check_parameters
from planner.store.rows.records import json_text

_LOCK_FILES = {OPENING: ".lock"}  # the others are named after the lock
_PLAIN_WORDS = {  # by primary result code of SQLite
    sqlite3.SQLITE_FULL: "the disk is full; free some space and do it again",
    sqlite3.SQLITE_BUSY: "another program holds it locked; close that and do it again",
    sqlite3.SQLITE_READONLY: "it may only be read; check the rights of file and folder",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore the latest backup",
    sqlite3.SQLITE_NOTADB: "the file is not a store; name another file",
    sqlite3.SQLITE_IOERR: "the disk does not answer as it should; check the disk",
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened; check the rights of file and folder. From a folder where "
        "nothing can be written, copy it with its -wal to one of your own"
    ),
}


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """
    The file of a store; see `backend.Backend` for what it offers.

    Parameters
    ----------
    path
        Absolute, links followed; need not exist yet.
    named
        The name it was opened by, which may be a link; None: the path itself.
    """

    path: Path
    named: Path | None = None

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

    @property
    def is_read_only(self) -> bool:
        """Whether it lies in a folder where nothing can be written, as SQLite must."""
        return self.path.exists() and not os.access(self.path.parent, os.W_OK)

    def hold(self) -> Callable[[], None]:
        """
        Make the file ready to be opened, under its lock for opening.

        Returns
        -------
        To be called when it is closed.

        Raises
        ------
        StoreError
            If it is no regular file, or the log beside it is that of another file
            which other programs still have open.
        """
        if self.path.is_dir():
            raise StoreError(
                f"store {self.path} is a folder: name a file in it, such as "
                f"{self.path / 'planner.sqlite'}"
            )
        if self.is_read_only:
            return _nothing
        is_alone = holders.join(self.path)
        try:
            self._make_ready(is_alone=is_alone)
        except BaseException:
            holders.leave(self.path)
            raise
        return partial(holders.leave, self.path)

    def _make_ready(self, *, is_alone: bool) -> None:
        """See that the log is its own, that it exists, and that its mark is new."""
        if file_watch.has_foreign_log(self.path):
            if not is_alone:
                names = ", ".join(holders.holders(self.path))
                raise StoreError(
                    f"store {self.path}: the file was replaced while other programs "
                    f"had it open ({names}); close them and start the app again"
                )
            file_watch.set_log_aside(self.path)
        if not self.path.exists():
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
            os.close(os.open(self.path, flags, holders.PRIVATE))
        if is_alone:
            remove_stale(self.path.parent)
            file_watch.undo_unfinished(self.path)
        self.found_version()  # refuses what is not ours before a byte is written
        if is_alone and os.access(self.path, os.W_OK):
            file_watch.renew_mark(self.path)

    def watch(self) -> FileWatch | None:
        """Note which file this is; None: nobody can write where it lies."""
        if self.is_read_only:
            return None
        return FileWatch(self.path, self.named or self.path)

    def make_engine(self, watch: FileWatch | None = None) -> sa.Engine:
        """Make an engine whose transactions begin when we say so."""
        options: dict[str, Any] = {"connect_args": {"timeout": LOCK_WAIT_S}}
        if self.is_read_only:
            options = {"creator": partial(_connect_read_only, self.path)}
        elif watch is not None:
            options["connect_args"]["factory"] = partial(GuardedConnection, watch=watch)
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(self.path)),
            json_serializer=json_text,
            **options,
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "before_cursor_execute", check_parameters)
        return engine

    def found_version(self) -> int | None:
        """Look which version the file has, without changing a byte of it."""
        return found_version(self.path)

    def lock(self, name: str, wait_s: float = 0.0) -> AbstractContextManager[None]:
        """Hold a lock file, made with its folder; where nobody can write, nothing."""
        if self.is_read_only and name == OPENING:
            return nullcontext()
        return self._lock_file(name, wait_s)

    @contextmanager
    def _lock_file(self, name: str, wait_s: float) -> Iterator[None]:
        file = self.beside(_LOCK_FILES.get(name, f".{name}.lock"))
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(file, mode=holders.PRIVATE)
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


def _nothing() -> None:
    """Close what was never held."""


def _connect_read_only(path: Path) -> sqlite3.Connection:
    """Connect where SQLite can write neither log nor index; nobody else can either."""
    log = file_watch.log_of(path)
    is_whole = not log.exists() or log.stat().st_size == 0
    uri = f"{path.as_uri()}?mode=ro{'&immutable=1' if is_whole else ''}"
    return sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=LOCK_WAIT_S)


def _prepare(dbapi_connection: Any, _record: Any) -> None:
    # None: the driver must not begin or commit by itself, else the statements
    # of a failed migration stay behind.
    dbapi_connection.isolation_level = None
    pragmas = [
        f"busy_timeout = {int(LOCK_WAIT_S * 1000)}",
        "synchronous = FULL",
        "foreign_keys = ON",
    ]
    if isinstance(dbapi_connection, GuardedConnection):
        pragmas.insert(1, "journal_mode = WAL")
    for pragma in pragmas:
        dbapi_connection.execute(f"PRAGMA {pragma}")
    if isinstance(dbapi_connection, GuardedConnection):
        dbapi_connection.look_at_log()


def _begin(conn: sa.Connection) -> None:
    writes = conn.get_execution_options().get(WRITES, False)
    conn.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    # A writer takes its turn at once: waiting later could not be retried.
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def begin_turn(conn: sa.Connection) -> int:
    """Note, in a writing transaction, what was changed on its connection so far."""
    driver: Any = conn.connection.driver_connection
    return int(driver.total_changes)


def end_turn(conn: sa.Connection, begun: int) -> None:
    """Count up the turn of the file's mark, unless nothing was written."""
    driver: Any = conn.connection.driver_connection
    if driver.total_changes != begun:
        (turn,) = driver.execute("PRAGMA user_version").fetchone()
        driver.execute(f"PRAGMA user_version = {turn + 1}")


def file_of(url: sa.URL, text: str) -> SqliteFile:
    """
    Name the file behind a URL.

    Parameters
    ----------
    url
        As SQLAlchemy reads it, which drops a query and undoes percent signs.
    text
        As it was written.

    Raises
    ------
    StoreError
        If it names none, or holds more than the name of a file.
    """
    form = "it must look like sqlite:///folder/file.sqlite"
    if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise StoreError(f"the driver {url.drivername} is not offered: {form}")
    if url.username or url.password or url.host or url.port:
        raise StoreError(
            "the URL of a SQLite store names no user, password or host, but this one "
            f"does: {form}, and sqlite:////folder from the root of the disk"
        )
    if "?" in text or "%" in text:
        raise StoreError(
            "the URL of a SQLite store may hold no ? and no %: options are not "
            f"offered, and a file with such a name must be renamed; {form}"
        )
    if not url.database or url.database == ":memory:":
        raise StoreError(f"the store URL names no file: {form}")
    if "\0" in url.database or url.database.startswith("file:"):
        raise StoreError(f"the store URL names no plain file: {form}")
    named = Path(url.database).expanduser().absolute()
    return SqliteFile(named.resolve(), named)


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
    is_read_only = not os.access(path.parent, os.W_OK)
    with closing(
        _connect_read_only(path) if is_read_only else _look_into(path)
    ) as conn:
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


def _look_into(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


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
