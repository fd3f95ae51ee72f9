"""A proven lower bound of a plan's objective, re-checkable from its multipliers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planner.core.run import RunControl
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem
from planner.territory.model.transport import allocate_by_program

_LP_SIZE = 60_000  # most variables of the linear program
_NEAREST = 10  # centres a unit may go to in it
_WHOLE_SIZE = 2_000_000  # most units · territories priced whole in each round
_NARROW_GAP = 0.005  # at which guessed prices are good enough
_ROUNDS = 120  # of the subgradient method where the program would be too large
_CHUNK = 4_000_000  # cells of a cost matrix held at once

Cost = Callable[[slice], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """
    A bound and what proves it.

    Parameters
    ----------
    bound
        No plan with these centres and tolerances has a smaller objective.
    multipliers : shape (n_territories, n_balanced)
        Prices of load, in objective per ideal load; any numbers prove some bound.
    method
        ``linear program``, ``assignment`` or ``subgradient``.
    """

    bound: float
    multipliers: Floats
    method: str


def dual_value(problem: Problem, cost: Cost, multipliers: Floats) -> float:
    """
    Compute the bound that some multipliers prove.

    Parameters
    ----------
    problem
        Shares, limits of loads and locks.
    cost
        Gives rows of the cost matrix, shape (n_rows, n_territories).
    multipliers : shape (n_territories, n_balanced)
        Any numbers.

    Returns
    -------
    Σ_u min_k (cost[u, k] + Σ_m p[k, m] · share[u, m])
    - Σ_km max(p · most, p · least).

    Notes
    -----
    Weak duality: the limits of loads are priced instead of kept, units may be split and
    territories be in pieces. So every plan that keeps the tolerances costs at least
    this much at these centres.
    """
    value, _ = _relaxed(problem, cost, multipliers)
    return value


def _relaxed(problem: Problem, cost: Cost, multipliers: Floats) -> tuple[float, Floats]:
    """Value of the dual and the loads of its cheapest assignment."""
    total = 0.0
    loads = np.zeros(problem.target.shape)
    rows = max(1, _CHUNK // problem.n_territories)
    for start in range(0, problem.n_units, rows):
        block = slice(start, min(start + rows, problem.n_units))
        share = problem.share[block]
        priced = cost(block) + share @ multipliers.T
        locked = problem.locked[block]
        cheapest = np.where(locked == NOWHERE, priced.argmin(axis=1), locked)
        total += float(priced[np.arange(len(priced)), cheapest].sum())
        for m in range(share.shape[1]):
            loads[:, m] += np.bincount(cheapest, share[:, m], problem.n_territories)
    high, low = multipliers * problem.most, multipliers * problem.least
    return total - float(np.maximum(high, low).sum()), loads


def travel_cost(problem: Problem, centres: Floats) -> Cost:
    """Make the cost weight · km² to given centres."""
    # |a - b|² = |a|² - 2 a·b + |b|², around the middle so that little cancels.
    middle = problem.xy.mean(axis=0)
    xy, to = problem.xy - middle, centres - middle
    square, centre_square = (xy**2).sum(axis=1), (to**2).sum(axis=1)

    def rows(block: slice) -> Floats:
        squared = square[block, None] - 2 * (xy[block] @ to.T) + centre_square
        np.maximum(squared, 0.0, out=squared)
        squared *= problem.weight[block, None]
        return squared

    return rows


def move_cost(problem: Problem) -> Cost:
    """Make the cost 1 for each unit that leaves today's territory."""

    def rows(block: slice) -> Floats:
        today = problem.current[block, None]
        away = (today != np.arange(problem.n_territories)) & (today != NOWHERE)
        return away.astype(float)

    return rows


