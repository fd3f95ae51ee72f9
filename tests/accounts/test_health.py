"""The health report finds each fault, no more and no less."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.accounts.health.fingerprints import fingerprint
from planner.accounts.health.report import check_health
from planner.accounts.health.rules import REPAIRS, RULES, SEVERITIES, HealthParams
from planner.core.errors import ParamsError
from tests.accounts import health_worlds as worlds


def counts(accounts, around=worlds.AROUND, params=worlds.PARAMS):
    report = check_health(accounts, around, params)
    for issue in report.issues:
        assert issue.count == len(report.rows(issue.code))
        assert issue.share == pytest.approx(issue.count / len(accounts))
    return {issue.code: issue.count for issue in report.issues}


def test_a_sound_world_has_no_finding():
    assert counts(worlds.clean_accounts()) == {}


def test_no_accounts_have_no_finding():
    assert counts(worlds.clean_accounts(0)) == {}


@given(
    st.fixed_dictionaries(
        {code: st.integers(0, 3) for code in sorted(worlds.INJECTIONS)}
    )
)
@settings(max_examples=40, deadline=None)
def test_as_many_are_found_as_were_put_in(numbers):
    accounts, expected, start = worlds.clean_accounts(), {}, 0
    for code, number in numbers.items():
        ids = [f"A{k:03d}" for k in range(start, start + number)]
        start += number
        if number:
            accounts = worlds.INJECTIONS[code](accounts, ids)
            expected[code] = ids
    report = check_health(accounts, worlds.AROUND, worlds.PARAMS)
    found = {
        issue.code: sorted(report.rows(issue.code).index) for issue in report.issues
    }
    if "duplicate_exact" in expected:
        copies = expected["duplicate_exact"]
        expected["duplicate_exact"] = [f"Z{name}" for name in copies]
    assert found == expected


def test_every_rule_but_two_is_put_in_above():
    assert set(RULES) - set(worlds.INJECTIONS) == {"shared_place", "duplicate_fuzzy"}
    for rule in RULES.values():
        assert rule.severity in SEVERITIES
        assert set(rule.repairs) <= set(REPAIRS)
        assert rule.why.endswith(".")


@pytest.mark.parametrize(("n_there", "found"), [(4, {}), (5, {"shared_place": 5})])
def test_five_addresses_at_one_point_are_questioned(n_there, found):
    ids = [f"A{k:03d}" for k in range(n_there)]
    assert counts(worlds.CROWD(worlds.clean_accounts(), ids)) == found


def test_five_accounts_of_one_house_are_not_questioned():
    ids = [f"A{k:03d}" for k in range(5)]
    accounts = worlds.CROWD(worlds.clean_accounts(), ids)
    accounts.loc[ids, "street"] = "1 Tower Sq"
    assert counts(accounts) == {}


def test_places_of_the_ladder_share_the_point_of_their_postcode():
    ids = [f"A{k:03d}" for k in range(8)]
    accounts = worlds.CROWD(worlds.clean_accounts(), ids)
    accounts.loc[ids, ["geo_source", "geo_precision"]] = "postcode"
    assert counts(accounts) == {}
    exact = dataclasses.replace(worlds.PARAMS, needed_precision="exact")
    assert counts(accounts, params=exact) == {"rough_place": 8}


def test_a_swapped_place_suggests_the_right_one():
    accounts = worlds.INJECTIONS["swapped"](worlds.clean_accounts(), ["A003"])
    row = check_health(accounts, worlds.AROUND, worlds.PARAMS).rows("swapped").iloc[0]
    assert (row["suggest_lat"], row["suggest_lon"]) == (row["lon"], row["lat"])


def test_a_place_near_the_border_of_its_state_is_not_questioned():
    accounts = worlds.clean_accounts(10)
    accounts.loc["A001", ["lon", "unit_id"]] = [-88.97, "U3"]  # 2.5 km into Indiana
    accounts.loc["A002", ["lon", "unit_id"]] = [-88.90, "U3"]  # 8 km
    report = check_health(accounts, worlds.AROUND, worlds.PARAMS)
    assert report.rows("outside_region").index.tolist() == ["A002"]


def test_a_seat_filled_again_has_an_owner_and_one_left_empty_has_not():
    accounts = worlds.clean_accounts(3)
    accounts["owner_id"] = "P2"  # Bob left it, Cem holds it
    assert counts(accounts) == {}
    reps = worlds.REPS.drop("R3")
    around = dataclasses.replace(worlds.AROUND, reps=reps)
    assert counts(accounts, around) == {"owner_left": 3}


def test_people_are_known_by_id_and_by_name_in_any_case():
    accounts = worlds.clean_accounts(4)
    accounts["owner_id"] = ["R1", "ann", "BOB", None]
    assert counts(accounts) == {"owner_left": 1}


def test_without_a_team_or_a_plan_nobody_is_questioned():
    accounts = worlds.clean_accounts(4)
    accounts["owner_id"] = "Somebody"
    none = worlds.TERRITORY.where(worlds.TERRITORY.isna())
    around = dataclasses.replace(
        worlds.AROUND, positions=None, reps=None, territory_by_unit=none
    )
    assert counts(accounts, around) == {}


def test_an_account_named_apart_from_its_unit_is_assigned():
    accounts = worlds.INJECTIONS["unassigned"](
        worlds.clean_accounts(), ["A001", "A002"]
    )
    named = pd.Series({"A001": "T2"}, dtype="str")
    around = dataclasses.replace(worlds.AROUND, named=named)
    report = check_health(accounts, around, worlds.PARAMS)
    assert report.rows("unassigned").index.tolist() == ["A002"]


def test_closed_accounts_need_neither_owner_nor_territory():
    accounts = worlds.INJECTIONS["unassigned"](worlds.clean_accounts(5), ["A001"])
    accounts.loc["A001", ["status", "owner_id"]] = ["closed", "R2"]
    assert counts(accounts) == {}


def test_accounts_alike_count_once_for_each_but_the_first_of_a_cluster():
    pairs = pd.DataFrame(
        {
            "account_id": ["A001", "A002", "A010"],
            "other_id": ["A002", "A003", "A011"],
            "score": [0.9, 0.8, 0.7],
            "reason": "name",
        }
    )
    around = dataclasses.replace(worlds.AROUND, pairs=pairs)
    report = check_health(worlds.clean_accounts(), around, worlds.PARAMS)
    others = report.rows("duplicate_fuzzy")["other_id"]
    assert others.to_dict() == {"A002": "A001", "A003": "A001", "A011": "A010"}


def test_what_is_kept_is_not_told_until_it_changes():
    accounts = worlds.INJECTIONS["zero_revenue"](
        worlds.clean_accounts(), ["A001", "A002"]
    )
    rows = check_health(accounts, worlds.AROUND, worlds.PARAMS).rows("zero_revenue")
    marks = fingerprint(accounts, rows, "zero_revenue")
    kept = pd.DataFrame(
        {"code": "zero_revenue", "account_id": marks.index, "fingerprint": list(marks)}
    )
    around = dataclasses.replace(worlds.AROUND, kept=kept)
    report = check_health(accounts, around, worlds.PARAMS)
    assert (report.issues, report.n_kept) == ((), 2)
    accounts.loc["A001", "annual_revenue_minor"] = -1
    assert counts(accounts, around) == {"negative_revenue": 1}
    accounts.loc["A001", "annual_revenue_minor"] = 0
    assert counts(accounts, around) == {}


def test_only_the_codes_asked_for_are_told():
    accounts = worlds.clean_accounts()
    for code in ("null_island", "zero_revenue"):
        accounts = worlds.INJECTIONS[code](accounts, ["A001"])
    report = check_health(accounts, worlds.AROUND, worlds.PARAMS, {"zero_revenue"})
    assert [issue.code for issue in report.issues] == ["zero_revenue"]
    assert report.rows("null_island").empty


def test_the_report_says_how_accounts_came_to_their_places():
    accounts = worlds.INJECTIONS["rough_place"](worlds.clean_accounts(10), ["A001"])
    places = check_health(accounts, worlds.AROUND, worlds.PARAMS).places
    assert places.to_numpy().tolist() == [["city", "city", 1], ["given", "exact", 9]]


def test_an_unusable_place_has_one_name_whatever_its_numbers():
    rng = np.random.default_rng(5)
    accounts = worlds.clean_accounts(500)
    accounts["lat"] = rng.uniform(-200, 200, 500)
    accounts["lon"] = rng.choice([np.nan, 0, 1e7, -45.5], 500)
    report = check_health(accounts, worlds.AROUND, worlds.PARAMS)
    unusable = ("missing_place", "projected", "out_of_range", "null_island", "swapped")
    ids = [name for code in unusable for name in report.rows(code).index]
    assert len(ids) == len(set(ids))


def test_limits_out_of_range_are_refused():
    with pytest.raises(ParamsError, match="needed_precision"):
        HealthParams(as_of=worlds.AS_OF, needed_precision="house")
    with pytest.raises(ParamsError, match="shared_least"):
        HealthParams(as_of=worlds.AS_OF, shared_least=1)
    with pytest.raises(ParamsError, match="far_km"):
        HealthParams(as_of=worlds.AS_OF, far_km=0)
