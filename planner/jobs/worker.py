"""
The worker: a process of its own that runs the jobs of one store.

It holds a lock of the store as long as it lives, a file or in PostgreSQL an advisory
one; the system lets go of it however the process ends, so "is there a worker?" never
depends on a clock or on a process number.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from planner.core.errors import JobError, PlannerError
from planner.core.run import Progress, RunControl
from planner.jobs import queue
from planner.store import jobs
from planner.store.database.backend import Backend
from planner.store.database.engine import Store, backend_of, open_store, saying_plainly
from planner.store.database.sqlite import SqliteFile
from planner.store.jobs import Job

Task = Callable[[Store, Job, RunControl], Mapping[str, Any] | None]

BEAT_S = 5.0
PROGRESS_S = 0.25  # at most four rows a second
START_WAIT_S = 60.0
LOG_BYTES = 1_000_000
WORKING, STARTING = "worker", "worker-start"  # locks: of the worker, of who starts it

log = logging.getLogger("planner.worker")


def work(
    store_url: str,
    tasks: Mapping[str, Task],
    *,
    once: bool = False,
    poll_s: float = 0.25,
    beat_s: float = BEAT_S,
) -> None:
    """
    Run the jobs of a store until asked to stop.

    Parameters
    ----------
    store_url
        The store.
    tasks
        Function by kind of job; it returns the job's result as JSON values.
    once
        Whether to return as soon as nothing waits.
    poll_s
        Seconds between looks at an empty queue.
    beat_s
        Seconds between signs of life.

    Raises
    ------
    JobError
        If another worker runs on this store.
    """
    backend = backend_of(store_url)
    with ExitStack() as resources:
        try:
            with saying_plainly(backend):
                resources.enter_context(backend.lock(WORKING))
        except TimeoutError:
            raise JobError(
                f"a worker runs already on the store {backend.label}"
            ) from None
        store = open_store(store_url)
        resources.callback(store.close)
        _log_to(_log_path(backend))
        _serve(store, tasks, once=once, poll_s=poll_s, beat_s=beat_s)


def ensure_worker(store_url: str) -> int:
    """
    See that a worker lives, starting one if none does.

    Parameters
    ----------
    store_url
        The store; several processes may ask at once.

    Returns
    -------
    The process number of the worker.

    Raises
    ------
    JobError
        If it does not start; the message tells what it said.
    """
    store = open_store(store_url)
    backend = store.backend
    try:
        with saying_plainly(backend), backend.lock(STARTING, START_WAIT_S):
            if is_alive(backend):
                return _wait_for_pid(store, None)
            return _wait_for_pid(store, _start(store))
    finally:
        store.close()


def ask_worker_to_stop(store_url: str) -> None:
    """Ask the worker of a store to end after the job it runs."""
    store = open_store(store_url)
    try:
        with store.transaction(takes_turn=False) as conn:
            jobs.ask_workers_to_stop(conn)
    finally:
        store.close()


def _serve(
    store: Store,
    tasks: Mapping[str, Task],
    *,
    once: bool,
    poll_s: float,
    beat_s: float,
) -> None:
    """Claim and run, one job after the other."""
    # We hold the lock, so whatever still runs belongs to a worker that is dead.
    queue.requeue_stale(store, stale_s=0)
    with store.transaction(takes_turn=False) as conn:
        worker_id = jobs.register_worker(
            conn, pid=os.getpid(), host=socket.gethostname()
        )
    heart = _Heart(store, worker_id, beat_s)
    heart.start()
    try:
        while heart.goes_on and store.backend.exists():
            job = queue.claim(store, worker_id)
            if job is not None:
                heart.held = job
                run_job(store, job, tasks)
                heart.held = None
            elif once:
                break
            else:
                heart.stopped.wait(poll_s)
    finally:
        heart.stopped.set()
        heart.join()
        # If the file was replaced, whoever opened it next has its own row.
        if store.backend.exists() and not store.is_replaced():
            with store.transaction(takes_turn=False) as conn:
                jobs.forget_worker(conn, worker_id)


def run_job(store: Store, job: Job, tasks: Mapping[str, Task]) -> None:
    """
    Run one claimed job to its end, whatever happens in it.

    Parameters
    ----------
    store
        Where the job lies.
    job
        From `queue.claim`.
    tasks
        Function by kind.
    """
    try:
        run = _run_control(store, job)
        task = tasks.get(job.kind)
        if task is None:
            raise JobError(
                f"this worker cannot run jobs of kind {job.kind!r}, it knows "
                f"{', '.join(sorted(tasks))}"
            )
        queue.finish(store, job, task(store, job, run))
    except PlannerError as error:
        log.info("job %s (%s) failed: %s", job.job_id, job.kind, error)
        queue.fail(store, job, str(error))
    except Exception:
        number = f"E-{secrets.token_hex(4).upper()}"
        log.exception("job %s (%s), error %s", job.job_id, job.kind, number)
        queue.fail(
            store,
            job,
            f"a fault of ours stopped this job; error {number} in the log tells more",
            number,
        )


def _run_control(store: Store, job: Job) -> RunControl:
    """Tie a run to its row: progress is written, the cancel flag read, both seldom."""
    last = {"told_s": -PROGRESS_S, "asked_s": -PROGRESS_S}
    state = {"cancelled": False}

    def on_progress(progress: Progress) -> None:
        now = time.monotonic()
        if now - last["told_s"] >= PROGRESS_S:
            last["told_s"] = now
            queue.progress(store, job, progress)

    def is_cancelled() -> bool:
        now = time.monotonic()
        if not state["cancelled"] and now - last["asked_s"] >= PROGRESS_S:
            last["asked_s"] = now
            state["cancelled"] = queue.is_cancelled(store, job)
        return state["cancelled"]

    limit_s = job.params.get("time_limit_s")
    return RunControl(
        time_limit_s=None if limit_s is None else float(limit_s),
        on_progress=on_progress,
        is_cancelled=is_cancelled,
    )


class _Heart(threading.Thread):
    """Shows that the worker lives while a job keeps its main thread busy."""

    def __init__(self, store: Store, worker_id: str, beat_s: float) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.store = store
        self.worker_id = worker_id
        self.beat_s = beat_s
        self.held: Job | None = None
        self.stopped = threading.Event()

    @property
    def goes_on(self) -> bool:
        """Whether nobody asked the worker to stop."""
        return not self.stopped.is_set()

    def run(self) -> None:
        """Beat until told to stop."""
        while not self.stopped.wait(self.beat_s):
            try:
                if not queue.beat(self.store, self.worker_id, self.held):
                    self.stopped.set()
            except Exception:
                log.exception("heartbeat failed")


def _log_path(backend: Backend) -> Path:
    return backend.beside(".worker.log")


def is_alive(backend: Backend) -> bool:
    """Tell whether a worker holds the lock of a store."""
    try:
        with backend.lock(WORKING):
            return False
    except TimeoutError:
        return True


def _start(store: Store) -> subprocess.Popen[bytes]:
    """Start a worker that outlives us; lists of processes must not show a password."""
    command = [sys.executable, "-m", "planner", "worker"]
    root = str(Path(__file__).resolve().parents[2])
    searched = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    environment = {"PYTHONPATH": searched, "PLANNER_STORE": _lasting(store)}
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {
            "creationflags": subprocess.DETACHED_PROCESS
            | subprocess.CREATE_NEW_PROCESS_GROUP
        }
    with open_private(_log_path(store.backend), "ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
            **detached,
        )


def _wait_for_pid(store: Store, started: subprocess.Popen[bytes] | None) -> int:
    """Wait until the worker has written its row."""
    until_s = time.monotonic() + START_WAIT_S
    while time.monotonic() < until_s:
        with store.reading() as conn:
            workers = jobs.list_workers(conn)
        pids = [int(row["pid"]) for row in workers]
        if started is None and pids:
            return pids[0]
        if started is not None and started.pid in pids:
            return started.pid
        if started is not None and started.poll() is not None:
            break
        time.sleep(0.05)
    raise JobError(
        "the background worker did not start; what it said stands at the end of "
        f"{_log_path(store.backend)}"
    )


def _lasting(store: Store) -> str:
    """Name the store so that it is found from any folder."""
    if isinstance(store.backend, SqliteFile):
        return f"sqlite:///{store.path.as_posix()}"
    return store.url


class _PrivateLog(RotatingFileHandler):
    """A log that, where it is new, only this user can read; it may tell of data."""

    def _open(self) -> TextIOWrapper:
        return open_private(Path(self.baseFilename), "a", encoding="utf-8")


def open_private(path: Path, mode: str, encoding: str | None = None) -> Any:
    """Open a file for appending; one that is new is for this user only."""
    return open(path, mode, encoding=encoding, opener=partial(os.open, mode=0o600))


def _log_to(path: Path) -> None:
    """Write our log to a file beside the store, kept small and to this user."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
    handler = _PrivateLog(path, maxBytes=LOG_BYTES, backupCount=2)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
