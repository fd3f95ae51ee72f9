"""Frequencies as sets of days."""

from __future__ import annotations

import pytest

from planner.visits.model.cadence import day_patterns

ALWAYS = [True] * 20


def patterns(visits, *, same_weekday=False, is_open=ALWAYS, is_working=ALWAYS):
    return day_patterns(
        visits, same_weekday=same_weekday, is_open=is_open, is_working=is_working
    )


def without(*days):
    return [day not in days for day in range(20)]


def test_weekly_keeps_its_weekday():
    assert patterns(4) == [tuple(range(day, 20, 5)) for day in range(5)]


def test_fortnightly_on_one_weekday_is_ten_working_days_apart():
    assert patterns(2, same_weekday=True) == [(day, day + 10) for day in range(10)]


def test_loose_fortnightly_has_one_in_each_fortnight_eight_to_twelve_apart():
    found = patterns(2)
    assert all(a < 10 <= b and 8 <= b - a <= 12 for a, b in found)
    assert (9, 17) in found
    assert (0, 12) in found
    assert len(found) == len(set(found)) == 3 + 4 + 5 * 6 + 4 + 3


@pytest.mark.parametrize("visits", [0, 1])
def test_monthly_and_optional_may_be_any_day(visits):
    assert patterns(visits) == [(day,) for day in range(20)]


def test_closed_weekdays_are_left_out():
    mondays = without(0, 5, 10, 15)
    assert (0, 5, 10, 15) not in patterns(4, is_open=mondays)
    assert len(patterns(4, is_open=mondays)) == 4


def test_a_weekly_visit_moves_off_a_holiday_to_the_nearest_day():
    moved = patterns(4, is_working=without(3))
    assert (2, 8, 13, 18) in moved  # Thursday is off: Wednesday, the earlier neighbour
    assert all(3 not in days for days in moved)


def test_a_week_without_work_owes_no_weekly_visit():
    assert (5, 10, 15) in patterns(4, is_working=without(0, 1, 2, 3, 4))


def test_monthly_visits_avoid_holidays():
    assert (3,) not in patterns(1, is_working=without(3))
