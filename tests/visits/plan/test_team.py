"""A team's four weeks as frames."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.core.run import RunControl
from planner.core.schemas import ACCOUNTS, REPS, UNSERVED, VISITS, check, empty
from planner.services.people.holders import rep_by_position
from planner.visits.model.params import RouteParams
from planner.visits.model.policy import AccountRule, Promise, RepRule, TeamPolicy
from planner.visits.plan.team import plan_visits
from planner.visits.reasons.unserved import in_words

MONDAY = date(2026, 11, 23)
THANKSGIVING = date(2026, 11, 26)
QUICK = RouteParams(iterations=100)


def account(number, owner, visit_class, **options):
    return {
        "account_id": f"A{number}",
        "name": f"Account {number}",
        "lat": 41.0 + 0.02 * number,
        "lon": -87.0,
        "geo_source": "given",
        "geo_precision": "exact",
        "status": "customer",
        "owner_id": owner,
        "visit_class": visit_class,
        "open_days": "Mon;Tue;Wed;Thu;Fri",
        "opens_s": 28_800,
        "closes_s": 59_400,
    } | options


def accounts_frame(rows):
    frame = pd.DataFrame(rows).set_index("account_id")
    return check(frame.reindex(columns=list(ACCOUNTS.columns)), ACCOUNTS)


@pytest.fixture
def accounts():
    classes = "ABCDA"
    rows = [account(n, "P-1", visit_class) for n, visit_class in enumerate(classes)]
    rows.append(account(5, "P-2", "B"))
    rows.append(account(6, None, "C"))
    rows.append(account(7, "P-1", "A", status="closed"))
    return accounts_frame(rows)


@pytest.fixture
def reps():
    rows = {
        "R1": ("P-1", 41.0, "2020-01-01", None),
        "R2": ("P-2", 41.1, "2020-01-01", "2026-10-01"),
    }
    frame = pd.DataFrame(
        {
            "name": list(rows),
            "position_id": [row[0] for row in rows.values()],
            "lat": [row[1] for row in rows.values()],
            "lon": -87.0,
            "work_start_s": 30_600,
            "work_end_s": 63_000,
            "cost_minor_per_year": 1,
            "ramp_share": 1.0,
            "hired_on": [row[2] for row in rows.values()],
            "left_on": [row[3] for row in rows.values()],
        },
        index=pd.Index(rows, name="rep_id"),
    )
    return check(frame, REPS)


def plan(accounts, reps, **options):
    rep_of = rep_by_position(reps, MONDAY)
    defaults = {"start_on": MONDAY, "params": QUICK}
    return plan_visits(accounts, reps, rep_of, **(defaults | options))


def test_each_class_gets_its_visits_and_vacant_positions_are_listed(accounts, reps):
    result = plan(accounts, reps)
    counts = result.visits["account_id"].value_counts()
    assert counts.to_dict() == {"A0": 4, "A1": 2, "A2": 1, "A4": 4}
    unserved = in_words(result.unserved).set_index("account_id")
    assert unserved.loc["A5", "reason"] == "position P-2 is vacant"
    assert unserved.loc["A6", "reason"] == "no position owns this account"
    assert unserved["missing"].to_dict() == {"A5": 2, "A6": 1}
    assert (result.visits_required, result.visits_missed) == (14, 3)
    assert not result.met
    assert result.travel_label == "estimated"
    assert "11 of 14 required visits" in result.summary()


def test_frames_keep_their_schemas(accounts, reps):
    result = plan(accounts, reps)
    check(result.visits, VISITS)
    check(result.unserved, UNSERVED)
    first = result.visits[result.visits["sequence"] == 1]
    assert (first["arrive_s"] == first["start_s"]).all()
    assert result.days["n_stops"].sum() == len(result.visits)
    assert (result.days["leave_home_s"] >= 30_600).all()
    assert (result.days["end_s"] <= 63_000).all()
    assert (result.days["travel_m"] > 0).any()


def test_nobody_is_visited_on_a_holiday_and_weekly_visits_stay(accounts, reps):
    result = plan(accounts, reps, non_working={THANKSGIVING})
    assert pd.Timestamp(THANKSGIVING) not in set(result.visits["visit_on"])
    assert (result.visits["account_id"] == "A0").sum() == 4


def test_prospects_are_optional(accounts, reps):
    params = RouteParams(iterations=100, with_prospects=True)
    result = plan(accounts, reps, params=params)
    assert (result.visits["account_id"] == "A3").sum() == 1


def test_side_by_side_is_the_same_plan(accounts, reps):
    with ThreadPoolExecutor(2) as executor:
        together = plan(accounts, reps, executor=executor)
    pd.testing.assert_frame_equal(together.visits, plan(accounts, reps).visits)


def test_a_rep_without_a_home_is_said(accounts, reps):
    result = plan(accounts, reps.assign(lat=float("nan")))
    reasons = set(in_words(result.unserved)["reason"])
    assert "rep R1 has no home place to start from" in reasons
    assert len(result.visits) == 0


def test_a_stopped_run_lists_what_it_did_not_reach(accounts, reps):
    result = plan(accounts, reps, run=RunControl(is_cancelled=lambda: True))
    assert result.status == "cancelled"
    assert result.visits_missed == result.visits_required == 14


def test_no_accounts_give_empty_frames(reps):
    result = plan(empty(ACCOUNTS), reps)
    assert len(result.visits) == len(result.unserved) == len(result.days) == 0
    assert result.met


def test_a_plan_may_start_on_any_day(accounts, reps):
    result = plan(accounts, reps, start_on=THANKSGIVING)
    days = result.visits["visit_on"]
    assert days.min() >= pd.Timestamp(THANKSGIVING)
    assert days.max() < pd.Timestamp(THANKSGIVING) + pd.Timedelta(days=28)
    assert (result.visits["account_id"] == "A0").sum() == 4


def test_promises_are_counted_by_rep_and_class(accounts, reps):
    result = plan(accounts, reps)
    table = result.promises.set_index(["rep_id", "visit_class"])
    assert table.loc[("R1", "A")].tolist() == [2, 8, 8, 0]
    assert table.loc[("", "B")].tolist() == [1, 2, 0, 1]
    assert table["owed"].sum() == result.visits_required
    assert table["owed"].sum() - table["kept"].sum() == result.visits_missed
    assert "A 8 of 8, B 2 of 4, C 1 of 2" in result.summary()


def test_a_customer_seen_lately_is_due_an_interval_later(accounts, reps):
    seen = accounts.assign(last_visit_on=pd.NaT)
    seen.loc["A2", "last_visit_on"] = pd.Timestamp("2026-11-19")
    seen["last_visit_on"] = seen["last_visit_on"].astype("datetime64[ns]")
    visits = plan(seen, reps).visits.set_index("account_id")["visit_on"]
    assert visits["A2"] >= pd.Timestamp("2026-11-19") + pd.Timedelta(days=21)


def test_a_rule_for_one_account_or_rep_differs_from_its_class(accounts, reps):
    wednesday, friday = date(2026, 11, 25), date(2026, 12, 4)
    policy = TeamPolicy(
        accounts={
            "A2": AccountRule(promises=(Promise(on=wednesday),)),
            "A3": AccountRule(must_in_week=(friday,)),
            "A0": AccountRule(interval_days=14),
        },
        reps={"R1": RepRule(weekdays=(0, 2, 4), absent=frozenset({MONDAY}))},
        holidays=frozenset({date(2026, 11, 27)}),
    )
    result = plan(accounts, reps, policy=policy)
    visits = result.visits
    assert set(visits["visit_on"].dt.day_of_week) <= {0, 2, 4}
    assert not set(visits["visit_on"]) & {MONDAY, pd.Timestamp("2026-11-27")}
    days = visits.groupby("account_id")["visit_on"].agg(list)
    assert days["A2"] == [pd.Timestamp(wednesday)]
    assert len(days["A0"]) == 2
    assert all(day.isocalendar().week == 49 for day in days["A3"])


def test_a_rule_for_nobody_is_refused(accounts, reps):
    policy = TeamPolicy(accounts={"A99": AccountRule(interval_days=14)})
    with pytest.raises(InputError, match=r"names account .?A99"):
        plan(accounts, reps, policy=policy)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"visit_class": "Z"}, "account A0: visit_class must be one of A, B, C, D"),
        ({"open_days": "Mon;Someday"}, "account A0: open_days must name .*'Someday'"),
        ({"closes_s": 100}, "account A0: closes_s must not be before opens_s"),
    ],
)
def test_what_cannot_be_read_is_named(reps, change, words):
    frame = accounts_frame([account(0, "P-1", "A") | change])
    with pytest.raises(InputError, match=words):
        plan(frame, reps)


def test_missing_hours_mean_any_working_day(reps):
    row = account(0, "P-1", "A", open_days=None, opens_s=None, closes_s=None)
    assert plan(accounts_frame([row]), reps).met
