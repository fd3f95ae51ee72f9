"""CP-SAT over a few territories: never worse, whole, locks kept."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from planner.core.run import RunControl
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import NOWHERE, build_problem
from planner.territory.search import contiguity
from planner.territory.search import lns as polishing
from planner.territory.search.lns import improve_by_lns, shorten_by_lns
from planner.territory.search.local_search import SearchGoal, rate


@pytest.fixture(autouse=True)
def _little_work(monkeypatch):
    monkeypatch.setattr(polishing, "_WORK", 0.2)


def problem_of(units, edges, n_territories, tolerance):
    measures = tuple(
        BalanceMeasure(column=name, tolerance=tolerance)
        for name in units.columns
        if name not in ("x_km", "y_km")
    )
    return build_problem(
        Instance.from_units(units, edges),
        BalanceParams(measures=measures, n_territories=n_territories),
        tuple(f"T{k}" for k in range(n_territories)),
    )


def test_an_exchange_through_a_third_territory_is_found():
    """In the row 4 2 | 2 2 | 1 1 only a move of both borders evens all out."""
    units = pd.DataFrame(
        {"x_km": np.arange(6.0), "y_km": 0.0, "accounts": [4.0, 2, 2, 2, 1, 1]},
        index=pd.Index(list("abcdef"), dtype="str"),
    )
    edges = pd.DataFrame(
        [(a, b) for a, b in zip("abcde", "bcdef", strict=True)],
        columns=["unit_id", "neighbour_id"],
    )
    problem = problem_of(units, edges, 3, 0.01)
    start = rate(problem, np.array([0, 0, 1, 1, 2, 2]), SearchGoal())
    rng = np.random.default_rng(0)
    found = improve_by_lns(problem, start, SearchGoal(), 3, rng, RunControl())
    assert found.labels.tolist() == [0, 1, 1, 2, 2, 2]
    assert found.key[0] == 0


@pytest.mark.parametrize("seed", range(4))
def test_polish_is_never_worse_and_keeps_territories_whole(grid_units, seed):
    units, edges = grid_units
    rng = np.random.default_rng(seed)
    units["accounts"] = rng.integers(1, 6, 25).astype(float)
    units["revenue"] = rng.integers(1, 6, 25).astype(float)
    problem = problem_of(units, edges, 4, 0.05)
    none = np.full(25, NOWHERE)
    labels = contiguity.repair(problem, rng.integers(0, 4, 25), none)
    locked = none.copy()
    locked[:2] = labels[:2]
    problem = replace(problem, locked=locked)
    start = rate(problem, labels, SearchGoal())
    found = improve_by_lns(problem, start, SearchGoal(), 2, rng, RunControl())
    assert found.key <= start.key
    assert contiguity.count_extra_pieces(problem, found.labels) == 0
    assert (found.labels[:2] == labels[:2]).all()
    again = improve_by_lns(
        problem, start, SearchGoal(), 2, np.random.default_rng(9), RunControl()
    )
    twice = improve_by_lns(
        problem, start, SearchGoal(), 2, np.random.default_rng(9), RunControl()
    )
    assert (again.labels == twice.labels).all()


def test_forbidden_pairs_are_not_put_together():
    """Evenness alone would join b and c, which must be apart."""
    units = pd.DataFrame(
        {"x_km": np.arange(4.0), "y_km": 0.0, "accounts": [4.0, 2, 2, 1]},
        index=pd.Index(list("abcd"), dtype="str"),
    )
    edges = pd.DataFrame(
        [("a", "b"), ("b", "c"), ("c", "d")], columns=["unit_id", "neighbour_id"]
    )
    problem = problem_of(units, edges, 2, 0.15)
    start = rate(problem, np.array([0, 0, 1, 1]), SearchGoal())
    free = improve_by_lns(
        problem, start, SearchGoal(), 2, np.random.default_rng(0), RunControl()
    )
    assert free.labels.tolist() == [0, 1, 1, 1]
    apart = replace(problem, forbidden_pairs=np.array([[1, 2]]))
    kept = improve_by_lns(
        apart, start, SearchGoal(), 2, np.random.default_rng(0), RunControl()
    )
    assert kept.labels.tolist() == [0, 0, 1, 1]


def _rows(accounts, revenue, tolerance):
    """Two rows of places, cut in two: the left half and the right half."""
    n = len(accounts) // 2
    ids = [f"u{row}" for row in range(2 * n)]
    units = pd.DataFrame(
        {
            "x_km": np.tile(np.arange(float(n)), 2),
            "y_km": np.repeat([0.0, 1.0], n),
            "accounts": accounts,
            "revenue": revenue,
        },
        index=pd.Index(ids, dtype="str"),
    )
    pairs = [(u, u + 1) for u in range(2 * n) if u % n < n - 1]
    pairs += [(u, u + n) for u in range(n)]
    edges = pd.DataFrame(
        [(ids[a], ids[b]) for a, b in pairs], columns=["unit_id", "neighbour_id"]
    )
    return problem_of(units, edges, 2, tolerance)


# Six in each half, cut like a stair; straight across they are nearer.
STAIR = np.array([0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1])
STRAIGHT = np.array([0, 0, 0, 1, 1, 1] * 2)


def _shortened(problem):
    start = rate(problem, STAIR, SearchGoal())
    assert start.key[0] == 0
    rng = np.random.default_rng(0)
    return start, shorten_by_lns(problem, start, SearchGoal(), 5, rng, RunControl())


def test_a_pair_is_divided_where_it_travels_least():
    start, found = _shortened(_rows(np.ones(12), np.ones(12), 0.01))
    assert found.labels.tolist() == STRAIGHT.tolist()
    assert found.key < start.key


def test_a_divided_pair_keeps_the_tolerance_of_every_measure():
    """Straight across the accounts are even, but not the revenue (6 to 10)."""
    revenue = np.ones(12)
    revenue[[3, 11]] = 3.0
    problem = _rows(np.ones(12), revenue, 0.01)
    assert (problem.excess(STRAIGHT)[:, 1] > 0).all()
    _, found = _shortened(problem)
    assert found.key[0] == 0
    assert contiguity.count_extra_pieces(problem, found.labels) == 0


def test_a_divided_pair_keeps_locks():
    problem = _rows(np.ones(12), np.ones(12), 0.01)
    locked = np.full(12, NOWHERE)
    locked[3] = 0
    _, found = _shortened(replace(problem, locked=locked))
    assert found.labels[3] == 0
    assert found.key[0] == 0


def test_pairs_end_by_themselves_and_the_same_each_time(grid_units):
    """More rounds than pairs that gain change nothing; chance is the seed's alone."""
    units, edges = grid_units
    rng = np.random.default_rng(3)
    units["accounts"] = 1.0
    units["revenue"] = rng.integers(1, 6, 25).astype(float)
    problem = problem_of(units, edges, 4, 0.5)
    labels = contiguity.repair(problem, rng.integers(0, 4, 25), np.full(25, NOWHERE))
    start = rate(problem, labels, SearchGoal())
    plans = [
        shorten_by_lns(
            problem, start, SearchGoal(), most, np.random.default_rng(1), RunControl()
        )
        for most in (100, 100, 200)
    ]
    assert all((plan.labels == plans[0].labels).all() for plan in plans)
    assert plans[0].key < start.key
