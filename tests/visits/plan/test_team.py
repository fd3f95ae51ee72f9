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


def test_a_plan_starts_on_a_monday(accounts, reps):
    with pytest.raises(InputError, match=r"starts on a Monday.*take 2026-11-23"):
        plan(accounts, reps, start_on=THANKSGIVING)


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
