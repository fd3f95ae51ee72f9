"""Opening the store: a SQLite file, or a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import sqlalchemy as sa

from planner.core.errors import PlannerError
from planner.core.errors import StoreError
from planner.store import migrations
from planner.store.backend import OPENING
from planner.store.backend import Backend
from planner.store.migrations import writing_connection
from planner.store.postgresql import TAKES_NO_TURN
from planner.store.postgresql import database_of
from planner.store.sqlite import SqliteFile
from planner.store.sqlite import file_of
from planner.store.sqlite import found_version
from planner.store.tables import meta

__all__ = [
    "Store",
    "backend_of",
    "found_version",
    "open_store",
    "saying_plainly",
    "schema_version",
    "shown_url",
    "store_path",
]

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
    """

    url: str = field(repr=False)
    engine: sa.Engine
    backend: Backend

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
        with saying_plainly(self.backend), self.engine.connect() as conn, conn.begin():
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
        with (
            saying_plainly(self.backend),
            writing_connection(self.engine) as conn,
        ):
            if not takes_turn:
                conn.execution_options(**{TAKES_NO_TURN: True})
            with conn.begin():
                yield conn

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


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
    try:
        with saying_plainly(backend), backend.lock(OPENING, OPEN_WAIT_S):
            found = backend.found_version()
            engine = backend.make_engine()
            migrations.bring_up(engine, backend.beside(""), found)
    except OSError as error:
        raise StoreError(f"store {backend.label} cannot be opened: {error}") from error
    return Store(url=url, engine=engine, backend=backend)


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
        return file_of(parsed)
    raise StoreError(f"a store URL of the kind {kind} is not offered: {form}")


def store_path(url: str) -> Path:
    """Name the SQLite file behind a URL; StoreError if it names none."""
    backend = backend_of(url)
    if isinstance(backend, SqliteFile):
        return backend.path
    raise StoreError(f"store {backend.label} is no file")


def shown_url(url: str) -> str:
    """Write a URL so that it may be shown: without its password."""
    backend = backend_of(url)
    return url if isinstance(backend, SqliteFile) else backend.label


def schema_version(conn: sa.Connection) -> int:
    """Read the version of the tables."""
    query = sa.select(meta.c.value).where(meta.c.name == "schema_version")
    return int(conn.execute(query).scalar_one())
