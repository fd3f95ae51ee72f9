"""Exact re-division of a few neighbouring territories by CP-SAT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.sat.python import cp_model
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from planner.core.run import RunControl
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem
from planner.territory.search.local_search import Plan, SearchGoal, rate

_TERRITORIES = 4  # divided anew at once
_MOST_CELLS = 1_200  # free units · territories in one model
_WORK = 1.0  # of CP-SAT a round, in its deterministic seconds
_SCALE = 1_000_000  # whole parts of an ideal load
_TRAVEL_PARTS = 1_000_000  # whole parts of the travel at hand
_EXCESS_PRICE = 50  # of one part of excess against one of travel
_STRANGE = 1_000.0  # length of a step outside the own territory


@dataclass(frozen=True, slots=True)
class _Region:
    """Some territories, their units by row, and where each may go."""

    territories: Ints
    units: Ints
    is_open: Any  # shape (n_units, n_territories)
    depth: Floats  # from each territory's root, shape (n_units, n_territories)
    roots: Ints


def improve_by_lns(
    problem: Problem,
    plan: Plan,
    goal: SearchGoal,
    n_rounds: int,
    rng: np.random.Generator,
    run: RunControl,
) -> Plan:
    """
    Divide the territories outside a tolerance anew, with their neighbours.

    Parameters
    ----------
    problem
        What is asked, at least one tolerance.
    plan
        Where to begin; every territory of one piece where that is asked.
    goal
        What is minimised after excess.
    n_rounds
        Most models that are solved.
    rng
        Draws the neighbours that take part.
    run
        Asked to stop between rounds.

    Returns
    -------
    The best plan seen.

    Notes
    -----
    One model holds up to four territories. Each keeps its heaviest unit as root; a unit
    may belong to a territory only together with a neighbour that is nearer to its root,
    so that territories hang together. Steps within the territory of today count less
    than others in that distance: the plan at hand is always allowed. Work is bounded by
    CP-SAT's deterministic time: the same request gives the same plan.
    """
    tried = np.zeros(problem.n_territories)
    for number in range(n_rounds):
        excess = problem.excess(plan.labels).sum(axis=1)
        if plan.key[0] <= 0 or run.should_stop():
            break
        worst = int(np.argmax(excess / (1 + tried)))
        around = draw_around(problem, plan.labels, worst, _TERRITORIES, rng)
        candidate = _anew(problem, plan, around, goal, number)
        if candidate is not plan:
            plan = candidate
            tried[:] = 0
        else:
            tried[worst] += 1
        run.report((number + 1) / n_rounds, "Dividing anew", best=plan.key[2])
    return plan


def shorten_by_lns(
    problem: Problem,
    plan: Plan,
    goal: SearchGoal,
    n_rounds: int,
    rng: np.random.Generator,
    run: RunControl,
) -> Plan:
    """
    Divide pairs of neighbouring territories anew for less travel.

    Parameters
    ----------
    problem
        What is asked.
    plan
        Where to begin; every territory of one piece where that is asked.
    goal
        What is minimised after excess.
    n_rounds
        Most models that are solved.
    rng
        Draws the pairs.
    run
        Asked to stop between rounds.

    Returns
    -------
    The best plan seen.

    Notes
    -----
    The model of `improve_by_lns`, for two territories at a time. Travel in it goes to
    the centres at hand; to the new ones it is no more, but a plan that is nearer only
    by its own centres is not found. A pair is drawn again only after one of the two has
    changed, so it ends by itself.
    """
    finished: set[tuple[int, int]] = set()
    for number in range(n_rounds):
        ends = np.sort(plan.labels[problem.pairs], axis=1)
        ends = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
        pairs = [(int(a), int(b)) for a, b in ends if (int(a), int(b)) not in finished]
        if not pairs or run.should_stop():
            break
        pair = pairs[int(rng.integers(len(pairs)))]
        finished.add(pair)
        candidate = _anew(problem, plan, np.array(pair, dtype=np.int64), goal, number)
        if candidate is not plan:
            plan = candidate
            finished = {other for other in finished if not set(other) & set(pair)}
        run.report((number + 1) / n_rounds, "Dividing anew", best=plan.key[2])
    return plan


def _anew(
    problem: Problem, plan: Plan, territories: Ints, goal: SearchGoal, seed: int
) -> Plan:
    """Divide some territories anew; the plan itself where that is no better."""
    region = _region(problem, plan.labels, territories)
    labels = _divided(problem, plan.labels, region, goal, seed)
    candidate = rate(problem, labels, goal)
    too_many = goal.max_moved is not None and (
        problem.size_of_moves(labels) > goal.max_moved
    )
    return candidate if candidate.key < plan.key and not too_many else plan


def draw_around(
    problem: Problem, labels: Ints, first: int, n_most: int, rng: np.random.Generator
) -> Ints:
    """
    Draw territories that hang together.

    Parameters
    ----------
    problem
        With the neighbours.
    labels : shape (n_units,)
        Territory of each unit.
    first
        The territory to begin with.
    n_most
        How many, where there are as many.
    rng
        Random numbers.

    Returns
    -------
    shape (n_drawn,)
        Territories, the first one in front.
    """
    pairs = problem.pairs
    members = [first]
    while len(members) < min(n_most, problem.n_territories):
        inside = np.isin(labels[pairs[:, 0]], members)
        beside = np.setdiff1d(labels[pairs[inside, 1]], members)
        if not len(beside):
            break
        members.append(int(rng.choice(beside)))
    return np.array(members, dtype=np.int64)


def _region(problem: Problem, labels: Ints, territories: Ints) -> _Region:
    """Take the units of some territories, and where each may go."""
    units = np.flatnonzero(np.isin(labels, territories))
    is_current = labels[units][:, None] == territories
    weight = problem.share[units].sum(axis=1) + 1e-9 * problem.pull[units]
    is_locked = problem.locked[units] != NOWHERE
    roots = np.where(is_current, (weight + 1e6 * is_locked)[:, None], -1.0).argmax(
        axis=0
    )
    depth, hops = _depths(problem, labels, units, is_current, roots)
    # Light units far inside stay; the heavier ones and those near a border are free.
    n_free = max(1, _MOST_CELLS // len(territories))
    rank = np.empty(len(units))
    rank[np.argsort(hops - 2 * np.sqrt(weight / weight.max()), kind="stable")] = (
        np.arange(len(units))
    )
    is_free = (rank < n_free) & ~is_locked
    is_free[roots] = False
    return _Region(territories, units, is_current | is_free[:, None], depth, roots)


def _depths(
    problem: Problem, labels: Ints, units: Ints, is_current: Any, roots: Ints
) -> tuple[Floats, Floats]:
    """Distances to each root, and how many steps a unit is from a strange one."""
    place = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    place[units] = np.arange(len(units))
    pairs = place[problem.pairs]
    pairs = pairs[(pairs >= 0).all(axis=1)]
    size = (len(units), len(units))
    depth = np.empty(is_current.shape)
    for column, root in enumerate(roots):
        inside = is_current[pairs, column].all(axis=1)
        graph = coo_array(
            (np.where(inside, 1.0, _STRANGE), (pairs[:, 0], pairs[:, 1])), size
        )
        depth[:, column] = dijkstra(graph.tocsr(), indices=root)
    tail, head = labels[units][pairs].T
    border = np.unique(pairs[tail != head, 0])
    plain = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), size).tocsr()
    hops = dijkstra(plain, unweighted=True, indices=border, min_only=True)
    return depth, np.minimum(hops, len(units))


def _divided(
    problem: Problem, labels: Ints, region: _Region, goal: SearchGoal, seed: int
) -> Ints:
    """Solve one model; the plan at hand if nothing is found."""
    model = cp_model.CpModel()
    n_units, n_territories = region.is_open.shape
    chosen: list[list[Any]] = [
        [
            model.new_bool_var("") if region.is_open[u, k] else None
            for k in range(n_territories)
        ]
        for u in range(n_units)
    ]
    is_current = labels[region.units][:, None] == region.territories
    for u in range(n_units):
        model.add_exactly_one(x for x in chosen[u] if x is not None)
        for k in range(n_territories):
            if chosen[u][k] is not None:
                model.add_hint(chosen[u][k], bool(is_current[u, k]))
    if problem.is_contiguous:
        _hold_together(model, problem, region, chosen)
    _keep_apart(model, problem, region, chosen)
    excess = _excess(model, problem, region, chosen)
    cost = _costs(problem, labels, region, goal)
    model.minimize(
        sum(excess)
        + sum(
            int(cost[u, k]) * chosen[u][k]
            for u in range(n_units)
            for k in range(n_territories)
            if chosen[u][k] is not None
        )
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = _WORK
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return labels
    divided = labels.copy()
    for u in range(n_units):
        for k in range(n_territories):
            if chosen[u][k] is not None and solver.boolean_value(chosen[u][k]):
                divided[region.units[u]] = region.territories[k]
    return divided


def _hold_together(
    model: Any, problem: Problem, region: _Region, chosen: list[list[Any]]
) -> None:
    place = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    place[region.units] = np.arange(len(region.units))
    for u, unit in enumerate(region.units):
        around = place[problem.indices[problem.indptr[unit] : problem.indptr[unit + 1]]]
        around = around[around != NOWHERE]
        for k, x in enumerate(chosen[u]):
            if x is None or u == region.roots[k]:
                continue
            nearer = around[region.depth[around, k] < region.depth[u, k]]
            holds = [chosen[v][k] for v in nearer if chosen[v][k] is not None]
            model.add_bool_or([*holds, x.negated()])


def _keep_apart(
    model: Any, problem: Problem, region: _Region, chosen: list[list[Any]]
) -> None:
    """Forbid two units of a pair in one territory; all pairs inside are in reach."""
    place = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    place[region.units] = np.arange(len(region.units))
    for one, other in place[problem.forbidden_pairs]:
        if one == NOWHERE or other == NOWHERE:
            continue
        for x, y in zip(chosen[one], chosen[other], strict=True):
            if x is not None and y is not None:
                model.add_bool_or([x.negated(), y.negated()])


def _excess(
    model: Any, problem: Problem, region: _Region, chosen: list[list[Any]]
) -> list[Any]:
    """Price the parts beyond the limits, for each measure and territory."""
    excesses = []
    parts = np.rint(problem.share[region.units] * _SCALE).astype(np.int64)
    for k, territory in enumerate(region.territories):
        for m in range(problem.share.shape[1]):
            high = int(np.floor(problem.most[territory, m] * _SCALE)) - len(parts)
            low = int(np.ceil(problem.least[territory, m] * _SCALE)) + len(parts)
            terms = [
                int(parts[u, m]) * row[k]
                for u, row in enumerate(chosen)
                if row[k] is not None
            ]
            load = cp_model.LinearExpr.sum(terms)
            over = model.new_int_var(0, int(parts[:, m].sum()) + _SCALE, "")
            model.add(over >= load - high)
            model.add(over >= low - load)
            excesses.append(
                max(1, int(np.rint(_EXCESS_PRICE * problem.importance[m]))) * over
            )
    return excesses


def _costs(problem: Problem, labels: Ints, region: _Region, goal: SearchGoal) -> Floats:
    """Whole parts of cost, travel to the centres at hand or moves."""
    if goal.is_moves:
        today = problem.current[region.units][:, None]
        away = (today != region.territories) & (today != NOWHERE)
        return np.rint(away * (_TRAVEL_PARTS / problem.n_units))
    centres = problem.centres_of(labels)[region.territories]
    away = ((problem.xy[region.units][:, None] - centres) ** 2).sum(axis=2)
    cost = problem.pull[region.units][:, None] * away
    is_current = labels[region.units][:, None] == region.territories
    return np.rint(cost / max(float(cost[is_current].sum()), 1e-300) * _TRAVEL_PARTS)
