"""The fewest moves a tolerance needs: a linear program with cuts, and its dual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import maximum_flow

from planner.core.run import RunControl
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem

_LP_SIZE = 60_000  # most units · territories
_ROUNDS = 8
_CUTS_A_ROUND = 400
_LEAST_VIOLATION = 0.02  # of a unit
_MOST_EMPTIED = 20  # territories for which a program each is solved
_NO_SOLUTION = 2  # SciPy's word for it
_CAPACITY = 10_000  # flow units of one unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """
    A unit joins a territory only with one of the units around it.

    Parameters
    ----------
    unit, territory
        Who joins what.
    gate : shape (n_gate,)
        Units one of which must be in the territory too.
    """

    unit: int
    territory: int
    gate: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastMoves:
    """
    A proven least cost of moves, and what proves it.

    Parameters
    ----------
    bound
        No plan within the tolerances has a smaller sum of `weight` over moved units;
        with cuts: none that hangs together and costs less than the plan at hand.
    multipliers : shape (n_territories, n_balanced)
        Prices of load.
    cuts
        Cuts with the price of each, at least 0.
    """

    bound: float
    multipliers: Floats
    cuts: tuple[tuple[Cut, float], ...]


def least_moves(
    problem: Problem,
    weight: Floats,
    upper: float,
    run: RunControl,
    *,
    is_kept: bool = True,
    n_rounds: int = _ROUNDS,
) -> LeastMoves | None:
    """
    Prove how much must move at least.

    Parameters
    ----------
    problem
        What is asked, with today's alignment.
    weight : shape (n_units,)
        What a moved unit counts, not below 0.
    upper
        What the plan at hand moves, without units whose territory is given up.
    run
        Asked to stop between rounds.
    is_kept
        Whether the plan at hand keeps the tolerances; if not, `upper` proves nothing
        and no cuts are made.
    n_rounds
        Programs solved at most; bounds the work.

    Returns
    -------
    The bound without units whose territory is given up; None where the program would
    be too large or has no solution.

    Notes
    -----
    Linear assignment (units may be split) within the tolerances. A territory that is
    of one piece and keeps a unit of today gains a unit u only together with a unit of
    every set of units that separates u from its units of today: such cuts are added
    where the solution breaks them most (vertex cuts by maximum flow). That a territory
    keeps a unit is sure where losing all would cost more than `upper`, by its own
    weight or by the program in which it is emptied. The bound is
    computed from the prices alone by `dual_of_moves`.
    """
    if problem.n_units * problem.n_territories > _LP_SIZE or not problem.target.size:
        return None
    best: LeastMoves | None = None
    cuts: list[Cut] = []
    keeps = _keeps_a_unit(problem, weight, upper if is_kept else np.inf)
    for number in range(n_rounds):
        solved = _solve(problem, weight, cuts)
        if solved is None:
            return best
        shares, multipliers, prices, _ = solved
        priced = tuple(zip(cuts, prices.tolist(), strict=True))
        bound = dual_of_moves(problem, weight, multipliers, priced)
        if best is None or bound > best.bound:
            best = LeastMoves(bound=bound, multipliers=multipliers, cuts=priced)
        is_last = number + 1 == n_rounds or (is_kept and bound >= upper - 1e-9)
        if is_last or run.should_stop():
            break
        cuts = [cut for cut, price in priced if price > 1e-9]
        new_cuts = _broken(problem, shares, keeps)
        if not new_cuts:
            break
        cuts += new_cuts
    return best


def dual_of_moves(
    problem: Problem,
    weight: Floats,
    multipliers: Floats,
    cuts: tuple[tuple[Cut, float], ...],
) -> float:
    """
    Compute the bound that prices prove; weak duality, so any prices prove some bound.

    Parameters
    ----------
    problem
        What is asked.
    weight : shape (n_units,)
        What a moved unit counts.
    multipliers : shape (n_territories, n_balanced)
        Prices of load, any numbers.
    cuts
        Cuts with prices not below 0.

    Returns
    -------
    Σ_u min_k r[u, k] - Σ_km max(p · (1 + t) · target, p · (1 - t) · target), where r is
    the cost of moving plus p · share plus, for each cut, its price at (u, k) and minus
    its price at (v, k) for the units v of its gate.
    """
    reduced = _cost(problem, weight) + problem.share @ multipliers.T
    for cut, price in cuts:
        if price < 0:
            raise ValueError(f"price of a cut must not be below 0, got {price}")
        reduced[cut.unit, cut.territory] += price
        reduced[cut.gate, cut.territory] -= price
    locked = problem.locked
    rows = np.arange(problem.n_units)
    least = reduced.min(axis=1)
    least = np.where(locked == NOWHERE, least, reduced[rows, np.maximum(locked, 0)])
    high, low = multipliers * problem.most, multipliers * problem.least
    return float(least.sum() - np.maximum(high, low).sum())


def _cost(problem: Problem, weight: Floats) -> Floats:
    """Lay out what each unit costs in each territory."""
    has_current = problem.current != NOWHERE
    cost = np.repeat(
        np.where(has_current, weight, 0.0)[:, None], problem.n_territories, 1
    )
    cost[np.flatnonzero(has_current), problem.current[has_current]] = 0.0
    return np.asarray(cost, dtype=float)


def _keeps_a_unit(problem: Problem, weight: Floats, upper: float) -> Ints:
    """List the territories that are sure to keep one of their units of today."""
    if not problem.is_contiguous:
        return np.empty(0, dtype=np.int64)
    has_current = problem.current != NOWHERE
    weight_today = np.bincount(
        problem.current[has_current],
        weight[has_current],
        minlength=problem.n_territories,
    )
    sure = weight_today > upper + 1e-9
    if np.isfinite(upper) and problem.n_territories <= _MOST_EMPTIED:
        for territory in np.flatnonzero(~sure & (weight_today > 0)):
            least = _solve(problem, weight, [], emptied=int(territory))
            sure[territory] = least is not None and least[3] > upper + 1e-6
    return np.flatnonzero(sure).astype(np.int64)


def _solve(
    problem: Problem, weight: Floats, cuts: list[Cut], emptied: int = NOWHERE
) -> tuple[Floats, Floats, Floats, float] | None:
    """Solve the program: shares of units, prices of loads and of cuts, value."""
    n, k = problem.n_units, problem.n_territories
    owner, place = np.repeat(np.arange(n), k), np.tile(np.arange(k), n)
    column = np.arange(n * k)
    loads = vstack(
        [
            coo_array((problem.share[owner, m], (place, column)), shape=(k, n * k))
            for m in range(problem.share.shape[1])
        ]
    )
    high = np.where(problem.locked[owner] == NOWHERE, 1.0, 0.0)
    locked_rows = np.flatnonzero(problem.locked != NOWHERE)
    high[locked_rows * k + problem.locked[locked_rows]] = 1.0
    if emptied != NOWHERE:
        high[np.flatnonzero(problem.current == emptied) * k + emptied] = 0.0
    above = vstack([loads, -loads, _cut_rows(cuts, n, k)])
    solved = linprog(
        _cost(problem, weight).ravel(),
        A_ub=above.tocsr(),
        b_ub=np.concatenate(
            [problem.most.T.ravel(), -problem.least.T.ravel(), np.zeros(len(cuts))]
        ),
        A_eq=coo_array((np.ones(n * k), (owner, column))).tocsr(),
        b_eq=np.ones(n),
        bounds=np.column_stack([np.zeros(n * k), high]),
        method="highs",
        options={"time_limit": 30.0},
    )
    if solved.status == _NO_SOLUTION and emptied != NOWHERE:
        return np.empty((0, k)), np.empty((0, 0)), np.empty(0), np.inf
    if solved.status != 0:
        return None
    margins = -np.asarray(solved.ineqlin.marginals, dtype=float)
    n_rows = loads.shape[0]
    signed = (margins[:n_rows] - margins[n_rows : 2 * n_rows]).reshape(-1, k).T
    prices = np.maximum(0.0, margins[2 * n_rows :])
    shares = solved.x.reshape(n, k)
    return shares, np.ascontiguousarray(signed), prices, float(solved.fun)


def _cut_rows(cuts: list[Cut], n: int, k: int) -> coo_array:
    """Lay out x[u, k] - Σ x[v, k] <= 0 for each cut."""
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, cut in enumerate(cuts):
        rows += [row] * (1 + len(cut.gate))
        columns += [cut.unit * k + cut.territory]
        columns += (cut.gate * k + cut.territory).tolist()
        values += [1.0] + [-1.0] * len(cut.gate)
    where = (np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64))
    return coo_array((np.array(values), where), shape=(len(cuts), n * k))


def _broken(problem: Problem, shares: Floats, keeps: Ints) -> list[Cut]:
    """Find the cuts that a fractional plan breaks most."""
    violated: list[tuple[float, Cut]] = []
    for territory in keeps:
        is_own = problem.current == territory
        gained = np.flatnonzero((shares[:, territory] > _LEAST_VIOLATION) & ~is_own)
        if not len(gained):
            continue
        net, sink = _gates(problem, shares[:, territory], is_own)
        for unit in gained[np.argsort(-shares[gained, territory])]:
            gate, size = _separator(problem, net, sink, int(unit))
            lacking = float(shares[unit, territory]) - size
            if lacking > _LEAST_VIOLATION:
                cut = Cut(unit=int(unit), territory=int(territory), gate=gate)
                violated.append((lacking, cut))
    violated.sort(key=lambda pair: -pair[0])
    return [cut for _, cut in violated[:_CUTS_A_ROUND]]


def _gates(
    problem: Problem, share: Floats, is_own: np.ndarray
) -> tuple[csr_array, int]:
    """
    Make the flow network of one territory.

    Unit u is the arc u → n + u with its share as capacity; its neighbours follow. All
    units of today drain into node 2n through their own arc.
    """
    n = problem.n_units
    pairs = problem.pairs
    wide = np.full(len(pairs), 2 * _CAPACITY)
    inner = np.round(np.clip(share, 0.0, 1.0) * _CAPACITY).astype(np.int64)
    home = np.flatnonzero(is_own)
    tail = np.concatenate([np.arange(n), n + pairs[:, 0], n + home])
    head = np.concatenate([n + np.arange(n), pairs[:, 1], np.full(len(home), 2 * n)])
    capacity = np.concatenate([inner, wide, np.full(len(home), 2 * _CAPACITY)])
    size = 2 * n + 1
    net = csr_array(
        (capacity.astype(np.int32), (tail, head)), shape=(size, size), dtype=np.int32
    )
    return net, 2 * n


def _separator(
    problem: Problem, net: csr_array, sink: int, unit: int
) -> tuple[Ints, float]:
    """Find the cheapest units that part a unit from a territory's units of today."""
    n = problem.n_units
    flow = maximum_flow(net, n + unit, sink)
    rest = (net - flow.flow).tocsr()
    reached = np.zeros(net.shape[0], dtype=bool)
    reached[n + unit] = True
    stack = [n + unit]
    while stack:
        at = stack.pop()
        start, end = rest.indptr[at], rest.indptr[at + 1]
        for there, capacity in zip(
            rest.indices[start:end], rest.data[start:end], strict=True
        ):
            if capacity > 0 and not reached[there]:
                reached[there] = True
                stack.append(int(there))
    gate = np.flatnonzero(reached[:n] & ~reached[n : 2 * n])
    gate = gate[gate != unit]
    return gate.astype(np.int64), flow.flow_value / _CAPACITY
