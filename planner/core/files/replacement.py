"""
One file in place of another: whole or not at all.

The rule for everything that is written:

- A symbolic link is followed: what it points to is replaced, the link stays.
- A character device or a pipe is written through, once all is made; a pipe that no
  program reads is refused, as waiting for one might never end.
- Folders, sockets and block devices are refused.
- A file that is there keeps its mode; a new one has what the umask leaves of 0666, a
  private one 0600.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from planner.core.errors import InputError

PRIVATE_MODE = 0o600
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a block device",
}
_STEM, _SUFFIX = 40, 20  # characters kept of a name, so that the scratch name fits


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """
    Give a temporary path beside `path` that replaces it when all went well.

    Parameters
    ----------
    path
        The file to write; its folder is made if missing.
    private
        Whether only its owner may read it; a file that is there keeps its mode.

    Yields
    ------
    The path to write to. On any exception it is removed and `path` stays as it was.

    Raises
    ------
    InputError
        If what is there can be neither replaced nor written through.
    """
    if is_stream(path):
        with closing(Stream(path)) as stream:
            yield stream.content
            stream.send()
        return
    target = file_behind(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    name = f".{target.stem[:_STEM]}-{secrets.token_hex(4)}{target.suffix[:_SUFFIX]}"
    beside = target.with_name(name)
    try:
        mode = _make(beside, target, private=private)
        yield beside
        with beside.open("rb+") as written:
            os.fsync(written.fileno())
        beside.chmod(mode)  # the writer may have put another file there
        beside.replace(target)
        sync_folder(target.parent)
    finally:
        beside.unlink(missing_ok=True)


def _make(beside: Path, target: Path, *, private: bool) -> int:
    """Make an empty file of the mode that `target` is to have."""
    old = mode_of(target)
    first = 0o666 if old is None and not private else PRIVATE_MODE
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, first)
    try:
        made = stat.S_IMODE(os.fstat(handle).st_mode)  # what the umask left of it
    finally:
        os.close(handle)
    return made if old is None else old


def mode_of(path: Path) -> int | None:
    """Return the rights of a file; None: there is none."""
    try:
        return stat.S_IMODE(path.stat().st_mode) & 0o777
    except FileNotFoundError:
        return None


def file_behind(path: Path) -> Path:
    """Follow symbolic links, also to a file that is not there yet."""
    return Path(os.path.realpath(path))


def is_stream(path: Path) -> bool:
    """
    Tell whether what is written there goes on to a device or to another program.

    Raises
    ------
    InputError
        If it is a folder, a socket or a block device.
    OSError
        If it cannot be looked at.
    """
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except FileNotFoundError:
        return False
    if kind in _KINDS:
        raise InputError(f"{path} is {_KINDS[kind]}, not a file; name a file")
    return kind != stat.S_IFREG


class Stream:
    """
    A device or a pipe, and the scratch file of what it is sent at the end.

    Parameters
    ----------
    path
        What `is_stream` tells of; it is opened at once.

    Raises
    ------
    InputError
        If no program reads the pipe.
    """

    def __init__(self, path: Path) -> None:
        self._handle = _open_stream(path)
        self._folder = tempfile.TemporaryDirectory(prefix="planner-")
        self.content = Path(self._folder.name) / path.name
        self.content.touch(PRIVATE_MODE)

    def send(self) -> None:
        """Write what the scratch file holds."""
        with (
            self.content.open("rb") as source,
            open(self._handle, "wb", closefd=False) as to,
        ):
            shutil.copyfileobj(source, to)

    def close(self) -> None:
        """Let go of both."""
        os.close(self._handle)
        self._folder.cleanup()


def _open_stream(path: Path) -> int:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise InputError(
            f"{path} is a pipe that no program reads; start its reader first"
        ) from error
    os.set_blocking(handle, True)
    return handle


def replace_together(moves: Sequence[tuple[Path, Path]]) -> None:
    """
    Let files take the place of others: all of them, or none.

    Parameters
    ----------
    moves
        New file, in a scratch folder, and the path it is to have on the same disk.
    """
    undo: list[tuple[Path, Path | None]] = []
    folders: list[Path] = []
    try:
        for number, (new, path) in enumerate(moves):
            target, old = file_behind(path), None
            if not target.parent.exists():
                target.parent.mkdir(parents=True)
                folders.append(target.parent)
            mode = mode_of(target)
            if mode is not None:
                old = _keep(target, new.with_name(f".old-{number}"))
                new.chmod(mode)
            new.replace(target)
            undo.append((target, old))
    except BaseException:
        for target, old in reversed(undo):
            if old is None:
                target.unlink(missing_ok=True)
            else:
                old.replace(target)
        for folder in reversed(folders):
            folder.rmdir()
        raise
    for folder in {target.parent for target, _ in undo}:
        sync_folder(folder)


def _keep(file: Path, place: Path) -> Path:
    """Keep a file under a second name; a copy, where there are no hard links."""
    try:
        os.link(file, place)
    except OSError:
        shutil.copy2(file, place)
    return place


def sync_folder(folder: Path) -> None:
    """Make a rename last; what has no folders to sync (Windows) needs it not."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
