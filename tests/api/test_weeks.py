"""Visits from Python: who works what, and what a call that cannot be is told."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest

import planner
from tests.api.test_plans import grid

MONDAY = "2026-11-23"
FAST = planner.RouteParams(iterations=50)


def accounts(owner_id="P1", **columns):
    """Put three accounts by a road: owed four visits, two, and one."""
    frame = pd.DataFrame(
        {"lat": [43.0, 43.01, 43.02], "lon": -89.0, "visit_class": ["A", "B", "C"]},
        index=pd.Index(["a", "b", "c"], name="account_id"),
    )
    return frame.assign(owner_id=owner_id, **columns)


def team(**columns):
    return pd.DataFrame({"lat": [43.0], "lon": [-89.0]}, index=["R1"]).assign(**columns)


@pytest.fixture(scope="module")
def weeks():
    return planner.plan_visits(accounts(), team(position_id="P1"), MONDAY, FAST)


def test_a_rep_works_the_accounts_of_the_position(weeks):
    assert (weeks.visits_required, weeks.visits_missed) == (7, 0)
    assert weeks.to_frame()["account_id"].value_counts().to_dict() == {
        "a": 4,
        "b": 2,
        "c": 1,
    }
    assert "7 of 7 required visits" in weeks.summary()


def test_days_are_dates_texts_or_stamps(weeks):
    for day in (dt.date(2026, 11, 23), pd.Timestamp(MONDAY)):
        same = planner.plan_visits(accounts(), team(position_id="P1"), day, FAST)
        pd.testing.assert_frame_equal(same.visits, weeks.visits)


def test_files_hold_the_stops_with_their_places(weeks, tmp_path):
    weeks.to_file(tmp_path / "visits.csv")
    table = pd.read_csv(tmp_path / "visits.csv")
    assert table.columns[0] == "rep_id"
    assert len(table) == 7
    weeks.to_file(tmp_path / "visits.geojson")
    stops = gpd.read_file(tmp_path / "visits.geojson")
    assert stops.geometry.y.between(43, 43.02).all()


def test_maps_of_all_and_of_one_day(weeks):
    assert "Four weeks of visits" in weeks.map()._repr_html_()
    first = weeks.visits["visit_on"].min()
    assert f"Visits on {first:%Y-%m-%d}" in weeks.map("R1", first)._repr_html_()
    with pytest.raises(planner.InputError, match="rep_id 'R9' has no visits"):
        weeks.map("R9")
    with pytest.raises(planner.InputError, match="there is no visit to show"):
        weeks.map("R1", "2026-01-05")


def test_a_rep_may_own_accounts_by_their_own_id():
    weeks = planner.plan_visits(accounts("R1"), team(), MONDAY, FAST)
    assert weeks.visits_missed == 0


def test_accounts_that_nobody_works_are_not_visited_and_say_so():
    weeks = planner.plan_visits(accounts(["P1", "P2", None]), team(), MONDAY, FAST)
    assert weeks.visits_missed == 7
    reasons = weeks.unserved_in_words.set_index("account_id")["reason"]
    assert "P2" in reasons["b"]
    assert not reasons.str.startswith("{").any()


def test_a_plan_seats_a_team_near_its_homes():
    """The east half goes to whom lives in the east, whatever the names are."""
    middles = grid().geometry.representative_point()
    stores = pd.DataFrame({"lat": middles.y, "lon": middles.x, "visit_class": "C"})
    instance = planner.Instance.from_accounts(stores, grid())
    plan = planner.balance(instance, {"accounts": 0.05}, 2)
    homes = pd.DataFrame(
        {"lat": 0.1, "lon": [0.35, 0.05], "position_id": ["P-east", "P-west"]},
        index=["east", "west"],
    )
    weeks = planner.plan_visits(plan, homes, MONDAY, FAST)
    rep_of = weeks.visits.set_index("account_id")["rep_id"]
    assert rep_of[["u0", "u4", "u3", "u7"]].tolist() == ["west"] * 2 + ["east"] * 2
    assert weeks.visits_missed == 0
    named = plan.territory_by_account["u3"]
    seated = homes.assign(position_id=[None, named])
    swapped = planner.plan_visits(plan, seated, MONDAY, FAST)
    assert set(swapped.visits["rep_id"]) == {"west"}


def test_without_visit_classes_the_default_rules_say_how_often():
    """A customer of 500 people is an A; prospects alone are owed nothing."""
    plain = accounts(employees=[500, 1, 1]).drop(columns="visit_class")
    weeks = planner.plan_visits(plain, team(position_id="P1"), MONDAY, FAST)
    assert weeks.visits_required == 4 + 1 + 1
    idle = planner.plan_visits(
        plain.assign(status="prospect"), team(position_id="P1"), MONDAY, FAST
    )
    assert "no account is owed a visit" in idle.summary()


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ({"start_on": "next week"}, "start_on must be a day .* got 'next week'"),
        ({"start_on": 20261123}, "start_on must be a day .* got 20261123"),
        ({"team": "reps.csv"}, "team must be a DataFrame, got str"),
        ({"team": pd.DataFrame({"name": ["Ann"]})}, "team need columns lat and lon"),
        ({"team": pd.concat([team(), team()])}, "team: 'R1' stands twice"),
        ({"plan": accounts().drop(columns="owner_id")}, "need a column owner_id"),
        ({"plan": accounts().drop(columns="lat")}, "accounts need columns lat and lon"),
        ({"plan": {}}, "accounts must be a DataFrame, got dict"),
        ({"plan": accounts(visit_class="Z")}, "Z"),
        ({"params": 20_000}, "params must be of class RouteParams, got int"),
        ({"run": 60}, "run must be of class RunControl, got int"),
        ({"executor": 4}, "executor must be of class Executor, got int"),
    ],
)
def test_a_wrong_argument_is_named_with_its_rule(words, rule):
    request = {"plan": accounts(), "team": team(), "start_on": MONDAY}
    with pytest.raises(planner.InputError, match=rule):
        planner.plan_visits(**request | words)


def test_a_plan_of_units_has_no_accounts_to_visit():
    instance = planner.Instance.from_units(grid())
    plan = planner.balance(instance, {"accounts": 0.05}, 2)
    with pytest.raises(planner.InputError, match="holds no accounts to visit"):
        planner.plan_visits(plan, team(), MONDAY)
