"""A file swapped under a running program is noticed, and never mixed with another."""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from planner.core.errors import StoreError
from planner.store import open_store
from planner.store.rows.schema import meta
from tests.stores import POSTGRESQL_ONLY, run

NOTE = sa.select(meta.c.value).where(meta.c.name == "note")


def write(store, note):
    with store.transaction() as conn:
        conn.execute(sa.delete(meta).where(meta.c.name == "note"))
        conn.execute(sa.insert(meta).values(name="note", value=note))


def note_of(store):
    with store.reading() as conn:
        return conn.execute(NOTE).scalar()


def made(path, note):
    """Make a store that holds a note, closed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    store = open_store(f"sqlite:///{path}")
    write(store, note)
    store.close()
    return path


def integrity(path):
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute("PRAGMA integrity_check").fetchall()


def grow(path, note):
    """Give a closed store as many pages as the other lacks."""
    store = open_store(f"sqlite:///{path}")
    with store.transaction() as conn:
        rows = [{"name": f"{note}{n}", "value": "x" * 3000} for n in range(200)]
        conn.execute(sa.insert(meta), rows)
    store.close()


# Processes with the store's modules ready, so that each starts in milliseconds.
READY = multiprocessing.get_context("forkserver")
READY.set_forkserver_preload(["planner.store"])


SWAPS = {
    "cp": shutil.copyfile,
    "cp -p": shutil.copy2,
    "mv": lambda new, old: new.replace(old),
    "rm and cp": lambda new, old: (old.unlink(), shutil.copyfile(new, old)),
    "rm of all and cp": lambda new, old: (
        [Path(f"{old}{end}").unlink() for end in ("", "-wal", "-shm")],
        shutil.copyfile(new, old),
    ),
    "rm": lambda _new, old: old.unlink(),
    "rm -wal": lambda _new, old: Path(f"{old}-wal").unlink(),
}
OTHERS = ("foreign", "older", "gone its own way", "newer, from while it was open")


def other_store(kind, path, folder):
    """Lay a file beside that could be taken for the open one."""
    other = folder / "other.sqlite"
    if kind == "foreign":
        made(other, "other")
        grow(other, "o")
        return other
    shutil.copyfile(path, other)
    if kind == "gone its own way":
        store = open_store(f"sqlite:///{other}")
        for number in range(9):
            write(store, f"own way {number}")
        store.close()
    return other


def live_through(path, other, swap):
    """Be a program with the file open while it is swapped; it must be refused."""
    store = open_store(f"sqlite:///{path}")
    for number in range(4):
        write(store, f"open {number}")
    if not other.exists():  # what a hasty `cp` takes, and the log folded after it
        shutil.copyfile(path, other)
        with closing(sqlite3.connect(path)) as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        write(store, "open 4")
    SWAPS[swap](other, path)
    before = path.read_bytes() if path.exists() else None
    for doing in (write, lambda opened, _note: note_of(opened)):
        with pytest.raises(StoreError, match=r"restart the app"):
            doing(store, "lost")
    store.close()
    if swap != "rm -wal":
        assert (path.read_bytes() if path.exists() else None) == before


@pytest.mark.parametrize("swap", SWAPS)
@pytest.mark.parametrize("kind", OTHERS)
def test_a_swap_is_refused_and_the_new_file_stays_whole(tmp_path, swap, kind):
    path = made(tmp_path / "a" / "planner.sqlite", "first")
    grow(path, "a")
    other = tmp_path / "other.sqlite"
    if not kind.startswith("newer"):
        other_store(kind, path, tmp_path)
    content = other.read_bytes() if other.exists() else None
    app = READY.Process(target=live_through, args=(path, other, swap))
    app.start()
    app.join()
    assert app.exitcode == 0
    if swap == "rm":
        assert not path.exists()
        return
    if swap != "rm -wal" and content is not None:
        assert path.read_bytes() == content
    again = open_store(f"sqlite:///{path}")
    if swap == "rm -wal":  # nothing took its place: what was saved is kept
        assert str(note_of(again)).startswith("open")
    write(again, "goes on")
    again.close()
    assert integrity(path) == [("ok",)]


def test_the_name_that_is_a_link_is_looked_at_too(tmp_path):
    first = made(tmp_path / "one.sqlite", "one")
    second = made(tmp_path / "two.sqlite", "two")
    link = tmp_path / "link.sqlite"
    link.symlink_to(first)
    store = open_store(f"sqlite:///{link}")
    write(store, "open")
    link.unlink()
    link.symlink_to(second)
    with pytest.raises(StoreError, match="restart the app"):
        note_of(store)
    store.close()
    opened = open_store(f"sqlite:///{link}")
    assert note_of(opened) == "two"
    opened.close()


def test_what_others_do_to_the_file_by_right_is_no_swap(tmp_path):
    """Another program saves and folds the log; somebody touches it or its mode."""
    path = made(tmp_path / "a.sqlite", "first")
    store, beside = open_store(f"sqlite:///{path}"), open_store(f"sqlite:///{path}")
    for number in range(3):
        write(store, f"ours {number}")
        write(beside, f"theirs {number}")
        with closing(sqlite3.connect(path)) as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        os.utime(path)
        path.chmod(0o640)
        assert note_of(store) == f"theirs {number}"
    beside.close()
    write(store, "last")
    store.close()
    assert [file.name for file in tmp_path.iterdir() if "-wal" in file.name] == []


def save_some(url):
    store = open_store(url)
    for number in range(4):
        with store.transaction() as conn:
            row = {"name": f"killed {number}", "value": "x" * 5000}
            conn.execute(sa.insert(meta), row)


def save_and_be_killed(url):
    save_some(url)
    os.kill(os.getpid(), signal.SIGKILL)


def killed_writer(path):
    killed = READY.Process(target=save_and_be_killed, args=(f"sqlite:///{path}",))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL


# Ends in peace, but without closing the store or looking at it again.
WRITER = """
import sys
from tests.store.database.test_file_watch import save_some
save_some(sys.argv[1])
print("written", flush=True)
sys.stdin.readline()
"""


def start_writer(path):
    command = [sys.executable, "-c", WRITER, f"sqlite:///{path}"]
    writer = subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    assert writer.stdout.readline() == "written\n"
    return writer


def end(writer):
    writer.communicate("\n")
    assert writer.returncode == 0


@pytest.mark.parametrize(
    ("kind", "swap", "how"),
    [
        *(
            (kind, swap, "killed")
            for kind in ("foreign", "older", "gone its own way")
            for swap in ("cp", "mv")
        ),
        ("foreign", "cp", "ended"),
        ("older", "mv", "ended"),
    ],
)
def test_the_log_of_the_old_file_is_not_read_into_the_new_one(
    tmp_path, kind, swap, how
):
    """Killed before the swap, or ended in peace after it without another look."""
    path = made(tmp_path / "a" / "planner.sqlite", "first")
    grow(path, "a")
    other = other_store(kind, path, tmp_path)
    store = open_store(f"sqlite:///{other}")
    note = note_of(store)
    store.close()
    if how == "killed":
        killed_writer(path)
        SWAPS[swap](other, path)
    else:
        writer = start_writer(path)
        SWAPS[swap](other, path)
        end(writer)
    again = open_store(f"sqlite:///{path}")
    assert note_of(again) == note
    with again.reading() as conn:
        names = conn.execute(sa.select(meta.c.name)).scalars().all()
    assert not [name for name in names if name.startswith("killed")]
    again.close()
    assert integrity(path) == [("ok",)]
    assert len(list(path.parent.glob("*-wal.of-another-file-*"))) == 1


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_what_was_saved_before_the_end_is_there_at_the_next_opening(tmp_path, how):
    path = made(tmp_path / "a.sqlite", "first")
    killed_writer(path) if how == "killed" else end(start_writer(path))
    store = open_store(f"sqlite:///{path}")
    with store.reading() as conn:
        names = conn.execute(sa.select(meta.c.name)).scalars().all()
    assert {f"killed {number}" for number in range(4)} <= set(names)
    store.close()


def test_a_file_swapped_while_another_program_has_it_open_is_not_opened(tmp_path):
    path = made(tmp_path / "a" / "planner.sqlite", "first")
    other = other_store("foreign", path, tmp_path)
    content = other.read_bytes()
    writer = start_writer(path)
    SWAPS["cp"](other, path)
    with pytest.raises(StoreError, match=rf"replaced.*process {writer.pid}"):
        open_store(f"sqlite:///{path}")
    end(writer)
    assert path.read_bytes() == content


def test_stores_that_nobody_closed_are_let_go(tmp_path):
    """Each session of the app opens one; what the collector finds is closed later."""
    main = open_store(f"sqlite:///{made(tmp_path / 'a.sqlite', 'first')}")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(12):
        assert note_of(open_store(main.url)) == "first"
        gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) < before + 10
    write(main, "still well")
    main.close()


def test_an_older_planner_does_not_write_into_a_newer_store(store):
    with store.transaction() as conn:
        version = sa.update(meta).where(meta.c.name == "schema_version")
        conn.execute(version.values(value="99"))
    with pytest.raises(StoreError, match=r"newer planner.*restart"):
        write(store, "lost")
    assert note_of(store) is None


@POSTGRESQL_ONLY
def test_a_database_made_anew_under_the_same_name_is_noticed(stores, store):
    write(store, "first")
    name = sa.make_url(store.url).database
    run(
        stores.server_url,
        f"DROP DATABASE {name} WITH (FORCE)",
        f"CREATE DATABASE {name} TEMPLATE template1",
    )
    open_store(store.url).close()
    for doing in (write, lambda opened, _note: note_of(opened)):
        with pytest.raises(StoreError, match="restart the app"):
            doing(store, "lost")
