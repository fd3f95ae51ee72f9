"""What opening a store promises."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
import sqlalchemy as sa

from planner.core.errors import StoreError
from planner.store import open_store
from planner.store.database.migrations import KNOWN_VERSION
from planner.store.rows.schema import meta, metadata
from tests.stores import SQLITE_ONLY


def test_a_fresh_store_has_every_table(stores):
    url = stores.empty()
    store = open_store(url)
    names = set(sa.inspect(store.engine).get_table_names())
    assert names == set(metadata.tables)
    store.close()
    stores.drop(url)


def test_a_store_from_the_future_is_refused_with_both_versions(store):
    with store.transaction() as conn:
        conn.execute(sa.update(meta).values(value="99"))
    with pytest.raises(StoreError, match=f"version 99.*up to {KNOWN_VERSION}"):
        open_store(store.url)


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path):
    path = tmp_path / "a.sqlite"
    path.write_text("account_id,name\n1,Ann\n")
    with pytest.raises(StoreError, match="no SQLite database"):
        open_store(f"sqlite:///{path}")
    assert path.read_text() == "account_id,name\n1,Ann\n"


def test_a_database_of_another_program_is_refused_byte_for_byte(tmp_path):
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE song (title TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "url",
    [
        "",
        "no url",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://u:pw@h/db",
        "postgresql://u:pw@h",
        "postgresql://u:pw@h:port/db",
        "postgresql+psycopg2://u:pw@h/db",
    ],
)
def test_urls_that_name_no_store_are_refused_without_showing_a_password(url):
    with pytest.raises(StoreError, match="must look like") as caught:
        open_store(url)
    assert "pw" not in str(caught.value)


def test_a_cut_file_is_called_damaged(tmp_path):
    path = tmp_path / "a.sqlite"
    open_store(f"sqlite:///{path}").close()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(StoreError, match="restore the latest backup"):
        open_store(f"sqlite:///{path}")


ANOTHER_PROGRAM = """
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT name FROM meta").fetchall())
"""


def looked_into_by_another_program(path):
    done = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROGRAM, str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_opening_again_lets_no_other_program_drop_what_is_saved_later(tmp_path):
    path = tmp_path / "a.sqlite"
    store = open_store(f"sqlite:///{path}")
    with store.reading() as conn:  # a pooled connection holds the file from now on
        conn.execute(sa.text("SELECT 1 FROM meta")).all()
    open_store(store.url).close()  # as the app does to see that a worker lives
    looked_into_by_another_program(path)
    with store.transaction() as conn:
        conn.execute(sa.text("INSERT INTO meta (name, value) VALUES ('later', '1')"))
    assert "later" in looked_into_by_another_program(path)
    store.close()


def test_an_exception_inside_a_transaction_leaves_nothing(store):
    def fail_after_writing():
        with store.transaction() as conn:
            conn.exec_driver_sql("INSERT INTO meta VALUES ('x', 'y')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    with store.reading() as conn:
        rows = conn.exec_driver_sql("SELECT * FROM meta WHERE name = 'x'").all()
    assert rows == []


def test_reading_cannot_write(store):
    with pytest.raises(StoreError, match="only be read"), store.reading() as conn:
        conn.exec_driver_sql("INSERT INTO meta VALUES ('x', 'y')")


@SQLITE_ONLY
def test_the_file_is_safe_against_a_crash(store):
    with store.reading() as conn:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        found = [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 2, 1]


def test_a_reader_sees_one_moment(store):
    query = "SELECT count(*) FROM meta"
    with store.reading() as conn:
        first = conn.exec_driver_sql(query).scalar()
        with store.transaction() as other:
            other.exec_driver_sql("INSERT INTO meta VALUES ('x', 'y')")
        assert conn.exec_driver_sql(query).scalar() == first


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////d/a?b.sqlite",
        "sqlite:///a.sqlite?mode=ro",
        "sqlite:////d/a%41b",
        "sqlite:////d/a%3Fb",
        "sqlite://bob:S3cret@/x.sqlite",
        "sqlite://bob@/x.sqlite",
        "sqlite://host/x.sqlite",
        "sqlite://host:77/x.sqlite",
        "sqlite:///x.sqlite?password=S3cret",
        "sqlite+aiosqlite:///x.sqlite",
        "sqlite+pysqlcipher://:S3cret@/x.sqlite",
        "sqlite:///file:x.sqlite",
    ],
)
def test_what_a_sqlite_url_cannot_mean_is_refused(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match="sqlite:///folder/file") as caught:
        open_store(url)
    assert "S3cret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["a b.sqlite", "it's.sqlite", "a#b.sqlite", "ä€.sqlite", "a\nb", "a&b=c"]
)
def test_odd_names_of_files_are_taken_as_they_are(name, tmp_path):
    open_store(f"sqlite:///{tmp_path}/{name}").close()
    assert name in {path.name for path in tmp_path.iterdir()}


def test_a_folder_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="is a folder: name a file in it"):
        open_store(f"sqlite:///{tmp_path}")
