"""The stages of balancing one by one: seeds, repair, search, proof, reasons."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.languages import PLAIN
from planner.core.run import RunControl
from planner.geography.adjacency import edges_frame
from planner.territory.model.instance import Instance
from planner.territory.model.naming import rename
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import NOWHERE, build_problem
from planner.territory.proof import certificate
from planner.territory.proof.certificate import (
    certify,
    dual_value,
    move_cost,
    travel_cost,
)
from planner.territory.proof.explain import why_moved
from planner.territory.search import contiguity, seeds
from planner.territory.search.local_search import SearchGoal, rate, search


def problem_of(units, edges, n_territories, *, today=None, locked=None, tolerance=0.1):
    measure = BalanceMeasure(column="accounts", tolerance=tolerance)
    return build_problem(
        Instance.from_units(units, edges, current=today, locked=locked),
        BalanceParams(measures=(measure,), n_territories=n_territories),
        tuple(f"T{k}" for k in range(n_territories)),
    )


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def no_core(problem):
    return np.full(problem.n_units, NOWHERE)


def test_bisection_of_a_square_gives_quarters_of_equal_load(grid_units):
    units, edges = grid_units
    problem = problem_of(units, edges, 4)
    labels = seeds.bisection_seed(problem)
    assert sorted(np.bincount(labels)) in ([6, 6, 6, 7], [5, 5, 7, 8], [6, 6, 5, 8])
    assert len(np.unique(labels)) == 4


@pytest.mark.parametrize("n_territories", [1, 3, 24, 25])
def test_bisection_leaves_no_territory_empty(grid_units, n_territories):
    units, edges = grid_units
    units["accounts"] = 0.0
    units.loc["r0c0", "accounts"] = 1.0
    labels = seeds.bisection_seed(problem_of(units, edges, n_territories))
    assert len(np.unique(labels)) == n_territories


def test_flow_fills_both_centres_equally(grid_units):
    """Both centres lie left of the grid: by distance alone one would take all."""
    units, edges = grid_units
    problem = problem_of(units, edges, 2)
    labels = seeds.flow_assignment(problem, np.array([[-1.0, 2.0], [-2.0, 2.0]]))
    assert sorted(np.bincount(labels)) == [12, 13]


def test_flow_respects_locks(grid_units):
    units, edges = grid_units
    today = pd.Series("T0", index=units.index)
    locked = units["x_km"] == 4
    problem = problem_of(units, edges, 2, today=today, locked=locked)
    labels = seeds.flow_assignment(problem, np.array([[0.0, 2.0], [4.0, 2.0]]))
    assert (labels[locked.to_numpy()] == 0).all()


def test_loose_piece_goes_to_a_neighbour(grid_units):
    """T0 holds the left two columns and one unit far to the right."""
    units, edges = grid_units
    problem = problem_of(units, edges, 2)
    labels = np.where(units["x_km"] < 2, 0, 1)
    labels[units.index.get_loc("r2c4")] = 0
    repaired = contiguity.repair(problem, labels, no_core(problem))
    assert contiguity.count_extra_pieces(problem, labels) == 1
    assert contiguity.count_extra_pieces(problem, repaired) == 0
    assert repaired[units.index.get_loc("r2c4")] == 1


def test_locked_piece_is_kept_though_smaller(grid_units):
    units, edges = grid_units
    today = pd.Series(np.where(units["x_km"] == 4, "T0", "T1"), index=units.index)
    locked = pd.Series(units.index == "r2c4", index=units.index)
    problem = problem_of(units, edges, 2, today=today, locked=locked)
    core = contiguity.join_locked(problem, np.random.default_rng(0))
    labels = np.where(units["x_km"] < 3, 0, 1)
    repaired = contiguity.repair(problem, labels, core)
    assert repaired[units.index.get_loc("r2c4")] == 0
    assert contiguity.count_extra_pieces(problem, repaired) == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25))
def test_repair_of_any_labels_gives_whole_territories(seed, n_territories):
    rng = np.random.default_rng(seed)
    units, edges = small_grid()
    problem = problem_of(units, edges, n_territories)
    labels = rng.integers(NOWHERE, n_territories, problem.n_units)
    repaired = contiguity.repair(problem, labels, no_core(problem))
    assert contiguity.count_extra_pieces(problem, repaired) == 0
    assert len(np.unique(repaired)) == n_territories


def small_grid():
    places = [(float(column), float(row)) for row in range(5) for column in range(5)]
    units = pd.DataFrame(places, columns=["x_km", "y_km"])
    units.index = pd.Index([f"u{i}" for i in range(25)], dtype="str")
    units["accounts"] = 1.0
    pairs = [
        (f"u{5 * row + column}", f"u{5 * (row + down) + column + 1 - down}")
        for row in range(5)
        for column in range(5)
        for down in (0, 1)
        if row + down < 5 and column + 1 - down < 5
    ]
    edges = pd.DataFrame(pairs, columns=["unit_id", "neighbour_id"])
    return units, edges


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8))
def test_search_never_loses_ground_or_pieces(seed, n_territories):
    units, edges = small_grid()
    problem = problem_of(units, edges, n_territories, tolerance=0.05)
    rng = np.random.default_rng(seed)
    start = contiguity.repair(
        problem, rng.integers(0, n_territories, 25), no_core(problem)
    )
    goal = SearchGoal()
    found = search(problem, start, goal, 20_000, rng, RunControl())
    assert found.key <= rate(problem, start, goal).key
    assert contiguity.count_extra_pieces(problem, found.labels) == 0
    assert len(np.unique(found.labels)) == n_territories


def test_search_moves_a_peninsula_whole():
    """A chain 0-1-2-3-4 with a tail of T0: only both tail units can go together."""
    units = pd.DataFrame(
        {
            "x_km": [0.0, 1, 2, 9, 10, 11],
            "y_km": 0.0,
            "accounts": [3.0, 3.0, 1.0, 1.0, 2.0, 2.0],
        },
        index=pd.Index(list("abcdef"), dtype="str"),
    )
    edges = pd.DataFrame(
        [("a", "b"), ("b", "c"), ("c", "d"), ("c", "e"), ("e", "f")],
        columns=["unit_id", "neighbour_id"],
    )
    problem = problem_of(units, edges, 2, tolerance=0.01)
    start = np.array([0, 0, 0, 0, 1, 1])  # 8 against 4; c and d must go together
    rng = np.random.default_rng(0)
    found = search(problem, start, SearchGoal(), 20_000, rng, RunControl())
    assert found.labels.tolist() == [0, 0, 1, 1, 1, 1]


def test_names_follow_the_accounts(grid_units):
    units, edges = grid_units
    today = pd.Series(np.where(units["y_km"] < 2, "T1", "T0"), index=units.index)
    problem = problem_of(units, edges, 2, today=today)
    labels = np.where(units["y_km"] < 3, 0, 1)
    assert problem.n_moved(rename(problem, labels)) == 5


def test_names_go_from_west_to_east_without_a_plan_today(grid_units):
    units, edges = grid_units
    problem = problem_of(units, edges, 2)
    labels = np.where(units["x_km"] < 2, 1, 0)
    assert rename(problem, labels)[0] == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_any_multipliers_prove_a_bound(seed):
    """Weak duality against the best of all 2^10 plans of a row of ten."""
    rng = np.random.default_rng(seed)
    units = pd.DataFrame(
        {"x_km": rng.random(10) * 9, "y_km": 0.0, "accounts": rng.integers(1, 5, 10)},
        index=pd.Index([f"u{i}" for i in range(10)], dtype="str"),
    )
    edges = pd.DataFrame({"unit_id": ["u0"], "neighbour_id": ["u1"]})
    problem = problem_of(units, edges, 2, tolerance=0.2)
    centres = np.array([[2.0, 0.0], [7.0, 0.0]])
    cost = travel_cost(problem, centres)
    plans = (np.arange(1024)[:, None] >> np.arange(10)) & 1
    loads = plans @ problem.share[:, 0]
    allowed = np.abs(loads - 1) <= 0.2
    table = cost(slice(None))
    costs = np.where(plans == 1, table[:, 1], table[:, 0]).sum(axis=1)
    if not allowed.any():
        return
    best = costs[allowed].min()
    multipliers = rng.normal(scale=best / 5, size=(2, 1))
    proof = certify(problem, cost, best, RunControl())
    assert dual_value(problem, cost, multipliers) <= proof.bound + 1e-6
    assert proof.bound <= best + 1e-6
    assert proof.bound == dual_value(problem, cost, proof.multipliers)


def test_least_moves_of_a_lopsided_plan(grid_units):
    """T0 has 20 of 25, T1 has 5; within 10 % of 12.5 T0 may keep 13: seven move."""
    units, edges = grid_units
    today = pd.Series(np.where(units["y_km"] < 4, "T0", "T1"), index=units.index)
    problem = problem_of(units, edges, 2, today=today)
    proof = certify(problem, move_cost(problem), 9.0, RunControl())
    assert 6 < proof.bound <= 7


def test_reasons_are_true(grid_units):
    """Moving the fourth row to T1: staying would leave T0 20 % over."""
    units, edges = grid_units
    today = pd.Series(np.where(units["y_km"] < 4, "T0", "T1"), index=units.index)
    problem = problem_of(units, edges, 2, today=today, tolerance=0.21)
    labels = np.where(units["y_km"] < 3, 0, 1)
    reasons = why_moved(problem, labels, ("accounts",))
    assert reasons.index.tolist() == [f"r3c{column}" for column in range(5)]
    assert PLAIN.sentence(reasons["r3c2"]) == (
        "Staying would put T0 28.0 % over its share of accounts (limit 21 %); the "
        "centre of T1 is 2 km nearer, about 4 minutes"
    )


def test_a_move_without_reason_is_called_a_tie(grid_units):
    units, edges = grid_units
    today = pd.Series(np.where(units["x_km"] < 3, "T0", "T1"), index=units.index)
    problem = problem_of(units, edges, 2, today=today, tolerance=0.9)
    labels = problem.current.copy()
    labels[units.index.get_loc("r2c2")] = 1
    [why] = why_moved(problem, labels, ("accounts",)).iloc[0]
    assert why.code == "moved_with_others"
    assert str(why).startswith("a tie by itself: T0 could keep it")


def test_unit_left_without_neighbour_says_so(grid_units):
    units, edges = grid_units
    today = pd.Series(np.where(units["x_km"] < 2, "T0", "T1"), index=units.index)
    today["r0c4"] = "T0"
    problem = problem_of(units, edges, 2, today=today, tolerance=0.9)
    labels = np.where(units["x_km"] < 2, 0, 1)
    [why, *_] = why_moved(problem, labels, ("accounts",))["r0c4"]
    assert str(why) == "none of its neighbours is in T0 any more"


def test_prices_from_the_nearest_territories_prove_what_all_confirm(monkeypatch):
    """Guessed on a list of the ten nearest of twelve, proven on all twelve."""
    rng = np.random.default_rng(5)
    units = pd.DataFrame(
        {
            "x_km": rng.random(120) * 90,
            "y_km": rng.random(120) * 90,
            "accounts": rng.integers(1, 5, 120),
        },
        index=pd.Index([f"u{i:03d}" for i in range(120)], dtype="str"),
    )
    edges = pd.DataFrame({"unit_id": ["u000"], "neighbour_id": ["u001"]})
    problem = problem_of(units, edges, 12, tolerance=0.1)
    labels = seeds.flow_seed(problem, rng, 10, RunControl())
    cost = travel_cost(problem, problem.centres_of(labels))
    exact = certify(problem, cost, problem.travel(labels), RunControl())
    monkeypatch.setattr(certificate, "_LP_SIZE", 0)
    monkeypatch.setattr(certificate, "_WHOLE_SIZE", 0)
    near = certify(problem, cost, problem.travel(labels), RunControl())
    assert near.bound == dual_value(problem, cost, near.multipliers)
    assert 0.9 * exact.bound < near.bound <= exact.bound * (1 + 1e-9)
    assert near.bound > dual_value(problem, cost, np.zeros((12, 1)))


def test_signed_tolls_share_two_measures_whose_ratio_differs_by_region():
    """Revenue per account triples from west to east; both within 1.5 % on 400 units."""
    rng = np.random.default_rng(8)
    side = 20
    number = np.arange(side * side)
    units = pd.DataFrame(
        {"x_km": number % side * 1.0, "y_km": number // side * 1.0},
        index=pd.Index([f"u{n:03d}" for n in number], dtype="str"),
    )
    units["accounts"] = rng.lognormal(3, 0.8, len(units))
    units["revenue"] = (
        units["accounts"] * (1 + units["x_km"] / 10) * rng.lognormal(0, 0.5, len(units))
    )
    cells = number.reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([cells[:, :-1].ravel(), cells[:, 1:].ravel()]),
            np.column_stack([cells[:-1].ravel(), cells[1:].ravel()]),
        ]
    )
    edges = edges_frame(units.index, pairs, 1000.0)
    measures = tuple(
        BalanceMeasure(column=name, tolerance=0.015) for name in ("accounts", "revenue")
    )
    problem = build_problem(
        Instance.from_units(units, edges),
        BalanceParams(measures=measures, n_territories=8),
        tuple(f"T{k}" for k in range(8)),
    )
    start = contiguity.repair(problem, seeds.bisection_seed(problem), no_core(problem))
    goal = SearchGoal()
    assert problem.excess(start).max() > 0.02
    found = search(problem, start, goal, 3_000_000, rng, RunControl())
    assert problem.excess(found.labels).max() <= 1e-9
    assert contiguity.count_extra_pieces(problem, found.labels) == 0


def test_one_line_halves_two_measures_at_once():
    """Accounts lie west, revenue north: only a slanted line shares both."""
    rng = np.random.default_rng(3)
    xy = rng.random((300, 2)) * 10
    units = pd.DataFrame(xy, columns=["x_km", "y_km"])
    units.index = pd.Index([f"u{i:03d}" for i in range(300)], dtype="str")
    units["accounts"] = np.exp(-xy[:, 0])
    units["revenue"] = np.exp(-xy[:, 1])
    measures = tuple(
        BalanceMeasure(column=name, tolerance=0.05) for name in ("accounts", "revenue")
    )
    problem = build_problem(
        Instance.from_units(
            units, pd.DataFrame({"unit_id": ["u000"], "neighbour_id": ["u001"]})
        ),
        BalanceParams(measures=measures, n_territories=2),
        ("T0", "T1"),
    )
    labels = seeds.bisection_seed(problem)
    assert np.abs(problem.loads(labels) - 1).max() < 0.05
