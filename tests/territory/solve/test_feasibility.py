"""Levelling: parts hang together, locks and untouched sums hold, deviations shrink."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from planner.core.run import RunControl
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import NOWHERE, build_problem
from planner.territory.search import contiguity
from planner.territory.search.deltas import Price
from planner.territory.search.local_search import SearchGoal, State, rate, search
from planner.territory.search.recombine import recombine, tree_of
from planner.territory.solve import feasibility as levelling
from planner.territory.solve.feasibility import can_restore, restore_feasibility

SIDE, N_TERRITORIES = 12, 6
GOAL = SearchGoal()


@pytest.fixture(autouse=True)
def _little_work(monkeypatch):
    monkeypatch.setattr(levelling, "_STARTS", 2)
    monkeypatch.setattr(levelling, "_RUNGS", 2)


@pytest.fixture(scope="module")
def problem():
    """Accounts are even, revenue is thrice as dense in the west and has big units."""
    rng = np.random.default_rng(5)
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    column = np.tile(np.arange(SIDE), SIDE)
    accounts = rng.integers(5, 30, SIDE * SIDE).astype(float)
    units = pd.DataFrame(
        {
            "x_km": column * 10.0,
            "y_km": np.repeat(np.arange(SIDE) * 10.0, SIDE),
            "accounts": accounts,
            "revenue": accounts
            * np.where(column < 4, 3.0, 1.0)
            * rng.lognormal(0, 0.8, SIDE * SIDE),
        },
        index=pd.Index([f"u{row}" for row in range(SIDE * SIDE)], dtype="str"),
    )
    pairs = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    edges = pd.DataFrame(
        {"unit_id": units.index[pairs[:, 0]], "neighbour_id": units.index[pairs[:, 1]]}
    )
    measures = tuple(
        BalanceMeasure(column=name, tolerance=0.02) for name in ("accounts", "revenue")
    )
    return build_problem(
        Instance.from_units(units, edges),
        BalanceParams(measures=measures, n_territories=N_TERRITORIES),
        tuple(f"T{k}" for k in range(N_TERRITORIES)),
    )


@pytest.fixture(scope="module")
def stripes():
    return np.tile(np.arange(SIDE) // 2, SIDE).astype(np.int64)


def recombined(problem, labels, shut, n_steps=3_000, heat=0.5):
    tolls = np.zeros(problem.target.shape)
    state = State(problem, labels, GOAL, np.random.default_rng(1), tolls)
    tree = tree_of(problem.n_units, len(problem.indices), problem.share.shape[1])
    running = state.running(tolls)
    is_shut = np.isin(np.arange(problem.n_territories), shut)
    price = Price(state.travel_scale * 0.03, 0.0, np.inf, 0.0, 100.0, heat)
    recombine(n_steps, is_shut, state.world, running, tree, price)
    return running


def test_recombined_territories_hang_together_and_their_sums_are_right(
    problem, stripes
):
    """What the steps keep as they go is what the labels add up to."""
    running = recombined(problem, stripes, [])
    labels = running.label
    assert (labels != stripes).sum() > 50
    assert contiguity.count_extra_pieces(problem, labels) == 0
    assert np.unique(labels).tolist() == list(range(N_TERRITORIES))
    assert running.load == pytest.approx(problem.loads(labels))
    assert running.count.tolist() == np.bincount(labels).tolist()
    pulls = np.bincount(labels, problem.pull * problem.xy[:, 0])
    assert running.sums[:, 1] == pytest.approx(pulls)


def test_a_shut_territory_stays(problem, stripes):
    """Its own units stay, and none comes."""
    labels = recombined(problem, stripes, [2]).label
    assert ((labels == 2) == (stripes == 2)).all()
    assert (labels != stripes).any()


def test_without_heat_no_recombination_costs_more(problem, stripes):
    """At temperature 0 the sum of squared excess, all but the whole price, falls."""
    labels = recombined(problem, stripes, [], heat=0.0).label
    before, after = ((problem.excess(plan) ** 2).sum() for plan in (stripes, labels))
    assert after < 0.2 * before


def test_levelling_reaches_less_than_the_search_alone(problem, stripes):
    """Revenue of the dense west spreads over all territories."""
    rng = np.random.default_rng(0)
    plan = search(problem, stripes, GOAL, 300_000, rng, RunControl())
    tight = problem.eased(1 / 20)
    found = restore_feasibility(tight, plan, GOAL, 1.0, 100_000, rng, RunControl())
    assert tight.ratio(found.labels) < 0.5 * tight.ratio(plan.labels)
    assert contiguity.count_extra_pieces(problem, found.labels) == 0
    assert found.key == rate(tight, found.labels, GOAL).key


def test_the_same_chance_gives_the_same_plan(problem, stripes):
    """Work is bounded by steps, not by the clock."""
    tight = problem.eased(1 / 20)
    start = rate(tight, stripes, GOAL)
    first, second = (
        restore_feasibility(
            tight, start, GOAL, 0.2, 50_000, np.random.default_rng(3), RunControl()
        )
        for _ in range(2)
    )
    assert first.labels.tolist() == second.labels.tolist()


def test_locked_units_stay_and_a_cancelled_run_keeps_the_plan(problem, stripes):
    """Territories with locks are left out of recombinations; stopped is stopped."""
    held = stripes.copy()
    held[np.arange(len(held)) % 5 != 0] = NOWHERE
    tight = replace(problem.eased(1 / 20), locked=held)
    start = rate(tight, stripes, GOAL)
    rng = np.random.default_rng(0)
    found = restore_feasibility(tight, start, GOAL, 0.2, 50_000, rng, RunControl())
    assert (found.labels[held != NOWHERE] == held[held != NOWHERE]).all()
    stopped = RunControl(time_limit_s=0.0)
    kept = restore_feasibility(
        tight, start, GOAL, 1.0, 50_000, np.random.default_rng(0), stopped
    )
    assert tight.ratio(kept.labels) <= tight.ratio(start.labels)


def test_only_free_units_are_levelled(problem):
    """Moves that count, pairs apart and loose territories are not for it."""
    assert can_restore(problem, GOAL)
    assert not can_restore(problem, SearchGoal(is_moves=True))
    assert not can_restore(problem, SearchGoal(max_moved=3))
    assert not can_restore(replace(problem, forbidden_pairs=np.array([[0, 1]])), GOAL)
    assert not can_restore(replace(problem, is_contiguous=False), GOAL)
