"""Make territories hang together: join what is locked, give away loose pieces."""

from __future__ import annotations

import heapq

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planner.core.errors import InfeasibleError
from planner.core.reasons import Reason
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem

_TRIES = 20  # orders in which locked territories are joined


def pieces_of(problem: Problem, labels: Ints) -> Ints:
    """
    Give each connected piece of a territory a number.

    Parameters
    ----------
    problem
        Neighbours.
    labels : shape (n_units,)
        Territory of each unit; `NOWHERE` units are pieces of their own kind.

    Returns
    -------
    shape (n_units,)
        Piece of each unit, from 0.
    """
    pairs = problem.pairs
    pairs = pairs[labels[pairs[:, 0]] == labels[pairs[:, 1]]]
    graph = coo_array(
        (np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])),
        shape=(problem.n_units, problem.n_units),
    )
    _, piece = connected_components(graph.tocsr(), directed=False)
    return np.asarray(piece, dtype=np.int64)


def count_extra_pieces(problem: Problem, labels: Ints) -> int:
    """Count pieces beyond one for each territory that has a unit."""
    n_pieces = int(pieces_of(problem, labels).max()) + 1
    return n_pieces - len(np.unique(labels))


def join_locked(problem: Problem, rng: np.random.Generator) -> Ints:
    """
    Find units that join the locked units of each territory into one piece.

    Parameters
    ----------
    problem
        Neighbours, locks and today's alignment.
    rng
        Random numbers; decides the order of the territories after the first try.

    Returns
    -------
    shape (n_units,)
        The locked units of each territory and the paths between them; the rest
        `NOWHERE`.

    Raises
    ------
    InfeasibleError
        If no order of the territories led to paths that do not cross.

    Notes
    -----
    Shortest paths through free units; a unit the territory has today costs little,
    so that a plan that hangs together today always can be joined.
    """
    if not problem.is_contiguous:
        return problem.locked.copy()
    owners = np.unique(problem.locked[problem.locked != NOWHERE])
    stuck = NOWHERE
    for attempt in range(_TRIES):
        order = owners if attempt == 0 else rng.permutation(owners)
        if stuck != NOWHERE:  # who failed comes first
            order = np.concatenate([[stuck], order[order != stuck]])
        core = problem.locked.copy()
        stuck = NOWHERE
        for territory in order:
            if not _join(problem, core, int(territory)):
                stuck = int(territory)
                break
        if stuck == NOWHERE:
            return core
    territory = problem.territory_ids[stuck]
    raise InfeasibleError([Reason("locks_cross", {"territory": territory})])


def _join(problem: Problem, core: Ints, territory: int) -> bool:
    """Join the pieces of one territory in `core`; False if there is no way."""
    while True:
        members = np.flatnonzero(core == territory)
        piece = pieces_of(problem, np.where(core == territory, core, NOWHERE))[members]
        if len(np.unique(piece)) <= 1:
            return True
        start = members[piece == piece[0]]
        path = _path(problem, core, territory, start)
        if path is None:
            return False
        core[path] = territory


def _path(
    problem: Problem, core: Ints, territory: int, start: Ints
) -> list[int] | None:
    """Find the cheapest way from some units to the rest of their territory."""
    from_start = np.zeros(problem.n_units, dtype=bool)
    from_start[start] = True
    reached = np.full(problem.n_units, np.inf)
    reached[start] = 0.0
    before = np.full(problem.n_units, NOWHERE)
    heap = [(0.0, int(unit)) for unit in start]
    while heap:
        cost, unit = heapq.heappop(heap)
        if cost > reached[unit]:
            continue
        if core[unit] == territory and not from_start[unit]:
            path = []
            while before[unit] != NOWHERE:
                path.append(unit)
                unit = int(before[unit])
            return path
        for other in problem.indices[problem.indptr[unit] : problem.indptr[unit + 1]]:
            if core[other] not in (NOWHERE, territory):
                continue
            is_own = core[other] == territory or problem.current[other] == territory
            further = cost + (1e-3 if is_own else 1.0)
            if further < reached[other]:
                reached[other] = further
                before[other] = unit
                heapq.heappush(heap, (further, int(other)))
    return None


