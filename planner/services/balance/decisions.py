"""What became of a balance's proposal, for everyone; and its words for the screen."""

from __future__ import annotations

from sqlalchemy import Connection

from planner.services.workspace import Workspace
from planner.store.audit.log import append_audit
from planner.store.audit.log import load_audit

ACCEPTED = "accept a proposal"
DISCARDED = "discard a proposal"


def discard(ws: Workspace, job_id: str) -> None:
    """Leave a balance job's answer: nobody is offered it again."""
    with ws.store.transaction() as conn:
        note(conn, ws, job_id, DISCARDED)


def accept(ws: Workspace, job_id: str) -> None:
    """Note that somebody took a balance job's answer into their changes."""
    with ws.store.transaction() as conn:
        note(conn, ws, job_id, ACCEPTED)


def note(conn: Connection, ws: Workspace, job_id: str, action: str) -> None:
    """Write what was decided about a job's answer into the audit log."""
    append_audit(
        conn,
        who=ws.user,
        action=action,
        subject=_subject(job_id),
        company_id=ws.company_id,
    )


def is_decided(ws: Workspace, job_id: str) -> bool:
    """Tell whether somebody accepted or discarded a job's answer."""
    with ws.store.reading() as conn:
        lines = load_audit(conn, subject=_subject(job_id))
    return bool(lines["action"].isin([ACCEPTED, DISCARDED]).any())


def _subject(job_id: str) -> str:
    return f"job {job_id}"
