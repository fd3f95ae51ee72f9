"""Two plans side by side, counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.scenarios.compare import PlanReading
from planner.scenarios.compare import compare

FACTS = pd.DataFrame(
    {
        "name": ["Ash", "Birch", "Cedar"],
        "our_sales_minor": [100, 200, None],
        "potential_minor": [10, 20, 30],
        "open_pipeline_minor": [0, 5, 7],
    },
    index=["A1", "A2", "A3"],
)


def plan(territories, owners, **more):
    given = {
        "name": "a plan",
        "accounts": pd.DataFrame(
            {"territory_id": territories, "owner_id": owners}, index=FACTS.index
        ),
        "balance_index": {"potential_minor": 0.2},
        "travel_mean_km": 30.0,
        "workload_min": pd.Series({"T1": 6_000, "T2": 3_000}),
        "capacity_min": pd.Series({"T1": 5_400, "T2": 5_400}),
    }
    return PlanReading(**(given | more))


def figures(comparison):
    table = comparison.metrics.set_index("label")
    return table[["a", "b"]].apply(tuple, axis=1).to_dict()


def test_moved_accounts_and_what_is_at_stake():
    """A2 changes territory, A3 gets an owner at last; A1 stays."""
    a = plan(["T1", "T1", None], ["P1", "P1", None])
    b = plan(
        ["T1", "T2", "T2"],
        ["P1", "P2", "P2"],
        workload_min=pd.Series({"T1": 4_500, "T2": 4_500}),
        balance_index={"potential_minor": 0.05},
    )
    comparison = compare(a, b, FACTS)
    assert comparison.moved.index.tolist() == ["A3", "A2"]
    assert comparison.moved.loc["A2", ["a_owner", "b_owner"]].tolist() == ["P1", "P2"]
    assert figures(comparison) == {
        "Territories": (1, 2),
        "potential, worst deviation": (0.2, 0.05),
        "Travel to the centre, mean": (30.0, 30.0),
        "Hours over capacity": (10.0, 0.0),
        "Accounts unassigned": (1, 0),
        "Accounts that change hands": (0, 2),
        "Our sales that change hands": (0, 200),
        "Open pipeline that changes hands": (0, 12),
    }


def test_equal_plans_move_nothing_and_quotas_are_told_where_both_have_them():
    one = plan(["T1"] * 3, ["P1"] * 3, quota_variation_share=0.1)
    comparison = compare(one, one, FACTS)
    assert comparison.moved.empty
    assert figures(comparison)["Quota ÷ potential, spread"] == (0.1, 0.1)


def test_plans_of_other_accounts_cannot_be_compared():
    one = plan(["T1"] * 3, ["P1"] * 3)
    other = plan(["T1"] * 3, ["P1"] * 3, accounts=one.accounts.iloc[:2])
    with pytest.raises(InputError, match="must place the same accounts"):
        compare(one, other, FACTS)
