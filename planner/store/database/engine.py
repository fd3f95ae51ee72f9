"""Opening the store: a SQLite file, or a PostgreSQL database."""

from __future__ import annotations

import atexit
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

import sqlalchemy as sa

from planner.core.errors import PlannerError, StoreError
from planner.store.database import migrations
from planner.store.database.backend import OPENING, Backend
from planner.store.database.file_watch import FileWatch, GuardedConnection
from planner.store.database.identity import require_same, store_id_of
from planner.store.database.migrations import WRITES
from planner.store.database.postgresql import TAKES_NO_TURN, database_of
from planner.store.database.sqlite import SqliteFile, begin_turn, end_turn, file_of
from planner.store.rows.schema import meta

OPEN_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Store:
    """
    An open store.

    Parameters
    ----------
    url
        The SQLAlchemy URL it was opened by; it may hold a password.
    engine
        The pool of connections behind it.
    backend
        The database: what to call it, its locks, the files that go with it.
    store_id
        Of the store that was opened; every transaction looks whether it is still it.
    watch
        Of a file: whether it still has its name.
    release
        Tells other programs that this one has closed it.
    """

    url: str = field(repr=False)
    engine: sa.Engine = field(repr=False)
    backend: Backend
    store_id: str | None = field(default=None, repr=False)
    watch: FileWatch | None = field(default=None, repr=False)
    release: Callable[[], None] = field(default=lambda: None, repr=False)

    @property
    def label(self) -> str:
        """What messages call it: the file, or the URL without its password."""
        return self.backend.label

    @property
    def path(self) -> Path:
        """The SQLite file; StoreError if the store is no file."""
        if isinstance(self.backend, SqliteFile):
            return self.backend.path
        raise StoreError(f"store {self.label} is no file")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give one consistent view; it cannot write and waits for nobody."""
        with saying_plainly(self.backend), self._connected() as conn, conn.begin():
            self._require_same(conn)
            yield conn

    @contextmanager
    def transaction(self, *, takes_turn: bool = True) -> Iterator[sa.Connection]:
        """
        Give a view that is saved whole at the end, or not at all on an exception.

        Parameters
        ----------
        takes_turn
            Whether to wait until no other writes, and let no other write meanwhile.
            Without, only a change that is safe whatever others do, such as one
            conditional update; SQLite, which knows one writer, takes turns anyway.
        """
        with saying_plainly(self.backend), self._connected() as conn:
            conn.execution_options(**{WRITES: True, TAKES_NO_TURN: not takes_turn})
            with conn.begin():
                self._require_same(conn, writes=True)
                turn = None if self.watch is None else begin_turn(conn)
                yield conn
                if self.watch is not None and turn is not None:
                    end_turn(conn, turn)
                    self.watch.look()

    def is_replaced(self) -> bool:
        """Tell whether another file has taken the name of ours."""
        return self.watch is not None and self.watch.is_lost()

    def _connected(self) -> sa.Connection:
        """Connect, unless another file has taken the name of ours."""
        if self.watch is not None:
            self.watch.look()
        return self.engine.connect()

    def _require_same(self, conn: sa.Connection, *, writes: bool = False) -> None:
        """Refuse, in a transaction, a store that is not the one that was opened."""
        driver = conn.connection.driver_connection
        if self.watch is not None and isinstance(driver, GuardedConnection):
            self.watch.look()  # again: a writer may have waited for its turn
            driver.look_at_log()
            if not writes:
                return  # a file that bears the same mark holds the same store
        require_same(conn, self.label, self.store_id, writes=writes)

    def close(self) -> None:
        """Give back all connections; of a file that was replaced they stay, unused."""
        self.engine.dispose()
        self.release()


# Files that nobody uses any more and nobody closed: closed at the next chance, as the
# collector may find them in the middle of anything, and at the program's end.
_forgotten: SimpleQueue[Callable[[], None]] = SimpleQueue()


@atexit.register
def _close_forgotten() -> None:
    while not _forgotten.empty():
        _forgotten.get()()


def _releasing(
    engine: sa.Engine, watch: FileWatch, leave: Callable[[], None]
) -> Callable[[], None]:
    """See that a file is closed once, on purpose or when its engine is thrown away."""

    def close() -> None:
        if not watch.is_lost():  # else it stays held, and may not be opened again
            watch.close_connections()
            leave()

    forgotten = weakref.finalize(engine, _forgotten.put, close)

    def release() -> None:
        if forgotten.detach() is not None:
            close()

    return release


@contextmanager
def saying_plainly(backend: Backend | Path) -> Iterator[None]:
    """Turn what the machine may do to a database into a StoreError; bugs stay bugs."""
    if isinstance(backend, Path):
        backend = SqliteFile(backend)
    try:
        yield
    except PlannerError:
        raise
    except Exception as error:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        words = None if cause is None else backend.plain_words(cause)
        if words is None:
            raise
        raise StoreError(f"store {backend.label}: {words}") from error


def open_store(url: str) -> Store:
    """
    Open the store, making it if there is none and bringing an old one up to date.

    Parameters
    ----------
    url
        SQLAlchemy URL: ``sqlite:///folder/file.sqlite``, or
        ``postgresql://user:password@host/database`` of a database that exists.

    Returns
    -------
    The store; before an old file is changed, a copy is laid beside it.

    Raises
    ------
    StoreError
        If the URL names no store, what it names is no store of ours, is damaged or
        not reached, or a newer planner wrote it.
    """
    backend = backend_of(url)
    _close_forgotten()
    try:
        with saying_plainly(backend), backend.lock(OPENING, OPEN_WAIT_S):
            leave = backend.hold()
            try:
                store = _opened(url, backend, leave)
            except BaseException:
                leave()
                raise
    except OSError as error:
        raise StoreError(f"store {backend.label} cannot be opened: {error}") from error
    return store


def _opened(url: str, backend: Backend, leave: Callable[[], None]) -> Store:
    """Open a store that is held, bringing its tables up to date."""
    version = backend.found_version()
    watch = backend.watch()
    engine = backend.make_engine(watch)
    try:
        if not backend.is_read_only:
            migrations.bring_up(engine, backend.beside(""), version)
        elif version != migrations.KNOWN_VERSION:
            raise StoreError(
                f"store {backend.label} has tables of version {version} and lies where "
                "nothing can be written, so it cannot be brought up to date; copy it "
                "to a folder of your own"
            )
        store_id = store_id_of(engine, may_write=not backend.is_read_only)
    except BaseException:
        engine.dispose()
        raise
    return Store(
        url=url,
        engine=engine,
        backend=backend,
        store_id=store_id,
        watch=watch,
        release=leave if watch is None else _releasing(engine, watch, leave),
    )


def backend_of(url: str) -> Backend:
    """
    Name the database behind a URL, without opening it.

    Raises
    ------
    StoreError
        If it is no URL of a kind we offer.
    """
    form = (
        "it must look like sqlite:///folder/file.sqlite or "
        "postgresql://user@host/database"
    )
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise StoreError(f"the store URL is not understood: {form}") from error
    kind = parsed.drivername.split("+")[0]
    if kind in {"postgresql", "postgres"}:
        return database_of(parsed)
    if kind == "sqlite":
        return file_of(parsed, url)
    raise StoreError(f"a store URL of the kind {kind} is not offered: {form}")


def shown_url(url: str) -> str:
    """Write a URL so that it may be shown: without its password."""
    backend = backend_of(url)
    return url if isinstance(backend, SqliteFile) else backend.label


def schema_version(conn: sa.Connection) -> int:
    """Read the version of the tables."""
    query = sa.select(meta.c.value).where(meta.c.name == "schema_version")
    return int(conn.execute(query).scalar_one())
