"""Days that are no plain working days: planned, or answered with the true cause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.visits.model.calendar import Calendar
from planner.visits.model.params import RouteParams
from planner.visits.model.problem import Appointment, LunchRule
from planner.visits.plan.rep import plan_rep
from tests.visits.worlds import DAY, judge, monthly, world

QUICK = RouteParams(iterations=200)
AFTERNOON = (((50_400, 59_400),),) * 5  # from 14:00
WEEK = Calendar.of_weeks(1)
ALL_WEEK = (((28_800, 64_800),),) * 7


def planned(problem):
    plan = plan_rep(problem, QUICK)
    assert plan.check.days_broken == 0
    assert plan.insertions_missed == 0
    return plan


def stops(plan):
    return [(day.day, *day.accounts) for day in plan.days if day.stops]


def only_reason(problem):
    (missing,) = planned(problem).unserved
    assert str(missing.reason)
    return missing.reason


@pytest.mark.parametrize(
    "day",
    [(50_400, 64_800), (28_800, 43_200), (30_600, 48_600), (52_200, 86_400)],
    ids=["afternoon", "morning", "under six hours", "to midnight"],
)
def test_a_day_away_from_lunch_owes_none(day):
    open_all_day = (((0, 86_400),),) * 5
    plan = planned(world([monthly(open_all_day)] * 2, [10, 20], day=day))
    assert plan.met
    assert [d.lunch_start_s for d in plan.days if d.stops] == [None] * len(stops(plan))


def test_a_rep_eats_at_home_before_a_first_stop_in_the_afternoon():
    problem = world([monthly(AFTERNOON)], [10])
    (day,) = [day for day in planned(problem).days if day.stops]
    assert day.stops[0].start_s == 50_400
    assert day.lunch_start_s == problem.lunch.earliest_s
    assert day.stops[0].arrive_s == problem.lunch.earliest_s + 2_700 + 600
    assert judge(problem, plan_rep(problem, QUICK).to_dict())[0] == []


def test_lunch_stays_behind_a_first_stop_that_can_be_left_in_time():
    (day,) = [day for day in planned(world([monthly()], [10])).days if day.stops]
    assert day.stops[0].leave_s <= day.lunch_start_s


def test_an_appointment_of_an_optional_account_is_kept():
    appointment = Appointment(3, 36_000, 36_000)
    plan = planned(world([monthly(visits_per_4_weeks=0, fixed=(appointment,))], [10]))
    assert stops(plan) == [(3, 1)]
    assert plan.check.visits_required == 1


def test_an_appointment_that_cannot_be_reached_is_listed_and_not_met():
    appointment = Appointment(3, 30_600, 30_700)
    problem = world([monthly(visits_per_4_weeks=0, fixed=(appointment,))], [60])
    plan = planned(problem)
    assert not plan.met
    assert plan.unserved[0].reason.code == "unserved_closes_early"


def test_two_appointments_at_once_name_each_other():
    accounts = [monthly(fixed=(Appointment(3, 36_000, 36_300),)) for _ in range(2)]
    reason = only_reason(world(accounts, [10, 40]))
    assert reason.code == "unserved_appointments_clash"
    assert reason.values["day"] == 3
    assert reason.values["other"] in {1, 2}
    assert reason.values["start_s"] == 36_000


def test_an_appointment_over_lunch_is_answered_with_lunch():
    appointment = Appointment(2, 43_200, 43_200)
    account = monthly(service_s=2 * 3_600, fixed=(appointment,))
    reason = only_reason(world([account], [10], day=(41_400, 66_600)))
    assert reason.code == "unserved_lunch"
    assert (reason.values["start_s"], reason.values["leave_s"]) == (43_200, 50_400)


def test_an_appointment_on_a_holiday_says_so():
    account = monthly(fixed=(Appointment(2, 36_000, 37_000),))
    reason = only_reason(world([account], [10], closed_days=frozenset({2})))
    assert reason.code == "unserved_appointment_off"


def test_a_service_longer_than_the_day_says_how_long_both_are():
    reason = only_reason(world([monthly(service_s=10 * 3_600)], [10]))
    assert reason.code == "unserved_service_long"
    assert (reason.values["service_s"], reason.values["day_s"]) == (36_000, 32_400)


def test_a_service_longer_than_its_window_is_planned():
    account = monthly((((36_000, 36_600),),) * 5, service_s=3_600)
    assert planned(world([account], [10])).met


def test_a_window_after_the_working_day_is_priced_in_overtime():
    reason = only_reason(world([monthly((((68_400, 70_000),),) * 5)], [10]))
    assert reason.code == "unserved_opens_late"
    assert reason.values["price_s"] == 68_400 + 1_800 + 600 - DAY[1]


def test_nobody_works_on_any_day():
    problem = world([monthly(fixed=())], [10], closed_days=frozenset(range(20)))
    plan = planned(problem)
    assert plan.met  # four weeks without a working day owe nothing
    one = replace(monthly(), must_weeks=(1,))
    problem = world([one], [10], closed_days=frozenset(range(20)))
    assert only_reason(problem).code == "unserved_no_workday"


def test_driving_has_a_limit():
    problem = world([monthly(), monthly()], [60, -60], most_driving_s=3 * 3_600)
    plan = planned(problem)
    assert plan.met
    assert all(day.travel_s <= 3 * 3_600 for day in plan.days)
    reason = only_reason(world([monthly()], [100], most_driving_s=3 * 3_600))
    assert reason.code == "unserved_driving"
    assert reason.values["price_s"] == 12_000 - 10_800


def test_a_home_at_sea_is_the_way():
    reason = only_reason(world([monthly()], [900]))
    assert reason.code == "unserved_too_far"


def test_six_day_weeks_use_saturdays():
    calendar = Calendar.of_weeks(1, range(6))
    saturdays = ((),) * 5 + (((32_400, 50_000),),)
    problem = world([monthly(saturdays)], [10], calendar=calendar)
    assert stops(planned(problem)) == [(5, 1)]


def test_a_half_day_ends_early():
    friday = {4: (30_600, 45_000)}
    only_friday = ((), (), (), (), ((32_400, 60_000),))
    accounts = [monthly(only_friday, service_s=3_600) for _ in range(5)]
    plan = planned(world(accounts, [10] * 5, hours=friday, calendar=WEEK))
    assert len(plan.days[4].stops) == 3
    assert plan.days[4].end_s <= 45_000
    assert plan.days[4].lunch_start_s is None


def test_the_end_may_be_elsewhere():
    """Row 0 is the way from where the day starts, column 0 to where it ends."""
    problem = world([monthly(), monthly()], [60, 30])
    travel_s = problem.travel_s.copy()
    travel_s[:, 0] = abs(travel_s[:, 0] - 3_600)  # the day ends where account 1 is
    (day,) = [d for d in planned(replace(problem, travel_s=travel_s)).days if d.stops]
    assert day.accounts == (2, 1)
    assert day.travel_s == 3_600


def test_no_lunch_rule_no_lunch():
    plan = planned(world([monthly()], [10], lunch=LunchRule(0, 0, 0)))
    assert [day.lunch_start_s for day in plan.days if day.stops] == [None]


@pytest.mark.parametrize("n_weeks", [1, 2, 13])
def test_other_horizons(n_weeks):
    calendar = Calendar.of_weeks(n_weeks)
    accounts = [
        monthly(ALL_WEEK, visits_per_4_weeks=0, interval_days=days)
        for days in (7, 14, 30, 91, 730)
    ]
    plan = planned(world(accounts, [10, 20, 30, 40, 50], calendar=calendar))
    assert plan.met
    length = 7 * n_weeks
    visits = [sum(place in d.accounts for d in plan.days) for place in range(1, 6)]
    assert visits == [max(1, length // days) for days in (7, 14, 30, 91, 730)]
