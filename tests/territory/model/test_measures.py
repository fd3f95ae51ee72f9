"""Tallies and travel of a plan that fits on one hand."""

import numpy as np
import pandas as pd
import pytest

from planner.territory.model.measures import (
    balance_index,
    centroids,
    distance_to_centre_km,
    moved_units,
    tally,
    travel,
)

UNITS = pd.DataFrame(
    {
        "x_km": [0.0, 3.0, 10.0, 10.0],
        "y_km": [0.0, 0.0, 0.0, 8.0],
        "accounts": [2, 1, 3, 0],
        "empty": [0, 0, 0, 0],
    },
    index=list("abcd"),
)
PLAN = pd.Series(["T1", "T1", "T2", "T2"], index=list("abcd"))


def test_ideal_is_the_total_shared_evenly():
    row = tally(UNITS, PLAN, ["accounts"]).set_index("territory_id")
    assert row["actual"].to_dict() == {"T1": 3, "T2": 3}
    assert row["ideal"].eq(3).all()
    assert row["deviation"].eq(0).all()


def test_territory_without_unit_counts_in_the_ideal():
    row = tally(UNITS, PLAN, ["accounts"], ["T1", "T2", "T3"]).set_index("territory_id")
    assert row["ideal"].tolist() == [2, 2, 2]
    assert row["deviation"].tolist() == [0.5, 0.5, -1]


def test_unassigned_units_are_missing_from_the_territories():
    plan = PLAN.copy()
    plan["c"] = None
    row = tally(UNITS, plan, ["accounts"]).set_index("territory_id")
    assert row["deviation"].tolist() == [0, -1]


def test_empty_measure_has_no_deviation():
    assert tally(UNITS, PLAN, ["empty"])["deviation"].isna().all()


def test_balance_index_is_the_worst():
    plan = pd.Series(["T1", "T2", "T2", "T2"], index=list("abcd"))
    worst = balance_index(tally(UNITS, plan, ["accounts"]))
    assert worst["accounts"] == pytest.approx(1 / 3)


def test_centre_is_weighted():
    middle = centroids(UNITS, UNITS["accounts"], PLAN)
    assert middle.loc["T1"].tolist() == [1.0, 0.0]
    assert middle.loc["T2"].tolist() == [10.0, 0.0]


def test_centre_without_weight_is_the_plain_mean():
    middle = centroids(UNITS, UNITS["empty"], PLAN)
    assert middle.loc["T2"].tolist() == [10.0, 4.0]


def test_travel_by_hand():
    """T1: 2 · 1² + 1 · 2² = 6; T2: 0. Mean (2 · 1 + 1 · 2) ÷ 6."""
    middle = centroids(UNITS, UNITS["accounts"], PLAN)
    km = distance_to_centre_km(UNITS, middle, PLAN)
    assert km.tolist() == [1, 2, 0, 8]
    out = travel(km, UNITS["accounts"])
    assert out["objective"] == pytest.approx(6)
    assert out["weighted_rms_km"] == pytest.approx(1)
    assert out["weighted_mean_km"] == pytest.approx(4 / 6)


def test_travel_of_nothing_is_zero():
    out = travel(pd.Series([1.0, np.nan], index=list("ab")), UNITS["empty"])
    assert out["weighted_rms_km"] == 0


def test_moved_units_had_a_territory_before():
    today = pd.Series(["T1", "T2", None], index=list("abc"))
    assert moved_units(today, PLAN).tolist() == ["b"]
