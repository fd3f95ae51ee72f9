"""A map that barriers cut into parts: each part has territories of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planner.core.errors import InfeasibleError
from planner.core.reasons import Reason
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem


def components_of(problem: Problem) -> Ints:
    """Find which part of the map each unit lies in, the largest part first."""
    pairs = problem.pairs
    graph = coo_array(
        (np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])),
        shape=(problem.n_units, problem.n_units),
    )
    _, component = connected_components(graph.tocsr(), directed=False)
    mass = np.bincount(component, problem.pull)
    rank = np.empty(len(mass), dtype=np.int64)
    rank[np.argsort(-mass, kind="stable")] = np.arange(len(mass))
    return rank[component]


def component_of_territory(problem: Problem, component: Ints) -> Ints:
    """
    Give each territory to a part of the map.

    Parameters
    ----------
    problem
        What is asked.
    component : shape (n_units,)
        From `components_of`.

    Returns
    -------
    shape (n_territories,)
        Part of each territory; every part has one at least. Locks decide first, then
        the fixed centre's nearest unit, then where most of today's territory lies.

    Raises
    ------
    InfeasibleError
        If there are more parts than territories, or locks hold more territories in a
        part, or one territory in two parts.
    """
    n_parts = int(component.max()) + 1
    n_territories = problem.n_territories
    if n_parts > n_territories:
        values = {
            "n_components": n_parts,
            "n_territories": n_territories,
            "unit": str(problem.unit_ids[component == n_parts - 1][0]),
        }
        raise InfeasibleError([Reason("components_exceed_territories", values)])
    fixed = _fixed(problem, component)
    targets = _wanted(problem, component, n_parts)
    pull = np.zeros((n_territories, n_parts))
    has_current = problem.current != NOWHERE
    np.add.at(
        pull,
        (problem.current[has_current], component[has_current]),
        problem.pull[has_current],
    )
    room = _rooms(problem, component, targets, fixed)
    component_ids = fixed.copy()
    n_open = room - np.bincount(fixed[fixed >= 0], minlength=n_parts)
    order = np.argsort(-pull.max(axis=1), kind="stable")
    for territory in order[component_ids[order] < 0]:
        open_parts = np.flatnonzero(n_open > 0)
        best = open_parts[pull[territory, open_parts].argmax()]
        if pull[territory, best] <= 0:
            best = open_parts[n_open[open_parts].argmax()]
        component_ids[territory] = best
        n_open[best] -= 1
    return component_ids


def _fixed(problem: Problem, component: Ints) -> Ints:
    """Parts that locks, or fixed centres, decide; -1 elsewhere."""
    fixed = np.full(problem.n_territories, -1, dtype=np.int64)
    if problem.centres is not None:
        for territory, centre in enumerate(problem.centres):
            nearest = ((problem.xy - centre) ** 2).sum(axis=1).argmin()
            fixed[territory] = component[nearest]
    locked_rows = np.flatnonzero(problem.locked != NOWHERE)
    for territory in np.unique(problem.locked[locked_rows]):
        members = locked_rows[problem.locked[locked_rows] == territory]
        there = np.unique(component[members])
        if len(there) > 1:
            a, b = (
                str(problem.unit_ids[members[component[members] == at][0]])
                for at in there[:2]
            )
            territory_id = problem.territory_ids[territory]
            values = {"unit": a, "other": b, "territory": territory_id}
            raise InfeasibleError([Reason("locks_across_borders", values)])
        fixed[territory] = there[0]
    return fixed


def _wanted(problem: Problem, component: Ints, n_parts: int) -> Floats:
    """Territories that each part's load is worth."""
    shares = [
        np.bincount(component, problem.share[:, m], n_parts)
        for m in range(problem.share.shape[1])
    ]
    if not shares:
        total = problem.pull.sum()
        shares = [
            np.bincount(component, problem.pull, n_parts)
            / total
            * problem.n_territories
        ]
    return np.asarray(np.mean(shares, axis=0), dtype=float)


def _rooms(problem: Problem, component: Ints, targets: Floats, fixed: Ints) -> Ints:
    """Share out the territories: as a part's load is worth, at least one each."""
    n_parts = len(targets)
    size = np.bincount(component, minlength=n_parts)
    room = np.maximum(1, np.bincount(fixed[fixed >= 0], minlength=n_parts))
    if room.sum() > problem.n_territories:
        empty = np.flatnonzero(np.bincount(fixed[fixed >= 0], minlength=n_parts) == 0)
        unit = str(problem.unit_ids[component == empty[0]][0])
        raise InfeasibleError([Reason("component_without_territory", {"unit": unit})])
    while room.sum() < problem.n_territories:
        lack = np.where(room < size, targets / room, -np.inf)
        room[int(lack.argmax())] += 1
    return np.asarray(room, dtype=np.int64)


def restrict(problem: Problem, rows: Ints, territories: Ints) -> Problem:
    """
    Make the problem of some units and some territories.

    Parameters
    ----------
    problem
        What is asked.
    rows
        Its units.
    territories
        Its territories; today's and locks elsewhere are taken as none.

    Returns
    -------
    Loads stay shares of the whole problem's ideal, so that parts are held to what the
    whole is held to.
    """
    new_row = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    new_row[rows] = np.arange(len(rows))
    new_name = np.full(problem.n_territories + 1, NOWHERE, dtype=np.int64)
    new_name[territories] = np.arange(len(territories))
    pairs = new_row[problem.pairs]
    pairs = pairs[(pairs >= 0).all(axis=1)]  # tails stay in order, neighbours sorted
    counts = np.bincount(pairs[:, 0], minlength=len(rows))
    forbidden_pairs = new_row[problem.forbidden_pairs]
    current = new_name[problem.current[rows]]
    return replace(
        problem,
        unit_ids=problem.unit_ids[rows],
        territory_ids=tuple(problem.territory_ids[at] for at in territories),
        xy=problem.xy[rows],
        weight=problem.weight[rows],
        pull=problem.pull[rows],
        share=np.ascontiguousarray(problem.share[rows]),
        target=np.ascontiguousarray(problem.target[territories]),
        low=np.ascontiguousarray(problem.low[territories]),
        high=np.ascontiguousarray(problem.high[territories]),
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        indices=np.ascontiguousarray(pairs[:, 1]),
        current=current,
        locked=new_name[problem.locked[rows]],
        is_given_up=(current == NOWHERE)
        & ((problem.current[rows] != NOWHERE) | problem.is_given_up[rows]),
        centres=None if problem.centres is None else problem.centres[territories],
        move_cost=None if problem.move_cost is None else problem.move_cost[rows],
        move_size=None if problem.move_size is None else problem.move_size[rows],
        forbidden_pairs=forbidden_pairs[(forbidden_pairs >= 0).all(axis=1)],
    )
