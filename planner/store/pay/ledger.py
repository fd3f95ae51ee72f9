"""
Pay runs and the ledger: written once, never changed.

Comp plans stand in `store.pay.comp_plans`; their names are offered here too.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.core.errors import NotFoundError, StoreError
from planner.store.audit.log import START, append_audit
from planner.store.rows import frames
from planner.store.rows.records import json_text, new_id, sha256_text, utc_now
from planner.store.rows.schema import ledger_entry, pay_run, pay_table


@dataclass(frozen=True, slots=True, kw_only=True)
class PayRun:
    """
    One calculation of pay.

    Parameters
    ----------
    run_id, company_id, period
        Its id, whose it is, and the period (2026-03).
    kind
        ``trial``, or ``final``: once a period, kept for good.
    content_hash
        SHA-256 of the result, as the calculation gave it.
    summary
        Its control totals.
    created_at, created_by
        Stamp and user.
    """

    run_id: str
    company_id: str
    period: str
    kind: str
    content_hash: str
    summary: dict[str, Any]
    created_at: str
    created_by: str


def save_pay_run(
    conn: sa.Connection,
    company_id: str,
    *,
    period: str,
    kind: str,
    content_hash: str,
    tables: Mapping[str, pd.DataFrame],
    summary: Mapping[str, Any],
    user: str,
) -> PayRun:
    """
    Keep a calculation of pay.

    Parameters
    ----------
    conn
        Inside a transaction.
    company_id, period, kind
        Of which company and period; ``trial`` or ``final``.
    content_hash
        SHA-256 of the result.
    tables
        Credits, lines, trace and whatever else came out, by name; any columns.
    summary
        Control totals.
    user
        Who ran it.

    Raises
    ------
    StoreError
        If the period has a final run already.
    """
    if kind == "final" and list_pay_runs(conn, company_id, period, "final"):
        raise StoreError(
            f"period {period} has a final pay run already; what changed since is "
            "posted as adjustments when the next month of the plan year is closed"
        )
    made = PayRun(
        run_id=new_id("P"),
        company_id=company_id,
        period=period,
        kind=kind,
        content_hash=content_hash,
        summary=dict(summary),
        created_at=utc_now(),
        created_by=user,
    )
    values = {name: getattr(made, name) for name in PayRun.__slots__}
    conn.execute(sa.insert(pay_run).values(values))
    kept = {}
    for name, frame in tables.items():
        body = _to_parquet(frame)
        row = {"name": name, "n_rows": len(frame), "sha256": sha256_text(body)}
        kept[name] = [row["n_rows"], row["sha256"]]
        conn.execute(sa.insert(pay_table).values(run_id=made.run_id, body=body, **row))
    append_audit(
        conn,
        who=user,
        action=f"{kind} pay run of {period}",
        subject=f"pay run {made.run_id}",
        company_id=company_id,
        after={"content_hash": content_hash, "summary": summary, "tables": kept},
    )
    return made


def list_pay_runs(
    conn: sa.Connection,
    company_id: str,
    period: str | None = None,
    kind: str | None = None,
) -> list[PayRun]:
    """Read the pay runs of a company, the newest first."""
    query = (
        sa.select(*(pay_run.c[name] for name in PayRun.__slots__))
        .where(pay_run.c.company_id == company_id)
        .order_by(pay_run.c.created_at.desc(), pay_run.c.run_id)
    )
    if period is not None:
        query = query.where(pay_run.c.period == period)
    if kind is not None:
        query = query.where(pay_run.c.kind == kind)
    return [PayRun(**row) for row in conn.execute(query).mappings()]


def load_pay_table(conn: sa.Connection, run_id: str, name: str) -> pd.DataFrame:
    """
    Read one table of a pay run.

    Raises
    ------
    NotFoundError
        If the run has no such table.
    StoreError
        If a byte of it changed since.
    """
    query = sa.select(pay_table.c.body, pay_table.c.sha256).where(
        pay_table.c.run_id == run_id, pay_table.c.name == name
    )
    row = conn.execute(query).first()
    if row is None:
        raise NotFoundError(f"pay run {run_id!r} has no table {name!r}")
    body = bytes(row.body)
    if sha256_text(body) != row.sha256:
        raise StoreError(
            f"table {name} of pay run {run_id} is damaged: its content hash differs. "
            "Restore the latest backup"
        )
    frame = pd.read_parquet(io.BytesIO(body))
    # Parquet knows no seconds: dates went in by the second and come out finer.
    fine = frame.select_dtypes("datetime64[ms]").columns
    return frame.astype(dict.fromkeys(fine, "datetime64[s]"))


def append_ledger(
    conn: sa.Connection,
    company_id: str,
    entries: pd.DataFrame,
    *,
    user: str,
    run_id: str | None = None,
) -> int:
    """
    Add entries at the end of a company's ledger.

    Parameters
    ----------
    conn
        Inside a transaction.
    company_id
        Of which company.
    entries
        One row an entry, any columns; the index is left out.
    user
        Who posts.
    run_id
        The pay run they come from; None: posted by hand.
    """
    query = (
        sa.select(ledger_entry.c.entry_no, ledger_entry.c.hash)
        .where(ledger_entry.c.company_id == company_id)
        .order_by(ledger_entry.c.entry_no.desc())
        .limit(1)
    )
    last = conn.execute(query).first()
    entry_no, prev_hash = (0, START) if last is None else (last.entry_no, last.hash)
    content = frames.frame_json(entries)
    names = [name for name, _ in content["types"]]
    types = json_text(content["types"])
    now, rows = utc_now(), []
    columns = [content["cells"][name] for name in names]
    for cells in zip(*columns, strict=True):
        entry_no += 1
        text = json_text(dict(zip(names, cells, strict=True)))
        chained = _entry_hash(prev_hash, entry_no, run_id, text, types, now, user)
        rows.append(
            {
                "company_id": company_id,
                "entry_no": entry_no,
                "run_id": run_id,
                "cells": text,
                "types": types,
                "created_at": now,
                "created_by": user,
                "prev_hash": prev_hash,
                "hash": chained,
            }
        )
        prev_hash = chained
    if rows:
        conn.execute(sa.insert(ledger_entry), rows)
    return len(rows)


def load_ledger(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read all entries in their order, indexed by entry_no; columns as given."""
    query = (
        sa.select(ledger_entry.c.entry_no, ledger_entry.c.cells, ledger_entry.c.types)
        .where(ledger_entry.c.company_id == company_id)
        .order_by(ledger_entry.c.entry_no)
    )
    rows = conn.execute(query).all()
    types: dict[str, str] = {}
    for text in dict.fromkeys(row.types for row in rows):
        types |= dict(json.loads(text))
    entries = [json.loads(row.cells) for row in rows]
    cells = {name: [entry.get(name) for entry in entries] for name in types}
    frame = frames.json_frame({"types": list(types.items()), "cells": cells})
    return frame.set_index(pd.Index([row.entry_no for row in rows], name="entry_no"))


