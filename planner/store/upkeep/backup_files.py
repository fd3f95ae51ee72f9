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
from dataclasses import asdict, dataclass
from pathlib import Path

from planner.core.errors import InputError
from planner.store.rows.records import json_text, utc_now

BODY, MANIFEST = "store.sqlite", "manifest.json"
_CHUNK = 1 << 20
_LONGEST_MANIFEST = 1 << 20
_MOST_ANYWAY, _MOST_RATIO = 64 << 20, 100  # of bytes unpacked; a store has 2 to 10
_PACKED_AS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
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
            if sorted(packed.namelist()) != sorted((BODY, MANIFEST)):
                raise InputError(
                    f"{file} is not a backup: it must hold {BODY} and {MANIFEST}, "
                    "each once, and nothing else"
                )
            manifest = _read_manifest(packed)
            _require_room(file, packed.getinfo(BODY), copy.parent)
            with packed.open(BODY) as body, copy.open("xb") as target:
                start = body.read(_CHUNK)
                _require_size(start, packed.getinfo(BODY).file_size)
                target.write(start)
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
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != manifest.sha256:
        raise InputError(
            f"{file} is damaged: its content hash differs from the one written with "
            "it. Take another backup"
        )
    return manifest


def is_backup(file: Path) -> bool:
    """Tell by its list of contents and its manifest whether a file is a backup."""
    try:
        with zipfile.ZipFile(file) as packed:
            is_ours = sorted(packed.namelist()) == sorted((BODY, MANIFEST))
            return is_ours and bool(_read_manifest(packed))
    except _FAULTS:
        return False


def _require_room(file: Path, body: zipfile.ZipInfo, folder: Path) -> None:
    """Refuse, before a byte is written, what would swell or not fit on the disk."""
    most = max(_MOST_ANYWAY, _MOST_RATIO * body.compress_size)
    if body.compress_type not in _PACKED_AS or body.file_size > most:
        raise ValueError(
            f"{body.compress_size:,} bytes in it would become {body.file_size:,}"
        )
    free = shutil.disk_usage(folder).free
    if body.file_size > free:
        raise InputError(
            f"{file} needs {body.file_size / 1e6:,.0f} MB on the disk of "
            f"{folder.parent}, {free / 1e6:,.0f} MB are free; free some space"
        )


def _require_size(start: bytes, size: int) -> None:
    """Hold the size against the one that SQLite wrote into the file."""
    if start[:16] != b"SQLite format 3\0":
        return  # it is not opened as one: whoever opens it says so
    page = int.from_bytes(start[16:18], "big")
    pages = int.from_bytes(start[28:32], "big")
    if size != pages * (65536 if page == 1 else page):
        raise ValueError(f"{BODY} in it is longer or shorter than it says of itself")


def _read_manifest(packed: zipfile.ZipFile) -> Manifest:
    """Read the manifest; ValueError or TypeError if it is none."""
    info = packed.getinfo(MANIFEST)
    if info.file_size > _LONGEST_MANIFEST or info.compress_type not in _PACKED_AS:
        raise ValueError("its manifest is too long")
    manifest = Manifest(**json.loads(packed.read(MANIFEST)))
    counts = manifest.rows.items() if isinstance(manifest.rows, dict) else [("", None)]
    if (
        not _is_count(manifest.schema_version)
        or manifest.schema_version < 1
        or not isinstance(manifest.created_at, str)
        or not isinstance(manifest.sha256, str)
        or not all(isinstance(name, str) and _is_count(n) for name, n in counts)
    ):
        raise TypeError("its manifest is not one of ours")
    return manifest


def _is_count(value: object) -> bool:
    """Tell whether a value is a whole number from 0; Python takes true for one."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
