"""The cheapest assignment to given centres with every tolerance; units may be split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow
from scipy.optimize import linprog
from scipy.sparse import coo_array, hstack, vstack
from scipy.spatial import cKDTree

from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem

_SLACK_PRICE = 50.0  # of missing a tolerance, in the dearest cost of an ideal load
_TIME_LIMIT_S = 60.0  # after which HiGHS gives up
_MISSED = 1e-7  # ideal loads outside: the tolerances cannot be kept
_SUPPLY = 10_000_000  # whole units of load that flow
_COST = 100_000_000  # of the dearest arc
_SPILL = 4  # times the dearest arc, for load outside its limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """
    Where units go when they may be split and territories be in pieces.

    Parameters
    ----------
    labels : shape (n_units,)
        Territory of each unit: where most of it goes.
    cost
        Of the split assignment, in the unit of the costs given.
    prices : shape (n_territories, n_balanced)
        Price of load in each territory, cost per ideal load.
    missed
        Ideal loads outside the limits of loads, summed.
    """

    labels: Ints
    cost: float
    prices: Floats
    missed: float

    @property
    def is_kept(self) -> bool:
        """Whether every limit of loads is kept."""
        return self.missed <= _MISSED


def allocate_by_program(
    problem: Problem,
    cost: Floats,
    near: Ints,
) -> Allocation | None:
    """
    Assign units at least cost within all limits of loads, by linear programming.

    Parameters
    ----------
    problem
        Shares, limits of loads and locks.
    cost : shape (n_units, n_near)
        Of each unit in the territories it may go to.
    near : shape (n_units, n_near)
        These territories; all the same one where the unit is locked.

    Returns
    -------
    The assignment; None if HiGHS gave up.

    Notes
    -----
    HiGHS through SciPy. Limits may be missed at a price far beyond any travel, so that
    a program always has a solution.
    """
    n_near, n_balanced = near.shape[1], problem.share.shape[1]
    column = np.arange(near.size)
    owner = np.repeat(np.arange(problem.n_units), n_near)
    place = near.ravel()
    whole = coo_array((np.ones(near.size), (owner, column)))
    loads = vstack(
        [
            coo_array(
                (problem.share[owner, m], (place, column)),
                shape=(problem.n_territories, near.size),
            )
            for m in range(n_balanced)
        ]
    )
    prices = cost.ravel()
    n_rows = loads.shape[0]
    slack = coo_array((np.full(n_rows, -1.0), (np.arange(n_rows), np.arange(n_rows))))
    none = coo_array((n_rows, n_rows))
    above = vstack([hstack([loads, slack, none]), hstack([-loads, none, slack])])
    scale = float(prices.max()) or 1.0
    dear = _SLACK_PRICE * float(cost.max(axis=1).mean()) * problem.n_units
    dear = dear / problem.n_territories or 1.0
    solved = linprog(
        np.concatenate([prices, np.full(2 * n_rows, dear)]) / scale,
        A_ub=above.tocsr(),
        b_ub=np.concatenate([problem.most.T.ravel(), -problem.least.T.ravel()]),
        A_eq=hstack([whole, coo_array((problem.n_units, 2 * n_rows))]).tocsr(),
        b_eq=np.ones(problem.n_units),
        method="highs",
        options={"time_limit": _TIME_LIMIT_S},
    )
    if solved.status != 0:
        return None
    parts = solved.x[: near.size].reshape(near.shape)
    margins = -scale * np.asarray(solved.ineqlin.marginals, dtype=float)
    signed = (margins[:n_rows] - margins[n_rows:]).reshape(n_balanced, -1)
    return Allocation(
        labels=_mostly(near, parts),
        cost=float((cost * parts).sum()),
        prices=np.ascontiguousarray(signed.T),
        missed=float(solved.x[near.size :].sum()),
    )


def _mostly(near: Ints, parts: NDArray[np.generic]) -> Ints:
    """Take the territory to which most of each unit goes."""
    rows = np.arange(len(near))
    return np.asarray(near[rows, parts.argmax(axis=1)], dtype=np.int64)


def nearest_centres(
    problem: Problem, centres: Floats, n_near: int
) -> tuple[Floats, Ints]:
    """
    List the nearest centres of each unit and what travel to them costs.

    Parameters
    ----------
    problem
        Places, weights and locks.
    centres : shape (n_territories, 2)
        Where the territories are, km.
    n_near
        How many; at most all.

    Returns
    -------
    cost : shape (n_units, n_near)
        Weight · km².
    near : shape (n_units, n_near)
        Territories; a locked unit has its own in all columns.
    """
    n_near = min(n_near, problem.n_territories)
    away, near = cKDTree(centres).query(problem.xy, k=np.arange(1, n_near + 1))
    near = near.astype(np.int64)
    cost = problem.weight[:, None] * away**2
    locked = np.flatnonzero(problem.locked != NOWHERE)
    if len(locked):
        near[locked] = problem.locked[locked, None]
        gone = problem.xy[locked] - centres[problem.locked[locked]]
        cost[locked] = (problem.weight[locked] * (gone**2).sum(axis=1))[:, None]
    return cost, near


def allocate_by_flow(problem: Problem, cost: Floats, near: Ints) -> Allocation:
    """
    Assign units at least cost within the limits of one balanced measure, by a flow.

    Parameters
    ----------
    problem
        One balanced measure, its limits and locks.
    cost, near
        As `allocate_by_program`.

    Returns
    -------
    The assignment and its prices.

    Notes
    -----
    OR-Tools' cost-scaling min-cost flow. What a territory must hold at least is taken
    out at its node, the rest of its room at one common sink; load that fits nowhere
    passes at a high price. Prices are potentials of the flow: with a unit's load in k,
    going to l instead must not be cheaper, price_k − price_l ≤ (cost_ul − cost_uk) ÷
    load, and a price is only where a limit is reached; shortest paths (Bellman and
    Ford) over territories solve these differences.
    """
    n_territories = problem.n_territories
    share = problem.share[:, 0]
    scale = _SUPPLY / max(float(share.sum()), 1e-300)
    supply = np.rint(share * scale).astype(np.int64)
    flowing = np.flatnonzero((problem.locked == NOWHERE) & (supply > 0))
    labels = _cheapest(cost, near)
    fixed = np.bincount(
        near[problem.locked != NOWHERE, 0],
        supply[problem.locked != NOWHERE],
        n_territories,
    ).astype(np.int64)
    idle_cost = np.delete(cost.min(axis=1), flowing).sum()
    if not len(flowing):
        nothing = np.zeros((n_territories, 1))
        return Allocation(
            labels=labels, cost=float(idle_cost), prices=nothing, missed=0.0
        )
    least = np.ceil(problem.least[:, 0] * scale).astype(np.int64) - fixed
    most = np.floor(problem.most[:, 0] * scale).astype(np.int64) - fixed
    beyond = float(np.maximum(-most, 0).sum())  # what is locked is too much already
    least, most = np.maximum(least, 0), np.maximum(most, 0)
    unit_cost = cost[flowing] / supply[flowing, None]
    dearest = max(float(unit_cost.max()), 1e-300)
    least = np.minimum(least, most)
    whole_cost = np.rint(unit_cost / dearest * _COST).astype(np.int64)
    flows, missed = _solve(supply[flowing], near[flowing], whole_cost, least, most)
    labels[flowing] = _mostly(near[flowing], flows)
    prices = _potentials(near[flowing], whole_cost, flows, least, most)
    return Allocation(
        labels=labels,
        cost=float((unit_cost * flows).sum() + idle_cost),
        prices=(prices / _COST * dearest * scale)[:, None],
        missed=(missed + beyond) / scale,
    )


def _potentials(near: Ints, cost: Ints, flows: Ints, least: Ints, most: Ints) -> Floats:
    """Read the prices of an optimal flow, shape (n_territories,)."""
    n_territories = len(most)
    # The last node is the sink, whose price is 0.
    limit = np.full((n_territories + 1, n_territories + 1), float(_SPILL * _COST))
    for column in range(near.shape[1]):
        rows = np.flatnonzero(flows[:, column] > 0)
        here = np.repeat(near[rows, column], near.shape[1])
        dearer = (cost[rows] - cost[rows, column, None]).ravel()
        np.minimum.at(limit, (near[rows].ravel(), here), dearer)
    load = np.bincount(near.ravel(), flows.ravel(), n_territories)
    limit[-1, :-1] = np.where(load < most, 0.0, limit[-1, :-1])
    limit[:-1, -1] = np.where(load > least, 0.0, limit[:-1, -1])
    np.fill_diagonal(limit, 0.0)
    away = limit[-1].copy()
    for _ in range(n_territories):
        nearer = np.minimum(away, (away[:, None] + limit).min(axis=0))
        if (nearer == away).all():
            break
        away = nearer
    return away[:-1]


def _cheapest(cost: Floats, near: Ints) -> Ints:
    rows = np.arange(len(near))
    return np.asarray(near[rows, cost.argmin(axis=1)], dtype=np.int64)


def _solve(
    supply: Ints, near: Ints, cost: Ints, least: Ints, most: Ints
) -> tuple[Ints, float]:
    """Send each supply to its near centres, shape (n_flowing, n_near)."""
    (n_flowing, n_near), n_territories = near.shape, len(most)
    sink = n_flowing + n_territories
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        np.repeat(np.arange(n_flowing), n_near),
        n_flowing + near.ravel(),
        np.repeat(supply, n_near),
        cost.ravel(),
    )
    centre = n_flowing + np.arange(n_territories)
    total, dear = int(supply.sum()), _SPILL * _COST
    least = least if int(least.sum()) <= total else np.zeros_like(least)
    whole, to_sink = np.full(n_territories, total), np.full(n_territories, sink)
    spills = []
    for tail, head, room, price in (
        (centre, to_sink, most - least, 0),
        (centre, to_sink, whole, dear),
        (to_sink, centre, least, dear),
    ):
        prices = np.full(n_territories, price)
        spills.append(
            solver.add_arcs_with_capacity_and_unit_cost(tail, head, room, prices)
        )
    nodes = np.concatenate([np.arange(n_flowing), centre, [sink]])
    taken = np.concatenate([supply, -least, [-(total - int(least.sum()))]])
    solver.set_nodes_supplies(nodes, taken)
    if solver.solve() != solver.OPTIMAL:
        raise RuntimeError("the assignment flow has no solution, which cannot be")
    missed = sum(int(np.asarray(solver.flows(arc)).sum()) for arc in spills[1:])
    flows = np.asarray(solver.flows(arcs), dtype=np.int64).reshape(n_flowing, n_near)
    return flows, float(missed)
