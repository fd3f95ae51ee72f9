"""Balance against moves: monotone, within the limit, with a bound that holds."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.errors import InputError, ParamsError
from planner.core.run import RunControl
from planner.territory.disruption.near_today import (
    MoveCostParams,
    cost_of_accounts,
    cost_of_units,
    stay_near,
)
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import build_problem
from planner.territory.model.rules import Rules
from planner.territory.proof.move_bound import dual_of_moves, least_moves
from planner.territory.search.local_search import SearchGoal, rate
from planner.territory.studies.frontier import frontier
from tests.territory.conftest import grid

ACCOUNTS = BalanceMeasure(column="accounts", tolerance=0.05)


def asked(tolerance=0.05, **more):
    measure = replace(ACCOUNTS, tolerance=tolerance)
    return BalanceParams(measures=(measure,), **{"effort": 0.05, **more})


def lopsided(n_columns=8):
    """Lay out two rows, all but the last column in A."""
    units, edges = grid(2, n_columns)
    today = pd.Series(np.where(units["x_km"] < n_columns - 1, "A", "B"), units.index)
    return units, edges, today


def test_more_moves_give_better_balance_and_the_bound_is_exact_here():
    """14 and 2 units: with n moved the larger holds 14 - n of 8."""
    units, edges, today = lopsided()
    curve = frontier(
        Instance.from_units(units, edges, current=today),
        asked(),
        counts=(0, 2, 4, 6, 9),
    )
    assert curve.points["accounts_deviation"].tolist() == pytest.approx(
        [0.75, 0.5, 0.25, 0.0, 0.0]
    )
    assert curve.points["moved"].tolist() == pytest.approx([0, 2, 4, 6, 6])
    assert curve.points["status"].tolist() == ["today", *["not_met"] * 2, "met", "met"]
    # 14 - 1.05 · 8 is 5.6; loads are whole accounts, so 8 is the most.
    assert curve.least_moves == pytest.approx(6.0)
    assert curve.plans[0.0].tolist() == today.tolist()
    assert "6 moved: accounts 0.0 % off" in curve.summary()


def test_the_frontier_reaches_over_a_corridor_what_lies_behind_a_neighbour():
    """
    Four rows of nine in three blocks: A lacks 60 of 120, C has 60 too much.

    Handed on by B, 114 must move at a tolerance of 5 %; over B's light top row 54.
    """
    values = np.full((4, 9), 5.0)
    values[:, 3:6] = 39.9 / 3
    values[0, 3:6] = 0.1
    values[:, 6:] = 15.0
    units, edges = grid(4, 9, values=values.ravel())
    today = pd.Series(list("AAABBBCCC") * 4, units.index)
    curve = frontier(
        Instance.from_units(units, edges, current=today),
        asked(),
        counts=(0, 70),
        size=units["accounts"],
    )
    assert curve.points["status"].tolist() == ["today", "met"]
    assert 54 <= curve.points["moved"].iloc[1] <= 70


def test_moves_can_be_counted_in_accounts():
    units, edges, today = lopsided()
    units["accounts"] = 3.0
    curve = frontier(
        Instance.from_units(units, edges, current=today),
        asked(),
        counts=(7, 100),
        size=units["accounts"],
    )
    assert curve.points["moved"].tolist() == [6, 18]
    assert curve.points["moved_units"].tolist() == [2, 6]


def test_locks_and_groups_hold_along_the_frontier():
    units, edges, today = lopsided()
    locked = pd.Series({"r0c6": True})
    rules = Rules(together=pd.Series({"r1c5": "g", "r1c6": "g"}))
    curve = frontier(
        Instance.from_units(units, edges, current=today, locked=locked, rules=rules),
        asked(),
        counts=(0, 1, 3, 8),
    )
    assert (curve.plans.loc["r0c6"] == "A").all()
    assert (curve.plans.loc["r1c5"] == curve.plans.loc["r1c6"]).all()
    assert curve.points["ratio"].is_monotonic_decreasing
    assert (curve.points["moved"] <= curve.points["limit"]).all()


@pytest.mark.parametrize("counts", [(), (-1,), (np.nan,)])
def test_counts_below_nothing_are_refused(counts):
    units, edges, today = lopsided()
    with pytest.raises(InputError, match="counts of moves must be at least 0"):
        frontier(
            Instance.from_units(units, edges, current=today), asked(), counts=counts
        )


def fewest_by_trying(problem):
    """Try every plan; the fewest moves of one within the tolerance, in one piece."""
    from planner.territory.search.contiguity import count_extra_pieces

    best = np.inf
    for labels in product(range(problem.n_territories), repeat=problem.n_units):
        plan = np.array(labels)
        if len(set(labels)) < problem.n_territories:
            continue
        if problem.excess(plan).max() > 1e-9 or count_extra_pieces(problem, plan):
            continue
        best = min(best, problem.n_moved(plan))
    return best


@settings(max_examples=20, deadline=None)
@given(
    values=st.lists(st.integers(1, 5), min_size=8, max_size=8),
    today=st.lists(st.integers(0, 1), min_size=8, max_size=8),
    tolerance=st.sampled_from([0.1, 0.3]),
    price=st.floats(-5, 5),
)
def test_no_plan_moves_less_than_the_bound(values, today, tolerance, price):
    """Two rows of four, two territories: all 256 plans are tried."""
    units, edges = grid(2, 4, values=np.array(values, dtype=float))
    current = pd.Series([f"T{label}" for label in today], index=units.index)
    problem = build_problem(
        Instance.from_units(units, edges, current=current),
        asked(tolerance),
        ("T0", "T1"),
    )
    fewest = fewest_by_trying(problem)
    least = least_moves(problem, np.ones(8), fewest, RunControl())
    if least is not None:
        assert least.bound <= fewest + 1e-9
    multipliers = np.array([[price], [-price / 2]])
    assert dual_of_moves(problem, np.ones(8), multipliers, ()) <= fewest + 1e-9


def test_cuts_prove_that_a_chain_must_move():
    """
    A row of nine: A A A A A A B C C with 2 to 4 each: C lacks none, B lacks one.

    Only B touches A, so one unit moves. If C lacks too, B must hand one on.
    """
    units, edges = grid(1, 9)
    current = pd.Series(list("AAAAABBBC"), index=units.index)
    problem = build_problem(
        Instance.from_units(units, edges, current=current), asked(0.4), ("A", "B", "C")
    )
    loose = least_moves(problem, np.ones(9), 2, RunControl(), is_kept=False)
    tight = least_moves(problem, np.ones(9), 2, RunControl())
    assert loose.bound == pytest.approx(0.8, abs=0.3)
    assert tight.bound >= loose.bound
    assert tight.bound <= 2


def test_plans_begun_afresh_find_what_a_bad_plan_hides():
    """Six by six, 24 against 12: six must move; the plan at hand turns the map."""
    units, edges = grid(6, 6)
    column = units["x_km"].to_numpy()
    current = pd.Series(np.where(column < 4, "T0", "T1"), index=units.index)
    problem = build_problem(
        Instance.from_units(units, edges, current=current), asked(0.02), ("T0", "T1")
    )
    goal = SearchGoal(is_moves=True)
    turned = rate(problem, (units["y_km"].to_numpy() < 3).astype(np.int64), goal)
    plans = [
        stay_near(
            problem, turned, goal, 20_000, np.random.default_rng(3), RunControl(), 0, n
        )
        for n in (0, 1, 1)
    ]
    assert problem.n_moved(plans[0].labels) == 18
    assert problem.n_moved(plans[1].labels) == 6
    assert plans[1].labels.tolist() == plans[2].labels.tolist()


def test_cost_of_a_move_adds_what_would_be_lost():
    accounts = pd.DataFrame(
        {
            "relationship_months": [24, None, 1200],
            "open_pipeline_minor": [0, 100, 0],
            "last_visit_on": ["2024-05-31", None, "2020-01-01"],
            "our_sales_minor": [100, 100, 100],
        },
        index=["a", "b", "c"],
    )
    cost = cost_of_accounts(accounts, MoveCostParams(), date(2024, 5, 31))
    assert cost.tolist() == pytest.approx([1 + 2 + 0 + 1 + 1, 1 + 2 + 1, 1 + 5 + 1])
    by_unit = cost_of_units(cost, pd.Series({"a": "U", "b": "U", "c": "V"}))
    assert by_unit.to_dict() == pytest.approx({"U": 9, "V": 7})


def test_cost_of_a_move_needs_no_column_and_no_negative_points():
    bare = pd.DataFrame(index=["a"])
    cost = cost_of_accounts(bare, MoveCostParams(), date(2024, 1, 1))
    assert cost.tolist() == [1.0]
    with pytest.raises(ParamsError, match="pipeline must be at least 0, got -1"):
        MoveCostParams(pipeline=-1)
