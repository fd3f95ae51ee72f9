"""What a database must offer to hold a store; SQLite and PostgreSQL do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from planner.core.errors import StoreError
from planner.store.database import migrations
from planner.store.database.file_watch import FileWatch

LOCK_WAIT_S = 30.0  # how long a writer waits for its turn
OPENING = "open"  # the lock under which tables are made and brought up to date


class Backend(Protocol):
    """One database of one kind."""

    @property
    def label(self) -> str:
        """What messages call it: a file, or a URL without its password."""

    def beside(self, suffix: str) -> Path:
        """Name a file of this machine that goes with the store: a log, a lock."""

    def exists(self) -> bool:
        """Tell whether it was not removed meanwhile."""

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be written where it lies."""

    def hold(self) -> Callable[[], None]:
        """Note that this program has it open; what is returned ends that."""

    def watch(self) -> FileWatch | None:
        """Note which file it is; None: there is none that could be replaced."""

    def make_engine(self, watch: FileWatch | None = None) -> sa.Engine:
        """Make the pool whose transactions are as `Store` promises them."""

    def found_version(self) -> int | None:
        """Look which version its tables have; None: it has none yet."""

    def lock(self, name: str, wait_s: float = 0.0) -> AbstractContextManager[None]:
        """Hold a lock that ends with this process; TimeoutError: another has it."""

    def plain_words(self, error: BaseException) -> str | None:
        """Say what the machine did to it, and what to do; None: a bug of ours."""


def checked_version(value: str | None, label: str) -> int:
    """
    Read the version that a store names.

    Raises
    ------
    StoreError
        If it names none, or one too new for this planner.
    """
    if value is None or not value.isdigit():
        raise StoreError(f"{label} does not say its version; restore the latest backup")
    version = int(value)
    if version > migrations.KNOWN_VERSION:
        raise StoreError(
            f"{label} was written by a newer planner: its tables have version "
            f"{version}, this planner knows up to {migrations.KNOWN_VERSION}. "
            "Update the planner, or restore a backup made by this one elsewhere"
        )
    return version
