"""A store in a PostgreSQL database, for teams; what it promises is what SQLite does."""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from platformdirs import user_state_path
from sqlalchemy import event

from planner.core.errors import StoreError
from planner.store.database.backend import LOCK_WAIT_S, checked_version
from planner.store.database.file_watch import FileWatch
from planner.store.database.migrations import WRITES
from planner.store.rows.bulk import check_parameters
from planner.store.rows.records import json_text

TAKES_NO_TURN = "planner_takes_no_turn"  # option of a transaction beside the writers'
DRIVER = "postgresql+psycopg"
_SCHEMES = {"postgres", "postgresql", DRIVER}
_SPACE = 0x504C414E  # "PLAN": first half of the keys of all our advisory locks
_TURN = 0  # second half: the turn of a writer
_PLACE = {"host", "port"}  # options that say where; any other may hold a secret
_NOT_OURS = {"spatial_ref_sys"}  # PostGIS brings it
_POLL_S = 0.05
_SETTINGS = {
    "application_name": "planner",
    "lock_timeout": str(int(LOCK_WAIT_S * 1000)),
    # A worker whose machine is gone must not hold its lock for two hours.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_NO_ANSWER = "the server does not answer; see that it runs and can be reached"
_FULL = "the disk of the server is full; free some space and do it again"
_BUSY = "another program holds it locked; wait for it and do it again"
_REFUSED = "the server does not let you in; check user and password in the URL"
_BAD_OPTION = "the URL has an option that the driver does not know; take it out"
_PLAIN_WORDS = {  # by SQLSTATE, else by its first two characters
    "53100": _FULL,
    "53300": "the server has no free connection; close other programs that use it",
    "55P03": _BUSY,
    "40P01": _BUSY,
    "40001": _BUSY,
    "25006": "it may only be read; check the rights of the user of the URL",
    "42501": "the user of the URL lacks a right; let the administrator grant it",
    "3D000": "there is no such database on the server; create it first",
    "08": _NO_ANSWER,
    "28": _REFUSED,
    "53": "the server is short of memory or disk; see to it and do it again",
    "57": _NO_ANSWER,
    "58": "the disk of the server does not answer as it should; check the disk",
    "XX": "the database is damaged; restore the latest backup",
}


@dataclass(frozen=True, slots=True)
class PostgresqlDatabase:
    """
    The database of a store; see `backend.Backend` for what it offers.

    Parameters
    ----------
    url
        With our driver, and with the password.
    """

    url: sa.URL = field(repr=False)

    @property
    def label(self) -> str:
        """The URL without password and options, which may hide another."""
        host = self.url.host or self.url.query.get("host")
        url = sa.URL.create(
            "postgresql",
            username=self.url.username,
            host=None if host is None else str(host),
            port=self.url.port,
            database=self.url.database,
        )
        return str(url)

    def beside(self, suffix: str) -> Path:
        """Name a file in the state folder of this user, one folder a database."""
        key = hashlib.sha256(self.label.encode()).hexdigest()[:16]
        folder = user_state_path("planner") / f"postgresql-{key}"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / f"planner{suffix}"

    def exists(self) -> bool:
        """Say yes: a database that is gone says so itself."""
        return True

    @property
    def is_read_only(self) -> bool:
        """Say no: the server tells by itself what a user may not write."""
        return False

    def hold(self) -> Callable[[], None]:
        """Do nothing: no other database can take its place while it is in use."""
        return lambda: None

    def watch(self) -> FileWatch | None:
        """Say that no file is to be looked at; the store's id is."""
        return None

    def make_engine(self, watch: FileWatch | None = None) -> sa.Engine:  # noqa: ARG002
        """Make an engine whose writers take turns and whose readers see one moment."""
        engine = _create_engine(self.url)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "before_cursor_execute", check_parameters)
        return engine

    def found_version(self) -> int | None:
        """Look which version the tables have, without changing anything."""
        engine = _create_engine(self.url, poolclass=sa.NullPool)
        with engine.connect() as conn:
            names = set(sa.inspect(conn).get_table_names()) - _NOT_OURS
            if not names:
                return None
            if "meta" not in names or "scenario" not in names:
                raise StoreError(
                    f"{self.label} is a database of another program: it has no tables "
                    "of ours. Name an empty database"
                )
            query = "SELECT value FROM meta WHERE name = 'schema_version'"
            version = conn.exec_driver_sql(query).scalar()
        return checked_version(version, self.label)

    @contextmanager
    def lock(self, name: str, wait_s: float = 0.0) -> Iterator[None]:
        """Hold an advisory lock on a connection of its own."""
        key = {"space": _SPACE, "key": zlib.crc32(name.encode()) >> 1}
        tried = sa.text("SELECT pg_try_advisory_lock(:space, :key)")
        until_s = time.monotonic() + wait_s
        engine = _create_engine(
            self.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as conn:
            while not conn.execute(tried, key).scalar():
                if time.monotonic() >= until_s:
                    raise TimeoutError(f"another program holds its lock {name!r}")
                time.sleep(_POLL_S)
            yield

    def plain_words(self, error: BaseException) -> str | None:
        """Say what the machine did to the database."""
        import psycopg

        if not isinstance(error, psycopg.Error):
            return None
        state = error.sqlstate
        if state is None:
            if isinstance(error, psycopg.ProgrammingError):
                # Before there is a connection; the text may hold what the URL holds.
                is_option = "connection option" in str(error) or "URI" in str(error)
                return _BAD_OPTION if is_option else None
            is_lost = isinstance(error, psycopg.OperationalError)
            return _lost_words(str(error)) if is_lost else None
        return _PLAIN_WORDS.get(state) or _PLAIN_WORDS.get(state[:2])


def _lost_words(message: str) -> str:
    """Tell why there is no connection; the driver then gives text but no code."""
    if "does not exist" in message and "database" in message:
        return _PLAIN_WORDS["3D000"]
    if "authentication failed" in message or "no password" in message:
        return _REFUSED
    return _NO_ANSWER


def database_of(url: sa.URL) -> PostgresqlDatabase:
    """
    Name the database behind a URL.

    Raises
    ------
    StoreError
        If it names none, or another driver than ours.
    """
    backend = PostgresqlDatabase(url.set(drivername=DRIVER))
    form = "it must look like postgresql://user@host/database"
    if url.drivername not in _SCHEMES:
        raise StoreError(
            f"store {backend.label}: the driver {url.drivername} is not offered; {form}"
        )
    if not url.database:
        raise StoreError(f"store URL {backend.label} names no database: {form}")
    return backend


def _create_engine(url: sa.URL, **more: Any) -> sa.Engine:
    """Make an engine whose own URL, which it writes out, holds no secret."""
    options = {key: url.query[key] for key in url.query if key not in _PLACE}
    if url.password is not None:
        options["password"] = str(url.password)
    target = url.difference_update_query(options).set(password=None)
    try:
        engine = sa.create_engine(
            target,
            json_serializer=json_text,
            pool_pre_ping=True,
            connect_args=options,
            **more,
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            "a store on PostgreSQL needs a driver that is not installed: "
            "pip install 'psycopg[binary]'"
        ) from error
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(dbapi_connection: Any, _record: Any) -> None:
    """Set up a new connection, leaving it outside any transaction."""
    names = ", ".join(f"set_config('{name}', %s, false)" for name in _SETTINGS)
    dbapi_connection.execute(f"SELECT {names}", list(_SETTINGS.values()))
    dbapi_connection.commit()


def _begin(conn: sa.Connection) -> None:
    """
    Begin as a reader of one moment, or as the one writer.

    Writers take turns, as SQLite's do: whoever reads before it writes, such as an
    append to a chain of hashes or the next number of a version, sees what it builds
    on, never fails for another writer and needs no retry.
    """
    import psycopg

    options = conn.get_execution_options()
    writes = options.get(WRITES, False)
    level = psycopg.IsolationLevel
    driver: Any = conn.connection.driver_connection
    driver.isolation_level = level.READ_COMMITTED if writes else level.REPEATABLE_READ
    driver.read_only = not writes
    if writes and not options.get(TAKES_NO_TURN, False):
        conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SPACE}, {_TURN})")
