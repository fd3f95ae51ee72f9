"""Capacitated p-medians against every plan of small worlds."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.pmedian import median_bound, plan_medians
from planner.core.errors import InfeasibleError, InputError
from planner.core.run import RunControl

FEW = 0.01  # of the usual work: enough for worlds of eight units


def world(seed, n=7):
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 50, (n, 2)).astype(float)
    cost = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    load = rng.integers(1, 6, n).astype(float)
    return cost, load


def best_of_all(cost, load, capacity, n_medians):
    """Try every choice of medians and every assignment."""
    n, least = len(cost), np.inf
    for medians in combinations(range(n), n_medians):
        others = [unit for unit in range(n) if unit not in medians]
        for chosen in product(medians, repeat=len(others)):
            held = np.zeros(n)
            held[list(medians)] = load[list(medians)]
            for unit, j in zip(others, chosen, strict=True):
                held[j] += load[unit]
            if (held <= capacity).all():
                total = sum(cost[u, j] for u, j in zip(others, chosen, strict=True))
                least = min(least, total)
    return least


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), n_medians=st.integers(1, 3))
def test_plan_is_the_best_of_all_in_small_worlds_and_the_bound_below_it(
    seed, n_medians
):
    cost, load = world(seed)
    capacity = np.full(7, np.ceil(1.25 * load.sum() / n_medians))
    truth = best_of_all(cost, load, capacity, n_medians)
    if not np.isfinite(truth):
        return
    plan = plan_medians(cost, load, capacity, n_medians, seed=1, effort=FEW)
    assert plan.objective == pytest.approx(truth)
    assert plan.bound <= truth + 1e-6
    held = np.bincount(plan.median, load, 7)
    assert (held <= capacity + 1e-9).all()
    assert len(np.unique(plan.median)) == n_medians
    assert plan.objective == pytest.approx(cost[np.arange(7), plan.median].sum())


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), guess=st.floats(0.0, 1e6))
def test_bound_holds_whatever_objective_guides_it(seed, guess):
    cost, load = world(seed, 6)
    capacity = np.linspace(0.4, 1.0, 6) * load.sum() + 1
    truth = best_of_all(cost, load, capacity, 2)
    assert median_bound(cost, load, capacity, 2, guess) <= truth + 1e-6


def test_bound_is_tight_where_two_towns_lie_far_apart():
    xy = np.array([0.0, 1.0, 2.0, 100.0, 101.0, 102.0])
    cost = np.abs(xy[:, None] - xy)
    plan = plan_medians(cost, np.ones(6), np.full(6, 3.0), 2, effort=FEW)
    assert plan.objective == 4
    assert sorted(set(plan.median)) == [1, 4]
    assert plan.gap == pytest.approx(0, abs=0.01)


def test_a_median_is_only_who_can_hold_the_group():
    cost = np.abs(np.arange(3.0)[:, None] - np.arange(3.0))
    plan = plan_medians(cost, np.ones(3), np.array([3.0, 1.0, 1.0]), 1, effort=FEW)
    assert list(plan.median) == [0, 0, 0]
    assert plan.objective == 3


def test_as_many_medians_as_units_cost_nothing():
    cost, load = world(3)
    plan = plan_medians(cost, load, load, len(load), effort=FEW)
    assert plan.objective == 0
    assert list(plan.median) == list(range(len(load)))


def test_same_seed_same_plan():
    cost, load = world(5, 12)
    capacity = np.full(12, load.sum() / 2)
    plans = [plan_medians(cost, load, capacity, 3, seed=4, effort=FEW) for _ in "ab"]
    assert (plans[0].median == plans[1].median).all()


def test_stops_when_asked_and_still_says_so():
    cost, load = world(5, 12)
    run = RunControl(is_cancelled=lambda: True)
    plan = plan_medians(cost, load, np.full(12, load.sum()), 3, run=run)
    assert np.isfinite(plan.objective)


def test_loads_above_all_capacities_are_refused():
    cost, load = world(1)
    with pytest.raises(InfeasibleError, match="largest capacities hold"):
        plan_medians(cost, load, np.full(7, 1.0), 2)


def test_loads_that_cannot_be_packed_are_told_not_hidden():
    cost, load = world(1, 3)
    load[:] = 2.0
    with pytest.raises(InfeasibleError, match="no plan was found"):
        plan_medians(cost, load, np.full(3, 3.0), 2, effort=FEW)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_medians": 0}, "1 to 7"),
        ({"n_medians": 8}, "1 to 7"),
        ({"load": np.ones(6)}, "square"),
        ({"load": -np.ones(7)}, "load must be"),
        ({"cost": np.full((7, 7), np.nan)}, "cost must be"),
        ({"cost": np.ones((7, 7))}, "own median"),
    ],
)
def test_unusable_input_is_named(change, message):
    cost, load = world(1)
    asked = {"cost": cost, "load": load, "capacity": np.full(7, 99.0), "n_medians": 2}
    asked.update(change)
    with pytest.raises(InputError, match=message):
        plan_medians(**asked)
