"""A backup holds every cell, and is restored whole or not at all."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from planner.core.errors import InputError, StoreError
from planner.store import open_store
from planner.store.database import transfer
from planner.store.rows import schema
from planner.store.upkeep import backup as backups
from planner.store.upkeep import backup_files
from planner.store.upkeep.doctor import examine
from tests.store.full_store import NASTY, fill, fill_more, tamper
from tests.stores import SqliteStores

DUMPS = sorted((Path(__file__).parents[1] / "data").glob("store_v*.sql"))


@pytest.fixture
def full(store, company_id):
    """Fill a store with one of each thing, and with odd cells."""
    fill_more(store, company_id, fill(store, company_id))
    return store


@pytest.fixture
def small(tmp_path):
    """Make a SQLite store without rows, and a backup of it."""
    opened = open_store(f"sqlite:///{tmp_path}/small/planner.sqlite")
    backups.backup(opened, tmp_path / "b")
    opened.close()
    return tmp_path / "b"


@pytest.fixture
def place(stores):
    """Name places for stores without tables; they go with the test."""
    made = []

    def named():
        made.append(stores.empty())
        return made[-1]

    yield named
    for url in made:
        stores.drop(url)


def hashes(store):
    with store.reading() as conn:
        return transfer.content_hashes(conn)


def hashes_at(url):
    opened = open_store(url)
    try:
        return hashes(opened)
    finally:
        opened.close()


def n_triggers(store):
    query = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal",
    }
    with store.reading() as conn:
        return conn.exec_driver_sql(query[conn.dialect.name]).scalar()


def test_a_backup_of_a_live_store_restores_to_the_same_rows(full, place, tmp_path):
    file = tmp_path / "out" / "planner.backup"
    before = hashes(full)
    with full.reading() as conn:
        conn.exec_driver_sql("SELECT * FROM company").all()
        manifest = backups.backup(full, file)
    assert [path.name for path in file.parent.iterdir()] == ["planner.backup"]
    url = place()
    assert backups.restore(file, url) == manifest
    restored = open_store(url)
    assert hashes(restored) == before
    assert examine(restored) == []
    assert n_triggers(restored) == n_triggers(full) > 0
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        restored.transaction() as c,
    ):
        c.exec_driver_sql("DELETE FROM audit")
    restored.close()


def test_rows_come_back_equal_from_another_database_and_back(full, place, tmp_path):
    """From this kind of store to SQLite, back to this kind, and to SQLite again."""
    before, files = hashes(full), SqliteStores(tmp_path / "sqlite")
    backups.backup(full, tmp_path / "first")
    for name, url in (
        ("second", files.empty()),
        ("third", place()),
        ("", files.empty()),
    ):
        source = tmp_path / {"second": "first", "third": "second", "": "third"}[name]
        backups.restore(source, url)
        assert hashes_at(url) == before
        opened = open_store(url)
        backups.backup(opened, tmp_path / (name or "last"))
        opened.close()


def test_the_hash_of_a_table_tells_any_cell(full):
    before = hashes(full)
    tamper(full, "UPDATE account SET lat = 0.30000000000000010 WHERE name = ''")
    changed = {name for name, found in hashes(full).items() if found != before[name]}
    assert changed == {"account"}


def test_the_copy_in_a_backup_is_itself_a_store(full, tmp_path):
    backups.backup(full, tmp_path / "b")
    with zipfile.ZipFile(tmp_path / "b") as packed:
        packed.extract("store.sqlite", tmp_path)
    opened = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    assert hashes(opened) == hashes(full)
    assert examine(opened) == []
    opened.close()


def test_a_backup_shows_one_moment(full, tmp_path):
    """Another saves two tables at once, again and again: both are in it, or neither."""
    stop, writer = threading.Event(), open_store(full.url)

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            with writer.transaction() as conn:
                conn.execute(sa.update(schema.company).values(note=str(number)))
                row = {"provider": "w", "query": str(number), "found_at": ""}
                conn.execute(sa.insert(schema.geocode).values(geo_precision="", **row))

    with ThreadPoolExecutor(1) as beside:
        saving = beside.submit(write)
        try:
            files = [tmp_path / f"b{number}" for number in range(4)]
            for file in files:
                backups.backup(full, file)
        finally:
            stop.set()
        saving.result()
    writer.close()
    seen = set()
    for file in files:
        opened = open_store(f"sqlite:///{tmp_path}/{file.name}.sqlite")
        opened.close()
        backups.restore(file, opened.url)
        opened = open_store(opened.url)
        with opened.reading() as conn:
            note = conn.exec_driver_sql("SELECT note FROM company").scalar()
            query = "SELECT count(*) FROM geocode WHERE provider = 'w'"
            assert int(note or 0) == conn.exec_driver_sql(query).scalar()
        seen.add(note)
        opened.close()
    assert len(seen) > 1


def test_a_backup_is_restored_into_an_empty_store_only(full, place, tmp_path):
    backups.backup(full, tmp_path / "b")
    with pytest.raises(StoreError, match="not empty"):
        backups.restore(tmp_path / "b", full.url)
    fresh = place()
    opened = open_store(fresh)  # stays open, as a running app would
    assert backups.restore(tmp_path / "b", fresh).rows["company"] == 1
    assert hashes(opened) == hashes(full)
    opened.close()


def test_a_restore_that_fails_midway_leaves_the_store_empty(full, place, tmp_path):
    """The manifest tells one row more than the copy holds."""
    backups.backup(full, tmp_path / "b")
    with zipfile.ZipFile(tmp_path / "b") as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts["manifest.json"] = parts["manifest.json"].replace(b'"audit":', b'"audit":1')
    with zipfile.ZipFile(tmp_path / "b", "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    url = place()
    open_store(url).close()
    before = hashes_at(url)
    with pytest.raises(StoreError, match="rows of audit"):
        backups.restore(tmp_path / "b", url)
    assert hashes_at(url) == before


RESTORER = """
import sys, time
from pathlib import Path
from planner.store.database import transfer
from planner.store.upkeep import backup
last = transfer.require_counts
def wait(*args):
    print("filled", flush=True)
    time.sleep(600)
