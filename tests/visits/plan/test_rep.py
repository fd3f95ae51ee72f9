"""Four weeks of one rep: rules kept, visits served or listed, same seed same plan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.core.errors import InputError
from planner.core.results import SolveStatus
from planner.core.run import RunControl
from planner.visits.model.params import RouteParams
from planner.visits.model.problem import Appointment
from planner.visits.plan.rep import RepPlan, plan_rep, run_visits
from tests.visits.worlds import ALL_DAY, judge, monthly, world

QUICK = RouteParams(iterations=300)
SHARED = Path(__file__).parents[4] / "shared/benchmarks/routing/synthetic_rep"


def planned(problem, params=QUICK):
    return plan_rep(problem, params).to_dict()


def test_one_day_serves_seven_and_says_why_not_the_eighth(one_day):
    plan = planned(one_day)
    assert [stop["account"] for stop in plan["days"][0]["stops"]].count(8) == 0
    assert len(plan["days"][0]["stops"]) == 7
    (missing,) = plan["unserved"]
    assert (missing["account"], missing["missing"]) == (8, 1)
    assert "reached at 09:00" in missing["reason"]
    assert "20 min earlier" in missing["repair"]
    assert missing["code"] == "unserved_closes_early"
    late = {"late_s": 1_200, "price_s": 1_200}
    assert missing["values"] == {"day": 0, "arrive_s": 32_400} | late
    assert plan["summary"]["insertions_missed"] == 0
    assert plan["summary"]["visits_missed"] == 1


def test_one_day_drives_out_and_back_once(one_day):
    """The farthest served stop is 25 minutes away: 50 minutes is the least travel."""
    assert planned(one_day)["summary"]["travel_s"] == 50 * 60


def test_every_rule_holds_by_another_evaluator(four_weeks):
    plan = planned(four_weeks)
    broken, travel_s, visited = judge(four_weeks, plan)
    assert broken == []
    assert travel_s == plan["summary"]["travel_s"]
    for place, account in enumerate(four_weeks.accounts[1:], start=1):
        days = sorted(visited.get(place, []))
        assert len(days) == account.visits_per_4_weeks
        if account.visits_per_4_weeks == 4:
            assert {day % 5 for day in days} == {days[0]}
            assert [day // 5 for day in days] == [0, 1, 2, 3]
        if account.visits_per_4_weeks == 2:
            gap = days[1] - days[0]
            assert gap == 10 if account.same_weekday else 8 <= gap <= 12
            assert days[0] < 10 <= days[1]
        assert {made.day for made in account.fixed} <= set(days)


def test_equal_seeds_give_equal_plans(four_weeks):
    first, second = planned(four_weeks), planned(four_weeks)
    for plan in (first, second):
        del plan["summary"]["elapsed_s"]
    assert first == second


def test_prospects_fill_time_but_displace_nobody(four_weeks):
    without = planned(four_weeks)
    filled = planned(four_weeks, replace(QUICK, with_prospects=True))
    assert without["summary"]["prospects"] == 0
    assert filled["summary"]["prospects"] == 1
    assert filled["summary"]["visits_missed"] == 0
    assert judge(four_weeks, filled)[0] == []


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(0, 10_000))
def test_overfull_weeks_serve_or_list_each_visit_once(seed):
    rng = np.random.default_rng(seed)
    visits = rng.choice([4, 2, 1], size=30)
    opens = rng.integers(28_800, 50_000, size=30)
    accounts = [
        monthly(
            tuple(
                ((int(a), int(a) + 9_000),) if rng.random() < 0.8 else ()
                for _ in range(5)
            ),
            visits_per_4_weeks=int(v),
            service_s=int(rng.integers(600, 7_200)),
            priority=int(v),
        )
        for v, a in zip(visits, opens, strict=True)
    ]
    problem = world(accounts, rng.integers(-120, 121, size=30))
    plan = planned(problem, RouteParams(iterations=60, seed=seed))
    broken, _, visited = judge(problem, plan)
    assert broken == []
    assert plan["summary"]["days_broken"] == plan["summary"]["pattern_broken"] == 0
    missing = {row["account"]: row["missing"] for row in plan["unserved"]}
    assert len(missing) == len(plan["unserved"])
    for place, account in enumerate(problem.accounts[1:], start=1):
        days = visited.get(place, [])
        assert len(days) == len(set(days))
        assert len(days) + missing.get(place, 0) == account.visits_per_4_weeks
    assert all(row["reason"] and row["repair"] for row in plan["unserved"])


def test_a_weekly_account_moves_off_a_holiday_within_its_week():
    midweek = ((), (), ALL_DAY[0], ALL_DAY[0], ())  # Wednesday and Thursday
    problem = world(
        [monthly(midweek, visits_per_4_weeks=4)], [10], closed_days=frozenset({3, 7})
    )
    plan = planned(problem)
    _, _, visited = judge(problem, plan)
    assert sorted(visited[1]) in ([2, 8, 13, 18], [2, 8, 12, 17])
    assert plan["summary"]["visits_missed"] == 0
    assert plan["summary"]["pattern_broken"] == 0


def test_part_of_a_cadence_is_better_than_nothing():
    """Its appointment cannot be reached; the other visit of the pair still happens."""
    account = monthly(
        visits_per_4_weeks=2,
        same_weekday=True,
        fixed=(Appointment(16, 30_600, 31_000),),
    )
    plan = planned(world([account], [45]))
    assert [day["day"] for day in plan["days"] if day["stops"]] == [6]
    assert plan["unserved"][0]["missing"] == 1


def test_no_lunch_when_its_length_is_nothing(one_day):
    problem = replace(one_day, lunch=replace(one_day.lunch, duration_s=0))
    assert planned(problem)["days"][0]["lunch_start_s"] is None


def test_a_cancelled_run_returns_a_valid_plan_and_says_so(four_weeks):
    plan = plan_rep(four_weeks, QUICK, RunControl(is_cancelled=lambda: True))
    assert plan.status is SolveStatus.CANCELLED
    assert judge(four_weeks, plan.to_dict())[0] == []


def test_progress_rises_to_one(four_weeks):
    seen = []
    plan_rep(four_weeks, RouteParams(iterations=2_000), RunControl(None, seen.append))
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_a_rep_without_accounts_has_empty_days():
    plan = plan_rep(world([], []), QUICK)
    assert isinstance(plan, RepPlan)
    assert plan.met
    assert all(not timed.stops for timed in plan.days)


def test_a_missing_file_is_named():
    with pytest.raises(InputError, match=r"nowhere\.json"):
        run_visits("nowhere.json")


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="../shared is absent")
@pytest.mark.parametrize(("seed", "missed"), [(7, 0), (11, 1)])
def test_the_benchmark_reps(seed, missed):
    """On seed 11 one appointment starts 27 s before it can be reached."""
    path = SHARED / f"rep_seed{seed}.json"
    plan = run_visits(path, params=RouteParams(iterations=8_000, passes=2, seed=1))
    assert plan["summary"]["visits_missed"] == missed
    assert plan["summary"]["pattern_broken"] == plan["summary"]["days_broken"] == 0
    assert plan["met"] is (missed == 0)
    assert json.loads(json.dumps(plan)) == plan
