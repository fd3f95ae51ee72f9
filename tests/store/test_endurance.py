"""
Writers at once, readers beside them, and SIGKILL at random moments.

Short versions of `python -m benchmarks endurance`: 1,000 edits and 50 rounds there.
"""

from __future__ import annotations

import pytest

from benchmarks.endurance import JOBS
from benchmarks.endurance import run_contest
from benchmarks.endurance import run_killing


def test_two_writers_lose_nothing_and_readers_see_no_half_edit(store):
    seen = run_contest(store.url, n_edits=40, n_readers=3, read_s=3.0)
    assert (seen.n_lost, seen.n_torn) == (0, 0)
    assert seen.n_reads > 0


@pytest.mark.parametrize("job", JOBS)
def test_a_job_killed_at_any_moment_leaves_nothing_half_done(store, job):
    killed = run_killing(store.url, job, n_rounds=2, n_accounts=1000)
    assert killed.faults == ()
    assert killed.n_finished > 0
