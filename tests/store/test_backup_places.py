"""Where a backup may lie, who may read it, what is left of one that was killed."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from planner.core.errors import InputError, StoreError
from planner.jobs import worker
from planner.store import open_store
from planner.store.database import scratch
from planner.store.upkeep import backup as backups


@pytest.fixture
def path(tmp_path):
    """Name the file of a store."""
    return tmp_path / "data" / "planner.sqlite"


@pytest.fixture
def opened(path):
    """Open it, with something in its log."""
    store = open_store(f"sqlite:///{path}")
    write(store, "first")
    yield store
    store.close()


def write(store, note):
    with store.transaction() as conn:
        conn.exec_driver_sql("DELETE FROM meta WHERE name = 'note'")
        conn.exec_driver_sql("INSERT INTO meta VALUES ('note', ?)", (note,))


def note_of(store):
    with store.reading() as conn:
        query = "SELECT value FROM meta WHERE name = 'note'"
        return conn.exec_driver_sql(query).scalar()


def note_at(path):
    store = open_store(f"sqlite:///{path}")
    try:
        return note_of(store)
    finally:
        store.close()


OWN = ("", "-wal", "-shm", ".lock", ".worker.lock", ".worker.log")


@pytest.mark.parametrize("end", OWN)
@pytest.mark.parametrize("way", ["same", "spelled", "symlink", "hard link"])
def test_a_backup_onto_the_store_itself_is_refused(opened, path, tmp_path, end, way):
    own = Path(f"{path}{end}")
    if not own.exists():
        own.touch()
    before = {file: file.read_bytes() for file in path.parent.iterdir()}
    target = {
        "same": own,
        "spelled": path.parent / ".." / path.parent.name / own.name,
        "symlink": tmp_path / "link",
        "hard link": tmp_path / "hard",
    }[way]
    if way == "symlink":
        target.symlink_to(own)
    elif way == "hard link":
        target.hardlink_to(own)
    with pytest.raises(InputError, match=r"is the store\b.* itself, which a backup"):
        backups.backup(opened, target)
    assert {file: file.read_bytes() for file in path.parent.iterdir()} == before
    write(opened, "goes on")


def test_a_log_that_is_not_there_yet_is_its_own_too(opened, path):
    with pytest.raises(InputError, match=r"is the store\b.* itself, which a backup"):
        backups.backup(opened, Path(f"{path}.worker.log.1"))


@pytest.mark.parametrize(
    "kind", ["text", "empty", "zip", "folder", "device", "pipe", "socket"]
)
def test_what_is_no_backup_is_not_replaced(opened, tmp_path, kind):
    target = tmp_path / "target"
    if kind == "text":
        target.write_text("my thesis")
    elif kind == "empty":
        target.touch()
    elif kind == "zip":
        with zipfile.ZipFile(target, "w") as packed:
            packed.writestr("a", "b")
    elif kind == "folder":
        target.mkdir()
    elif kind == "pipe":
        os.mkfifo(target)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(target))
    else:  # one of our own: as root, old code replaced the machine's
        if os.geteuid() != 0:
            pytest.skip("only root can make a device")
        os.mknod(target, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    kept = target.stat()
    with pytest.raises(InputError, match=r"no backup|is a folder"):
        backups.backup(opened, target)
    assert (target.stat().st_ino, target.stat().st_mode) == (kept.st_ino, kept.st_mode)


def test_an_earlier_backup_is_replaced_through_its_link(opened, path, tmp_path):
    backups.backup(opened, tmp_path / "real.zip")
    (tmp_path / "link.zip").symlink_to(tmp_path / "real.zip")
    write(opened, "second")
    backups.backup(opened, tmp_path / "link.zip")
    assert (tmp_path / "link.zip").is_symlink()
    backups.restore(tmp_path / "real.zip", f"sqlite:///{tmp_path}/new.sqlite")
    assert note_at(tmp_path / "new.sqlite") == "second"
    assert path.exists()


def mode_of(file):
    return stat.S_IMODE(file.stat().st_mode)


def test_what_is_made_is_for_this_user_only(opened, path, tmp_path):
    worker.work(opened.url, {}, once=True)
    backups.backup(opened, tmp_path / "b.zip")
    backups.restore(tmp_path / "b.zip", f"sqlite:///{tmp_path}/new/planner.sqlite")
    files = [*path.parent.iterdir(), tmp_path / "b.zip", *(tmp_path / "new").iterdir()]
    assert len(files) > 6
    assert {file.name: mode_of(file) for file in files if mode_of(file) != 0o600} == {}


def test_the_mode_of_what_is_there_is_kept(opened, path, tmp_path):
    backups.backup(opened, tmp_path / "b.zip")
    (tmp_path / "b.zip").chmod(0o640)
    backups.backup(opened, tmp_path / "b.zip")
    assert mode_of(tmp_path / "b.zip") == 0o640
    opened.close()
    path.chmod(0o660)
    backups.restore(tmp_path / "b.zip", opened.url, over=True)
    assert mode_of(path) == 0o660


KILLED = """
import sys, time
from pathlib import Path
from planner.store import open_store
from planner.store.upkeep import backup
last = backup.pack
def wait(*args, **more):
    print("copied", flush=True)
    time.sleep(600)
