"""What is written over: links, devices, pipes, rights."""

import os
import socket
import stat
import threading
from pathlib import Path

import pytest

from planner.core.errors import InputError
from planner.core.files.replacement import replace_together
from planner.core.files.tables import write_bytes


@pytest.fixture
def umask():
    """Set a umask for a test."""
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_what_the_umask_leaves(tmp_path):
    write_bytes(b"x", tmp_path / "plan.csv")
    assert mode(tmp_path / "plan.csv") == 0o640


def test_a_private_file_is_its_owners(tmp_path):
    write_bytes(b"x", tmp_path / "pay.csv", private=True)
    assert mode(tmp_path / "pay.csv") == 0o600


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("old", [0o600, 0o644, 0o666])
def test_a_file_that_is_there_keeps_its_mode(tmp_path, old, private):
    path = tmp_path / "plan.csv"
    path.touch()
    path.chmod(old)
    write_bytes(b"new", path, private=private)
    assert (mode(path), path.read_bytes()) == (old, b"new")


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_its_target_is_replaced(tmp_path, is_there):
    target, link = tmp_path / "real" / "plan.csv", tmp_path / "plan.csv"
    target.parent.mkdir()
    if is_there:
        target.write_bytes(b"old")
    link.symlink_to(target)
    write_bytes(b"new", link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert not target.is_symlink()


def test_a_circle_of_links_is_told(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OSError, match="symbolic links"):
        write_bytes(b"x", tmp_path / "a")


def test_a_device_is_written_through(device):
    write_bytes(b"x", device("null", "/dev/null"))
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(b"x", device("full", "/dev/full"))


def test_a_pipe_is_written_through_to_its_reader(tmp_path):
    pipe, size, content = tmp_path / "pipe", 200_000, bytearray()  # more than it holds
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)  # opening it for reading alone would wait

    def read():
        while len(content) < size:
            content.extend(os.read(reader, size))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    write_bytes(b"x" * size, pipe)
    thread.join()
    os.close(reader)
    assert content == b"x" * size
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_pipe_without_reader_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="no program reads"):
        write_bytes(b"x", tmp_path / "pipe")


def test_folders_and_sockets_are_refused(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="is a folder"):
        write_bytes(b"x", tmp_path)
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as held:
        held.bind("s")
        with pytest.raises(InputError, match="is a socket"):
            write_bytes(b"x", tmp_path / "s")


@pytest.mark.parametrize("name", ["x" * 251 + ".csv", "a." + "b" * 253, "ü" * 127])
def test_every_name_the_disk_takes_can_be_written(tmp_path, name):
    write_bytes(b"x", tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("has_links", [True, False])
def test_if_the_second_cannot_be_put_the_first_is_as_before(
    tmp_path, monkeypatch, has_links
):
    def refuse(*_):
        raise OSError("no hard links here")

    if not has_links:
        monkeypatch.setattr(os, "link", refuse)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for name in "abc":
        (scratch / name).write_text("new")
    (tmp_path / "a").write_text("old")
    (tmp_path / "c").mkdir()
    moves = [(scratch / "a", tmp_path / "a"), (scratch / "b", tmp_path / "new" / "b")]
    with pytest.raises(OSError, match="directory"):
        replace_together([*moves, (scratch / "c", tmp_path / "c")])
    assert (tmp_path / "a").read_text() == "old"
    assert not (tmp_path / "new").exists()
