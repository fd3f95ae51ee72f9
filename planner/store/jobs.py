"""Background jobs and the workers that run them: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from planner.core.errors import NotFoundError
from planner.store.job_rows import checked_cells, job_columns
from planner.store.rows.records import new_id, seconds_since, utc_now
from planner.store.rows.schema import job, worker

MOST_ATTEMPTS = 2
STALE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One background job.

    Parameters
    ----------
    job_id, company_id, scenario_id, kind, params
        What to run on what, and how.
    state
        ``queued``, ``running``, ``done``, ``failed`` or ``cancelled``.
    fraction, note, best, bound
        How far it has come; see `core.run.Progress`.
    heartbeat_at
        When its worker last showed that it lives.
    cancel_requested
        Whether the user wants it to end.
    result
        What it returned; of a cancelled job: the best so far, if any.
    error, error_number
        Why it failed, and under which number the log tells more.
    attempts, worker
        How often it was begun, and by whom last.
    created_at, created_by, started_at, finished_at
        Stamps and user.
    decision
        ``accepted`` or ``discarded``; None: its answer is still offered.
    fault
        What cannot be read in its row, which is then as if it were not there.
    """

    job_id: str
    company_id: str
    scenario_id: str | None
    kind: str
    params: dict[str, Any]
    state: str
    fraction: float
    note: str
    best: float | None
    bound: float | None
    heartbeat_at: str | None
    cancel_requested: bool
    result: dict[str, Any] | None
    error: str | None
    error_number: str | None
    attempts: int
    worker: str | None
    created_at: str
    created_by: str
    started_at: str | None
    finished_at: str | None
    decision: str | None = None
    fault: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in {"queued", "running"}


def insert_job(
    conn: sa.Connection,
    *,
    company_id: str,
    scenario_id: str | None,
    kind: str,
    params: Mapping[str, Any],
    user: str,
) -> str:
    """Queue a job and return its id."""
    job_id = new_id("J")
    conn.execute(
        sa.insert(job).values(
            job_id=job_id,
            company_id=company_id,
            scenario_id=scenario_id,
            kind=kind,
            params=dict(params),
            state="queued",
            fraction=0.0,
            note="",
            cancel_requested=False,
            attempts=0,
            created_at=utc_now(),
            created_by=user,
        )
    )
    return job_id


