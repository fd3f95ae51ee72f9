"""Who hands how much on to whom, by which transfer paths: a small integer program."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

from planner.territory.disruption.transfer_paths import TransferPath, costs_of
from planner.territory.model.problem import Floats, Ints, Problem

_WIDE = 3  # borders between units: fewer are no way for much load
_MARGIN = 0.05  # of the room, on either side: whole units do not fit exactly
_MIX = 0.1  # of a territory's cost is richer or poorer than what it hands on
_MOST_HANDED = 0.9  # of a territory
_MOST_LOAD = 1.5  # of a mean territory, through one transfer path
_LAYING = 0.005  # of a mean territory: what a transfer path costs besides its units
_DRAWS = 3  # programs with split transfer paths, to choose those worth a whole one
_LEAST = 1e-3
_NODES, _GAP = 50, 0.05  # bound the work of the integer program


def choose_transfer_paths(
    problem: Problem,
    labels: Ints,
    transfer_paths: list[TransferPath],
    rng: np.random.Generator,
    noise: float,
) -> list[TransferPath]:
    """
    Choose the transfer paths with which least must move from hand to hand.

    Parameters
    ----------
    problem
        What is asked; at least one tolerance.
    labels : shape (n_units,)
        Today's plan.
    transfer_paths
        To choose from.
    rng
        Draws the noise.
    noise
        Of the costs, log scale: other choices for other draws.

    Returns
    -------
    The transfer paths chosen, cheapest first; none where no flow of load helps.

    Notes
    -----
    Territories are the nodes of a flow: who borders whom may hand on load, each unit of
    it at its cost, with as much of each measure as most of the giver's units have. A
    transfer path has a cost once, and then lets all beside it hand on to the one who
    took it. First transfer paths may be laid in part; those used so take part in the
    integer program.
    """
    alive: set[int] = set()
    for _ in range(_DRAWS):
        used = _solve(problem, labels, transfer_paths, rng, noise, is_whole=False)
        alive |= set(used)
    living = [transfer_paths[number] for number in sorted(alive)]
    plan = _solve(problem, labels, living, rng, noise, is_whole=True)
    return sorted((living[number] for number in plan), key=lambda one: one.cost)


class _Rows:
    """Rows of a sparse program, gathered one by one."""

    def __init__(self) -> None:
        self.terms: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        row = len(self.low)
        self.terms += [(row, column, value) for column, value in terms]
        self.low.append(low)
        self.high.append(high)

    def constraint(self, n_columns: int) -> LinearConstraint:
        row, column, value = zip(*self.terms, strict=True)
        shape = (len(self.low), n_columns)
        matrix: csr_array = coo_array((value, (row, column)), shape).tocsr()
        return LinearConstraint(matrix, self.low, self.high)


def _solve(
    problem: Problem,
    labels: Ints,
    transfer_paths: list[TransferPath],
    rng: np.random.Generator,
    noise: float,
    *,
    is_whole: bool,
) -> list[int]:
    """Solve the program; the numbers of the transfer paths used."""
    cost = costs_of(problem, labels)
    cost = cost * (problem.n_territories / (float(cost.sum()) or 1.0))
    links = _links(problem, labels, transfer_paths)
    n_links, n_measures = len(links), problem.share.shape[1]
    first = n_links * (1 + n_measures)  # column of the first transfer path
    n_columns = first + len(transfer_paths)
    if not n_columns:
        return []
    rows = _Rows()
    _balance(rows, problem, labels, transfer_paths, links, first)
    _mix(rows, problem, labels, cost, links)
    for number, opened_by in enumerate(links.values()):
        if opened_by is not None:
            opened = [(first + at, -_MOST_LOAD) for at in opened_by]
            rows.add([(number, 1.0), *opened], -np.inf, 0.0)
    for territory in range(problem.n_territories):
        out = [(n, 1.0) for n, link in enumerate(links) if link[0] == territory]
        supply = float(cost[labels == territory].sum())
        if out:
            rows.add(out, 0.0, _MOST_HANDED * supply)
    for rivals in _rivals(transfer_paths):
        rows.add([(first + at, 1.0) for at in rivals], 0.0, 1.0)
    worth = np.zeros(n_columns)
    worth[:n_links] = np.exp(0.5 * noise * rng.normal(size=n_links))
    laid = np.array([float(cost[one.units].sum()) for one in transfer_paths])
    worth[first:] = laid * np.exp(noise * rng.normal(size=len(laid))) + _LAYING
    high = np.full(n_columns, np.inf)
    high[first:] = 1.0
    solved = milp(
        worth,
        constraints=rows.constraint(n_columns),
        bounds=Bounds(np.zeros(n_columns), high),
        integrality=is_whole * (np.arange(n_columns) >= first),
        options={"mip_rel_gap": _GAP, "node_limit": _NODES},
    )
    if solved.x is None:
        return []
    used = solved.x[first:] > (0.5 if is_whole else _LEAST)
    return np.flatnonzero(used).tolist()


def _links(
    problem: Problem, labels: Ints, transfer_paths: list[TransferPath]
) -> dict[tuple[int, int], list[int] | None]:
    """List who may hand on to whom: always (None), or over which transfer_paths."""
    tail, head = labels[problem.pairs].T
    n = problem.n_territories
    borders = np.bincount(tail * n + head, minlength=n * n).reshape(n, n)
    np.fill_diagonal(borders, 0)
    links: dict[tuple[int, int], list[int] | None] = {
        (int(a), int(b)): None for a, b in np.argwhere(borders >= _WIDE)
    }
    for number, transfer_path in enumerate(transfer_paths):
        for giver in transfer_path.beside.tolist():
            opened_by = links.setdefault((giver, transfer_path.territory), [])
            if opened_by is not None:
                opened_by.append(number)
    return links


def _balance(
    rows: _Rows,
    problem: Problem,
    labels: Ints,
    transfer_paths: list[TransferPath],
    links: dict[tuple[int, int], Any],
    first: int,
) -> None:
    """Keep every load within the tolerance."""
    loads = problem.loads(labels)
    least, most = problem.least, problem.most
    # A side without limit leaves room enough: a target's width at most.
    room = _MARGIN * np.minimum(most - least, problem.target)
    for k, m in np.ndindex(loads.shape):
        column = len(links) * (1 + m)
        terms = [(column + n, 1.0) for n, (_, to) in enumerate(links) if to == k]
        terms += [
            (column + n, -1.0) for n, (giver, _) in enumerate(links) if giver == k
        ]
        for at, transfer_path in enumerate(transfer_paths):
            share = problem.share[transfer_path.units, m]
            if transfer_path.territory == k:
                terms.append((first + at, float(share.sum())))
            elif (labels[transfer_path.units] == k).any():
                lost = share[labels[transfer_path.units] == k]
                terms.append((first + at, -float(lost.sum())))
        low = float(least[k, m] + room[k, m] - loads[k, m])
        high = float(most[k, m] - room[k, m] - loads[k, m])
        rows.add([*terms, (0, 0.0)], low, high)


def _mix(
    rows: _Rows,
    problem: Problem,
    labels: Ints,
    cost: Floats,
    links: dict[tuple[int, int], Any],
) -> None:
    """Let a territory hand on no more of a measure than its units have, nor less."""
    n_measures = problem.share.shape[1]
    for giver in sorted({giver for giver, _ in links}):
        units = np.flatnonzero(labels == giver)
        dear = np.maximum(cost[units], 1e-12)
        for m in range(n_measures):
            rate = problem.share[units, m] / dear
            order = np.argsort(rate, kind="stable")
            fraction = np.cumsum(dear[order]) / dear.sum()
            at = np.searchsorted(fraction, (_MIX, 1 - _MIX)).clip(0, len(units) - 1)
            low, high = rate[order[at]].tolist()
            for number, (other, _) in enumerate(links):
                if other == giver:
                    column = len(links) * (1 + m) + number
                    rows.add([(column, 1.0), (number, -low)], 0.0, np.inf)
                    rows.add([(column, 1.0), (number, -high)], -np.inf, 0.0)


def _rivals(transfer_paths: list[TransferPath]) -> list[tuple[int, ...]]:
    """List the transfer paths that want the same unit."""
    rivals: dict[int, list[int]] = {}
    for number, transfer_path in enumerate(transfer_paths):
        for unit in transfer_path.units.tolist():
            rivals.setdefault(unit, []).append(number)
    return sorted({tuple(numbers) for numbers in rivals.values() if len(numbers) > 1})
