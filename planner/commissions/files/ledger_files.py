"""A ledger as CSV files: read whole and checked, written once each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from planner.commissions.ledger.entries import LedgerEntry, to_frame, verify
from planner.core.errors import InputError
from planner.core.files.cells import read_table
from planner.core.files.spreadsheets import csv_bytes, plain_cell
from planner.core.files.tables import in_money
from planner.core.money import parse_minor

FIELDS = [name.removesuffix("_minor") for name in LedgerEntry.__slots__]


def ledger_csv(ledger: Sequence[LedgerEntry], currency: str) -> bytes:
    """Encode entries as CSV, amounts as decimals."""
    return csv_bytes(in_money(to_frame(ledger), currency), index=False)


def read_ledger(folder: Path | None) -> tuple[LedgerEntry, ...]:
    """
    Read every ledger file in a folder and below.

    Parameters
    ----------
    folder
        Holds ``2026-09.csv`` files that runs filed, or the outputs of earlier runs;
        other files are left alone. None, or a folder that is not there yet: empty.

    Returns
    -------
    All entries in their order, each once.

    Raises
    ------
    InputError
        If an entry was changed, is missing, or two ledgers are mixed.
    """
    if folder is None or not folder.exists():
        return ()
    if not folder.is_dir():
        raise InputError(f"{folder}: the ledger must be a folder")
    by_hash: dict[str, LedgerEntry] = {}
    for path in ledger_files(folder):
        by_hash |= {entry.entry_hash: entry for entry in _read(path)}
    ledger = tuple(sorted(by_hash.values(), key=lambda entry: entry.seq))
    faults = verify(ledger)
    if faults:
        raise InputError(f"{folder}: {faults[0]}; restore the files as they were")
    return ledger


def ledger_files(folder: Path | None) -> list[Path]:
    """List the ledger files in a folder and below; hidden ones are scratch files."""
    if folder is None or not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.rglob("*.csv"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
        and _is_ledger(path)
    ]


def _is_ledger(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.readline().decode("utf-8", "replace").strip()
    return header.split(",") == FIELDS


def _read(path: Path) -> list[LedgerEntry]:
    table = read_table(path, FIELDS)
    columns = {name: table.rows[name].map(plain_cell).tolist() for name in FIELDS}
    columns["seq"] = table.each("seq", int)
    currencies = iter(columns["currency"])
    columns["amount_minor"] = table.each(
        "amount", lambda text: parse_minor(text, next(currencies))
    )
    del columns["amount"]
    rows = zip(*columns.values(), strict=True)
    return [LedgerEntry(**dict(zip(columns, row, strict=True))) for row in rows]


def month_file(folder: Path, period: str) -> str:
    """
    Name the file of a month's new entries, beside the earlier ones.

    Returns
    -------
    ``2026-10.csv``, for a second posting ``2026-10-2.csv``.
    """
    n_posted = (folder / f"{period}.csv").exists() + len(
        list(folder.glob(f"{period}-*.csv"))
    )
    return f"{period}-{n_posted + 1}.csv" if n_posted else f"{period}.csv"
