"""
Writers at once, readers beside them, and SIGKILL at random moments.

Short versions of `python -m benchmarks endurance`: 1,000 edits and 50 rounds there.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.endurance import JOBS, run_contest, run_killing
from planner.core.settings import Settings
from planner.services.company.companies import ensure_company


def test_two_writers_lose_nothing_and_readers_see_no_half_edit(store):
    seen = run_contest(store.url, n_edits=40, n_readers=3, read_s=3.0)
    assert (seen.n_lost, seen.n_torn) == (0, 0)
    assert seen.n_reads > 0


@pytest.fixture(scope="module")
def url_to_kill(stores):
    """Load the sample company once; the import begins with a store without rows."""
    url = stores.new()
    settings = replace(Settings.from_environment({}), store_url=url, user="ann")
    ensure_company(settings)[0].store.close()
    yield url
    stores.drop(url)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_killed_at_any_moment_leaves_nothing_half_done(
    request, store_url, copy_of, job
):
    url = store_url
    if job != "import":
        url = copy_of(request.getfixturevalue("url_to_kill"))
    killed = run_killing(url, job, n_rounds=2, n_accounts=1000)
    assert killed.faults == ()
    assert killed.n_finished > 0
