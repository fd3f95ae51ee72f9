"""The ledger: entries are added, never edited; each is chained to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import pandas as pd

from planner.core.errors import InputError

ENTRY_TYPES = (
    "earning",
    "override",
    "spif",
    "clawback",
    "cap_withheld",
    "floor_topup",
    "adjustment",
    "draw_advance",
    "draw_recovery",
    "draw_forgive",
    "payout",
    "dispute",
)
START = "0" * 64
_TYPE_BY_LINE = {"retroactive": "earning", "delta": "adjustment"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """
    One posting.

    Parameters
    ----------
    position_id
        Whose.
    period, origin_period
        The month it is posted in, and the month it is for.
    entry_type
        One of `ENTRY_TYPES`.
    amount_minor, currency
        What; below 0 takes back.
    component_id, credit_id, deal_id
        What made it; empty for entries by hand.
    line_id, stable_id
        The line it posts, and the line that a correction corrects (else the same).
    note
        In words.
    seq, previous_hash, entry_hash
        Its place in the ledger, set by `post`.
    """

    position_id: str
    period: str
    origin_period: str
    entry_type: str
    amount_minor: int
    currency: str
    component_id: str = ""
    credit_id: str = ""
    deal_id: str = ""
    line_id: str = ""
    stable_id: str = ""
    note: str = ""
    seq: int = 0
    previous_hash: str = ""
    entry_hash: str = ""

    def __post_init__(self) -> None:
        if self.entry_type not in ENTRY_TYPES:
            types = ", ".join(ENTRY_TYPES)
            raise InputError(
                f"entry type must be one of {types}, got {self.entry_type!r}"
            )


def post(
    ledger: Sequence[LedgerEntry], entries: Iterable[LedgerEntry]
) -> tuple[LedgerEntry, ...]:
    """
    Add entries at the end of a ledger.

    Parameters
    ----------
    ledger
        What was posted before; stays as it is.
    entries
        What is new, without place and hash.

    Returns
    -------
    The longer ledger.

    Raises
    ------
    InputError
        If an entry falls in a month before the last one posted: that one is closed.
    """
    all_entries = list(ledger)
    for entry in entries:
        last = all_entries[-1] if all_entries else None
        if last is not None and entry.period < last.period:
            raise InputError(
                f"{entry.period} is closed: the ledger has entries of {last.period}; "
                f"post a correction in {last.period} or later"
            )
        placed = replace(
            entry,
            seq=len(all_entries) + 1,
            previous_hash=START if last is None else last.entry_hash,
            entry_hash="",
        )
        all_entries.append(replace(placed, entry_hash=_hash(placed)))
    return tuple(all_entries)


def _hash(entry: LedgerEntry) -> str:
    content = asdict(entry) | {"entry_hash": ""}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def verify(ledger: Sequence[LedgerEntry]) -> list[str]:
    """
    Recompute the chain.

    Returns
    -------
    One sentence for each fault; none: the ledger is whole.
    """
    faults = []
    previous = START
    for number, entry in enumerate(ledger, start=1):
        if entry.seq != number or entry.previous_hash != previous:
            faults.append(f"ledger entry {entry.seq} does not follow the one before")
        if entry.entry_hash != _hash(entry):
            faults.append(f"ledger entry {entry.seq} was changed after it was posted")
        previous = entry.entry_hash
    return faults


def balance(
    ledger: Iterable[LedgerEntry],
    position_id: str | None = None,
    period: str | None = None,
) -> int:
    """
    Sum entries.

    Parameters
    ----------
    ledger
        The entries.
    position_id, period
        Of whom, and posted in which month; None: all.

    Returns
    -------
    Minor units.
    """
    return sum(
        entry.amount_minor
        for entry in ledger
        if position_id in (None, entry.position_id) and period in (None, entry.period)
    )


def entries_of(lines: pd.DataFrame) -> list[LedgerEntry]:
    """
    Make an entry of each line that pays something, in the order of the lines.

    Parameters
    ----------
    lines
        Pay lines; a correction carries the line it corrects in `stable_id`.
    """
    corrects = lines["stable_id"] if "stable_id" in lines else lines.index.to_series()
    return [
        LedgerEntry(
            position_id=row.position_id,
            period=row.period,
            origin_period=row.origin_period,
            entry_type=_TYPE_BY_LINE.get(row.entry_type, row.entry_type),
            amount_minor=int(row.amount_minor),
            currency=row.currency,
            component_id=row.component_id,
            credit_id=row.credit_id,
            deal_id=row.deal_id,
            line_id=row.Index,
            stable_id=stable_id,
            note=row.rule,
        )
        for row, stable_id in zip(lines.itertuples(), corrects, strict=True)
        if row.amount_minor
    ]


def earnings_of(lines: pd.DataFrame, currency: str) -> pd.DataFrame:
    """
    Make the rows that a store appends to its ledger: one per line that pays.

    Parameters
    ----------
    lines
        Pay lines.
    currency
        The plan's.

    Returns
    -------
    The fields of `LedgerEntry` without place and hash, which the store sets.

    Raises
    ------
    InputError
        If a line is in another currency.
    """
    foreign = lines.loc[lines["currency"].ne(currency), "currency"]
    if len(foreign):
        raise InputError(f"pay lines must be in {currency}, got {foreign.iloc[0]}")
    frame = to_frame(entries_of(lines))
    return frame.drop(columns=["seq", "previous_hash", "entry_hash"])


def from_frame(rows: pd.DataFrame) -> tuple[LedgerEntry, ...]:
    """
    Read entries from the rows of a store.

    Parameters
    ----------
    rows
        Fields of `LedgerEntry`, in order; its place and hash are the store's.

    Returns
    -------
    The entries, numbered from 1.
    """
    names = [name for name in LedgerEntry.__slots__ if name in rows]
    texts = rows[names].astype(object).where(rows[names].notna(), "")
    return tuple(
        LedgerEntry(**{**values, "amount_minor": int(values["amount_minor"]), "seq": n})
        for n, values in enumerate(texts.to_dict("records"), start=1)
    )


def to_frame(ledger: Iterable[LedgerEntry]) -> pd.DataFrame:
    """Lay entries out as rows, columns as the fields of `LedgerEntry`."""
    columns = [*LedgerEntry.__slots__]
    frame = pd.DataFrame([asdict(entry) for entry in ledger], columns=columns)
    numbers = {"amount_minor": "int64", "seq": "int64"}
    return frame.astype({name: numbers.get(name, "str") for name in columns})