def repair(problem: Problem, labels: Ints, core: Ints) -> Ints:
    """
    Make every territory non-empty and, where asked, of one piece.

    Parameters
    ----------
    problem
        Neighbours and weights.
    labels : shape (n_units,)
        Territory of each unit, `NOWHERE` for units still to be placed.
    core : shape (n_units,)
        What `join_locked` returned: never given away.

    Returns
    -------
    shape (n_units,)
        Territory of each unit.
    """
    labels = np.where(core != NOWHERE, core, labels)
    labels = _fill_empty(problem, labels, core)
    if not problem.is_contiguous:
        loose = labels == NOWHERE
        if loose.any():
            centres = problem.centres_of(np.where(loose, 0, labels), problem.pull)
            away = ((problem.xy[loose, None] - centres[None]) ** 2).sum(axis=2)
            labels[loose] = away.argmin(axis=1)
        return labels
    piece = pieces_of(problem, labels)
    size = np.bincount(piece, problem.pull + 1e-9 * problem.pull.mean())
    size[piece[core != NOWHERE]] = np.inf  # the core is one piece of its territory
    size[piece[labels == NOWHERE]] = -1
    order = np.lexsort((-size[piece], labels))
    _, first = np.unique(labels[order], return_index=True)
    is_largest = np.zeros(len(size), dtype=bool)
    is_largest[piece[order[first]]] = True
    is_largest[piece[labels == NOWHERE]] = False
    labels = np.where(is_largest[piece], labels, NOWHERE)
    return _grow(problem, _fill_empty(problem, labels, core))


def _fill_empty(problem: Problem, labels: Ints, core: Ints) -> Ints:
    """Give each territory without unit one that another can spare."""
    labels = labels.copy()
    count = np.bincount(labels[labels != NOWHERE], minlength=problem.n_territories)
    for territory in np.flatnonzero(count == 0):
        spare = (core == NOWHERE) & (
            (labels == NOWHERE) | (count[np.maximum(labels, 0)] > 1)
        )
        if not spare.any():
            values = {"territory": problem.territory_ids[territory]}
            raise InfeasibleError([Reason("units_used_up", values)])
        value = np.where(labels == NOWHERE, np.inf, problem.pull)
        if problem.centres is not None:
            value = -((problem.xy - problem.centres[territory]) ** 2).sum(axis=1)
        unit = int(np.where(spare, value, -np.inf).argmax())
        if labels[unit] != NOWHERE:
            count[labels[unit]] -= 1
        labels[unit] = territory
        count[territory] += 1
    return labels


def _grow(problem: Problem, labels: Ints) -> Ints:
    """Give loose units to the nearest territory they can be reached from."""
    labels = labels.copy()
    placed = labels != NOWHERE
    if placed.all():
        return labels
    centres = _centres_of_placed(problem, labels)
    pairs = problem.pairs
    heap = []
    for unit, other in pairs[placed[pairs[:, 0]] & ~placed[pairs[:, 1]]].tolist():
        heap.append((_away(problem, centres, other, labels[unit]), other, labels[unit]))
    heapq.heapify(heap)
    while heap:
        _, unit, territory = heapq.heappop(heap)
        if labels[unit] != NOWHERE:
            continue
        labels[unit] = territory
        for other in problem.indices[problem.indptr[unit] : problem.indptr[unit + 1]]:
            if labels[other] == NOWHERE:
                away = _away(problem, centres, int(other), territory)
                heapq.heappush(heap, (away, int(other), territory))
    return labels


def _centres_of_placed(problem: Problem, labels: Ints) -> Floats:
    if problem.centres is not None:
        return problem.centres
    placed = labels != NOWHERE
    pull = np.where(placed, problem.pull, 0.0)
    return problem.centres_of(np.maximum(labels, 0), pull)


def _away(problem: Problem, centres: Floats, unit: int, territory: int) -> float:
    dx, dy = problem.xy[unit] - centres[territory]
    return float(dx * dx + dy * dy)
