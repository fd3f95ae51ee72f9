"""Units that must stay together become one unit while a plan is sought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.core.errors import InfeasibleError
from planner.core.reasons import Reason
from planner.territory.model.coarsening import coarsen
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem
from planner.territory.search import contiguity


def lock_groups(problem: Problem, group: Ints) -> tuple[Problem, Ints]:
    """
    Lock the groups that have a locked unit: their other units go where it is.

    Parameters
    ----------
    problem
        With locks that do not tear a group.
    group : shape (n_units,)
        Group from 0, `NOWHERE` for none.

    Returns
    -------
    problem
        With more locks.
    group : shape (n_units,)
        Without the groups that are locked now.
    """
    is_held = (group != NOWHERE) & (problem.locked != NOWHERE)
    held_by = np.full(int(group.max(initial=-1)) + 2, NOWHERE, dtype=np.int64)
    held_by[group[is_held]] = problem.locked[is_held]
    home = np.where(group == NOWHERE, NOWHERE, held_by[group])
    locked = np.where(home == NOWHERE, problem.locked, home)
    return replace(problem, locked=locked), np.where(home == NOWHERE, group, NOWHERE)


def join_groups(
    problem: Problem, group: Ints, names: Sequence[str], rng: np.random.Generator
) -> Ints:
    """
    Find the cells that groups make, each of one piece where that is asked.

    Parameters
    ----------
    problem
        Neighbours and locks.
    group : shape (n_units,)
        Group from 0, `NOWHERE` for none; without locked units, see `lock_groups`.
    names
        Of the groups, for messages.
    rng
        Random numbers; decides the order in which groups are joined.

    Returns
    -------
    shape (n_units,)
        Cell of each unit, from 0. A group whose units do not touch takes the units of
        the shortest ways between them along.

    Raises
    ------
    InfeasibleError
        If a group cannot be joined without crossing other groups or locked units.
    """
    free = group != NOWHERE
    owner = np.where(free, problem.n_territories + group, problem.locked)
    labels = [*problem.territory_ids, *(f"group {name}" for name in names)]
    try:
        core = contiguity.join_locked(
            replace(problem, locked=owner, territory_ids=tuple(labels)), rng
        )
    except InfeasibleError as error:
        cause = [Reason("groups_cross", {"cause": why}) for why in error.reasons]
        raise InfeasibleError(cause) from error
    cell = np.arange(problem.n_units)
    for number in range(len(names)):
        taken = np.flatnonzero(core == problem.n_territories + number)
        cell[taken] = taken.min(initial=problem.n_units)
    return np.asarray(np.unique(cell, return_inverse=True)[1], dtype=np.int64)


def contract(problem: Problem, cell: Ints) -> Problem:
    """
    Make the problem whose units are cells, today's plan, locks and pairs included.

    Parameters
    ----------
    problem
        What is asked.
    cell : shape (n_units,)
        Cell of each unit, from 0; each of one piece where that is asked.

    Returns
    -------
    The problem of the cells. A cell has the territory of today that is dearest to
    leave; what lies in others moves in any case, so moves of this problem are at most
    what they are taken to be.
    """
    n_cells = int(cell.max()) + 1
    coarse = coarsen(problem, cell)
    cost = np.ones(problem.n_units) if problem.move_cost is None else problem.move_cost
    size = np.ones(problem.n_units) if problem.move_size is None else problem.move_size
    current = _dearest(problem, cell, n_cells, cost + 1e-9 * size)
    stays = problem.current == current[cell]
    locked = np.full(n_cells, NOWHERE, dtype=np.int64)
    is_locked = problem.locked != NOWHERE
    locked[cell[is_locked]] = problem.locked[is_locked]
    forbidden_pairs = np.unique(np.sort(cell[problem.forbidden_pairs], axis=1), axis=0)
    return replace(
        coarse,
        current=current,
        locked=locked,
        move_cost=np.bincount(cell, np.where(stays, cost, 0.0), n_cells).astype(float),
        move_size=np.bincount(cell, np.where(stays, size, 0.0), n_cells).astype(float),
        forbidden_pairs=forbidden_pairs.reshape(-1, 2),
    )


def lost_by_grouping(problem: Problem, cell: Ints, coarse: Problem) -> float:
    """Sum the moves that joining the groups makes in any case."""
    size = np.ones(problem.n_units) if problem.move_size is None else problem.move_size
    is_away = (problem.current != NOWHERE) & (problem.current != coarse.current[cell])
    return float(size[is_away | problem.is_given_up].sum())


def _dearest(problem: Problem, cell: Ints, n_cells: int, cost: Floats) -> Ints:
    """Find for each cell the territory of today that costs most to leave."""
    has_current = problem.current != NOWHERE
    current = np.full(n_cells, NOWHERE, dtype=np.int64)
    if not has_current.any():
        return current
    code = cell[has_current] * problem.n_territories + problem.current[has_current]
    used, back = np.unique(code, return_inverse=True)
    total = np.bincount(back, cost[has_current])
    order = np.argsort(total, kind="stable")  # the dearest of a cell is written last
    current[used[order] // problem.n_territories] = used[order] % problem.n_territories
    return current
