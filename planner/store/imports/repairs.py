"""The log of repairs of a company's data, and what it says of the accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.accounts.changes import ChangeSet
from planner.core.errors import NotFoundError
from planner.store.imports.changes import recorded
from planner.store.rows.records import new_id, utc_now
from planner.store.rows.schema import repair


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """
    The record of one repair; see the table `repair`.

    Parameters
    ----------
    repair_id, company_id
        Its id, and whose data.
    kind, code
        What was done, and to which finding.
    params
        What the user chose.
    before, after
        ``rows``: by table, pairs of key and cells; ``named``: by scenario, the
        territory of accounts that stand apart; ``kept``: fingerprint by account.
    created_at, created_by, undone_at, undone_by
        Stamps and users.
    """

    repair_id: str
    company_id: str
    kind: str
    code: str
    params: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]
    created_at: str
    created_by: str
    undone_at: str | None
    undone_by: str | None


def save_repair(
    conn: sa.Connection,
    company_id: str,
    *,
    kind: str,
    code: str,
    params: Mapping[str, Any],
    changes: ChangeSet,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    user: str,
) -> str:
    """
    Keep what a repair did.

    Parameters
    ----------
    conn
        In the transaction of the repair.
    company_id, kind, code, params, user
        As of `Repair`.
    changes
        The rows it changed.
    before, after
        What else it changed, as of `Repair`.

    Returns
    -------
    The id of the repair.
    """
    repair_id = new_id("R")
    rows_before, rows_after = recorded(changes)
    conn.execute(
        sa.insert(repair).values(
            repair_id=repair_id,
            company_id=company_id,
            kind=kind,
            code=code,
            params=dict(params),
            before={"rows": rows_before, **(before or {})},
            after={"rows": rows_after, **(after or {})},
            created_at=utc_now(),
            created_by=user,
        )
    )
    return repair_id


def load_repair(conn: sa.Connection, repair_id: str) -> Repair:
    """
    Read one repair.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    """
    query = sa.select(repair).where(repair.c.repair_id == repair_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no repair {repair_id!r} in this store")
    return Repair(**row)


def standing_repairs(
    conn: sa.Connection, company_id: str, kind: str | None = None
) -> list[Repair]:
    """Read the repairs not undone, the oldest first; only of one kind if named."""
    query = sa.select(repair).where(
        repair.c.company_id == company_id, repair.c.undone_at.is_(None)
    )
    if kind is not None:
        query = query.where(repair.c.kind == kind)
    query = query.order_by(repair.c.created_at, repair.c.repair_id)
    return [Repair(**row) for row in conn.execute(query).mappings()]


def list_repair_heads(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the repairs without their rows: params and stamps, indexed repair_id."""
    names = [c.name for c in repair.c if c.name not in {"before", "after"}]
    query = (
        sa.select(*(repair.c[name] for name in names))
        .where(repair.c.company_id == company_id)
        .order_by(repair.c.created_at.desc(), repair.c.repair_id)
    )
    frame = pd.DataFrame(conn.execute(query).all(), columns=names)
    return frame.drop(columns="company_id").set_index("repair_id")


def mark_undone(conn: sa.Connection, repair_id: str, *, user: str) -> None:
    """Note that a repair was taken back."""
    query = sa.update(repair).where(
        repair.c.repair_id == repair_id, repair.c.undone_at.is_(None)
    )
    conn.execute(query.values(undone_at=utc_now(), undone_by=user))


def load_kept(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read what users accepted as it is: code, account_id, fingerprint."""
    rows = [
        (one.code, account_id, mark)
        for one in reversed(standing_repairs(conn, company_id, "keep"))
        for account_id, mark in one.after.get("kept", {}).items()
    ]
    names = ["code", "account_id", "fingerprint"]
    return pd.DataFrame(rows, columns=names, dtype="str")


def merged_into(conn: sa.Connection, company_id: str) -> dict[str, str]:
    """
    Tell where merged accounts went: the surviving id by the one that is gone.

    A later load of the same source still brings the ids that are gone.
    """
    merged: dict[str, str] = {}
    for one in standing_repairs(conn, company_id, "merge"):
        merged |= one.params.get("survivors", {})
    ends = {}
    for account_id in merged:
        end, steps = merged[account_id], 0
        while end in merged and steps < len(merged):
            end, steps = merged[end], steps + 1
        ends[account_id] = end
    return ends
