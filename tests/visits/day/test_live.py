"""One day: exact times, its order, live re-planning, gaps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.visits.day.gaps import fill_gap
from planner.visits.day.live import replan_day
from planner.visits.model.timing import lunch_before_driving, time_day
from planner.visits.reasons.check import day_faults
from planner.visits.search.filling import order_days
from tests.visits.worlds import monthly, world

MORNING = (((32_400, 41_400),),) * 5
AFTERNOON = (((48_600, 59_400),),) * 5


def test_times_known_by_hand():
    """8:30 + 10 min, wait for 9:00, 30 min; lunch from 11:45; home by 12:30."""
    timed = time_day(world([monthly()], [10]), 0, [1])
    (stop,) = timed.stops
    assert (stop.arrive_s, stop.start_s, stop.leave_s) == (31_200, 32_400, 34_200)
    assert (timed.lunch_start_s, timed.end_s) == (42_300, 45_000)
    assert timed.travel_s == 1_200


def test_lunch_lies_between_two_stops_when_the_second_opens_after_it():
    problem = world([monthly(MORNING), monthly(AFTERNOON)], [10, 20])
    timed = time_day(problem, 0, [1, 2])
    assert timed.lunch_start_s == 42_300
    assert timed.stops[1].start_s == 48_600
    assert day_faults(problem, timed) == []


def test_an_order_that_misses_a_window_is_none():
    problem = world([monthly(MORNING), monthly(AFTERNOON)], [10, 20])
    assert time_day(problem, 0, [2, 1]) is None


def test_lunch_comes_before_a_long_drive_for_people():
    problem = world([monthly(), monthly()], [10, 120])
    problem = replace(problem, lunch=replace(problem.lunch, earliest_s=30_600))
    timed = time_day(problem, 0, [1, 2])
    moved = lunch_before_driving(problem, timed)
    assert moved.lunch_start_s == moved.stops[0].leave_s
    assert [s.start_s for s in moved.stops] == [s.start_s for s in timed.stops]
    assert day_faults(problem, moved) == []


def test_a_detour_is_ordered_away():
    problem = world([monthly() for _ in range(4)], [10, 20, 30, 40])
    zigzag = [[1, 3, 2, 4], *([] for _ in range(19))]
    better = order_days(problem, zigzag)[0]
    assert sorted(better) == [1, 2, 3, 4]
    assert time_day(problem, 0, better).travel_s == 80 * 60


def test_a_good_day_keeps_its_order():
    problem = world([monthly() for _ in range(3)], [10, 20, 30])
    days = [[1, 2, 3], *([] for _ in range(19))]
    assert order_days(problem, days) == days


def test_each_fault_of_a_day_is_said():
    problem = world([monthly(), monthly()], [10, 20])
    good = time_day(problem, 0, [1, 2])
    early = replace(good.stops[1], arrive_s=100, start_s=200)
    rushed = replace(good, stops=(good.stops[0], early), end_s=70_000)
    codes = {fault.code for fault in day_faults(problem, rushed)}
    assert codes >= {"stop_reached_early", "stop_cut_short", "day_ends_late"}
    assert "account 2 starts at 00:03, outside its hours" in {
        str(fault) for fault in day_faults(problem, rushed)
    }
    assert day_faults(problem, replace(good, lunch_start_s=None)) == [
        Reason("lunch_missing")
    ]
    (hurried, *_) = day_faults(problem, replace(good, end_s=43_000))
    assert str(hurried) == "has its lunch cut short"
    (misstated,) = day_faults(problem, replace(good, travel_s=1))
    assert misstated == Reason(
        "day_travel_misstated", {"travel_s": 2_400, "stated_s": 1}
    )


def here(problem, minutes):
    """Seconds to each place from a spot so many minutes up the street."""
    return [abs(int(s) - minutes * 60) for s in problem.travel_s[0]]


def test_live_the_rest_of_the_day_is_planned_from_where_the_rep_is():
    problem = world([monthly() for _ in range(4)], [10, 20, 30, 40])
    live = replan_day(
        problem,
        0,
        [1, 2, 4],
        now_s=36_000,
        travel_from_here_s=here(problem, 40),
        lunch_taken=False,
    )
    assert live.timed.accounts == (4, 2, 1)
    assert live.dropped == live.added == ()
    assert live.timed.lunch_start_s is not None
    assert live.timed.end_s <= problem.day[1]


def test_live_freed_time_takes_in_a_candidate():
    problem = world([monthly() for _ in range(3)], [10, 20, 30])
    live = replan_day(
        problem,
        0,
        [1],
        now_s=50_000,
        travel_from_here_s=here(problem, 30),
        lunch_taken=True,
        candidates={2: 50},
    )
    assert live.added == (2,)
    assert live.dropped == ()


def test_live_what_no_longer_fits_is_named():
    problem = world([monthly(MORNING), monthly()], [10, 20])
    live = replan_day(
        problem,
        0,
        [1, 2],
        now_s=45_000,
        travel_from_here_s=here(problem, 20),
        lunch_taken=True,
    )
    assert live.dropped == (1,)
    assert live.timed.accounts == (2,)


def test_live_too_late_to_be_home_is_an_error():
    problem = world([monthly()], [10])
    with pytest.raises(InputError, match="cannot be home"):
        replan_day(
            problem,
            0,
            [],
            now_s=62_900,
            travel_from_here_s=here(problem, 30),
            lunch_taken=True,
        )


def test_a_gap_is_offered_to_who_is_worth_most_per_minute_and_delays_nobody():
    accounts = [monthly(MORNING), monthly(AFTERNOON), monthly(), monthly(), monthly()]
    problem = world(accounts, [10, 20, 15, 15, 100])
    timed = time_day(problem, 0, [1, 2])
    offers = fill_gap(problem, timed, {1: 99, 3: 10, 4: 20, 5: 1_000})
    assert [offer.account for offer in offers] == [5, 4, 3]
    before = {stop.account: stop.start_s for stop in timed.stops}
    for offer in offers:
        assert day_faults(problem, offer.timed) == []
        after = {stop.account: stop.start_s for stop in offer.timed.stops}
        assert all(after[account] <= start for account, start in before.items())
    nearest = offers[1]
    assert nearest.added_travel_s == 0
    assert nearest.value_per_min == pytest.approx(20 / 30)
