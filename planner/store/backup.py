"""
Backup and restore: one file, from a live store, into an empty one.

The file is a zip of a SQLite copy and a manifest with its hash and row counts, so that
any store, whatever its database, can be written to it and filled from it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock

from planner.core.errors import InputError
from planner.core.errors import StoreError
from planner.core.files import replacing
from planner.store import migrations
from planner.store.engine import Store
from planner.store.engine import found_version
from planner.store.engine import open_store
from planner.store.engine import saying_plainly
from planner.store.engine import schema_version
from planner.store.engine import store_path
from planner.store.records import json_text
from planner.store.records import sha256_text
from planner.store.records import utc_now
from planner.store.tables import metadata

BODY, MANIFEST = "store.sqlite", "manifest.json"
_NOT_KEPT = {"worker"}  # of the machine, not of the company
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """
    What a backup holds.

    Parameters
    ----------
    schema_version
        Version of its tables.
    created_at
        Stamp.
    sha256
        Hash of the SQLite copy in it.
    rows
        Number of rows by table.
    """

    schema_version: int
    created_at: str
    sha256: str
    rows: dict[str, int]


def backup(store: Store, file: Path) -> Manifest:
    """
    Write a whole store into one file, while others read and write it.

    Parameters
    ----------
    store
        The store.
    file
        Written whole or not at all; one of that name is replaced.

    Raises
    ------
    StoreError
        If the copy is not sound: then the store itself is damaged.
    """
    file = Path(file)
    with _scratch() as folder:
        copy = folder / BODY
        migrations.snapshot(store.engine, copy)
        with saying_plainly(store.path), closing(sqlite3.connect(copy)) as conn:
            conn.execute("DELETE FROM worker")
            conn.commit()
            sound = conn.execute("PRAGMA integrity_check").fetchone()[0]
        if sound != "ok":
            raise StoreError(
                f"store {store.path} is damaged, so it cannot be backed up: {sound}. "
                "Keep the backups you have, and run the doctor"
            )
        copied = open_store(f"sqlite:///{copy}")
        with copied.reading() as view:
            rows = _count_rows(view)
            version = schema_version(view)
        copied.close()
        _to_one_file(copy)
        manifest = Manifest(
            schema_version=version,
            created_at=utc_now(),
            sha256=_file_hash(copy),
            rows=rows,
        )
        with (
            replacing(file) as beside,
            zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
        ):
            out.writestr(MANIFEST, json_text(asdict(manifest)))
            out.write(copy, BODY)
    return manifest


def restore(file: Path, url: str) -> Manifest:
    """
    Fill an empty store from a backup.

    Parameters
    ----------
    file
        Written by `backup`.
    url
        A store that does not exist yet, or holds no company.

    Raises
    ------
    InputError
        If the file is no backup, or a byte of it changed.
    StoreError
        If the store holds something, or the backup is newer than this planner.
    """
    file, path = Path(file), store_path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    _require_empty(path, url)
    with _scratch() as folder:
        copy = folder / BODY
        manifest = _unpack(file, copy)
        found_version(copy)
        with FileLock(f"{path}.lock", timeout=60):
            for left in ("-wal", "-shm"):
                Path(f"{path}{left}").unlink(missing_ok=True)
            with replacing(path) as beside:
                shutil.copyfile(copy, beside)
    open_store(url).close()
    return manifest


def content_hashes(conn: sa.Connection) -> dict[str, str]:
    """Hash the rows of each table, in the order of its key: equal data, equal hash."""
    hashes = {}
    for table in metadata.sorted_tables:
        if table.name in _NOT_KEPT:
            continue
        query = sa.select(table).order_by(*table.primary_key.columns)
        summed = hashlib.sha256()
        for row in conn.execute(query):
            cells = [sha256_text(c) if isinstance(c, bytes) else c for c in row]
            summed.update(json_text(cells).encode())
        hashes[table.name] = summed.hexdigest()
    return hashes


def _require_empty(path: Path, url: str) -> None:
    """Refuse to restore over anything."""
    if found_version(path) is None:
        return
    store = open_store(url)
    try:
        with store.reading() as conn:
            rows = _count_rows(conn)
    finally:
        store.close()
    if rows["company"] or rows["audit"]:
        raise StoreError(
            f"store {path} is not empty: it holds {rows['company']} companies. "
            "Name a file that does not exist yet, or move this one away"
        )


def _unpack(file: Path, copy: Path) -> Manifest:
    """Take the SQLite copy out of a backup and check it against its manifest."""
    try:
        with zipfile.ZipFile(file) as packed:
            if set(packed.namelist()) != {BODY, MANIFEST}:
                raise InputError(f"{file} is not a backup: {BODY} is missing in it")
            manifest = Manifest(**json.loads(packed.read(MANIFEST)))
            with packed.open(BODY) as body, copy.open("wb") as target:
                shutil.copyfileobj(body, target, _CHUNK)
    except FileNotFoundError:
        raise InputError(f"{file} does not exist") from None
    except (zipfile.BadZipFile, ValueError, TypeError, EOFError, OSError) as error:
        raise InputError(
            f"{file} is not a backup, or is damaged: {error}. Take another backup"
        ) from error
    if _file_hash(copy) != manifest.sha256:
        raise InputError(
            f"{file} is damaged: its content hash differs from the one written with "
            "it. Take another backup"
        )
    return manifest


def _to_one_file(path: Path) -> None:
    """Fold the write-ahead log into the file."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")


def _count_rows(conn: sa.Connection) -> dict[str, int]:
    return {
        table.name: conn.execute(sa.select(sa.func.count()).select_from(table)).scalar()
        or 0
        for table in metadata.sorted_tables
        if table.name not in _NOT_KEPT
    }


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="planner-backup-") as name:
        yield Path(name)
