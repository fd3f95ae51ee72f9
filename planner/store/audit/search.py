"""Searching the audit log."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from planner.core.errors import ParamsError
from planner.store.rows.schema import audit, company, scenario

COLUMNS = ("at", "who", "action", "subject", "before", "after", "company_id", "hash")
_TEXTS = (audit.c.who, audit.c.action, audit.c.subject, audit.c.before, audit.c.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """
    Which lines of the audit log to read.

    Parameters
    ----------
    company_id
        Only lines of this company; None: of the whole store.
    text
        Words that all must stand in who, what, on what, before or after, whatever
        their case; signs such as ``%`` stand for themselves.
    who
        Only of this user; empty: of all.
    subject
        Only of this kind of thing, such as ``scenario``; empty: of all.
    since, until
        Only from this day on, up to and with this day (UTC); None: no limit.
    limit, offset
        At most so many lines, after so many of the newest.
    """

    company_id: str | None = None
    text: str = ""
    who: str = ""
    subject: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    limit: int = 50
    offset: int = 0

    def __post_init__(self) -> None:
        if self.limit < 1 or self.offset < 0:
            raise ParamsError(
                "limit must be at least 1 and offset at least 0, got "
                f"{self.limit} and {self.offset}"
            )
        if self.since and self.until and self.since > self.until:
            raise ParamsError(
                f"the first day ({self.since}) lies after the last ({self.until})"
            )


def search_audit(conn: sa.Connection, query: AuditQuery) -> pd.DataFrame:
    """
    Read the lines that fit, the newest first.

    Returns
    -------
    `COLUMNS` as text, indexed `sequence`.
    """
    newest = (
        sa.select(audit.c.sequence, *(audit.c[name] for name in COLUMNS))
        .where(*_conditions(query))
        .order_by(audit.c.sequence.desc())
        .limit(query.limit)
        .offset(query.offset)
    )
    frame = pd.DataFrame(conn.execute(newest).all(), columns=["sequence", *COLUMNS])
    return frame.astype(dict.fromkeys(COLUMNS, "str")).set_index("sequence")


def count_audit(conn: sa.Connection, query: AuditQuery) -> int:
    """Count the lines that fit, whatever limit and offset."""
    total = sa.select(sa.func.count()).select_from(audit).where(*_conditions(query))
    return int(conn.execute(total).scalar_one())


def audit_users(conn: sa.Connection) -> list[str]:
    """List everybody who ever wrote a line, sorted."""
    return sorted(conn.execute(sa.select(audit.c.who).distinct()).scalars())


def audit_subjects(conn: sa.Connection) -> list[str]:
    """List the kinds of things that were changed: the first word of the subjects."""
    subjects = conn.execute(sa.select(audit.c.subject).distinct()).scalars()
    return sorted({subject.split(" ")[0] for subject in subjects if subject})


def subject_names(conn: sa.Connection) -> dict[str, str]:
    """Map the ids of scenarios and companies, as subjects tell them, to their names."""
    names: dict[str, str] = {}
    for table, key in ((scenario, "scenario_id"), (company, "company_id")):
        rows = conn.execute(sa.select(table.c[key], table.c.name)).all()
        names.update({row[0]: row[1] for row in rows})
    return names


def _conditions(query: AuditQuery) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if query.company_id is not None:
        conditions.append(audit.c.company_id == query.company_id)
    for word in query.text.split():
        conditions.append(sa.or_(*(c.icontains(word, autoescape=True) for c in _TEXTS)))
    if query.who:
        conditions.append(audit.c.who == query.who)
    if query.subject:
        kind = query.subject
        begins = audit.c.subject.startswith(f"{kind} ", autoescape=True)
        conditions.append(sa.or_(audit.c.subject == kind, begins))
    if query.since is not None:
        conditions.append(audit.c.at >= query.since.isoformat())
    if query.until is not None:
        conditions.append(audit.c.at < (query.until + dt.timedelta(days=1)).isoformat())
    return conditions
