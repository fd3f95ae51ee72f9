"""
Backup and restore: one file, from a live store, into an empty one.

Whatever the database of the store, the file holds a SQLite copy, so that any store can
be written to it and filled from it.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from planner.core.errors import StoreError
from planner.core.files import replacing
from planner.store import migrations
from planner.store import transfer
from planner.store.backend import OPENING
from planner.store.backup_files import BODY
from planner.store.backup_files import Manifest
from planner.store.backup_files import pack
from planner.store.backup_files import unpack
from planner.store.engine import Store
from planner.store.engine import backend_of
from planner.store.engine import open_store
from planner.store.engine import saying_plainly
from planner.store.engine import schema_version
from planner.store.migrations import writing_connection
from planner.store.sqlite import SqliteFile
from planner.store.transfer import content_hashes

__all__ = ["Manifest", "backup", "content_hashes", "restore"]

_OPEN_WAIT_S = 60.0


def backup(store: Store, file: Path) -> Manifest:
    """
    Write a whole store into one file, while others read and write it.

    Parameters
    ----------
    store
        The store; all rows are those of one moment.
    file
        Written whole or not at all; one of that name is replaced.

    Raises
    ------
    StoreError
        If the copy is not sound: then the store itself is damaged.
    """
    file = Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    with _scratch(file.parent) as folder, saying_plainly(store.backend):
        copy = folder / BODY
        if isinstance(store.backend, SqliteFile):
            _copy_file(store, copy)
        else:
            _copy_database(store, copy)
        copied = open_store(f"sqlite:///{copy}")
        with copied.reading() as view:
            rows = transfer.count_rows(view)
            version = schema_version(view)
        copied.close()
        _to_one_file(copy)
        # Side by side: each takes a second or two for a million accounts.
        with ThreadPoolExecutor(1) as beside_us, replacing(file) as beside:
            fault = beside_us.submit(_fault_of, copy)
            manifest = pack(copy, beside, schema_version=version, rows=rows)
            if fault.result() is not None:
                raise StoreError(
                    f"store {store.label} is damaged, so it cannot be backed up: "
                    f"{fault.result()}. Keep the backups you have, and run the doctor"
                )
    return manifest


def restore(file: Path, url: str) -> Manifest:
    """
    Fill an empty store from a backup, whole or not at all.

    Parameters
    ----------
    file
        Written by `backup`, of this version or an older one, on any database.
    url
        A store that does not exist yet, or holds nothing.

    Raises
    ------
    InputError
        If the file is no backup, or a byte of it changed.
    StoreError
        If the store holds something, or the backup is newer than this planner.
    """
    file, backend = Path(file), backend_of(url)
    _require_empty(url)
    is_file = isinstance(backend, SqliteFile)
    with _scratch(backend.beside("").parent if is_file else None) as folder:
        copy = folder / BODY
        manifest = unpack(file, copy)
        if manifest.schema_version > migrations.KNOWN_VERSION:
            raise StoreError(
                f"{file} was written by a newer planner: its tables have version "
                f"{manifest.schema_version}, this planner knows up to "
                f"{migrations.KNOWN_VERSION}. Update the planner"
            )
        copied = open_store(f"sqlite:///{copy}")  # brings it up to date
        copied.close()
        if not isinstance(backend, SqliteFile) or not _put_in_place(backend, copy):
            _fill(url, copied, file, manifest)
    return manifest


def _copy_file(store: Store, copy: Path) -> None:
    """Copy a live SQLite file page by page."""
    migrations.snapshot(store.engine, copy)
    with closing(sqlite3.connect(copy)) as conn:
        for name in transfer.NOT_KEPT:
            conn.execute(f"DELETE FROM {name}")  # noqa: S608 - our own names
        conn.commit()


def _copy_database(store: Store, copy: Path) -> None:
    """Copy the rows of another database, all of one moment, into a new SQLite file."""
    made = open_store(f"sqlite:///{copy}")
    try:
        with (
            saying_plainly(made.backend),
            store.reading() as source,
            writing_connection(made.engine) as target,
        ):
            transfer.hasten(target)
            with target.begin():
                transfer.copy_rows(source, target)
    finally:
        made.close()


def _put_in_place(backend: SqliteFile, copy: Path) -> bool:
    """Give the copy the name of a file that is not there yet; False: it is."""
    with saying_plainly(backend), backend.lock(OPENING, _OPEN_WAIT_S):
        if backend.found_version() is not None:
            return False  # it may be open elsewhere: its rows can come, it must stay
        for left in ("-wal", "-shm"):
            Path(f"{backend.path}{left}").unlink(missing_ok=True)
        with replacing(backend.path) as beside:
            copy.replace(beside)
    return True


def _fill(url: str, copied: Store, file: Path, manifest: Manifest) -> None:
    """Bring all rows of the copy into an empty store, in one transaction."""
    store = open_store(url)
    is_file = isinstance(store.backend, SqliteFile)
    try:
        with saying_plainly(store.backend), writing_connection(store.engine) as conn:
            if is_file:
                transfer.attach(conn, copied.path)
            with conn.begin():
                transfer.require_empty(conn, store.label)
                if is_file:
                    written = transfer.copy_attached(conn)
                else:
                    with copied.reading() as source:
                        written = transfer.copy_rows(source, conn)
                transfer.require_counts(written, manifest.rows)
    except sa.exc.DBAPIError as error:
        raise StoreError(
            f"{file} cannot be restored into store {store.label}: {error.orig}. "
            "Nothing was restored. Restore it into a new SQLite file and run the doctor"
        ) from error
    finally:
        copied.close()
        store.close()


def _require_empty(url: str) -> None:
    """Refuse to restore over anything, before any work is done."""
    backend = backend_of(url)
    with saying_plainly(backend):
        is_new = backend.found_version() is None
    if not is_new:
        store = open_store(url)
        try:
            with store.reading() as conn:
                transfer.require_empty(conn, store.label)
        finally:
            store.close()


def _fault_of(path: Path) -> str | None:
    """Let SQLite look through a file; None: it finds nothing."""
    with closing(sqlite3.connect(path)) as conn:
        said = str(conn.execute("PRAGMA integrity_check").fetchone()[0])
    return None if said == "ok" else said


def _to_one_file(path: Path) -> None:
    """Fold the write-ahead log into the file."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _scratch(folder: Path | None) -> Iterator[Path]:
    """Give a folder for the copy, on the disk where it is to lie; then remove it."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="planner-backup-", dir=folder) as name:
        yield Path(name)
