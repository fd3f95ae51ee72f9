"""Run control passes progress on, and stops for the limit or the user."""

import pytest

from planner.core.errors import ParamsError
from planner.core.results import SolveStatus
from planner.core.run import RunControl


def test_a_part_reports_into_its_stretch():
    seen = []
    run = RunControl(on_progress=seen.append)
    run.part(0.5, 1.0).report(0.5, "half of the second half", best=3.0)
    assert (seen[0].fraction, seen[0].best) == (0.75, 3.0)


def test_fractions_stay_between_none_and_all():
    seen = []
    run = RunControl(on_progress=seen.append)
    run.report(-1)
    run.report(7)
    assert [progress.fraction for progress in seen] == [0.0, 1.0]


def test_no_time_left_stops():
    run = RunControl(time_limit_s=0)
    assert run.should_stop()
    assert SolveStatus.of_stop(run) == SolveStatus.TIME_LIMIT


def test_cancel_stops_a_part_too():
    run = RunControl(is_cancelled=lambda: True).part(0, 0.5)
    assert run.should_stop()
    assert SolveStatus.of_stop(run) == SolveStatus.CANCELLED


def test_nothing_stops_a_free_run():
    assert not RunControl().should_stop()


@pytest.mark.parametrize("limit", [-1, -0.001, float("nan"), float("inf"), "abc", "5"])
def test_a_limit_is_a_number_of_seconds(limit):
    with pytest.raises(ParamsError, match="time limit must be a number of seconds"):
        RunControl(time_limit_s=limit)