def certify(
    problem: Problem,
    cost: Cost,
    objective: float,
    run: RunControl,
    guess: Floats | None = None,
) -> Certificate:
    """
    Prove a lower bound of the objective.

    Parameters
    ----------
    problem
        What is asked.
    cost
        Gives rows of the cost matrix.
    objective
        What the plan at hand costs; guides the steps, is not trusted.
    run
        Asked to stop between rounds.
    guess : shape (n_territories, n_balanced)
        Multipliers to begin with, of an assignment solved before; None: zeros.

    Returns
    -------
    The certificate; its bound is computed by `dual_value` from its multipliers alone.

    Notes
    -----
    Multipliers come from a linear program (HiGHS through SciPy) over each unit's ten
    cheapest territories where that is small enough, else from the guess and, where
    that leaves a gap, Polyak's subgradient steps.
    """
    start = np.zeros(problem.target.shape)
    if not problem.target.size:
        value = dual_value(problem, cost, start)
        return Certificate(bound=value, multipliers=start, method="linear program")
    best = Certificate(
        bound=dual_value(problem, cost, start), multipliers=start, method="subgradient"
    )
    n_near = problem.n_territories
    if problem.n_units * n_near > _LP_SIZE:
        n_near = min(_NEAREST, n_near)
    if problem.n_units * n_near <= _LP_SIZE:
        priced = _priced_by_program(problem, cost(slice(None)), n_near)
        if priced is not None:
            proven = dual_value(problem, cost, priced)
            return Certificate(
                bound=proven, multipliers=priced, method="linear program"
            )
    if guess is not None:
        value = dual_value(problem, cost, guess)
        if value > best.bound:
            best = Certificate(bound=value, multipliers=guess, method="assignment")
        if objective <= best.bound * (1 + _NARROW_GAP):
            return best
    if problem.n_units * problem.n_territories <= _WHOLE_SIZE:
        return _subgradient(
            problem,
            lambda prices: _relaxed(problem, cost, prices),
            objective,
            best,
            run,
        )
    near, dear = _nearest(problem, cost)
    guessed = _subgradient(
        problem,
        lambda prices: _relaxed_near(problem, near, dear, prices),
        objective,
        best,
        run,
    )
    # The guess looked at the nearest territories only; what it proves, all decide.
    proven = dual_value(problem, cost, guessed.multipliers)
    return best if proven <= best.bound else replace(guessed, bound=proven)


def _nearest(problem: Problem, cost: Cost) -> tuple[Ints, Floats]:
    """List the cheapest territories of each unit, and their costs."""
    n_near = min(_NEAREST, problem.n_territories)
    near = np.empty((problem.n_units, n_near), dtype=np.int64)
    dear = np.empty((problem.n_units, n_near))
    rows = max(1, _CHUNK // problem.n_territories)
    for start in range(0, problem.n_units, rows):
        block = slice(start, min(start + rows, problem.n_units))
        costs = cost(block)
        near[block] = np.argpartition(costs, n_near - 1, axis=1)[:, :n_near]
        locked = problem.locked[block]
        near[block] = np.where(locked[:, None] == NOWHERE, near[block], locked[:, None])
        dear[block] = np.take_along_axis(costs, near[block], axis=1)
    return near, dear


def _relaxed_near(
    problem: Problem, near: Ints, dear: Floats, multipliers: Floats
) -> tuple[float, Floats]:
    """Value of the dual and loads where only the listed territories are open."""
    priced = dear.copy()
    for m in range(problem.share.shape[1]):
        priced += problem.share[:, m, None] * multipliers[:, m][near]
    place = priced.argmin(axis=1)
    rows = np.arange(len(near))
    loads = problem.loads(near[rows, place])
    high, low = multipliers * problem.most, multipliers * problem.least
    value = float(priced[rows, place].sum() - np.maximum(high, low).sum())
    return value, loads


def _subgradient(
    problem: Problem,
    relaxed: Callable[[Floats], tuple[float, Floats]],
    objective: float,
    best: Certificate,
    run: RunControl,
) -> Certificate:
    """Raise the bound by subgradient steps of Polyak's length."""
    high, low = problem.most, problem.least
    multipliers, patience = best.multipliers, 1.0
    for _ in range(_ROUNDS):
        value, loads = relaxed(multipliers)
        if value > best.bound:
            best = Certificate(
                bound=value, multipliers=multipliers, method="subgradient"
            )
        else:
            patience *= 0.97
        inside = np.clip(loads, low, high)
        edge = np.where(multipliers > 0, high, np.where(multipliers < 0, low, inside))
        slope = loads - edge
        length = float((slope**2).sum())
        if length < 1e-18 or value >= objective or run.should_stop():
            break
        multipliers = multipliers + patience * (objective - value) / length * slope
    return best


def _priced_by_program(problem: Problem, cost: Floats, n_near: int) -> Floats | None:
    """
    Solve the relaxed assignment and read its prices.

    Returns None if HiGHS gives up, or if the tolerances cannot be kept by the cheapest
    territories alone: the prices would then only mirror the price of missing them.
    """
    near = np.argpartition(cost, n_near - 1, axis=1)[:, :n_near].astype(np.int64)
    locked = problem.locked != NOWHERE
    near[locked] = problem.locked[locked, None]
    solved = allocate_by_program(problem, np.take_along_axis(cost, near, axis=1), near)
    return solved.prices if solved is not None and solved.is_kept else None
