"""Where territories lie: centres that leave one place and arise in another."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from planner.core.run import RunControl
from planner.territory.model.coarsening import cells_of, coarsen
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem
from planner.territory.model.transport import (
    Allocation,
    allocate_by_flow,
    allocate_by_program,
    nearest_centres,
)

FLOW_CELLS, PROGRAM_CELLS = 30_000, 2_000  # most units of a flow, of a program
_NEAREST = 12  # centres a unit may go to
_STEADY = 1e-3  # gain of a round, of the cost, below which centres stay
_MISSED_PRICE = 10.0  # of an ideal load outside its limits, in the mean cost of one
_FIRM = 1.5  # of the range of prices
_PARENTS = 6  # plans that are crossed
_COARSE = 1.5  # times as many units as cells are wanted before cells are made
_FLIPS = 0.5  # chance that a centre is taken from the second parent
_TELEPORTS = 3  # centres at most that leave for another place


@dataclass(frozen=True, slots=True)
class Location:
    """Centres, the assignment to them and what it costs; less is better."""

    centres: Floats
    labels: Ints
    cost: float


def firm_price(allocation: Allocation) -> float:
    """Find the price of excess that no way around is worth: beyond all prices."""
    return _FIRM * float(np.ptp(allocation.prices, axis=0).max(initial=0.0))


def one_measure(problem: Problem) -> Problem:
    """
    Put the balanced measures together to one: their mean, within the tightest limits.

    Parameters
    ----------
    problem
        With any number of balanced measures; without any, weights are balanced loosely.
    """
    n_balanced = problem.share.shape[1]
    if n_balanced == 1:
        return problem
    if not n_balanced:
        share = problem.pull / problem.pull.sum() * problem.n_territories
        ones = np.ones((problem.n_territories, 1))
        return replace(
            problem,
            share=share[:, None],
            target=ones,
            low=0 * ones,
            high=np.inf * ones,
            importance=np.ones(1),
            grain=np.zeros(1),
        )
    target = problem.target.mean(axis=1, keepdims=True)
    return replace(
        problem,
        share=np.ascontiguousarray(problem.share.mean(axis=1, keepdims=True)),
        target=target,
        low=problem.low.max(axis=1, keepdims=True),
        high=problem.high.min(axis=1, keepdims=True),
        importance=np.ones(1),
        grain=np.zeros(1),
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """
    The map on which assignments are solved: units, or cells where these are many.

    Parameters
    ----------
    problem
        Of the units.
    cells
        Of the cells.
    cell : shape (n_units,)
        Cell of each unit.
    inside
        Travel inside the cells, the same in all plans.
    """

    problem: Problem
    cells: Problem
    cell: Ints
    inside: float

    @classmethod
    def of(cls, problem: Problem, n_most: int) -> Ground:
        """Lay out a map with about `n_most` cells; the units themselves if as few."""
        if problem.n_units <= _COARSE * n_most:
            return cls(problem, problem, np.arange(problem.n_units), 0.0)
        cell = cells_of(problem, n_most)
        cells = coarsen(problem, cell)
        away = ((problem.xy - cells.xy[cell]) ** 2).sum(axis=1)
        return cls(problem, cells, cell, float(problem.weight @ away))


def allocate(problem: Problem, centres: Floats) -> Allocation | None:
    """
    Assign units to centres at least travel within all limits of loads.

    Parameters
    ----------
    problem
        At least one balanced measure.
    centres : shape (n_territories, 2)
        Where the territories are, km.

    Returns
    -------
    A flow's assignment for one measure, a linear program's for several; None if that
    gave up.
    """
    return _allocate_among(problem, *nearest_centres(problem, centres, _NEAREST))


def _allocate_among(problem: Problem, cost: Floats, near: Ints) -> Allocation | None:
    if problem.share.shape[1] == 1:
        return allocate_by_flow(problem, cost, near)
    return allocate_by_program(problem, cost, near)


def guess_prices(problem: Problem, centres: Floats) -> Floats | None:
    """
    Find prices of loads that bound travel well where units are too many for a program.

    Parameters
    ----------
    problem
        What is asked.
    centres : shape (n_territories, 2)
        Of the plan at hand, km.

    Returns
    -------
    shape (n_territories, n_balanced)
        Prices of the assignment of cells; None if nothing is balanced or none is had.

    Notes
    -----
    Twice: from each cell's nearest centres, then from those nearest at these prices.
    """
    n_balanced = problem.share.shape[1]
    if not n_balanced:
        return None
    n_most = FLOW_CELLS if n_balanced == 1 else PROGRAM_CELLS
    is_tied = bool((problem.locked != NOWHERE).any())
    cells = Ground.of(problem, problem.n_units if is_tied else n_most).cells
    solved = allocate(cells, centres)
    if solved is None or not solved.is_kept:
        return None if solved is None else solved.prices
    n_near = min(_NEAREST, problem.n_territories)
    cost = cells.weight[:, None] * cdist(cells.xy, centres, "sqeuclidean")
    priced = cost + cells.share @ solved.prices.T
    near = np.argpartition(priced, n_near - 1, axis=1)[:, :n_near].astype(np.int64)
    locked = cells.locked != NOWHERE
    near[locked] = cells.locked[locked, None]
    again = _allocate_among(cells, np.take_along_axis(cost, near, axis=1), near)
    return again.prices if again is not None and again.is_kept else solved.prices


def settle(
    problem: Problem, centres: Floats, n_rounds: int, run: RunControl
) -> tuple[Location, int]:
    """
    Alternate assignment and centroids.

    Parameters
    ----------
    problem
        At least one balanced measure.
    centres : shape (n_territories, 2)
        Where to begin, km.
    n_rounds
        Most rounds.
    run
        Asked to stop between rounds.

    Returns
    -------
    The cheapest seen, and how many rounds it took.
    """
    best, before, n_done = None, np.inf, 0
    dear = _MISSED_PRICE * float(
        problem.pull @ ((problem.xy - problem.xy.mean(axis=0)) ** 2).sum(axis=1)
    )
    for _ in range(n_rounds):
        n_done += 1
        solved = allocate(problem, centres)
        if solved is None:
            break
        cost = solved.cost + dear * solved.missed / problem.n_territories
        if best is None or cost < best.cost:
            best = Location(centres, solved.labels, cost)
        if problem.centres is not None or before - cost < _STEADY * before:
            break
        if run.should_stop():
            break
        before = cost
        used = np.bincount(solved.labels, problem.pull, problem.n_territories) > 0
        moved = problem.centres_of(solved.labels, problem.pull)
        centres = np.where(used[:, None], moved, centres)
    if best is None:
        near = nearest_centres(problem, centres, 1)[1][:, 0]
        best = Location(centres, near, np.inf)
    return best, n_done


def locate(
    problem: Problem,
    starts: list[Floats],
    n_flows: int,
    rng: np.random.Generator,
    run: RunControl,
) -> list[Location]:
    """
    Search for good places of all centres at once.

    Parameters
    ----------
    problem
        One balanced measure.
    starts
        Centres to begin with, at least one set, each of shape (n_territories, 2).
    n_flows
        Most assignments that are solved.
    rng
        Random numbers.
    run
        Asked to stop between assignments.

    Returns
    -------
    The best of all that were tried, cheapest first.

    Notes
    -----
    Alternating assignment and centroids never changes how many centres a town has. So
    centres are deleted and inserted elsewhere, as in swap-based search for medians
    (Teitz and Bart 1968), and two plans are crossed: centres are matched so that their
    distances are least, and one of each pair is taken by chance (HG-means, Gribel and
    Vidal 2019). A centre is deleted where it is little missed and inserted at a unit by
    chance of its travel.
    """
    pool: list[Location] = []
    n_left = n_flows
    for centres in starts:
        location, n_used = settle(problem, centres, max(2, n_left), run)
        n_left -= n_used
        _keep(pool, location)
        if n_left <= 0 or run.should_stop():
            break
    while n_left > 0 and problem.centres is None and not run.should_stop():
        centres = _child(problem, pool, rng)
        location, n_used = settle(problem, centres, n_left, run)
        n_left -= n_used
        _keep(pool, location)
    return pool


def _keep(pool: list[Location], location: Location) -> None:
    """Put a location into the pool unless it is there; the dearest one leaves."""
    if any(abs(one.cost - location.cost) <= 1e-9 * one.cost for one in pool):
        return
    pool.append(location)
    pool.sort(key=lambda one: one.cost)
    del pool[_PARENTS:]


def _child(problem: Problem, pool: list[Location], rng: np.random.Generator) -> Floats:
    """Cross two plans of the pool, then let some centres leave for another place."""
    first = pool[min(rng.integers(len(pool)), rng.integers(len(pool)))]
    centres = first.centres
    if len(pool) > 1 and rng.random() < _FLIPS:
        second = pool[int(rng.integers(len(pool)))]
        away = cdist(centres, second.centres, "sqeuclidean")
        pair = linear_sum_assignment(away)[1]
        is_second = rng.random(len(centres)) < _FLIPS
        centres = np.where(is_second[:, None], second.centres[pair], centres)
    return elsewhere(problem, centres, first.labels, rng)


def elsewhere(
    problem: Problem, centres: Floats, labels: Ints, rng: np.random.Generator
) -> Floats:
    """
    Delete up to three centres near others and insert them where travel is long.

    Parameters
    ----------
    problem
        Places and weights.
    centres : shape (n_territories, 2)
        Where the territories are, km.
    labels : shape (n_units,)
        Territory of each unit.
    rng
        Random numbers.

    Returns
    -------
    shape (n_territories, 2)
        Other centres.
    """
    n_gone = min(int(rng.integers(1, _TELEPORTS + 1)), len(centres) - 1)
    away = problem.xy - centres[labels]
    centres = centres.copy()
    travel = problem.pull * (away**2).sum(axis=1)
    chance = travel / travel.sum() if travel.sum() > 0 else None
    for _ in range(n_gone):
        apart = cdist(centres, centres, "sqeuclidean")
        np.fill_diagonal(apart, np.inf)
        lone = np.sqrt(apart.min(axis=1)) + 1e-9 * np.sqrt(apart[apart < np.inf].max())
        gone = 1.0 / np.maximum(lone, 1e-9)
        at = int(rng.choice(len(centres), p=gone / gone.sum()))
        centres[at] = problem.xy[int(rng.choice(problem.n_units, p=chance))]
    return centres
