"""Which territory gets which name: as many accounts as possible keep theirs."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from planner.territory.model.problem import NOWHERE, Ints, Problem


def rename(problem: Problem, labels: Ints) -> Ints:
    """
    Give the territories of a plan the names that fit best.

    Parameters
    ----------
    problem
        What is asked; with fixed centres the names are fixed too.
    labels : shape (n_units,)
        Territory of each unit, numbered in any order; locks may not hold yet.

    Returns
    -------
    shape (n_units,)
        The same plan. With an alignment today: renumbered so that most of the first
        measure keeps its territory, locked units before all. Without: numbered from
        west to east.
    """
    if problem.centres is not None:
        return labels
    n_territories = problem.n_territories
    has_current = problem.current != NOWHERE
    if not has_current.any():
        order = np.argsort(problem.centres_of(labels)[:, 0], kind="stable")
        number = np.empty(n_territories, dtype=np.int64)
        number[order] = np.arange(n_territories)
        return number[labels]
    value = problem.pull / problem.pull.sum()
    value = np.where(problem.locked != NOWHERE, value + 1.0, value)
    overlap = np.zeros((n_territories, n_territories))
    np.add.at(
        overlap, (labels[has_current], problem.current[has_current]), value[has_current]
    )
    territory, name = linear_sum_assignment(overlap, maximize=True)
    number = np.empty(n_territories, dtype=np.int64)
    number[territory] = name
    return number[labels]
