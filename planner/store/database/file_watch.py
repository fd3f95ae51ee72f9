"""
Whether a store's file is still the one that was opened.

SQLite finds its write-ahead log by name. Who swaps the file under a running program
(`cp`, `mv`) would have the log of the old one folded into the new one unsaid.
So each file bears a mark in its first page: a generation, drawn by the first program
that opens it and written without the log, and the number of the turn, which each
writing transaction counts up. What is in the file itself, below the log, is of this
generation and never goes back; and a log bears the marks of the file it belongs to.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import sqlite3
import struct
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.core.errors import StoreError
from planner.store.database.holders import reading_handle

_TRIES, _PAUSE_S = 4, 0.005
_NOT_NOW = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}
_FRAME, _LOG_HEADER, _PAGE_HEADER = 24, 32, 100  # bytes; see SQLite's file format


@dataclass(frozen=True, slots=True)
class Mark:
    """
    What the first page says of the file.

    Parameters
    ----------
    generation
        SQLite's ``application_id``; 0: no program of ours drew one yet.
    turn
        SQLite's ``user_version``: writing transactions of this generation.
    """

    generation: int
    turn: int


def read_mark(path: Path) -> Mark | None:
    """
    Read the mark in the file itself, past its log; None: it is no SQLite file.

    It is there also when a full disk stopped the log from being folded into the file.
    """
    with reading_handle(path) as handle:
        return _mark_of(os.pread(handle, _PAGE_HEADER, 0))


def _mark_of(page: bytes) -> Mark | None:
    """Read the mark in the first bytes of page 1."""
    if len(page) < _PAGE_HEADER or not page.startswith(b"SQLite format 3\0"):
        return None
    (turn,) = struct.unpack(">i", page[60:64])
    (generation,) = struct.unpack(">i", page[68:72])
    return Mark(generation=generation, turn=turn)


def renew_mark(path: Path) -> None:
    """
    Draw a new generation for a file that no other program has open.

    The log is folded before and after, so that none is ever older than the mark; if
    some other tool has the file open, or the disk is full, the old mark stays.

    Raises
    ------
    StoreError
        If the disk took the new mark into the log and not into the file.
    """
    generation = secrets.randbelow(2**31 - 1) + 1
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as conn:
        try:
            is_written = _write_generation(conn, generation)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _NOT_NOW:
                raise
            return
    mark = read_mark(path)
    if is_written and (mark is None or mark.generation != generation):
        raise StoreError(
            f"store {path}: the disk does not keep what is written; check the disk"
        )


def _write_generation(conn: sqlite3.Connection, generation: int) -> bool:
    """Write it with nobody beside us; False: the log cannot be folded now."""
    conn.execute("PRAGMA locking_mode = EXCLUSIVE")
    (mode,) = conn.execute("PRAGMA journal_mode").fetchone()
    if mode == "wal":
        conn.execute("PRAGMA synchronous = NORMAL")  # the fold below is synced
        if conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            return False
    conn.execute("BEGIN EXCLUSIVE")
    conn.execute(f"PRAGMA application_id = {generation}")
    conn.execute("PRAGMA user_version = 0")
    conn.execute("COMMIT")
    if mode == "wal":
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return True


def fold_log(conn: sqlite3.Connection) -> bool:
    """Bring the log into the file and remove it; False: others have the file open."""
    try:
        (mode,) = conn.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return str(mode) == "delete"


def undo_unfinished(path: Path) -> None:
    """Let SQLite undo what a program killed in `renew_mark` left half written."""
    if path.with_name(f"{path.name}-journal").exists():
        with closing(sqlite3.connect(path)) as conn:
            conn.execute("SELECT count(*) FROM sqlite_master").fetchone()


def forget_mark(path: Path) -> None:
    """Take the mark off a copy, which is no longer the file it was made from."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA application_id = 0")
        conn.execute("PRAGMA user_version = 0")


def log_of(path: Path) -> Path:
    """Name the write-ahead log of a file."""
    return path.with_name(f"{path.name}-wal")


def has_foreign_log(path: Path) -> bool:
    """Tell whether the log that lies beside a file belongs to another file."""
    start = _log_start(log_of(path))
    if start is None or not path.exists() or path.stat().st_size == 0:
        return False
    mark = read_mark(path)
    if mark is None:
        return False  # no database: whoever opens it next says so
    if start.generation == mark.generation:
        return mark.generation != 0 and mark.turn < start.turn - 1
    return _is_ours(path)


