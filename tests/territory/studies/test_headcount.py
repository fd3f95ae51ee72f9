"""Counts of territories, hours with travel, bases: worlds known by hand."""

import pandas as pd
import pytest

from planner.core.errors import InputError, ParamsError
from planner.geography.travel import CrowFlyProvider
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.workhours import HoursParams, settle_hours, work_hours
from planner.territory.studies.headcount import (
    HeadcountParams,
    best_bases,
    sweep_headcount,
)
from tests.territory.conftest import grid

PARAMS = BalanceParams(
    measures=(BalanceMeasure(column="accounts", tolerance=0.3),), effort=0.01
)


def test_more_heads_drive_less_and_cost_more():
    units, edges = grid(1, 6)
    units["x_km"] *= 40
    units["visits"], units["service_min"] = 12.0, 600.0
    costs = HeadcountParams(cost_minor=100_000, travel_minor_per_h=1, reach_min=30)
    sweep = sweep_headcount(
        Instance.from_units(units, edges), PARAMS, around=2, headcount=costs
    )
    points = sweep.points
    assert points.index.tolist() == [1, 2, 3, 4, 5]
    assert points["weighted_mean_km"].is_monotonic_decreasing
    assert points.loc[3, "weighted_mean_km"] == pytest.approx(20)
    assert points["travel_hours"].is_monotonic_decreasing
    assert points["cost_minor"].is_monotonic_increasing
    assert points.loc[1, "next_head_unit"] in ("r0c0", "r0c1", "r0c4", "r0c5")
    assert sweep.plans[2].value_counts().tolist() == [3, 3]


def test_counts_that_cannot_be_are_told_not_thrown():
    units, edges = grid(1, 3)
    points = sweep_headcount(
        Instance.from_units(units, edges), PARAMS, around=3, counts=(3, 4)
    ).points
    assert "4 territories need at least as many units" in str(
        points.loc[4, "problem"][0]
    )
    assert points.loc[3, "weighted_rms_km"] == 0
    with pytest.raises(InputError, match="counts of territories must be at least 1"):
        sweep_headcount(
            Instance.from_units(units, edges), PARAMS, around=3, counts=(0,)
        )


def test_each_territory_takes_its_best_base():
    units, _ = grid(1, 4)
    today = pd.Series(list("AABB"), index=units.index)
    bases = pd.DataFrame({"x_km": [0.0, 2.4], "y_km": 0.0}, index=["west", "mid"])
    chosen = best_bases(units, units["accounts"], today, bases)
    assert chosen["base"].tolist() == ["west", "mid"]
    assert chosen["mean_km"].tolist() == pytest.approx([0.5, 0.5])


def test_hours_are_visits_and_the_way_shared_among_stops():
    units, _ = grid(1, 2)
    units["x_km"] = [0.0, 10.0]
    units["visits"], units["service_min"] = 12.0, 360.0
    plan = pd.Series("A", index=units.index)
    centre = pd.DataFrame({"x_km": [0.0], "y_km": [0.0]}, index=["A"])
    hours = work_hours(units, plan, centre, HoursParams(visits_per_trip=6))
    way = float(CrowFlyProvider().minutes(10.0))
    assert hours.tolist() == pytest.approx([6.0, (360 + 12 * 2 * way / 6) / 60])


def test_hours_settle_or_say_that_they_do_not():
    """A fixed plan settles in two rounds; one that swings for ever does not."""
    units, _ = grid(1, 4)
    units["x_km"] *= 50
    units["visits"], units["service_min"] = 12.0, 60.0
    plans = [pd.Series(list("AABB"), units.index), pd.Series(list("ABBB"), units.index)]
    centres = pd.DataFrame({"x_km": [0.0, 150.0], "y_km": 0.0}, index=["A", "B"])
    still = settle_hours(units, HoursParams(), lambda _: (plans[0], centres))
    assert (still.n_rounds, still.is_settled) == (2, True)
    told = []

    def swing(given):
        told.append(given["work_hours"])
        return plans[len(told) % 2], centres

    wild = settle_hours(units, HoursParams(rounds=4), swing)
    assert not wild.is_settled
    assert wild.n_rounds == len(told) == 4
    assert "not settled" in wild.summary()


def test_hours_need_visits_and_sane_params():
    units, _ = grid(1, 2)
    with pytest.raises(InputError, match="hours need a column 'visits'"):
        work_hours(units, pd.Series(dtype="str"), pd.DataFrame(), HoursParams())
    with pytest.raises(ParamsError, match="must be above 0"):
        HeadcountParams(capacity_h=0)
