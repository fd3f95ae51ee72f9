"""The audit log: who did what when; append-only and chained by hashes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.store.rows.records import json_text, sha256_text, utc_now
from planner.store.rows.schema import audit

_HASHED = (
    "sequence",
    "at",
    "who",
    "company_id",
    "action",
    "subject",
    "before",
    "after",
)
START = "0" * 64


def append_audit(
    conn: sa.Connection,
    *,
    who: str,
    action: str,
    subject: str,
    company_id: str | None = None,
    before: Any = None,
    after: Any = None,
) -> str:
    """
    Write one line, in the transaction of what it tells.

    Parameters
    ----------
    conn
        Inside a transaction.
    who
        The user.
    action
        What was done, in a user's words.
    subject
        To what: kind and id, such as ``scenario S-7K2M9QXA``.
    company_id
        Of which company; None: of the store as a whole.
    before, after
        Values that changed; anything JSON can hold.

    Returns
    -------
    The hash of the line, which depends on all lines before it.
    """
    last = conn.execute(
        sa.select(audit.c.sequence, audit.c.hash)
        .order_by(audit.c.sequence.desc())
        .limit(1)
    ).first()
    line = {
        "sequence": 1 if last is None else last.sequence + 1,
        "at": utc_now(),
        "who": who,
        "company_id": company_id,
        "action": action,
        "subject": subject,
        "before": None if before is None else json_text(before),
        "after": None if after is None else json_text(after),
        "prev_hash": START if last is None else last.hash,
    }
    line["hash"] = _line_hash(line)
    conn.execute(sa.insert(audit).values(line))
    return str(line["hash"])


def _line_hash(line: Any) -> str:
    cells = [line[name] for name in _HASHED]
    return sha256_text(json_text([line["prev_hash"], cells]))


def load_audit(
    conn: sa.Connection,
    company_id: str | None = None,
    subject: str | None = None,
    limit: int = 200,
) -> pd.DataFrame:
    """
    Read the newest lines.

    Parameters
    ----------
    conn
        Any connection.
    company_id, subject
        Only lines of this company, of this subject; None: of all.
    limit
        At most so many lines.

    Returns
    -------
    Columns at, who, action, subject, before, after (JSON text), company_id; newest
    first, indexed by sequence.
    """
    query = sa.select(audit).order_by(audit.c.sequence.desc()).limit(limit)
    if company_id is not None:
        query = query.where(audit.c.company_id == company_id)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    names = ["at", "who", "action", "subject", "before", "after", "company_id"]
    rows = conn.execute(query).mappings().all()
    frame = pd.DataFrame([{name: row[name] for name in names} for row in rows])
    sequence = pd.Index([row["sequence"] for row in rows], dtype="int64")
    frame = frame.reindex(columns=names).astype("str")
    return frame.set_index(sequence.rename("sequence"))


def verify_audit(conn: sa.Connection) -> list[str]:
    """
    Recompute the chain.

    Returns
    -------
    One sentence for each line that was changed, removed or slipped in; empty: whole.
    """
    faults = []
    prev_hash, expected = START, 1
    for line in conn.execute(sa.select(audit).order_by(audit.c.sequence)).mappings():
        if line["sequence"] != expected:
            faults.append(f"audit line {expected} is missing")
        elif line["prev_hash"] != prev_hash:
            faults.append(f"audit line {expected} does not follow the line before it")
        if line["hash"] != _line_hash(line):
            faults.append(f"audit line {line['sequence']} was changed")
        prev_hash, expected = line["hash"], line["sequence"] + 1
    return faults


def has_hash(conn: sa.Connection, line_hash: str) -> bool:
    """Tell whether a line of this hash still stands in the log."""
    query = sa.select(audit.c.sequence).where(audit.c.hash == line_hash)
    return conn.execute(query).first() is not None
