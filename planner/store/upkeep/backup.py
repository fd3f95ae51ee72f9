"""
Backup and restore: one file, from a live store, into an empty one.

Whatever the database of the store, the file holds a SQLite copy, so that any store can
be written to it and filled from it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from planner.core.errors import StoreError
from planner.core.files.replacement import replacing
from planner.store.database import file_watch, holders, migrations, transfer
from planner.store.database.backend import OPENING
from planner.store.database.engine import (
    Store,
    backend_of,
    open_store,
    saying_plainly,
    schema_version,
)
from planner.store.database.identity import STORE_ID
from planner.store.database.migrations import writing_connection
from planner.store.database.scratch import scratch
from planner.store.database.sqlite import SqliteFile
from planner.store.upkeep.backup_checks import (
    fault_of,
    require_blueprint,
    require_ours,
    target_of,
)
from planner.store.upkeep.backup_files import BODY, Manifest, pack, unpack
from planner.store.upkeep.blueprint import is_to_the_word

_OPEN_WAIT_S = 60.0


def backup(store: Store, file: Path) -> Manifest:
    """
    Write a whole store into one file, while others read and write it.

    Parameters
    ----------
    store
        The store; all rows are those of one moment.
    file
        Written whole or not at all, for this user only; a backup of that name is
        replaced, and keeps its mode.

    Raises
    ------
    InputError
        If the file belongs to the store itself, or is there and is no backup.
    StoreError
        If the copy is not sound: then the store itself is damaged.
    """
    target = target_of(store.backend, Path(file))
    mode = _mode_of(target)
    with scratch(target.parent) as folder, saying_plainly(store.backend):
        copy = folder / BODY
        if isinstance(store.backend, SqliteFile):
            with store.reading():  # looks whether it is still the same file
                migrations.snapshot(store.engine, copy)
        else:
            _copy_database(store, copy)
        _take_off_what_is_its_own(copy)
        with _engine(copy).connect() as view:
            rows = transfer.count_rows(view)
            version = schema_version(view)
        # Packed in the scratch folder, which goes with us, and then only renamed.
        packed = folder / "planner-backup.zip"
        # Side by side: each takes a second or two for a million accounts.
        with ThreadPoolExecutor(1) as beside_us:
            fault = beside_us.submit(fault_of, copy)
            manifest = pack(copy, packed, schema_version=version, rows=rows)
            if fault.result() is not None:
                raise StoreError(
                    f"store {store.label} is damaged, so it cannot be backed up: "
                    f"{fault.result()}. Keep the backups you have, and run the doctor"
                )
        with replacing(target) as beside:
            packed.replace(beside)
        target.chmod(mode)
    return manifest


def restore(file: Path, url: str, *, over: bool = False) -> Manifest:
    """
    Fill an empty store from a backup, or take the place of one: whole or not at all.

    Parameters
    ----------
    file
        Written by `backup`, of this version or an older one, on any database.
    url
        A store that does not exist yet, or holds nothing.
    over
        Whether to take the place of a store in a file that no program has open; it is
        kept beside, under a name with the date and time.

    Raises
    ------
    InputError
        If the file is no backup, a byte of it changed, or what is in it is not what
        this planner would have made.
    StoreError
        If the store holds something or is in use, or the backup is newer than this
        planner.
    """
    file, backend = Path(file), backend_of(url)
    if over:
        _require_unheld(backend)
    else:
        _require_empty(url)
    is_file = isinstance(backend, SqliteFile)
    with scratch(backend.beside("").parent if is_file else None) as folder:
        copy = folder / BODY
        manifest = unpack(file, copy)
        if manifest.schema_version > migrations.KNOWN_VERSION:
            raise StoreError(
                f"{file} was written by a newer planner: its tables have version "
                f"{manifest.schema_version}, this planner knows up to "
                f"{migrations.KNOWN_VERSION}. Update the planner"
            )
        require_ours(file, copy, manifest)
        copy = _brought_up(file, copy, manifest)
        if isinstance(backend, SqliteFile) and over:
            _put_over(backend, copy)
        elif not isinstance(backend, SqliteFile) or not _put_in_place(backend, copy):
            _fill(url, copy, file, manifest)
    return manifest


def _copy_database(store: Store, copy: Path) -> None:
    """Copy the rows of another database, all of one moment, into a new SQLite file."""
    engine = _new_file(copy)
    try:
        with (
            saying_plainly(copy),
            store.reading() as source,
            writing_connection(engine) as target,
        ):
            transfer.hasten(target)
            with target.begin():
                transfer.copy_rows(source, target)
    finally:
        engine.dispose()


def _take_off_what_is_its_own(copy: Path) -> None:
    """Take off a copy what tells which store it was, and what is of this machine."""
    with closing(sqlite3.connect(copy)) as conn:
        for name in transfer.NOT_KEPT:
            conn.execute(f"DELETE FROM {name}")  # noqa: S608 - our own names
        conn.execute("DELETE FROM meta WHERE name = ?", (STORE_ID,))
        conn.commit()


def _brought_up(file: Path, copy: Path, manifest: Manifest) -> Path:
    """Bring a copy up to date, and write it in the words of this version."""
    engine = _engine(copy)
    migrations.bring_up(engine, copy, manifest.schema_version)
    with engine.connect() as conn:
        is_ready = is_to_the_word(conn)
    engine.dispose()
    require_blueprint(file, copy)
    if is_ready:
        return copy
    fresh = copy.with_name("made-anew.sqlite")
    engine = _new_file(fresh)
    try:
        with writing_connection(engine) as conn:
            transfer.attach(conn, copy)
            with conn.begin():
                transfer.copy_attached(conn)
    finally:
        engine.dispose()
    return fresh


def _new_file(path: Path) -> sa.Engine:
    """Make the tables of this version in a new file."""
    engine = _engine(path)
    migrations.bring_up(engine, path, None)
    return engine


def _engine(path: Path) -> sa.Engine:
    """Make an engine on a copy, which only this program knows."""
    return SqliteFile(path).make_engine()


def _put_in_place(backend: SqliteFile, copy: Path) -> bool:
    """Give the copy the name of a file that is not there yet; False: it is."""
    with saying_plainly(backend), backend.lock(OPENING, _OPEN_WAIT_S):
        if backend.found_version() is not None:
            return False  # it may be open elsewhere: its rows can come, it must stay
        _replace(backend, copy)
    return True


def _replace(backend: SqliteFile, copy: Path) -> None:
    """Give the copy the name of the store's file, and its mode."""
    mode = _mode_of(backend.path)
    for suffix in ("-wal", "-shm"):
        backend.beside(suffix).unlink(missing_ok=True)
    with replacing(backend.path) as beside:
        copy.replace(beside)
    backend.path.chmod(mode)


