"""Impossible is an answer: the proven least deviation is one, and is said."""

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.results import SolveStatus
from planner.core.run import RunControl
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import build_problem
from planner.territory.proof.infeasibility import prove_floors
from planner.territory.solve.balance import balance
from tests.territory.conftest import grid

BOTH = tuple(
    BalanceMeasure(column=name, tolerance=0.05) for name in ("accounts", "revenue")
)


def asked(n_territories=2):
    return BalanceParams(measures=BOTH, n_territories=n_territories, effort=0.02)


def test_what_cannot_be_had_is_said_with_the_proof():
    """
    One unit has 60 of 100 revenue: its territory is 20 % over, whatever joins it.

    It needs two more of the six accounts, each with 8: d = 26 ÷ 74 for the two.
    """
    units, edges = grid(1, 6)
    units["revenue"] = [60.0, 8.0, 8.0, 8.0, 8.0, 8.0]
    result = balance(Instance.from_units(units, edges), asked())
    assert result.status is SolveStatus.INFEASIBLE
    assert result.proven_deviation["revenue"] == pytest.approx(0.2)
    told = str(result.violations[0])
    assert "revenue within 5 % together with accounts cannot be had" in told
    assert "at least 20.0 % is proven: unit 'r0c0' alone is 120 %" in told
    assert "and whichever units join 'r0c0', one of the measures is 35.1 % off" in told
    assert result.proven_deviation[""] == pytest.approx(26 / 74)
    assert "units 'r0c0'" in told
    assert told in result.summary()


def test_what_is_proven_of_the_worst_measure_is_not_said_of_each():
    """One unit has 2.0 territories' accounts and 2.6 territories' revenue."""
    units, edges = grid(1, 6, values=np.array([60.0, 6, 6, 6, 6, 6]))
    units["revenue"] = [78.0, 2.4, 2.4, 2.4, 2.4, 2.4]
    result = balance(Instance.from_units(units, edges), asked(3))
    assert len(result.violations) == 2
    for sentence, least in zip(
        map(str, result.violations), (100.0, 160.0), strict=True
    ):
        found = float(re.search(r"([\d.]+) % is the least found", sentence)[1])
        proven = float(re.search(r"at least ([\d.]+) % is proven", sentence)[1])
        assert found >= proven == least


def test_two_measures_that_contradict_each_other_are_proven():
    """
    A unit has no account and 90 of 100 revenue; ten accounts lie with 1 each.

    Its territory needs 5 accounts, which bring 5 revenue more: 95 of 50.
    """
    units, edges = grid(1, 11)
    units["accounts"] = [0.0, *[1.0] * 10]
    units["revenue"] = [90.0, *[1.0] * 10]
    result = balance(Instance.from_units(units, edges), asked())
    proven = result.proven_deviation[""]
    assert proven == pytest.approx((90 + 10 * 1 * 0.5 * (1 - proven)) / 50 - 1)
    assert proven > result.proven_deviation["revenue"]


def test_a_plan_that_is_met_says_nothing_is_impossible():
    units, edges = grid(2, 4)
    units["revenue"] = 2.0
    result = balance(Instance.from_units(units, edges), asked())
    assert result.is_met
    assert result.violations == ()
    assert result.proven_deviation == {}


@settings(max_examples=25, deadline=None)
@given(
    accounts=st.lists(st.integers(0, 6), min_size=7, max_size=7).filter(any),
    revenue=st.lists(st.integers(0, 6), min_size=7, max_size=7).filter(any),
)
def test_no_plan_is_better_than_what_is_proven(accounts, revenue):
    """All plans of seven units in two territories are tried."""
    units, edges = grid(1, 7, values=np.array(accounts, dtype=float))
    units["revenue"] = np.array(revenue, dtype=float)
    problem = build_problem(Instance.from_units(units, edges), asked(), ("A", "B"))
    best = min(
        np.abs(problem.loads(np.array(plan)) - 1).max()
        for plan in product((0, 1), repeat=7)
    )
    for floor in prove_floors(problem, ("accounts", "revenue"), RunControl()):
        assert floor.deviation <= best + 1e-6
