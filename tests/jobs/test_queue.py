"""Jobs wait, run once, and are taken back from the dead."""

from __future__ import annotations

import pytest

from planner.core.errors import NotFoundError
from planner.core.run import Progress
from planner.jobs import queue
from planner.store import jobs


@pytest.fixture
def job_id(store, company_id):
    """Queue a job."""
    return queue.submit(store, company_id, None, "count", {"n": 3}, "ann")


def test_a_submitted_job_waits_with_its_params(store, company_id, job_id):
    job = queue.load(store, job_id)
    assert (job.state, job.params, job.company_id) == ("queued", {"n": 3}, company_id)
    assert queue.latest(store, "count", None) == job
    assert queue.list_jobs(store, company_id) == [job]


def test_the_oldest_is_claimed_first_and_only_once(store, company_id, job_id):
    second = queue.submit(store, company_id, "S-1", "count", {}, "ann")
    claimed = [queue.claim(store, "W-1"), queue.claim(store, "W-2")]
    assert [job.job_id for job in claimed] == [job_id, second]
    assert queue.claim(store, "W-1") is None


def test_progress_is_seen_by_others(store, job_id):
    held = queue.claim(store, "W-1")
    assert queue.progress(store, held, Progress(0.4, "half way", 7.5, 6.0))
    job = queue.load(store, job_id)
    assert (job.fraction, job.note, job.best, job.bound) == (0.4, "half way", 7.5, 6.0)


def test_a_waiting_job_is_cancelled_at_once(store, job_id):
    queue.request_cancel(store, job_id)
    assert queue.load(store, job_id).state == "cancelled"
    assert queue.claim(store, "W-1") is None


def test_a_running_job_ends_cancelled_with_its_best_so_far(store, job_id):
    held = queue.claim(store, "W-1")
    assert not queue.is_cancelled(store, held)
    queue.request_cancel(store, job_id)
    assert queue.is_cancelled(store, held)
    queue.finish(store, held, {"best": 1})
    job = queue.load(store, job_id)
    assert (job.state, job.result) == ("cancelled", {"best": 1})


def test_a_stale_job_starts_again_once_and_then_fails(store, job_id):
    queue.claim(store, "W-1")
    assert queue.requeue_stale(store) == 0
    assert queue.requeue_stale(store, stale_s=0) == 1
    assert queue.load(store, job_id).state == "queued"
    queue.claim(store, "W-2")
    queue.requeue_stale(store, stale_s=0)
    job = queue.load(store, job_id)
    assert job.state == "failed"
    assert "stopped 2 times" in job.error


def test_who_lost_a_job_can_no_longer_write_to_it(store, job_id):
    lost = queue.claim(store, "W-1")
    queue.requeue_stale(store, stale_s=0)
    held = queue.claim(store, "W-2")
    assert queue.is_cancelled(store, lost)
    assert not queue.finish(store, lost, {"from": "lost"})
    assert queue.finish(store, held, {"from": "held"})
    assert queue.load(store, job_id).result == {"from": "held"}


def test_an_unknown_job_is_named(store):
    with pytest.raises(NotFoundError, match="'J-NONE'"):
        queue.load(store, "J-NONE")


def test_a_new_worker_replaces_the_row_of_a_dead_one(store):
    with store.transaction() as conn:
        jobs.register_worker(conn, pid=1, host="here")
        second = jobs.register_worker(conn, pid=2, host="here")
        assert [row["worker_id"] for row in jobs.list_workers(conn)] == [second]
        assert jobs.beat(conn, second, None)
        jobs.ask_workers_to_stop(conn)
        assert not jobs.beat(conn, second, None)
