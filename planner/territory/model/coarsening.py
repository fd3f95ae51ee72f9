"""Fewer, larger units for the first search: cells of a tree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem


def cells_of(problem: Problem, n_cells: int) -> Ints:
    """
    Gather neighbouring units into cells of about equal load.

    Parameters
    ----------
    problem
        Places, shares and neighbours.
    n_cells
        About how many cells: the next power of two, fewer where units are heavy, more
        where a cell does not hang together.

    Returns
    -------
    shape (n_units,)
        Cell of each unit, from 0; each cell hangs together on the neighbours.

    Notes
    -----
    A k-d tree (Bentley 1975) built level by level: every cell is cut in two halves of
    equal load across its longer side.
    """
    mass = problem.share.max(axis=1, initial=0.0) / problem.n_territories
    mass = mass + problem.pull / problem.pull.sum()
    cell = np.zeros(problem.n_units, dtype=np.int64)
    limit = mass.sum() / n_cells
    for _ in range(max(1, int(np.ceil(np.log2(n_cells))))):
        cell = _halved(problem.xy, mass, cell, limit)
    return _connected(problem, cell)


def _halved(xy: Floats, mass: Floats, cell: Ints, limit: float) -> Ints:
    """Cut every cell heavier than the limit across its longer side."""
    n_cells = int(cell.max()) + 1
    ends = []
    for axis in (0, 1):
        low, high = np.full(n_cells, np.inf), np.full(n_cells, -np.inf)
        np.minimum.at(low, cell, xy[:, axis])
        np.maximum.at(high, cell, xy[:, axis])
        ends.append(high - low)
    along = np.where(
        (ends[0] >= ends[1])[cell], xy[:, 0] - xy[:, 0].min(), xy[:, 1] - xy[:, 1].min()
    )
    order = np.lexsort((along, cell))
    load = np.bincount(cell, mass, n_cells)
    before = np.cumsum(mass[order]) - mass[order]
    start = np.concatenate([[0.0], np.cumsum(load)[:-1]])
    middle = before - start[cell[order]] + mass[order] / 2
    is_right = np.zeros(len(cell), dtype=bool)
    is_right[order] = middle > load[cell[order]] / 2
    is_right &= (load > limit)[cell]
    _, numbered = np.unique(2 * cell + is_right, return_inverse=True)
    return numbered.astype(np.int64)


def _connected(problem: Problem, cell: Ints) -> Ints:
    """Split cells into the parts that hang together."""
    if not problem.is_contiguous:
        return cell
    pairs = problem.pairs
    pairs = pairs[cell[pairs[:, 0]] == cell[pairs[:, 1]]]
    size = (problem.n_units, problem.n_units)
    graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), size)
    _, component = connected_components(graph.tocsr(), directed=False)
    return np.asarray(component, dtype=np.int64)


def coarsen(problem: Problem, cell: Ints) -> Problem:
    """
    Make the problem whose units are cells.

    Parameters
    ----------
    problem
        Units without locks; today's alignment is left out.
    cell : shape (n_units,)
        From `cells_of`.

    Returns
    -------
    The problem of the cells, each at the centroid of its pull. Travel inside a cell is
    the same in all its plans, so differences of travel are exact.
    """
    n_cells = int(cell.max()) + 1

    def summed(values: Floats) -> Floats:
        total: Floats = np.bincount(cell, values, n_cells).astype(float)
        return total

    pull = summed(problem.pull)
    places = [summed(problem.pull * problem.xy[:, axis]) / pull for axis in (0, 1)]
    share = np.empty((n_cells, problem.share.shape[1]))
    for m in range(share.shape[1]):
        share[:, m] = summed(problem.share[:, m])
    pairs = cell[problem.pairs]
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    code = np.unique(pairs[:, 0] * n_cells + pairs[:, 1])
    counts = np.bincount(code // n_cells, minlength=n_cells)
    nobody = np.full(n_cells, NOWHERE, dtype=np.int64)
    return replace(
        problem,
        unit_ids=pd.RangeIndex(n_cells),
        xy=np.column_stack(places),
        weight=summed(problem.weight),
        pull=pull,
        share=share,
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        indices=code % n_cells,
        current=nobody,
        locked=nobody.copy(),
        is_given_up=np.zeros(n_cells, dtype=bool),
        move_cost=None,
        move_size=None,
        forbidden_pairs=np.empty((0, 2), dtype=np.int64),
    )