def load_job(conn: sa.Connection, job_id: str) -> Job:
    """
    Read a job.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    """
    query = sa.select(*job_columns(conn)).where(job.c.job_id == job_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no job {job_id!r} in this store")
    return _job_of(row)


def _job_of(row: sa.RowMapping) -> Job:
    """Read a row; one that is damaged says so, and is never taken for done."""
    values, fault = checked_cells(row)
    if fault is not None:
        values["error"] = values["error"] or _damaged(fault)
        if values["state"] == "done":
            values["state"] = "failed"
    return Job(**values, fault=fault)


def _damaged(fault: str) -> str:
    return f"the row of this job is damaged: {fault}. Ask for it again"


def find_jobs(
    conn: sa.Connection,
    *,
    company_id: str | None = None,
    kind: str | None = None,
    scenario_id: str | None = None,
    created_by: str | None = None,
    limit: int = 50,
) -> list[Job]:
    """Read jobs by what is given, the newest first."""
    newest = (job.c.created_at.desc(), job.c.job_id)
    query = sa.select(*job_columns(conn)).order_by(*newest).limit(limit)
    if company_id is not None:
        query = query.where(job.c.company_id == company_id)
    if kind is not None:
        query = query.where(job.c.kind == kind)
    if scenario_id is not None:
        query = query.where(job.c.scenario_id == scenario_id)
    if created_by is not None:
        query = query.where(job.c.created_by == created_by)
    return [_job_of(row) for row in conn.execute(query).mappings()]


def job_faults(conn: sa.Connection) -> list[tuple[str, str]]:
    """Name each job whose row cannot be read, and what is wrong with it."""
    rows = conn.execute(sa.select(*job_columns(conn)).order_by(job.c.job_id))
    records = [_job_of(row) for row in rows.mappings()]
    return [
        (record.job_id, record.fault) for record in records if record.fault is not None
    ]


def has_queued(conn: sa.Connection) -> bool:
    """Tell whether a job waits."""
    waiting = sa.select(job.c.job_id).where(job.c.state == "queued").limit(1)
    return conn.execute(waiting).first() is not None


def claim_job(conn: sa.Connection, worker_id: str) -> Job | None:
    """
    Take the oldest queued job for a worker.

    Returns
    -------
    The job; None: nothing waits. One whose row is damaged is failed and passed by.
    """
    oldest = (
        sa.select(job.c.job_id)
        .where(job.c.state == "queued")
        .order_by(job.c.created_at, job.c.job_id)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite has one writer and ignores it
    )
    while (job_id := conn.execute(oldest).scalar()) is not None:
        now = utc_now()
        waiting = load_job(conn, job_id)
        if waiting.fault is not None:
            _fail_damaged(conn, waiting)
            continue
        claim = (
            sa.update(job)
            .where(job.c.job_id == job_id, job.c.state == "queued")
            .values(
                state="running",
                worker=worker_id,
                attempts=job.c.attempts + 1,
                started_at=now,
                heartbeat_at=now,
                fraction=0.0,
                note="",
            )
        )
        if conn.execute(claim).rowcount != 1:
            return None
        return load_job(conn, job_id)
    return None


def _fail_damaged(conn: sa.Connection, damaged: Job) -> None:
    """End a job that cannot be read, in whatever state its row says it is."""
    values = {"state": "failed", "finished_at": utc_now(), "error": damaged.error}
    mine = job.c.job_id == damaged.job_id
    conn.execute(sa.update(job).where(mine).values(values))


def update_held(conn: sa.Connection, record: Job, **values: Any) -> bool:
    """
    Write to a job that this worker still holds.

    Returns
    -------
    Whether it does; if not, another took it over and nothing was written.
    """
    query = sa.update(job).where(
        job.c.job_id == record.job_id,
        job.c.state == "running",
        job.c.worker == record.worker,
        job.c.attempts == record.attempts,
    )
    return conn.execute(query.values(values)).rowcount == 1


def request_cancel(conn: sa.Connection, job_id: str) -> None:
    """Ask a job to end: one that waits ends now, one that runs with its best so far."""
    load_job(conn, job_id)
    waiting = sa.update(job).where(job.c.job_id == job_id, job.c.state == "queued")
    ended = waiting.values(state="cancelled", finished_at=utc_now())
    if conn.execute(ended).rowcount == 0:
        running = sa.update(job).where(job.c.job_id == job_id, job.c.state == "running")
        conn.execute(running.values(cancel_requested=True))


def decide_job(conn: sa.Connection, job_id: str, decision: str) -> None:
    """
    Keep what was decided about a job's answer.

    Raises
    ------
    NotFoundError
        If there is no such job.
    """
    query = sa.update(job).where(job.c.job_id == job_id).values(decision=decision)
    if conn.execute(query).rowcount != 1:
        raise NotFoundError(f"there is no job {job_id!r} in this store")


def requeue_stale(conn: sa.Connection, *, stale_s: float = STALE_S) -> int:
    """
    Take back running jobs whose worker shows no life.

    Parameters
    ----------
    conn
        Inside a transaction.
    stale_s
        Seconds without a heartbeat; 0: all that run.

    Returns
    -------
    The number of jobs taken back: queued again the first time, else failed.
    """
    is_running = job.c.state == "running"
    query = sa.select(*job_columns(conn)).where(is_running).order_by(job.c.job_id)
    running = [_job_of(row) for row in conn.execute(query).mappings()]
    stale = [
        record
        for record in running
        if stale_s <= 0
        or record.heartbeat_at is None
        or seconds_since(record.heartbeat_at) > stale_s
    ]
    for record in stale:
        if record.fault is not None:
            _fail_damaged(conn, record)
        elif record.cancel_requested:
            update_held(conn, record, state="cancelled", finished_at=utc_now())
        elif record.attempts < MOST_ATTEMPTS:
            update_held(conn, record, state="queued", note="Starting again")
        else:
            update_held(
                conn,
                record,
                state="failed",
                error=(
                    f"the worker stopped {record.attempts} times while running this; "
                    "the machine may be short of memory. Try it with a smaller plan"
                ),
                finished_at=utc_now(),
            )
    return len(stale)


def register_worker(conn: sa.Connection, *, pid: int, host: str) -> str:
    """Add the worker that holds the lock, forgetting all before; return its id."""
    worker_id, now = new_id("W"), utc_now()
    conn.execute(sa.delete(worker))
    conn.execute(
        sa.insert(worker).values(
            worker_id=worker_id,
            pid=pid,
            host=host,
            started_at=now,
            beat_at=now,
            stop_requested=False,
        )
    )
    return worker_id


def beat(conn: sa.Connection, worker_id: str, record: Job | None) -> bool:
    """
    Show that a worker, and the job it holds, are alive.

    Returns
    -------
    Whether the worker is to go on; False: it was asked to stop.
    """
    now = utc_now()
    conn.execute(
        sa.update(worker).where(worker.c.worker_id == worker_id).values(beat_at=now)
    )
    if record is not None:
        update_held(conn, record, heartbeat_at=now)
    query = sa.select(worker.c.stop_requested).where(worker.c.worker_id == worker_id)
    return conn.execute(query).scalar() is False


def list_workers(conn: sa.Connection) -> list[sa.RowMapping]:
    """Read the workers, the newest first."""
    query = sa.select(worker).order_by(worker.c.started_at.desc())
    return list(conn.execute(query).mappings())


def ask_workers_to_stop(conn: sa.Connection) -> int:
    """Ask all workers to end after the job they run; return how many."""
    return conn.execute(sa.update(worker).values(stop_requested=True)).rowcount


def forget_worker(conn: sa.Connection, worker_id: str) -> None:
    """Remove the row of a worker that ends."""
    conn.execute(sa.delete(worker).where(worker.c.worker_id == worker_id))
