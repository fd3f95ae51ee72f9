"""Intervals from the last visit: when an account is due, and on which days."""

from __future__ import annotations

from itertools import pairwise

import pytest

from planner.visits.model.cadence import MOST_PATTERNS, rhythm_of
from planner.visits.model.calendar import Calendar
from planner.visits.model.owed import first_due, visits_owed
from planner.visits.model.problem import Appointment
from planner.visits.plan.rep import plan_rep
from tests.visits.worlds import monthly, world

ALL_WEEK = (((28_800, 64_800),),) * 7


def one(interval_days, last_visit=None, weeks=4, **options):
    account = monthly(
        ALL_WEEK,
        visits_per_4_weeks=0,
        interval_days=interval_days,
        last_visit=last_visit,
        **options,
    )
    return world([account], [10], calendar=Calendar.of_weeks(weeks))


@pytest.mark.parametrize(
    ("interval", "last", "owed"),
    [
        (28, -4, 1),  # seen on Thursday: due on day 24
        (28, -40, 1),  # overdue
        (28, None, 1),
        (30, -1, 0),  # due on day 29, after the plan
        (7, -3, 4),
        (14, -20, 2),
        (10, None, 2),
        (91, -20, 0),
    ],
)
def test_visits_owed_count_from_the_last_one(interval, last, owed):
    assert visits_owed(one(interval, last), 1) == owed


def test_a_customer_seen_four_days_ago_is_due_in_four_weeks():
    problem = one(28, -4)
    assert first_due(problem, 1) == 24
    offsets = [problem.calendar.offsets[days[0]] for days in rhythm_of(problem, 1)[1]]
    assert min(offsets) >= 24 - 7
    (day,) = [day.day for day in plan_rep(problem).days if day.stops]
    assert problem.calendar.offsets[day] >= 17


def test_what_is_owed_nothing_is_left_out():
    plan = plan_rep(one(91, -20))
    assert plan.met
    assert not any(day.stops for day in plan.days)


@pytest.mark.parametrize("interval", [10, 14, 21, 30])
def test_gaps_stay_within_a_quarter_of_the_interval(interval):
    problem = one(interval, -interval, weeks=13)
    rhythm = rhythm_of(problem, 1)
    assert 0 < len(rhythm.patterns) <= MOST_PATTERNS
    offsets, slack = problem.calendar.offsets, round(interval / 4)
    for days in rhythm.patterns:
        for a, b in pairwise(days):
            assert abs(offsets[b] - offsets[a] - interval) <= slack
    assert max(map(len, rhythm.patterns)) == rhythm.owed


def test_weekly_visits_keep_one_weekday_through_thirteen_weeks():
    patterns = rhythm_of(one(7, weeks=13), 1).patterns
    assert len(patterns) == 5
    assert all({day % 5 for day in days} == {days[0]} for days in patterns)
    assert {len(days) for days in patterns} == {13}


def test_delay_costs_more_the_later_it_is():
    rhythm = rhythm_of(one(28, -40), 1)
    assert rhythm.late[0] == 0
    assert list(rhythm.late) == sorted(rhythm.late)
    assert rhythm.late[-1] > 0


def test_an_appointment_takes_the_place_of_the_nearest_visit():
    problem = one(14, -14, fixed=(Appointment(7),))
    for days in rhythm_of(problem, 1).patterns:
        assert 7 in days
        assert len(days) == 2


def test_a_week_that_must_have_a_visit_has_one():
    problem = one(28, -7, must_weeks=(0,))
    assert visits_owed(problem, 1) == 1
    plan = plan_rep(problem)
    assert plan.met
    assert any(day.stops for day in plan.days[:5])


def test_days_the_account_is_closed_are_left_out():
    problem = one(28, -28, closed_on=frozenset(range(1, 20)))
    assert rhythm_of(problem, 1).patterns == ((0,),)
