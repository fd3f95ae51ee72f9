"""What left the store as a file: by whom, from which state, with which hashes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields

import pandas as pd
import sqlalchemy as sa

from planner.core.errors import NotFoundError
from planner.store.audit.log import START, append_audit, has_hash
from planner.store.rows.records import utc_now
from planner.store.rows.schema import audit, export


@dataclass(frozen=True, kw_only=True)
class Export:
    """
    One file that was handed out.

    Parameters
    ----------
    export_id, company_id, scenario_id
        Which export, of what; the scenario is None where it plays no part.
    what, format, file_name
        Such as ``accounts``, ``csv``, ``accounts-X-7K2M9QXA.csv``.
    n_rows
        Rows in it.
    sha256
        Of the file's bytes.
    content_hash
        SHA-256 of its rows, whatever the format.
    audit_hash
        Newest line of the audit log when it was made: a log cut off later is noticed.
    created_at, created_by
        When and by whom.
    """

    export_id: str
    company_id: str
    scenario_id: str | None
    what: str
    format: str
    file_name: str
    n_rows: int
    sha256: str
    content_hash: str
    audit_hash: str
    created_at: str
    created_by: str


NAMES = tuple(field.name for field in fields(Export))


def newest_audit_hash(conn: sa.Connection) -> str:
    """Return the hash of the last line of the audit log; zeros if it has none."""
    query = sa.select(audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)
    return str(conn.execute(query).scalar() or START)


def record_export(conn: sa.Connection, made: Export) -> None:
    """
    Keep what left, with its line in the audit log.

    Parameters
    ----------
    conn
        Inside a transaction.
    made
        The export; `created_at` as `stamp_now` gives it.
    """
    conn.execute(sa.insert(export).values(asdict(made)))
    append_audit(
        conn,
        who=made.created_by,
        action=f"export {made.n_rows} rows of {made.what} as {made.format}",
        subject=_subject(made.export_id),
        company_id=made.company_id,
        after=asdict(made),
    )


def stamp_now() -> str:
    """Tell the time as the store writes it."""
    return utc_now()


def list_exports(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the exports of a company, newest first, indexed by export_id."""
    query = (
        sa.select(*_columns())
        .where(export.c.company_id == company_id)
        .order_by(export.c.created_at.desc(), export.c.export_id)
    )
    rows = [dict(row) for row in conn.execute(query).mappings()]
    return pd.DataFrame(rows, columns=list(NAMES)).set_index("export_id")


def load_export(conn: sa.Connection, export_id: str) -> Export:
    """
    Read one export.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    """
    query = sa.select(*_columns()).where(export.c.export_id == export_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no export {export_id!r} in this store")
    return Export(**dict(row))


def find_exports(conn: sa.Connection, sha256: str) -> list[Export]:
    """Find the exports whose file had these bytes, newest first."""
    query = (
        sa.select(*_columns())
        .where(export.c.sha256 == sha256)
        .order_by(export.c.created_at.desc(), export.c.export_id)
    )
    return [Export(**dict(row)) for row in conn.execute(query).mappings()]


def export_faults(conn: sa.Connection) -> Iterator[tuple[str, str]]:
    """
    Hold every export against the audit log.

    Yields
    ------
    The id of an export and what is wrong with it, in a sentence; nothing: all is as it
    was written.
    """
    query = sa.select(audit.c.subject, audit.c.after).where(
        audit.c.subject.like("export X-%")
    )
    lines = {line.subject: line.after for line in conn.execute(query)}
    rows = conn.execute(sa.select(*_columns()).order_by(export.c.export_id))
    for row in rows.mappings():
        made = Export(**dict(row))
        line = lines.pop(_subject(made.export_id), None)
        if line is None:
            yield made.export_id, "the audit log knows nothing of it"
        elif json.loads(line) != asdict(made):
            yield made.export_id, "it was changed after it was written"
        if made.audit_hash != START and not has_hash(conn, made.audit_hash):
            yield made.export_id, "the audit line it followed is gone"
    for subject in sorted(lines):
        yield subject.removeprefix("export "), "it is in the audit log and was removed"


def _subject(export_id: str) -> str:
    return f"export {export_id}"


def _columns() -> list[sa.Column]:
    return [export.c[name] for name in NAMES]
