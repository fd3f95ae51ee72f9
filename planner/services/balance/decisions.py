"""What became of a balance's proposal, for everyone."""

from __future__ import annotations

from sqlalchemy import Connection

from planner.services.workspace import OpenCompany, Workspace
from planner.store import jobs
from planner.store.audit.log import append_audit
from planner.store.job_rows import ACCEPTED, DISCARDED

_ACTIONS = {ACCEPTED: "accept a proposal", DISCARDED: "discard a proposal"}


def discard(ws: OpenCompany, job_id: str) -> None:
    """Leave a balance job's answer: nobody is offered it again."""
    with ws.store.transaction() as conn:
        decide(conn, ws, job_id, DISCARDED)


def decide(conn: Connection, ws: OpenCompany, job_id: str, decision: str) -> None:
    """
    Keep with a job what was decided about its answer, and tell the audit log.

    Parameters
    ----------
    decision
        ``accepted`` or ``discarded``.

    Raises
    ------
    NotFoundError
        If there is no such job.
    """
    jobs.decide_job(conn, job_id, decision)
    append_audit(
        conn,
        who=ws.user,
        action=_ACTIONS[decision],
        subject=f"job {job_id}",
        company_id=ws.company_id,
    )


def is_decided(ws: Workspace, job_id: str) -> bool:
    """Tell whether somebody accepted or discarded a job's answer."""
    with ws.store.reading() as conn:
        return jobs.load_job(conn, job_id).decision is not None
