"""The worker runs, stops, fails and recovers; nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from planner.core.errors import InputError, JobError
from planner.jobs import queue, worker
from planner.store import jobs

ROUNDS = 10_000  # of 10 ms: far more than any of this takes


def count(_store, job, run):
    for number in range(job.params["n"]):
        run.report(number / job.params["n"], f"at {number}")
    return {"counted": job.params["n"], "kind": job.kind}


def until_stopped(_store, _job, run):
    for _ in range(ROUNDS):
        run.report(0.5, "going on")
        if run.should_stop():
            return {"ended": "early"}
        time.sleep(0.01)
    return {"ended": "late"}


def refuse(_store, _job, _run):
    raise InputError("territories must be at least 1, got 0")


def crash(_store, _job, _run):
    raise ZeroDivisionError("secret detail")


TASKS = {"count": count, "wait": until_stopped, "refuse": refuse, "crash": crash}


def until(happened):
    for _ in range(ROUNDS):
        if happened():
            return True
        time.sleep(0.01)
    return False


def run_once(store):
    worker.work(store.url, TASKS, once=True)


def test_jobs_are_run_in_turn_and_keep_their_results(store, company_id):
    ids = [
        queue.submit(store, company_id, None, "count", {"n": n}, "ann") for n in (2, 3)
    ]
    run_once(store)
    done = [queue.load(store, job_id) for job_id in ids]
    assert [job.state for job in done] == ["done", "done"]
    assert [job.result["counted"] for job in done] == [2, 3]
    assert [job.fraction for job in done] == [1.0, 1.0]


def test_a_planner_error_is_told_in_its_own_words(store, company_id):
    job_id = queue.submit(store, company_id, None, "refuse", {}, "ann")
    run_once(store)
    job = queue.load(store, job_id)
    assert (job.state, job.error) == ("failed", "territories must be at least 1, got 0")
    assert job.error_number is None


def test_a_bug_shows_a_number_and_the_log_tells_more(store, company_id):
    job_id = queue.submit(store, company_id, None, "crash", {}, "ann")
    after = queue.submit(store, company_id, None, "count", {"n": 1}, "ann")
    run_once(store)
    job = queue.load(store, job_id)
    assert job.state == "failed"
    assert job.error_number in job.error
    assert "secret" not in job.error
    logged = store.backend.beside(".worker.log").read_text()
    assert job.error_number in logged
    assert "ZeroDivisionError: secret detail" in logged
    assert queue.load(store, after).state == "done"


def test_an_unknown_kind_fails_and_names_the_known(store, company_id):
    job_id = queue.submit(store, company_id, None, "fly", {}, "ann")
    run_once(store)
    assert "'fly'" in queue.load(store, job_id).error


def test_cancel_reaches_a_running_job(store, company_id):
    job_id = queue.submit(store, company_id, None, "wait", {}, "ann")
    thread = threading.Thread(target=run_once, args=(store,))
    thread.start()
    assert until(lambda: queue.load(store, job_id).note == "going on")
    queue.request_cancel(store, job_id)
    thread.join()
    job = queue.load(store, job_id)
    assert (job.state, job.result) == ("cancelled", {"ended": "early"})


def test_a_second_worker_on_the_same_store_is_refused(store, company_id):
    job_id = queue.submit(store, company_id, None, "wait", {}, "ann")
    thread = threading.Thread(target=run_once, args=(store,))
    thread.start()
    assert until(lambda: queue.load(store, job_id).state == "running")
    with pytest.raises(JobError, match="runs already"):
        run_once(store)
    queue.request_cancel(store, job_id)
    thread.join()


def test_a_worker_asked_to_stop_ends(store):
    def serve():
        worker.work(store.url, TASKS, beat_s=0.01)

    thread = threading.Thread(target=serve)
    thread.start()

    def is_there():
        with store.reading() as conn:
            return bool(jobs.list_workers(conn))

    assert until(is_there)
    worker.ask_worker_to_stop(store.url)
    thread.join()
    assert not is_there()


KILLED = """
import sys
from planner.jobs import worker
def hang(store, job, run):
    run.report(0.3, "hanging")
    while True:
        run.should_stop()
worker.work(sys.argv[1], {"hang": hang})
"""


def test_a_job_of_a_killed_worker_is_taken_up_by_the_next(store, company_id):
    job_id = queue.submit(store, company_id, None, "hang", {}, "ann")
    process = subprocess.Popen([sys.executable, "-c", KILLED, store.url])
    assert until(lambda: queue.load(store, job_id).note == "hanging")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    worker.work(store.url, {"hang": lambda *_: {"by": "the next"}}, once=True)
    job = queue.load(store, job_id)
    assert (job.state, job.result, job.attempts) == ("done", {"by": "the next"}, 2)


def test_apps_starting_at_once_share_one_worker(store, monkeypatch, tmp_path):
    fake = tmp_path / "planner_worker.py"
    fake.write_text(
        "import os\nfrom planner.jobs import worker\n"
        "worker.work(os.environ['PLANNER_STORE'], {}, beat_s=0.05)\n"
    )
    real = subprocess.Popen

    def start(command, **more):
        assert store.url not in command  # it may hold a password, others see it
        return real([sys.executable, str(fake)], **more)

    monkeypatch.setattr(worker.subprocess, "Popen", start)
    pids = []
    threads = [
        threading.Thread(target=lambda: pids.append(worker.ensure_worker(store.url)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 3
    assert len(set(pids)) == 1
    worker.ask_worker_to_stop(store.url)
    assert until(lambda: not worker.is_alive(store.backend))
