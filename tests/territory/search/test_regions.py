"""Regions searched anew: never worse, and excess is worked off."""

import numpy as np
import pytest

from planner.core.run import RunControl
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import build_problem
from planner.territory.search.contiguity import count_extra_pieces
from planner.territory.search.local_search import SearchGoal, rate
from planner.territory.search.regions import revise
from tests.territory.conftest import grid


def stripes(n_territories=4):
    """Lay out a square cut into stripes of unequal width."""
    units, edges = grid(8, 8)
    measure = BalanceMeasure(column="accounts", tolerance=0.01)
    problem = build_problem(
        Instance.from_units(units, edges),
        BalanceParams(measures=(measure,), n_territories=n_territories),
        tuple(f"T{k}" for k in range(n_territories)),
    )
    edges_of_stripes = [1, 3, 5]
    return problem, np.searchsorted(edges_of_stripes, problem.xy[:, 0], side="right")


@pytest.mark.parametrize("seed", range(3))
def test_excess_is_worked_off_and_territories_stay_whole(seed):
    problem, labels = stripes()
    start = rate(problem, labels.astype(np.int64), SearchGoal())
    assert start.key[0] > 0
    rng = np.random.default_rng(seed)
    plan = revise(problem, start, SearchGoal(), 12, rng, RunControl(), firm=10.0)
    assert plan.key[0] == 0
    assert count_extra_pieces(problem, plan.labels) == 0
    further = revise(problem, plan, SearchGoal(), 12, rng, RunControl())
    assert further.key <= plan.key


def test_one_territory_is_left_as_it_is():
    units, edges = grid(3, 3)
    measure = BalanceMeasure(column="accounts", tolerance=0.01)
    problem = build_problem(
        Instance.from_units(units, edges),
        BalanceParams(measures=(measure,), n_territories=1),
        ("T0",),
    )
    plan = rate(problem, np.zeros(9, dtype=np.int64), SearchGoal())
    rng = np.random.default_rng(0)
    assert revise(problem, plan, SearchGoal(), 5, rng, RunControl()) is plan
