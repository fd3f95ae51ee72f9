"""
Territories whose centre is one of their own units: the capacitated p-median problem.

Each unit belongs to one of p chosen units, the medians; what belongs to a median may
not exceed its capacity; the sum of costs to the medians is least. Beside the plan
stands a proven lower bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.pmedian_kernel import anneal_medians
from planner.core.errors import InfeasibleError, InputError
from planner.core.reasons import Reason
from planner.core.run import RunControl
from planner.territory.model.problem import Floats, Ints

_NEAR = 20  # neighbours a unit may follow into their group
_CHUNKS = 100  # looks at the clock during one descent
_HOT, _COLD = 1.5, 0.02  # temperatures in mean costs of a unit
_RESTARTS = 2
_STEPS_PER_UNIT = 80_000  # of all restarts together
_LEAST_STEPS = 8_000_000
_BOUND_ROUNDS = 200
_OVER = 8.0  # price of load above capacity, in mean costs of a unit per mean load
_FULL = 1e-9  # rounding allowed at a capacity


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MedianPlan:
    """
    Groups around medians.

    Parameters
    ----------
    median : shape (n_units,)
        Row of the unit that each unit belongs to; a median belongs to itself.
    objective
        Sum of the costs to the medians.
    bound
        No plan costs less (Lagrangian, see Notes of `median_bound`); None: not asked.
    """

    median: Ints = field(repr=False)
    objective: float
    bound: float | None

    @property
    def gap(self) -> float | None:
        """(objective - bound) ÷ bound, None without a positive bound."""
        if self.bound is None or self.bound <= 0:
            return None
        return max(0.0, self.objective / self.bound - 1)


def plan_medians(
    cost: Floats,
    load: Floats,
    capacity: Floats,
    n_medians: int,
    *,
    seed: int = 0,
    effort: float = 1.0,
    is_bounded: bool = True,
    run: RunControl | None = None,
) -> MedianPlan:
    """
    Choose medians and give every unit to one of them.

    Parameters
    ----------
    cost : shape (n_units, n_units)
        Cost of unit i if it belongs to median j; finite, not negative, zero for i = j.
    load : shape (n_units,)
        What each unit takes of a capacity; not negative.
    capacity : shape (n_units,)
        What each unit could hold as a median.
    n_medians
        How many to choose.
    seed
        Of all random choices.
    effort
        Work as a multiple of the usual; bounds steps, not the clock.
    is_bounded
        Whether a lower bound is computed too.
    run
        Asked to stop between chunks of steps.

    Returns
    -------
    The best plan found that keeps all capacities.

    Raises
    ------
    InputError
        If shapes, numbers or the count of medians cannot be used.
    InfeasibleError
        If the loads cannot fit, or no plan that fits was found.

    Notes
    -----
    Simulated annealing (Osman and Christofides 1994 used it first here): one unit
    follows a near one into its group, or two change places. The median of both groups
    is found anew, exactly, for each step: sums of costs are kept for each unit as if it
    were the median of its own group. Load beyond capacity costs a price.
    """
    run = run or RunControl()
    cost, load, capacity = _checked(cost, load, capacity, n_medians)
    rng = np.random.default_rng(seed)
    near = np.argsort(cost + cost.T, axis=1, kind="stable")[:, : _NEAR + 1]
    n_steps = max(_LEAST_STEPS, _STEPS_PER_UNIT * len(cost)) * effort / _RESTARTS
    best, best_cost = None, np.inf
    for number in range(_RESTARTS):
        group = _first_groups(cost, n_medians, rng)
        candidate = _cooled(cost, load, capacity, near, group, int(n_steps), rng, run)
        if candidate is not None:
            total = float(cost[np.arange(len(cost)), candidate].sum())
            if total < best_cost:
                best, best_cost = candidate, total
        run.report((number + 1) / (_RESTARTS + 1), "Choosing medians", best=best_cost)
        if run.should_stop():
            break
    if best is None:
        values = {"n_medians": n_medians, "load": float(load.sum())}
        raise InfeasibleError([Reason("medians_not_found", values)])
    bound = None
    if is_bounded:
        bound = median_bound(cost, load, capacity, n_medians, best_cost, run=run)
    return MedianPlan(median=best, objective=best_cost, bound=bound)


def median_bound(
    cost: Floats,
    load: Floats,
    capacity: Floats,
    n_medians: int,
    objective: float,
    *,
    run: RunControl | None = None,
) -> float:
    """
    Prove what the best plan costs at least.

    Parameters
    ----------
    cost, load, capacity, n_medians
        As in `plan_medians`.
    objective
        Cost of some plan; guides the steps, is not trusted.
    run
        Asked to stop between rounds.

    Returns
    -------
    The best bound of all rounds.

    Notes
    -----
    Each unit i gets a price v_i for being served. For any prices, every plan costs at
    least Σ v_i + the sum of the p least values of g_j, where g_j is the least of
    Σ (cost_ij - v_i) x_ij with Σ load_i x_ij ≤ capacity_j and 0 ≤ x_ij ≤ 1: a knapsack
    with parts. (The rule that each unit is served once is relaxed; Lorena and Senne
    2004.) Prices move by Polyak's steps.
    """
    run = run or RunControl()
    price = np.partition(cost, min(1, len(cost) - 1), axis=1)[:, min(1, len(cost) - 1)]
    best, best_price, patience = -np.inf, price, 1.0
    stalled = 0
    for _ in range(_BOUND_ROUNDS):
        value, served = _priced(cost, load, capacity, n_medians, price)
        if value > best:
            best, best_price, stalled = value, price, 0
        else:
            stalled += 1
        if stalled == 10:
            patience, stalled, price = patience / 2, 0, best_price
            continue
        slope = 1.0 - served
        length = float((slope**2).sum())
        if length < 1e-12 or best >= objective or run.should_stop():
            break
        price = price + patience * max(objective - value, 0.0) / length * slope
    return min(best, objective)


def _priced(
    cost: Floats, load: Floats, capacity: Floats, n_medians: int, price: Floats
) -> tuple[float, Floats]:
    """Value of the relaxation at some prices, and how often each unit is served."""
    gain = np.minimum(cost - price[:, None], 0.0)
    ratio = gain / np.maximum(load, 1e-12)[:, None]
    order = np.argsort(ratio, axis=0, kind="stable")
    sorted_load = load[order]
    before = np.cumsum(sorted_load, axis=0) - sorted_load
    room = np.maximum(capacity[None, :] - before, 0.0)
    fraction = np.clip(room / np.maximum(sorted_load, 1e-12), 0.0, 1.0)
    worth = np.take_along_axis(gain, order, axis=0)
    fraction = np.where(worth < 0, fraction, 0.0)
    total = (worth * fraction).sum(axis=0)
    chosen = np.argpartition(total, n_medians - 1)[:n_medians]
    served = np.zeros(len(cost))
    np.add.at(served, order[:, chosen].ravel(), fraction[:, chosen].ravel())
    return float(price.sum() + total[chosen].sum()), served


def _first_groups(cost: Floats, n_medians: int, rng: np.random.Generator) -> Ints:
    """Group the units around medians that lie apart (k-means++ on costs)."""
    chosen = [int(rng.integers(len(cost)))]
    far = cost[:, chosen[0]].copy()
    far[chosen[0]] = 0.0
    while len(chosen) < n_medians:
        free = np.ones(len(cost), dtype=bool)
        free[chosen] = False
        weight = np.where(free, far + 1e-12, 0.0)
        chosen.append(int(rng.choice(len(cost), p=weight / weight.sum())))
        far = np.minimum(far, cost[:, chosen[-1]])
    group = cost[:, chosen].argmin(axis=1).astype(np.int64)
    group[chosen] = np.arange(n_medians)
    return group


def _cooled(
    cost: Floats,
    load: Floats,
    capacity: Floats,
    near: Ints,
    group: Ints,
    n_steps: int,
    rng: np.random.Generator,
    run: RunControl,
) -> Ints | None:
    """Anneal once; the best plan that fits as median of each unit, or None."""
    n_medians = int(group.max()) + 1
    typical = np.sort(cost, axis=1)[:, : max(2, len(cost) // n_medians)].mean() or 1.0
    over = _OVER * typical / max(float(load.mean()), 1e-300)
    state = rng.integers(1, 2**63, size=1).astype(np.uint64)
    best = np.full(len(cost), -1, dtype=np.int64)
    best_cost = np.array([np.inf])
    for chunk in range(_CHUNKS):
        heat = typical * _HOT * (_COLD / _HOT) ** (chunk / (_CHUNKS - 1))
        if chunk == _CHUNKS - 1:
            heat = 0.0
        anneal_medians(
            cost,
            load,
            capacity * (1 + _FULL),
            near,
            group,
            best,
            best_cost,
            max(1, n_steps // _CHUNKS),
            heat,
            over,
            state,
        )
        if not np.isfinite(best_cost[0]) and chunk > _CHUNKS // 4:
            over *= 1.1
        if run.should_stop():
            break
    return best if np.isfinite(best_cost[0]) else None


def _checked(
    cost: Floats, load: Floats, capacity: Floats, n_medians: int
) -> tuple[Floats, Floats, Floats]:
    cost = np.ascontiguousarray(cost, dtype=float)
    load = np.ascontiguousarray(load, dtype=float)
    capacity = np.ascontiguousarray(capacity, dtype=float)
    n = len(cost)
    if cost.shape != (n, n) or load.shape != (n,) or capacity.shape != (n,):
        raise InputError(
            f"costs must be square with a load and a capacity for each unit, got "
            f"{cost.shape}, {load.shape} and {capacity.shape}"
        )
    for name, values in (("cost", cost), ("load", load), ("capacity", capacity)):
        if not np.isfinite(values).all() or (values < 0).any():
            raise InputError(f"each {name} must be a number of at least 0")
    if np.diagonal(cost).any():
        raise InputError("a unit must cost 0 as its own median")
    if not 1 <= n_medians <= n:
        raise InputError(f"medians must number 1 to {n}, got {n_medians}")
    largest = float(np.sort(capacity)[::-1][:n_medians].sum())
    if load.sum() > largest * (1 + _FULL):
        sizes = {
            "load": float(load.sum()),
            "n_medians": n_medians,
            "capacity": largest,
        }
        raise InfeasibleError([Reason("medians_exceed_capacity", sizes)])
    return cost, load, capacity