def _put_over(backend: SqliteFile, copy: Path) -> None:
    """Let the copy take the place of the store's file, which is kept beside."""
    with saying_plainly(backend), backend.lock(OPENING, _OPEN_WAIT_S):
        _require_unheld(backend)
        if backend.path.exists():
            _keep(backend)
        _replace(backend, copy)


def _keep(backend: SqliteFile) -> None:
    """Lay the store's file beside under a second name, its log in it or with it."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    stem, suffix = backend.path.stem, backend.path.suffix
    second_name = backend.path.with_name(f"{stem}.before-restore-{stamp}{suffix}")
    if file_watch.has_foreign_log(backend.path):
        file_watch.set_log_aside(backend.path)
    try:
        with closing(sqlite3.connect(backend.path, timeout=0)) as conn:
            is_whole = file_watch.fold_log(conn)
    except sqlite3.DatabaseError:  # damaged: that is why a backup takes its place
        log = backend.beside("-wal")
        if log.exists():
            log.rename(second_name.with_name(f"{second_name.name}-wal"))
    else:
        if not is_whole:
            raise StoreError(
                f"store {backend.label} is open in another program, so nothing takes "
                "its place; close that and do it again"
            )
    try:
        os.link(backend.path, second_name)
    except OSError:  # a disk that knows no second names
        shutil.copy2(backend.path, second_name)


def _require_unheld(backend: object) -> None:
    """Refuse to take the place of a store that a program has open."""
    if not isinstance(backend, SqliteFile):
        raise StoreError(
            "only a store in a file can be replaced; restore into a new database, and "
            "name that one in PLANNER_STORE"
        )
    names = holders.holders(backend.path) if backend.path.parent.exists() else []
    if names:
        raise StoreError(
            f"store {backend.label} is in use by {', '.join(names)}, so nothing takes "
            "its place; close the app and its worker, and do it again"
        )


def _fill(url: str, copy: Path, file: Path, manifest: Manifest) -> None:
    """Bring all rows of the copy into an empty store, in one transaction."""
    store, copied = open_store(url), _engine(copy)
    is_file = isinstance(store.backend, SqliteFile)
    try:
        with saying_plainly(store.backend), writing_connection(store.engine) as conn:
            if is_file:
                transfer.attach(conn, copy)
            with conn.begin():
                transfer.require_empty(conn, store.label)
                if is_file:
                    counts = transfer.copy_attached(conn)
                else:
                    with copied.connect() as source, source.begin():
                        counts = transfer.copy_rows(source, conn)
                transfer.require_counts(counts, manifest.rows)
    except sa.exc.DBAPIError as error:
        raise StoreError(
            f"{file} cannot be restored into store {store.label}: {error.orig}. "
            "Nothing was restored. Restore it into a new SQLite file and run the doctor"
        ) from error
    finally:
        copied.dispose()
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


def _mode_of(path: Path) -> int:
    """Tell the mode a file has, or is to have: for this user only."""
    return path.stat().st_mode & 0o777 if path.exists() else holders.PRIVATE
