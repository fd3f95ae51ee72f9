"""
The queue of jobs: submit, follow, cancel; each call is its own transaction.

They take no turn among those who write plans (`Store.transaction`): each is safe
whatever others do, and a long import must not keep a worker from showing its life.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.core.run import Progress
from planner.store import jobs
from planner.store.database.engine import Store
from planner.store.jobs import Job
from planner.store.rows.records import utc_now


def submit(
    store: Store,
    company_id: str,
    scenario_id: str | None,
    kind: str,
    params: Mapping[str, Any],
    user: str,
) -> str:
    """
    Queue a job.

    Parameters
    ----------
    store
        Where to.
    company_id, scenario_id
        What it is about.
    kind
        One of the worker's tasks.
    params
        Its parameters as JSON values.
    user
        Who wants it.

    Returns
    -------
    The id of the job.
    """
    with store.transaction(takes_turn=False) as conn:
        return jobs.insert_job(
            conn,
            company_id=company_id,
            scenario_id=scenario_id,
            kind=kind,
            params=params,
            user=user,
        )


def load(store: Store, job_id: str) -> Job:
    """Read a job; NotFoundError if there is none of this id."""
    with store.reading() as conn:
        return jobs.load_job(conn, job_id)


def latest(
    store: Store, kind: str, scenario_id: str | None, user: str | None = None
) -> Job | None:
    """Read the newest job of a kind on a scenario, of a user if named."""
    with store.reading() as conn:
        newest = jobs.find_jobs(
            conn, kind=kind, scenario_id=scenario_id, created_by=user, limit=1
        )
    return newest[0] if newest else None


def latest_of_company(store: Store, kind: str, company_id: str) -> Job | None:
    """Read the newest job of a kind on a company; None: there was none."""
    with store.reading() as conn:
        newest = jobs.find_jobs(conn, kind=kind, company_id=company_id, limit=1)
    return newest[0] if newest else None


def list_jobs(store: Store, company_id: str, limit: int = 50) -> list[Job]:
    """Read the jobs of a company, the newest first."""
    with store.reading() as conn:
        return jobs.find_jobs(conn, company_id=company_id, limit=limit)


def request_cancel(store: Store, job_id: str) -> None:
    """Ask a job to end; one that runs ends with its best so far."""
    with store.transaction(takes_turn=False) as conn:
        jobs.request_cancel(conn, job_id)


def requeue_stale(store: Store, *, stale_s: float = jobs.STALE_S) -> int:
    """Take back jobs whose worker shows no life; return how many."""
    with store.transaction(takes_turn=False) as conn:
        return jobs.requeue_stale(conn, stale_s=stale_s)


def claim(store: Store, worker_id: str) -> Job | None:
    """Take the oldest waiting job; None: nothing waits."""
    with store.reading() as conn:
        if not jobs.has_queued(conn):
            return None
    with store.transaction(takes_turn=False) as conn:
        return jobs.claim_job(conn, worker_id)


def progress(store: Store, job: Job, report: Progress) -> bool:
    """Write how far a job has come; False: another worker took it over."""
    with store.transaction(takes_turn=False) as conn:
        return jobs.update_held(
            conn,
            job,
            fraction=report.fraction,
            note=report.note,
            best=report.best,
            bound=report.bound,
            heartbeat_at=utc_now(),
        )


def is_cancelled(store: Store, job: Job) -> bool:
    """Tell whether a running job is to end: asked to, or taken over by another."""
    now = load(store, job.job_id)
    is_held = now.state == "running" and now.attempts == job.attempts
    return now.cancel_requested or not is_held


def beat(store: Store, worker_id: str, job: Job | None) -> bool:
    """Show that a worker lives; False: it was asked to stop."""
    with store.transaction(takes_turn=False) as conn:
        return jobs.beat(conn, worker_id, job)


def finish(store: Store, job: Job, result: Mapping[str, Any] | None) -> bool:
    """End a job with its result: done, or cancelled with the best so far."""
    with store.transaction(takes_turn=False) as conn:
        is_stopped = jobs.load_job(conn, job.job_id).cancel_requested
        return jobs.update_held(
            conn,
            job,
            state="cancelled" if is_stopped else "done",
            result=None if result is None else dict(result),
            finished_at=utc_now(),
            **({} if is_stopped else {"fraction": 1.0}),
        )


def fail(store: Store, job: Job, error: str, error_number: str | None = None) -> bool:
    """End a job with what a user can read; the number leads to the log."""
    with store.transaction(takes_turn=False) as conn:
        return jobs.update_held(
            conn,
            job,
            state="failed",
            error=error,
            error_number=error_number,
            finished_at=utc_now(),
        )