def set_log_aside(path: Path) -> Path:
    """Move the log of another file out of the way, kept; return where to."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.name}-wal.of-another-file-{stamp}")
    log_of(path).rename(aside)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return aside


class FileWatch:
    """
    Notes which file was opened, and looks whether it still has its name.

    Parameters
    ----------
    path
        The file.
    named
        The name it was opened by, which may be a link to it.
    """

    def __init__(self, path: Path, named: Path) -> None:
        self.path = path
        self.named = named
        self._identity = _identity(named)
        self._mark = read_mark(path) or Mark(generation=0, turn=0)
        self._seen: tuple[int, ...] | None = None
        self._connections: set[GuardedConnection] = set()

    def look(self) -> None:
        """
        Look at the file; a look at one that nobody wrote to costs microseconds.

        Raises
        ------
        StoreError
            If it was removed, or another file or another state of it has its name.
        """
        try:
            status = os.stat(self.named)  # noqa: PTH116 - asked for in each transaction
        except FileNotFoundError:
            raise self.replaced("removed") from None
        state = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if (status.st_dev, status.st_ino) != self._identity:
            raise self.replaced("replaced")
        if state != self._seen:
            self._look_inside()
            self._seen = state

    def is_lost(self) -> bool:
        """Tell whether the file no longer has its name; then nothing may be closed."""
        try:
            self.look()
        except (StoreError, OSError):
            return True
        return False

    def add(self, connection: GuardedConnection) -> None:
        """Note a connection to the file."""
        self._connections.add(connection)

    def remove(self, connection: GuardedConnection) -> None:
        """Note that a connection was closed."""
        self._connections.discard(connection)

    def close_connections(self) -> None:
        """Close what is left open."""
        for connection in list(self._connections):
            connection.close()

    def _look_inside(self) -> None:
        """Hold the mark below the log against the one seen last."""
        for _ in range(_TRIES):
            mark = read_mark(self.path)
            if (
                mark is not None
                and mark.generation == self._mark.generation
                and mark.turn >= self._mark.turn
            ):
                self._mark = mark
                return
            time.sleep(_PAUSE_S)  # another program may be writing just this page
        raise self.replaced("replaced")

    def replaced(self, what: str) -> StoreError:
        """Say what became of the file, and what to do."""
        return StoreError(
            f"store {self.path}: the file was {what} while it was open, so nothing is "
            "saved; restart the app. A backup takes its place by the command "
            "'restore --over', with the app closed"
        )


class GuardedConnection(sqlite3.Connection):
    """
    A connection that is closed only after a look at the file, else never.

    The last connection that closes folds the log into whatever file has its name, also
    when the interpreter throws it away at its end. One that is not closed ends as by
    `kill -9`: the log stays and is read at the next opening, if it belongs there.
    """

    def __init__(self, *args: Any, watch: FileWatch, **options: Any) -> None:
        super().__init__(*args, **options)
        self._watch = watch
        self._log: tuple[int, int] | None = None
        self._is_kept = True
        watch.add(self)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self))

    def look_at_log(self) -> None:
        """Look whether the log is still the one it uses; first when it is connected."""
        try:
            log = _identity(log_of(self._watch.path))
        except FileNotFoundError:
            log = None  # SQLite makes it when it first needs it
        if self._log is None:
            self._log = log
        elif log != self._log:
            raise self._watch.replaced("parted from its -wal")

    def close(self) -> None:
        """Close it, unless that would write into another file."""
        if self._watch.is_lost():
            return
        super().close()
        if self._is_kept:
            self._is_kept = False
            self._watch.remove(self)
            ctypes.pythonapi.Py_DecRef(ctypes.py_object(self))


def _identity(path: Path) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 - asked for in each transaction
    return status.st_dev, status.st_ino


def _is_ours(path: Path) -> bool:
    """Tell whether the file itself, below a log, holds our tables."""
    uri = f"{path.as_uri()}?mode=ro&immutable=1"
    query = "SELECT count(*) FROM sqlite_master WHERE name IN ('meta', 'scenario')"
    with closing(sqlite3.connect(uri, uri=True)) as conn:
        try:
            return int(conn.execute(query).fetchone()[0]) == 2
        except sqlite3.Error:
            return False


def _log_start(log: Path) -> Mark | None:
    """Read the mark in the first page 1 of a log; None: there is none."""
    try:
        frames = log.open("rb")
    except FileNotFoundError:
        return None
    with frames:
        header = frames.read(_LOG_HEADER)
        if len(header) < _LOG_HEADER:
            return None
        (page_size,) = struct.unpack(">I", header[8:12])
        while len(frame := frames.read(_FRAME)) == _FRAME:
            if frame[8:16] != header[16:24]:
                return None  # what follows is of an earlier round
            if struct.unpack(">I", frame[:4]) == (1,):
                page = frames.read(_PAGE_HEADER)
                return _mark_of(page)
            frames.seek(page_size, os.SEEK_CUR)
    return None
