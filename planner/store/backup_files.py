"""
The file of a backup: a zip of a SQLite copy and a manifest with its hash.

Every byte of it that may change unnoticed is one that says nothing: what comes out is
held against the hash, whatever way it went in.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import shutil
import zipfile
import zlib
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

from planner.core.errors import InputError
from planner.store.records import json_text
from planner.store.records import utc_now

BODY, MANIFEST = "store.sqlite", "manifest.json"
_CHUNK = 1 << 20
_LONGEST_MANIFEST = 1 << 20
_FAULTS = (  # what reading a damaged zip may raise
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,  # also NotImplementedError: an unknown way of packing, a password
)


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


def pack(
    copy: Path, file: Path, *, schema_version: int, rows: dict[str, int]
) -> Manifest:
    """
    Write a SQLite copy and its manifest into a file.

    Parameters
    ----------
    copy
        The copy, opened by nobody.
    file
        Where to; written over.
    schema_version, rows
        What the manifest tells of it.
    """
    summed = hashlib.sha256()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        with copy.open("rb") as body, out.open(BODY, "w", force_zip64=True) as packed:
            while chunk := body.read(_CHUNK):
                summed.update(chunk)
                packed.write(chunk)
        manifest = Manifest(
            schema_version=schema_version,
            created_at=utc_now(),
            sha256=summed.hexdigest(),
            rows=rows,
        )
        out.writestr(MANIFEST, json_text(asdict(manifest)))
    return manifest


def unpack(file: Path, copy: Path) -> Manifest:
    """
    Take the SQLite copy out of a file and hold it against the manifest.

    Raises
    ------
    InputError
        If the file is no backup, or a byte that matters changed.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            if set(packed.namelist()) != {BODY, MANIFEST}:
                raise InputError(f"{file} is not a backup: {BODY} is missing in it")
            manifest = _read_manifest(packed)
            with packed.open(BODY) as body, copy.open("wb") as target:
                shutil.copyfileobj(body, target, _CHUNK)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{file} does not exist") from None
    except _FAULTS as error:
        raise InputError(
            f"{file} is not a backup, or is damaged: {error}. Take another backup"
        ) from error
    with copy.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != manifest.sha256:
        raise InputError(
            f"{file} is damaged: its content hash differs from the one written with "
            "it. Take another backup"
        )
    return manifest


def _read_manifest(packed: zipfile.ZipFile) -> Manifest:
    """Read the manifest; ValueError or TypeError if it is none."""
    if packed.getinfo(MANIFEST).file_size > _LONGEST_MANIFEST:
        raise ValueError("its manifest is too long")
    manifest = Manifest(**json.loads(packed.read(MANIFEST)))
    if not isinstance(manifest.schema_version, int) or not isinstance(
        manifest.rows, dict
    ):
        raise TypeError("its manifest is not one of ours")
    return manifest