transfer.require_counts = wait
backup.restore(Path(sys.argv[1]), sys.argv[2])
"""


def test_a_restore_killed_midway_leaves_the_store_empty(full, place, tmp_path):
    backups.backup(full, tmp_path / "b")
    url = place()
    open_store(url).close()
    before = hashes_at(url)
    command = [sys.executable, "-c", RESTORER, str(tmp_path / "b"), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"filled\n"
        os.kill(process.pid, signal.SIGKILL)
    assert hashes_at(url) == before
    backups.restore(tmp_path / "b", url)
    assert hashes_at(url) == hashes(full)


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_a_backup_of_an_older_version_is_brought_up_to_date(dump, place, tmp_path):
    old, version = tmp_path / "old.sqlite", int(dump.stem.removeprefix("store_v"))
    with closing(sqlite3.connect(old)) as conn:
        conn.executescript(dump.read_text("utf-8"))
    backup_files.pack(old, tmp_path / "b", schema_version=version, rows={"company": 1})
    url = place()
    backups.restore(tmp_path / "b", url)
    opened = open_store(url)
    assert examine(opened) == []
    with opened.reading() as conn:
        names = conn.exec_driver_sql("SELECT name FROM account").scalars().all()
    assert "Łódź <b>Café</b>" in names
    opened.close()


def test_a_backup_of_a_newer_planner_is_refused(small, place):
    copy = small.with_name("copy")
    backup_files.unpack(small, copy)
    backup_files.pack(copy, small, schema_version=999, rows={})
    with pytest.raises(StoreError, match="newer planner"):
        backups.restore(small, place())


@pytest.mark.parametrize("fault", ["missing", "text", "cut", "changed", "other zip"])
def test_a_file_that_is_no_sound_backup_is_refused(small, tmp_path, fault):
    content = small.read_bytes()
    if fault == "missing":
        small.unlink()
    elif fault == "text":
        small.write_text("hello")
    elif fault == "cut":
        small.write_bytes(content[: len(content) // 2])
    elif fault == "changed":
        with zipfile.ZipFile(small) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
        parts["store.sqlite"] = parts["store.sqlite"].replace(b"meta", b"mete")
        with zipfile.ZipFile(small, "w") as packed:
            for name, part in parts.items():
                packed.writestr(name, part)
    else:
        with zipfile.ZipFile(small, "w") as other:
            other.writestr("../evil", "x")
    target = tmp_path / "new" / "planner.sqlite"
    with pytest.raises(InputError, match="b "):
        backups.restore(small, f"sqlite:///{target}")
    assert not target.exists()


def test_a_flipped_bit_of_a_backup_is_refused_or_says_nothing(tmp_path):
    """
    Every bit is tried: refused, or what comes out is the same to the byte.

    Some bits of a zip say nothing (a time, how far back a run of zeros was seen), so
    that not every flip can be noticed, nor need it be.
    """
    file, copy, body = tmp_path / "b", tmp_path / "copy", b"\0" * 300 + b"rows" * 8
    copy.write_bytes(body)
    manifest = backup_files.pack(copy, file, schema_version=2, rows={"company": 1})
    content, n_refused = file.read_bytes(), 0
    for place in range(len(content) * 8):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        file.write_bytes(changed)
        try:
            found = backup_files.unpack(file, copy)
        except InputError:
            n_refused += 1
        else:
            assert (found, copy.read_bytes()) == (manifest, body), place
    assert n_refused > 4 * len(content)


def test_a_damaged_store_is_not_backed_up_as_if_it_were_sound(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/planner.sqlite")
    tamper(
        opened, "PRAGMA writable_schema = ON", "UPDATE sqlite_master SET rootpage = 3"
    )
    opened.close()
    with pytest.raises(StoreError, match=r"damaged"):
        backups.backup(open_store(opened.url), tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_odd_text_is_what_it_was(full, place, tmp_path):
    backups.backup(full, tmp_path / "b")
    url = place()
    backups.restore(tmp_path / "b", url)
    opened = open_store(url)
    with opened.reading() as conn:
        found = conn.exec_driver_sql("SELECT name FROM account ORDER BY name").scalars()
        assert sorted(found) == sorted([NASTY, "", "\\."])
    opened.close()
