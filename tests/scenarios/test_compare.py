"""Two plans side by side, counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.scenarios.compare import PlanReading, compare

IDS = pd.Index(["A1", "A2", "A3"], name="account_id")


def plan(territories, owners, **more):
    accounts = pd.DataFrame(
        {
            "name": ["Ash", "Birch", "Cedar"],
            "our_sales_minor": [100, 200, None],
            "potential_minor": [10, 20, 30],
            "open_pipeline_minor": [0, 5, 7],
            "territory_id": territories,
            "owner_name": owners,
        },
        index=IDS,
    )
    usual = {
        "name": "a plan",
        "accounts": accounts,
        "n_territories": 2,
        "n_vacant": 0,
        "balance_index": {"Potential": 0.2},
        "has_shares": False,
        "travel_mean_km": 30.0,
        "compactness_mean": 0.4,
        "road_h_per_week": 12.0,
        "hours_over": 10.0,
        "busiest_h": 100.0,
        "quota_variation_share": 0.1,
        "quota_idle_minor": 0,
    }
    return PlanReading(**(usual | more))


def figures(comparison):
    table = comparison.metrics.set_index("label")
    return table[["a", "b"]].apply(tuple, axis=1).to_dict()


def test_moved_accounts_and_what_is_at_stake():
    """A2 changes territory, A3 gets one at last; A1 stays, whoever works it."""
    a = plan(["T1", "T1", None], ["Ann", "Ann", None], n_territories=1)
    b = plan(
        ["T1", "T2", "T2"],
        ["Eve", "Bob", "Bob"],
        balance_index={"Potential": 0.05, "Accounts": 0.5},
        compactness_mean=0.5,
        hours_over=0.0,
    )
    comparison = compare(a, b)
    assert comparison.moved.index.tolist() == ["A3", "A2"]
    assert comparison.moved.loc["A2", ["a_owner", "b_owner"]].tolist() == ["Ann", "Bob"]
    assert figures(comparison) == {
        "Territories": (1, 2),
        "Territories without a rep": (0, 0),
        "Potential, worst deviation": (0.2, 0.05),
        "Travel to the centre, mean": (30.0, 30.0),
        "Compactness, mean": (0.4, 0.5),
        "On the road, a week": (12.0, 12.0),
        "Hours a year beyond what reps can work": (10.0, 0.0),
        "Workload of the busiest": (100.0, 100.0),
        "Accounts unassigned": (1, 0),
        "Accounts with another territory": (0, 2),
        "Our sales that change hands": (0, 200),
        "Quota ÷ potential, spread": (0.1, 0.1),
    }
    more_is_better = comparison.metrics.set_index("label")["less_is_better"].eq(False)
    assert more_is_better[more_is_better].index.tolist() == ["Compactness, mean"]


def test_equal_plans_move_nothing():
    one = plan(["T1", "T1", None], ["Ann", "Ann", None])
    assert compare(one, one).moved.empty


def test_shares_and_idle_quota_are_named_where_either_plan_has_them():
    one, other = (
        plan(["T1"] * 3, ["Ann"] * 3, has_shares=has_shares, quota_idle_minor=idle)
        for has_shares, idle in ((False, 0), (True, 500))
    )
    table = figures(compare(one, other))
    assert table["Potential, worst deviation from wanted shares"] == (0.2, 0.2)
    assert table["Quota without a territory"] == (0, 500)


def test_plans_of_other_accounts_cannot_be_compared():
    one = plan(["T1"] * 3, ["Ann"] * 3)
    other = plan(["T1"] * 3, ["Ann"] * 3, accounts=one.accounts.iloc[:2])
    with pytest.raises(InputError, match="must place the same accounts"):
        compare(one, other)
