"""Transfer paths: thin ways by which a territory reaches load beyond its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem

_WINDINGS = (0.0, 0.0, 0.5, 0.5, 2.0, 2.0)  # dearer by this for each step from a border
_NOISE = 0.3  # of a unit's cost, log scale: other ways on each try
_STEP = 0.02  # of the mean cost: what a unit on the way costs at least
_BARRED = 1e9  # of the mean cost: locked units are no way
_DEAREST = 0.25  # of a mean territory: transfer paths that cost more do not pay


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPath:
    """
    Units that a territory takes to border one it does not border yet.

    Parameters
    ----------
    territory
        Who takes them.
    units : shape (n_taken,)
        The way and what it cuts off from the territories it crosses.
    cost
        Cost of moves.
    beside : shape (n_beside,)
        Territories that border the way.
    """

    territory: int
    units: Ints
    cost: float
    beside: Ints


def find_transfer_paths(
    problem: Problem, labels: Ints, rng: np.random.Generator
) -> list[TransferPath]:
    """
    Find a cheap transfer path from each territory to each it does not border.

    Parameters
    ----------
    problem
        With the neighbours.
    labels : shape (n_units,)
        Territory of each unit, each of one piece.
    rng
        Draws other ways on each try.

    Returns
    -------
    The cheapest found for each pair of territories, if any.

    Notes
    -----
    Shortest paths on the cost of moves, several times, each time with other noise and
    another price for leaving the borders: a way along a border cuts nothing off. What
    one does cut off goes along, and counts.
    """
    cost = costs_of(problem, labels)
    mean = float(cost.mean()) or 1.0
    most = _DEAREST * cost.sum() / problem.n_territories
    depth = _steps_from_border(problem, labels)
    best: dict[tuple[int, int], TransferPath] = {}
    for winding in _WINDINGS:
        price = (cost + _STEP * mean) * (1 + winding * depth)
        price *= np.exp(rng.normal(0.0, _NOISE, problem.n_units))
        price[problem.locked != NOWHERE] = _BARRED * mean
        for territory in range(problem.n_territories):
            away, before = _ways(problem, labels, price, territory)
            for donor in range(problem.n_territories):
                way = _way_to(labels, away, before, territory, donor)
                incumbent = best.get((territory, donor))
                if not len(way) or cost[way].sum() > most:
                    continue
                if incumbent is not None and cost[way].sum() >= incumbent.cost:
                    continue  # what it cuts off only adds to its cost
                candidate = _transfer_path(problem, labels, cost, territory, way)
                if candidate is None or candidate.cost > most:
                    continue
                if incumbent is None or candidate.cost < incumbent.cost:
                    best[territory, donor] = candidate
    return [best[pair] for pair in sorted(best)]


def lay(
    problem: Problem, labels: Ints, transfer_paths: list[TransferPath]
) -> tuple[Ints, Ints]:
    """
    Give the units of transfer paths to those who take them.

    Parameters
    ----------
    problem
        With the neighbours.
    labels : shape (n_units,)
        Territory of each unit, each of one piece.
    transfer_paths
        Dearest last; one that another has cut, or that now cuts, is left out.

    Returns
    -------
    labels
        With the transfer paths, each territory of one piece.
    locked
        As the problem's, the transfer paths too.
    """
    laid, locked = labels.copy(), problem.locked.copy()
    for transfer_path in transfer_paths:
        units = transfer_path.units
        if (laid[units] != labels[units]).any():
            continue
        trial = laid.copy()
        trial[units] = transfer_path.territory
        if all(
            _n_pieces(problem, trial, int(one)) == 1
            for one in np.unique([*laid[units], transfer_path.territory])
        ):
            laid = trial
            locked[units] = transfer_path.territory
    return laid, locked


def costs_of(problem: Problem, labels: Ints) -> Floats:
    """Lay out what each unit costs to move away from a plan: 0 where moved already."""
    cost = np.ones(problem.n_units) if problem.move_cost is None else problem.move_cost
    return np.where(problem.current == labels, cost, 0.0)


def _steps_from_border(problem: Problem, labels: Ints) -> Floats:
    tail, head = problem.pairs.T
    at_border = np.unique(tail[labels[tail] != labels[head]])
    if not len(at_border):
        return np.zeros(problem.n_units)
    steps = dijkstra(
        _graph(problem, np.ones(len(tail))),
        unweighted=True,
        indices=at_border,
        min_only=True,
    )
    return np.asarray(np.where(np.isfinite(steps), steps, 0.0))


def _graph(problem: Problem, length: Floats) -> csr_array:
    size = (problem.n_units, problem.n_units)
    return csr_array((length, (problem.pairs[:, 0], problem.pairs[:, 1])), size)


def _ways(
    problem: Problem, labels: Ints, price: Floats, territory: int
) -> tuple[Floats, Ints]:
    """Find the cheapest way from a territory to every unit, and the unit before."""
    head = problem.pairs[:, 1]
    length = np.where(labels[head] == territory, 0.0, price[head]) + 1e-9
    away, before, _ = dijkstra(
        _graph(problem, length),
        indices=np.flatnonzero(labels == territory),
        min_only=True,
        return_predecessors=True,
    )
    return away, before


def _way_to(
    labels: Ints, away: Floats, before: Ints, territory: int, donor: int
) -> Ints:
    """List the units between a territory and the nearest unit of another."""
    units = np.flatnonzero(labels == donor)
    if donor == territory or not len(units) or not np.isfinite(away[units]).any():
        return np.empty(0, dtype=np.int64)
    way: list[int] = []
    at = int(before[units[np.argmin(away[units])]])
    while at >= 0 and labels[at] != territory:
        way.append(at)
        at = int(before[at])
    return np.array(way, dtype=np.int64)


def _transfer_path(
    problem: Problem, labels: Ints, cost: Floats, territory: int, way: Ints
) -> TransferPath | None:
    """Add to a way what it cuts off; None where locked, or a territory would end."""
    taken = np.zeros(problem.n_units, dtype=bool)
    taken[way] = True
    for crossed in np.unique(labels[way]):
        units, piece = _pieces(problem, (labels == crossed) & ~taken)
        if not len(units):
            return None
        mass = np.bincount(piece, cost[units] + 1e-9)
        taken[units[piece != mass.argmax()]] = True
    if (problem.locked[taken] != NOWHERE).any():
        return None
    tail, head = problem.pairs.T
    beside = np.unique(labels[head[taken[tail] & ~taken[head]]])
    return TransferPath(
        territory=territory,
        units=np.flatnonzero(taken),
        cost=float(cost[taken].sum()),
        beside=beside[beside != territory],
    )


def _n_pieces(problem: Problem, labels: Ints, territory: int) -> int:
    _, piece = _pieces(problem, labels == territory)
    return int(piece.max(initial=-1)) + 1


def _pieces(problem: Problem, inside: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """List a set of units by number, and the piece that each belongs to."""
    units = np.flatnonzero(inside)
    return units, _flood(problem.indptr, problem.indices, inside)[units]


@njit(cache=True)
def _flood(indptr: Any, indices: Any, inside: Any) -> Any:
    """Label the connected pieces of a set of units; NOWHERE outside."""
    piece = np.full(len(inside), NOWHERE, dtype=np.int64)
    queue = np.empty(len(inside), dtype=np.int64)
    n_pieces = 0
    for start in range(len(inside)):
        if not inside[start] or piece[start] != NOWHERE:
            continue
        piece[start] = n_pieces
        queue[0], n_queued, at = start, 1, 0
        while at < n_queued:
            unit = queue[at]
            at += 1
            for place in range(indptr[unit], indptr[unit + 1]):
                other = indices[place]
                if inside[other] and piece[other] == NOWHERE:
                    piece[other] = n_pieces
                    queue[n_queued] = other
                    n_queued += 1
        n_pieces += 1
    return piece
