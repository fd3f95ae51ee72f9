"""A job whose row is damaged is failed with its reason; those behind it run."""

from __future__ import annotations

import pytest

from planner.jobs import queue, worker
from planner.store.upkeep.doctor import examine
from tests.store.full_store import tamper
from tests.stores import SQLITE_ONLY

TASKS = {"count": lambda *_: {"counted": 1}}


@pytest.fixture
def jobs(store, company_id):
    """Queue a job to be damaged, and a healthy one behind it."""
    return [queue.submit(store, company_id, None, "count", {}, "ann") for _ in "ab"]


def damage(store, job_id, change):
    tamper(store, f"UPDATE job SET {change} WHERE job_id = '{job_id}'")  # noqa: S608


EVERYWHERE = [
    ("params = '[1]'", "params must be a JSON object"),
    ("params = 'null'", "params must be"),
    ("params = '\"text\"'", "params must be"),
    ('params = \'{"time_limit_s": "abc"}\'', "time_limit_s of 0 or more"),
    ("params = '{\"time_limit_s\": -1}'", "time_limit_s of 0 or more"),
    ("params = '{\"time_limit_s\": true}'", "time_limit_s of 0 or more"),
    ("params = '{\"time_limit_s\": 1e999}'", "time_limit_s of 0 or more"),
    ("params = '{\"time_limit_s\": [1]}'", "time_limit_s of 0 or more"),
    ("result = '7'", "result must be a JSON object"),
    ("created_at = 'Monday'", "created_at must be a time"),
    ("started_at = '2026-13-01'", "started_at must be a time"),
    ("attempts = -1", "attempts must be a whole number"),
    ("decision = 'maybe'", "decision must be one of accepted, discarded"),
]
IN_SQLITE = [
    ("params = ''", "params must be JSON"),
    ("params = x'ff00'", "params must be JSON"),
    (f"params = '{'[' * 2_000}'", "params must be JSON"),
    ("fraction = 'half'", "fraction must be a number"),
    ("attempts = 'two'", "attempts must be a whole number"),
    ("cancel_requested = 'maybe'", "cancel_requested must be true or false"),
    ("note = CAST(x'ff' AS TEXT), fraction = 'x'", "fraction must be"),
]


def check_passed_by(store, company_id, jobs, reason):
    damaged, healthy = jobs
    queue.list_jobs(store, company_id)
    assert [finding.code for finding in examine(store) if "job" in finding.code] == [
        "job"
    ]
    worker.work(store.url, TASKS, once=True)
    job = queue.load(store, damaged)
    assert job.state == "failed"
    assert reason in job.error
    assert queue.load(store, healthy).state == "done"
    assert {found.job_id for found in queue.list_jobs(store, company_id)} == set(jobs)


@pytest.mark.parametrize(("change", "reason"), EVERYWHERE)
def test_a_damaged_row_is_failed_and_passed_by(store, company_id, jobs, change, reason):
    damage(store, jobs[0], change)
    check_passed_by(store, company_id, jobs, reason)


@SQLITE_ONLY  # PostgreSQL takes none of these
@pytest.mark.parametrize(("change", "reason"), IN_SQLITE)
def test_a_row_of_wrong_types_is_failed_and_passed_by(
    store, company_id, jobs, change, reason
):
    damage(store, jobs[0], change)
    check_passed_by(store, company_id, jobs, reason)


def test_a_damaged_row_that_runs_is_failed_by_the_next_worker(store, jobs):
    queue.claim(store, "W-1")
    damage(store, jobs[0], "params = '[]', heartbeat_at = NULL")
    assert queue.requeue_stale(store) == 1
    job = queue.load(store, jobs[0])
    assert job.state == "failed"
    assert "params must be" in job.error


def test_a_done_job_whose_result_is_damaged_is_not_taken_for_done(store, jobs):
    worker.work(store.url, TASKS, once=True)
    damage(store, jobs[0], "result = '[]'")
    job = queue.load(store, jobs[0])
    assert (job.state, job.result) == ("failed", None)


def test_a_kind_nobody_knows_fails_and_the_next_runs(store, jobs):
    damage(store, jobs[0], "kind = 'fly'")
    worker.work(store.url, TASKS, once=True)
    assert "'fly'" in queue.load(store, jobs[0]).error
    assert queue.load(store, jobs[1]).state == "done"


MADE_TEXT = {  # a server takes no other text for JSON, until somebody alters the column
    "company.details": "UPDATE company SET details = '{half'",
    "import_mapping.mapping": (
        "INSERT INTO import_mapping SELECT company_id, 'k', 'n', '{half', '', '' "
        "FROM company"
    ),
}


def make_text(store, column):
    table, name = column.split(".")
    if store.engine.dialect.name == "postgresql":
        tamper(store, f"ALTER TABLE {table} ALTER COLUMN {name} TYPE text")
    return name


@pytest.mark.parametrize("column", MADE_TEXT)
def test_a_cell_that_is_no_json_is_found(store, company_id, column):
    name = make_text(store, column)
    tamper(store, MADE_TEXT[column])
    said = [finding.message for finding in examine(store)]
    assert f"1 cells of {name} are no JSON" in said
    assert company_id


def test_params_that_are_no_json_are_passed_by_on_any_database(store, company_id, jobs):
    make_text(store, "job.params")
    damage(store, jobs[0], "params = 'no JSON'")
    check_passed_by(store, company_id, jobs, "params must be JSON")
