"""Where territories start: min-cost-flow location-allocation, recursive bisection."""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow
from scipy.spatial import cKDTree

from planner.core.run import RunControl
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem

_SUPPLY = 10_000_000  # whole units of weight that flow
_COST = 1_000_000  # of the longest arc
_NEAREST = 12  # centres a unit may flow to
_UNEQUAL_PRICE = 10.0  # of a cut's deviation, against the spread it leaves


def plus_plus_centres(
    problem: Problem, rng: np.random.Generator, n_centres: int
) -> Floats:
    """
    Draw distinct starting centres, far apart and where the weight is.

    Parameters
    ----------
    problem
        Units and weights.
    rng
        Random numbers.
    n_centres
        How many; at most the number of units.

    Returns
    -------
    shape (n_centres, 2)
        Places of units, km.

    Notes
    -----
    Source: Arthur and Vassilvitskii (2007), k-means++.
    """
    chosen = [int(rng.choice(problem.n_units, p=problem.pull / problem.pull.sum()))]
    nearest = np.full(problem.n_units, np.inf)
    for _ in range(n_centres - 1):
        away = ((problem.xy - problem.xy[chosen[-1]]) ** 2).sum(axis=1)
        nearest = np.minimum(nearest, away)
        chance = problem.pull * nearest
        chance[chosen] = 0.0
        if chance.sum() <= 0:
            chance = np.ones(problem.n_units)
            chance[chosen] = 0.0
        chosen.append(int(rng.choice(problem.n_units, p=chance / chance.sum())))
    return problem.xy[chosen]


