"""Corridors reach what lies beyond the neighbours, and plans begun with them."""

import numpy as np
import pandas as pd
import pytest

from planner.core.run import RunControl
from planner.territory.disruption.multistart import restart_many
from planner.territory.disruption.transfer_paths import find_transfer_paths, lay
from planner.territory.disruption.transshipment import choose_transfer_paths
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import build_problem
from planner.territory.model.rules import Rules
from planner.territory.search.contiguity import count_extra_pieces
from planner.territory.search.local_search import SearchGoal, rate
from tests.territory.conftest import grid


def strip(values=None, locked=()):
    """Four rows of nine in three blocks side by side: A, B and C."""
    units, edges = grid(4, 9, values=values)
    today = np.array(list("AAABBBCCC") * 4)
    measure = BalanceMeasure(column="accounts", tolerance=0.05)
    problem = build_problem(
        Instance.from_units(
            units,
            edges,
            current=pd.Series(today, units.index),
            locked=pd.Series(units.index.isin(locked), units.index),
            rules=Rules(move_cost=units["accounts"].astype(float)),
        ),
        BalanceParams(measures=(measure,)),
        ("A", "B", "C"),
    )
    return problem, problem.current.copy()


def far_load():
    """Let A lack 60 of 120 and C have 60 too much; B between has a light top row."""
    values = np.full((4, 9), 5.0)
    values[:, 3:6] = 39.9 / 3
    values[0, 3:6] = 0.1
    values[:, 6:] = 15.0
    return strip(values.ravel())


def test_corridors_follow_the_light_row_and_cut_nothing_off():
    problem, today = far_load()
    found = find_transfer_paths(problem, today, np.random.default_rng(0))
    assert [one.territory for one in found] == [0, 2]
    for one in found:
        assert problem.unit_ids[one.units].tolist() == ["r0c3", "r0c4", "r0c5"]
        assert one.cost == pytest.approx(0.3)
    laid, locked = lay(problem, today, found)
    assert (laid[found[0].units] == 0).all()  # the second wants the same units
    assert (locked != -1).sum() == 3
    assert count_extra_pieces(problem, laid) == 0


def test_what_a_corridor_cuts_off_goes_along_and_locks_are_no_way():
    """Along row 1 the three units above it would lose their territory."""
    values = np.full((4, 9), 50.0)
    values[1, 3:6] = 0.1
    values[0, 3:6] = 0.2
    problem, today = strip(values.ravel(), locked=("r0c4",))
    for one in find_transfer_paths(problem, today, np.random.default_rng(0)):
        assert "r0c4" not in problem.unit_ids[one.units]
        trial = today.copy()
        trial[one.units] = one.territory
        assert count_extra_pieces(problem, trial) == 0
        assert one.cost == pytest.approx(float(problem.weight[one.units].sum()))


def test_a_flow_chooses_the_corridor_that_spares_the_middle():
    problem, today = far_load()
    found = find_transfer_paths(problem, today, np.random.default_rng(0))
    rng = np.random.default_rng(0)
    chosen = choose_transfer_paths(problem, today, found, rng, 0.0)
    assert [one.territory for one in chosen] == [0]  # A takes, C gives
    even, plan = strip()
    found = find_transfer_paths(even, plan, np.random.default_rng(0))
    assert choose_transfer_paths(even, plan, found, rng, 0.0) == []


def test_plans_begun_afresh_move_what_lies_far_only_once():
    """Through B 60 would move twice; by the path four units of 15 and 0.3 do."""
    problem, today = far_load()
    goal = SearchGoal(is_moves=True)
    plans = [
        restart_many(
            problem,
            [rate(problem, today, goal)],
            today,
            goal,
            50_000,
            np.random.default_rng(1),
            RunControl(),
            6,
            find_transfer_paths(problem, today, np.random.default_rng(1)),
        )[0]
        for _ in range(2)
    ]
    best = plans[0]
    assert best.key[0] == 0
    assert best.key[1] == pytest.approx(60.3)
    assert count_extra_pieces(problem, best.labels) == 0
    assert best.labels.tolist() == plans[1].labels.tolist()
