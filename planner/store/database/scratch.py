"""Folders for copies of a store: private, and gone with the program that made them."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

PREFIX = "planner-backup-"
_LOCK = ".held"  # in each folder, held as long as its program lives
_LATEST_S = 3600.0  # a folder without a lock is one being made, or of an old version


@contextmanager
def scratch(folder: Path | None) -> Iterator[Path]:
    """
    Give a folder that only this user can read, and remove it, also on SIGTERM.

    What a program left that was killed is removed by the next one.

    Parameters
    ----------
    folder
        Where, so that a file can be moved from it; None: where temporary files lie.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    remove_stale(folder or Path(tempfile.gettempdir()))
    with (
        _ending_on_sigterm(),
        tempfile.TemporaryDirectory(prefix=PREFIX, dir=folder) as name,
        FileLock(Path(name) / _LOCK, mode=0o600),
    ):
        yield Path(name)


def remove_stale(folder: Path) -> None:
    """Remove what programs left in a folder that were killed while they copied."""
    for leftover in folder.glob(f"{PREFIX}*"):
        lock = leftover / _LOCK
        try:
            if lock.exists():
                with FileLock(lock, timeout=0):
                    shutil.rmtree(leftover, ignore_errors=True)
            elif time.time() - leftover.stat().st_mtime > _LATEST_S:
                shutil.rmtree(leftover, ignore_errors=True)
        except (Timeout, OSError):
            continue  # in use, or of another user


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end the program as an exception does, if nobody handles it."""
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if not is_ours:
        yield
        return

    def end(number: int, _frame: Any) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
