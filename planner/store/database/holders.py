"""
Which programs have a store's file open: one lock file each, that ends with it.

A lock that many could share would do, if it could also name who holds it.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

PRIVATE = 0o600
_INFIX, _SUFFIX = ".open-", ".lock"

_guard = threading.Lock()
_held: dict[Path, tuple[int, FileLock]] = {}  # of this process: how often, by what
_handles: dict[Path, list[int]] = {}  # on the files of `_held`, to read from


def join(path: Path) -> bool:
    """
    Note that this program has a file open; as often as `leave` is called for it.

    Parameters
    ----------
    path
        The file, under its lock for opening.

    Returns
    -------
    Whether it is the first and only one.
    """
    with _guard:
        count, lock = _held.get(path, (0, None))
        if lock is None:
            name = f"{path.name}{_INFIX}{os.getpid()}-{secrets.token_hex(3)}{_SUFFIX}"
            lock = FileLock(path.with_name(name), mode=PRIVATE, thread_local=False)
            lock.acquire()
            with suppress(OSError):  # a full disk: it is held all the same
                Path(lock.lock_file).write_text(_program(), encoding="utf-8")
        _held[path] = (count + 1, lock)
        return count == 0 and not _others(path, Path(lock.lock_file))


def leave(path: Path) -> None:
    """Note that one of those who joined in this program has closed the file."""
    with _guard:
        count, lock = _held[path]
        if count > 1:
            _held[path] = (count - 1, lock)
            return
        del _held[path]
        for handle in _handles.pop(path, []):
            os.close(handle)
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


@contextmanager
def reading_handle(path: Path) -> Iterator[int]:
    """
    Give a handle to read a file by, past SQLite.

    It is closed when nothing in this program has the file open any more: closing any
    handle on a file ends the locks that SQLite holds on it in the same process (POSIX),
    and the next program to close the store would then throw away what we write.
    """
    with _guard:
        status = path.stat()
        for handle in _handles.get(path, []):
            if os.path.samestat(os.fstat(handle), status):
                break
        else:
            handle = os.open(path, os.O_RDONLY)
            _handles.setdefault(path, []).append(handle)
    try:
        yield handle
    finally:
        with _guard:
            if path not in _held:
                for old_handle in _handles.pop(path, []):
                    os.close(old_handle)


def holders(path: Path) -> list[str]:
    """Name the programs that have a file open, this one with them."""
    with _guard:
        names = _others(path, None)
        if path in _held:
            names.append("this program itself")
        return sorted(names)


def _others(path: Path, own: Path | None) -> list[str]:
    """Name other programs; what those left that ended without a word is removed."""
    names = []
    mine = {Path(lock.lock_file) for _, lock in _held.values()} | {own}
    for file in path.parent.iterdir():
        if not file.name.startswith(f"{path.name}{_INFIX}") or file in mine:
            continue
        lock = FileLock(file, mode=PRIVATE)
        try:
            name = file.read_text(encoding="utf-8").strip()
            lock.acquire(timeout=0)
        except Timeout:
            names.append(name or "another program")
        except FileNotFoundError:
            continue  # it ended meanwhile
        else:
            file.unlink(missing_ok=True)
            lock.release()
    return names


def _program() -> str:
    """Name this program, without its options: they may hold a password."""
    words = [Path(word).name for word in sys.argv[:2]]
    if words and words[0] == "__main__.py":
        words[0] = "planner"
    else:
        words = words[:1]
    return f"{' '.join(words) or 'a program'} (process {os.getpid()})"