def flow_assignment(problem: Problem, centres: Floats) -> Ints:
    """
    Assign units to centres at least Σ weight · distance², loads equal.

    Parameters
    ----------
    problem
        Units, weights and locks; balanced is the mean of the measures with a tolerance.
    centres : shape (n_territories, 2)
        Where the territories are, km.

    Returns
    -------
    shape (n_units,)
        Territory of each unit; a unit that the flow splits goes where most of it went.

    Notes
    -----
    A transportation problem solved by OR-Tools' cost-scaling min-cost flow. Units may
    flow to their 12 nearest centres; what does not fit passes at a high price.
    """
    n_territories = problem.n_territories
    weight = problem.share.mean(axis=1) if problem.share.shape[1] else problem.pull
    supply = np.rint(weight / weight.sum() * _SUPPLY).astype(np.int64)
    supply[(weight > 0) & (supply == 0)] = 1
    n_near = min(_NEAREST, n_territories)
    away, near = cKDTree(centres).query(problem.xy, k=np.arange(1, n_near + 1))
    labels: Ints = near[:, 0].astype(np.int64)
    is_locked = problem.locked != NOWHERE
    labels[is_locked] = problem.locked[is_locked]
    flowing = np.flatnonzero(~is_locked & (supply > 0))
    if not len(flowing):
        return labels
    cost = away[flowing] ** 2
    cost = np.rint(cost / max(float(cost.max()), 1e-12) * _COST).astype(np.int64)
    room = np.full(n_territories, -(-int(supply.sum()) // n_territories))
    room -= np.bincount(labels[is_locked], supply[is_locked], n_territories).astype(
        np.int64
    )
    flows = _solve(supply[flowing], near[flowing], cost, np.maximum(room, 0))
    labels[flowing] = near[flowing, flows.argmax(axis=1)]
    return labels


def _solve(supply: Ints, near: Ints, cost: Ints, room: Ints) -> Ints:
    """Send each supply to its near centres, shape (n_flowing, n_near)."""
    n_flowing, n_near = near.shape
    n_territories = len(room)
    sink = n_flowing + n_territories
    centre_nodes = n_flowing + np.arange(n_territories)
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        np.repeat(np.arange(n_flowing), n_near),
        n_flowing + near.ravel(),
        np.repeat(supply, n_near),
        cost.ravel(),
    )
    to_sink = np.full(n_territories, sink)
    nothing = np.zeros(n_territories, np.int64)
    solver.add_arcs_with_capacity_and_unit_cost(centre_nodes, to_sink, room, nothing)
    whole = np.full(n_territories, int(supply.sum()))
    solver.add_arcs_with_capacity_and_unit_cost(
        centre_nodes, to_sink, whole, nothing + 4 * _COST
    )
    nodes = np.append(np.arange(n_flowing), sink)
    solver.set_nodes_supplies(nodes, np.append(supply, -supply.sum()))
    if solver.solve() != solver.OPTIMAL:
        raise RuntimeError("the assignment flow has no solution, which cannot be")
    return np.asarray(solver.flows(arcs), dtype=np.int64).reshape(n_flowing, n_near)


def flow_seed(
    problem: Problem, rng: np.random.Generator, n_rounds: int, run: RunControl
) -> Ints:
    """
    Alternate flow assignment and centroids from random centres.

    Parameters
    ----------
    problem
        What to divide; with fixed centres one assignment is made.
    rng
        Random numbers.
    n_rounds
        Most alternations.
    run
        Asked to stop between rounds.

    Returns
    -------
    shape (n_units,)
        Territory of each unit; some may be empty or in pieces.
    """
    if problem.centres is not None:
        return flow_assignment(problem, problem.centres)
    centres = plus_plus_centres(problem, rng, problem.n_territories)
    labels = flow_assignment(problem, centres)
    for _ in range(n_rounds):
        used = np.bincount(labels, minlength=problem.n_territories) > 0
        moved = problem.centres_of(labels, problem.pull)
        centres = np.where(used[:, None], moved, centres)
        again = flow_assignment(problem, centres)
        if run.should_stop() or (again == labels).all():
            return again
        labels = again
    return labels


def bisection_seed(problem: Problem) -> Ints:
    """
    Divide the map in two again and again, by weight.

    Parameters
    ----------
    problem
        What to divide.

    Returns
    -------
    shape (n_units,)
        Territory of each unit; none is empty, some may be in pieces.

    Notes
    -----
    Each cut is straight. With one measure it is the one of eight directions that leaves
    the least Σ weight · distance² in its two sides. With several measures 48 directions
    are tried, and what a cut leaves unequal counts too: a line that halves two measures
    at once always exists (the ham sandwich theorem, Stone and Tukey 1942).
    """
    share = problem.share if problem.share.shape[1] else problem.pull[:, None]
    share = share / share.sum(axis=0)
    # A little of the pull keeps cuts sensible where the measure is zero.
    share = share + 1e-6 * (problem.pull / problem.pull.sum())[:, None]
    labels = np.zeros(problem.n_units, dtype=np.int64)
    open_parts = [(np.arange(problem.n_units), 0, problem.n_territories)]
    while open_parts:
        members, first, n_parts = open_parts.pop()
        if n_parts == 1:
            labels[members] = first
            continue
        n_left = n_parts // 2
        west, east = _cut(problem, share, members, n_left, n_parts)
        open_parts.append((west, first, n_left))
        open_parts.append((east, first + n_left, n_parts - n_left))
    return labels


def _cut(
    problem: Problem, share: Floats, members: Ints, n_left: int, n_parts: int
) -> tuple[Ints, Ints]:
    """Cut some units by the straight line that scores least."""
    xy, shares = problem.xy[members], share[members]
    mass = shares.mean(axis=1)
    xy = xy - np.average(xy, axis=0, weights=mass)
    whole = _spread(xy, mass) or 1.0
    best: tuple[float, Ints, int] | None = None
    n_measures = shares.shape[1]
    # Opposite directions put the smaller number of parts on the other side.
    n_angles, turn = (8, np.pi) if n_measures == 1 else (48, 2 * np.pi)
    for angle in np.arange(n_angles) * turn / n_angles:
        order = np.lexsort((members, xy @ (np.cos(angle), np.sin(angle))))
        place, unequal = _place(shares[order], n_left, n_parts)
        spread = sum(
            _spread(xy[side], mass[side]) for side in (order[:place], order[place:])
        )
        score = spread / whole
        if n_measures > 1:
            score += _UNEQUAL_PRICE * unequal
        if best is None or score < best[0] - 1e-12:
            best = (score, order, place)
    assert best is not None  # noqa: S101 - several directions were tried
    _, order, place = best
    return members[np.sort(order[:place])], members[np.sort(order[place:])]


def _place(shares: Floats, n_left: int, n_parts: int) -> tuple[int, float]:
    """Find where to cut a row of units, and by how much a part then deviates."""
    upto = np.cumsum(shares, axis=0)
    lacking = np.abs(upto / upto[-1] - n_left / n_parts).max(axis=1)
    low, high = n_left, len(shares) - (n_parts - n_left)
    place = low + int(lacking[low - 1 : high].argmin())
    return place, float(lacking[place - 1]) * n_parts / n_left


def _spread(xy: Floats, mass: Floats) -> float:
    middle = mass @ xy / mass.sum()
    return float(mass @ ((xy - middle) ** 2).sum(axis=1))