backup.pack = wait
backup.backup(open_store(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_backup_leaves_no_store_behind(opened, tmp_path, number):
    file = tmp_path / "out" / "b.zip"
    command = [sys.executable, "-c", KILLED, opened.url, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"copied\n"
        (folder,) = file.parent.glob(f"{scratch.PREFIX}*")
        assert mode_of(folder) == 0o700
        backups.backup(opened, file)  # leaves alone what another works on
        assert folder.exists()
        process.send_signal(number)
    if number == signal.SIGTERM:
        assert process.returncode == 128 + signal.SIGTERM
        assert not folder.exists()
    backups.backup(opened, file)
    assert [left.name for left in file.parent.iterdir()] == ["b.zip"]


def test_a_restore_takes_the_place_of_a_store_and_keeps_the_old_one(
    opened, path, tmp_path
):
    backups.backup(opened, tmp_path / "b.zip")
    write(opened, "second")
    with pytest.raises(StoreError, match=r"in use by .*close the app"):
        backups.restore(tmp_path / "b.zip", opened.url, over=True)
    assert note_of(opened) == "second"
    opened.close()
    backups.restore(tmp_path / "b.zip", opened.url, over=True)
    assert note_at(path) == "first"
    (kept,) = path.parent.glob("planner.before-restore-*.sqlite")
    assert note_at(kept) == "second"


HOLDER = """
import sys
from planner.store import open_store
store = open_store(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("end", ["closed", "killed"])
def test_a_store_is_held_as_long_as_a_program_lives(opened, path, tmp_path, end):
    backups.backup(opened, tmp_path / "b.zip")
    opened.close()
    command = [sys.executable, "-c", HOLDER, opened.url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stdin=pipe) as process:
        assert process.stdout.readline() == b"open\n"
        with pytest.raises(StoreError, match=f"process {process.pid}"):
            backups.restore(tmp_path / "b.zip", opened.url, over=True)
        if end == "killed":
            process.kill()
        else:
            process.stdin.write(b"\n")
    backups.restore(tmp_path / "b.zip", opened.url, over=True)
    assert note_at(path) == "first"
    assert list(path.parent.glob("*.open-*")) == []


def test_another_tool_that_has_the_file_open_is_told(opened, path, tmp_path):
    backups.backup(opened, tmp_path / "b.zip")
    opened.close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("SELECT count(*) FROM meta").fetchone()
    with pytest.raises(StoreError, match="open in another program"):
        backups.restore(tmp_path / "b.zip", opened.url, over=True)
    other.close()
    assert note_at(path) == "first"


@pytest.mark.parametrize("fault", ["damaged", "a zip", "missing"])
def test_a_restore_takes_the_place_of_what_is_no_store_any_more(
    opened, path, tmp_path, fault
):
    backups.backup(opened, tmp_path / "b.zip")
    opened.close()
    content = path.read_bytes()
    spoiled = {
        "damaged": content[:5000],
        "a zip": (tmp_path / "b.zip").read_bytes(),
        "missing": None,
    }[fault]
    path.unlink() if spoiled is None else path.write_bytes(spoiled)
    backups.restore(tmp_path / "b.zip", opened.url, over=True)
    assert note_at(path) == "first"
    kept = [file.read_bytes() for file in path.parent.glob("*.before-restore-*")]
    assert kept == ([] if spoiled is None else [spoiled])


def test_a_bad_backup_takes_no_place(opened, path, tmp_path):
    (tmp_path / "b.zip").write_text("hello")
    opened.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"b\.zip"):
        backups.restore(tmp_path / "b.zip", opened.url, over=True)
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.before-restore-*")) == []


def test_a_database_has_no_place_to_take(tmp_path):
    with pytest.raises(StoreError, match="only a store in a file"):
        backups.restore(tmp_path / "b.zip", "postgresql://u:pw@h/db", over=True)


READER = """
import os, sys
from pathlib import Path
from planner.core.errors import PlannerError
from planner.store import open_store
from planner.store.upkeep import backup
from planner.store.upkeep.doctor import examine
os.setuid(65534)
store = open_store(sys.argv[1])
print([finding.message for finding in examine(store)])
backup.backup(store, Path(sys.argv[2]))
try:
    with store.transaction() as conn:
        conn.exec_driver_sql("DELETE FROM meta")
except PlannerError as error:
    print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_store_in_a_folder_that_is_only_read_is_examined_and_backed_up(tmp_path):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = open_store(f"sqlite:///{folder}/planner.sqlite")
        write(store, "kept")
        store.close()
        (folder / "planner.sqlite").chmod(0o444)
        folder.chmod(0o555)
        out = folder / "out"
        out.mkdir(mode=0o777)
        out.chmod(0o777)
        before = sorted(path.name for path in folder.iterdir())
        command = [sys.executable, "-c", READER, store.url, str(out / "b.zip")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.startswith("[]\n")
        assert "may only be read" in done.stdout
        assert sorted(path.name for path in folder.iterdir()) == before
        backups.restore(out / "b.zip", f"sqlite:///{tmp_path}/new.sqlite")
    assert note_at(tmp_path / "new.sqlite") == "kept"
