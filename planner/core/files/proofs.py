"""Proofs before any work: a file can be read or written, two paths are one file."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.core.errors import InputError
from planner.core.files.replacement import file_behind, is_stream
from planner.core.interrupts import deferred

SCRATCH = ".planner-"


@contextmanager
def saying_plainly(label: str, done: str) -> Iterator[None]:
    """
    Turn what the machine answers about a file into one line.

    Parameters
    ----------
    label
        What the file is, and its path.
    done
        What cannot be done with it: ``read``, ``written``.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{label} cannot be {done}: {reason}") from error


def prove_readable(path: Path) -> None:
    """
    Open a file for reading; one that is missing is left to its reader to name.

    Raises
    ------
    InputError
        If it is a folder.
    OSError
        If it cannot be opened.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a file; name a file")
    if path.is_file():  # opening a pipe would take its bytes
        path.open("rb").close()


def prove_writable(path: Path) -> None:
    """
    Prove that a file can be replaced, and leave all as it is.

    Raises
    ------
    InputError
        If a folder, a socket or a block device is there.
    OSError
        If it cannot be written or replaced.
    """
    if is_stream(path):
        return
    target = file_behind(path)
    if target.exists():
        os.close(os.open(target, os.O_WRONLY))
    _prove_room(target.parent, target.name)


def prove_folder(path: Path, files: Iterable[str], folders: Iterable[str]) -> None:
    """
    Prove that files and folders can be made in a folder, and leave all as it is.

    Raises
    ------
    InputError
        If something else is there.
    OSError
        If they cannot be written.
    """
    folder = file_behind(path)
    for name in files:
        if is_stream(folder / name):
            raise InputError(
                f"{folder / name} is a device or a pipe, where a file is to stay; "
                "name another place"
            )
        prove_writable(folder / name)
    for name in folders:
        _prove_room(folder / name)
    _prove_room(folder)


def _prove_room(folder: Path, name: str = "") -> None:
    """Make folders and an empty file of these names on that disk, and remove them."""
    there = folder
    while not os.path.lexists(there):
        there = there.parent
    with deferred(), tempfile.TemporaryDirectory(prefix=SCRATCH, dir=there) as scratch:
        room = Path(scratch) / folder.relative_to(there)
        room.mkdir(parents=True, exist_ok=True)
        if name:
            (room / name).touch()


def is_same_file(one: Path, other: Path) -> bool:
    """
    Tell whether two paths are one file, also one that is not there yet.

    Links of both kinds and other spellings are seen through; devices take what many
    send, so they are never the same.
    """
    try:
        found = one.stat()
        if os.path.samestat(found, other.stat()):
            return not stat.S_ISCHR(found.st_mode)
    except OSError:
        pass  # one of them is not there, or cannot be: the names tell
    real, second = str(file_behind(one)), str(file_behind(other))
    if real.casefold() != second.casefold():
        return False
    return real == second or _folds_case(Path(real))


def is_inside(path: Path, folder: Path) -> bool:
    """Tell whether a path lies below a folder, seen through links."""
    return file_behind(folder) in file_behind(path).parents


def _folds_case(path: Path) -> bool:
    """Tell whether the disk takes names that differ in case for the same."""
    for folder in path.parents:
        other = folder.with_name(folder.name.swapcase()) if folder.name else folder
        if other != folder and os.path.lexists(folder):
            return os.path.lexists(other) and other.samefile(folder)
    return False