def verify_ledger(conn: sa.Connection, company_id: str) -> list[str]:
    """Recompute the chain of entries; one sentence for each fault, none: whole."""
    query = (
        sa.select(ledger_entry)
        .where(ledger_entry.c.company_id == company_id)
        .order_by(ledger_entry.c.entry_no)
    )
    faults, prev_hash = [], START
    for number, row in enumerate(conn.execute(query), start=1):
        content = (row.prev_hash, row.entry_no, row.run_id, row.cells)
        whole = (*content, row.types, row.created_at, row.created_by)
        if row.entry_no != number or row.prev_hash != prev_hash:
            faults.append(f"ledger entry {row.entry_no} does not follow the one before")
        # version 1 hashed the cells only
        if row.hash not in (_entry_hash(*whole), _entry_hash(*content)):
            faults.append(f"ledger entry {row.entry_no} was changed")
        prev_hash = row.hash
    return faults


def damaged_pay_tables(conn: sa.Connection) -> list[str]:
    """Name the tables of pay runs whose content hash differs."""
    query = sa.select(
        pay_table.c.run_id, pay_table.c.name, pay_table.c.body, pay_table.c.sha256
    )
    return [
        f"{run_id} {name}"
        for run_id, name, body, sha256 in conn.execute(query)
        if sha256_text(bytes(body)) != sha256
    ]


def _entry_hash(*content: object) -> str:
    return sha256_text(json_text(list(content)))


def _to_parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression="zstd")
    return buffer.getvalue()
