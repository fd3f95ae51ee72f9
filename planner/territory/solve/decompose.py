"""Plan under rules: barriers open no border, groups are one unit, parts stand alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from planner.core.errors import InfeasibleError
from planner.core.reasons import Reason
from planner.territory.model.components import (
    component_of_territory,
    components_of,
    restrict,
)
from planner.territory.model.problem import NOWHERE, Ints, Problem
from planner.territory.model.rules import Rules, group_of, named_groups, pair_rows
from planner.territory.search.contraction import (
    contract,
    join_groups,
    lock_groups,
    lost_by_grouping,
)
from planner.territory.search.local_search import SearchGoal

Planner = Callable[[Problem, SearchGoal], Ints]


def open_borders(edges: pd.DataFrame, rules: Rules, units: pd.Index) -> pd.DataFrame:
    """
    Leave out the borders that must not be crossed.

    Parameters
    ----------
    edges
        EDGES frame, bridges included.
    rules
        With the barriers.
    units
        `unit_id` by row.

    Returns
    -------
    EDGES frame of the borders that remain.
    """
    shut = pair_rows(rules.barriers, units, "barrier")
    if not len(shut):
        return edges
    ends = [units.get_indexer(edges[name]) for name in ("unit_id", "neighbour_id")]
    pairs = np.sort(np.column_stack(ends), axis=1)
    code = pairs[:, 0] * len(units) + pairs[:, 1]
    is_open = ~np.isin(code, shut[:, 0] * len(units) + shut[:, 1])
    return edges.loc[is_open].reset_index(drop=True)


def decompose(
    problem: Problem,
    rules: Rules,
    goal: SearchGoal,
    rng: np.random.Generator,
    plan: Planner,
) -> Ints:
    """
    Make a plan that keeps groups together, pairs apart and barriers shut.

    Parameters
    ----------
    problem
        Whole units, on the borders that are open.
    rules
        What must hold.
    goal
        What is minimised, and the limit of moves.
    rng
        Random numbers.
    plan
        Makes a plan of a problem whose map hangs together.

    Returns
    -------
    shape (n_units,)
        Territory of each unit.

    Raises
    ------
    InfeasibleError
        If the rules leave no plan, or none was found that keeps forbidden pairs apart.
    """
    group = group_of(rules, problem.unit_ids)
    problem, group = lock_groups(problem, group)
    cell = np.arange(problem.n_units)
    coarse, coarse_goal = problem, goal
    if (group != NOWHERE).any():
        names = group_names(rules, problem, group)
        cell = join_groups(problem, group, names, rng)
        coarse = contract(problem, cell)
        _check_forbidden_pairs(problem, cell)
        lost = lost_by_grouping(problem, cell, coarse)
        if goal.max_moved is not None:
            coarse_goal = replace(goal, max_moved=max(0.0, goal.max_moved - lost))
    labels = _plan_components(coarse, coarse_goal, plan)[cell]
    _check_apart(problem, labels)
    return labels


def group_names(rules: Rules, problem: Problem, group: Ints) -> list[str]:
    """List the groups' names by number."""
    if rules.together is None:
        return []
    names = named_groups(rules.together, problem.unit_ids)
    name_by_group = dict(zip(group.tolist(), names.astype("str"), strict=True))
    return [str(name_by_group.get(number)) for number in range(int(group.max()) + 1)]


def _plan_components(problem: Problem, goal: SearchGoal, plan: Planner) -> Ints:
    """Plan each part of the map that barriers cut off by itself."""
    if problem.n_units < 2 or not problem.is_contiguous:
        return plan(problem, goal)
    component = components_of(problem)
    if not component.any():
        return plan(problem, goal)
    owner = component_of_territory(problem, component)
    labels = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    moves_open = goal.max_moved
    for number in range(int(component.max()) + 1):
        rows, territories = (
            np.flatnonzero(component == number),
            np.flatnonzero(owner == number),
        )
        piece = restrict(problem, rows, territories)
        piece_goal = (
            goal
            if moves_open is None
            else replace(goal, max_moved=max(0.0, moves_open))
        )
        piece_labels = plan(piece, piece_goal)
        labels[rows] = territories[piece_labels]
        if moves_open is not None:
            moves_open -= piece.size_of_moves(piece_labels)
    return labels


def _check_forbidden_pairs(problem: Problem, cell: Ints) -> None:
    """Refuse pairs whose only way together leads each through the other."""
    a, b = problem.forbidden_pairs[:, 0], problem.forbidden_pairs[:, 1]
    same = cell[a] == cell[b]
    if same.any():
        unit, other = (str(problem.unit_ids[ends[same][0]]) for ends in (a, b))
        pair = {"unit": unit, "other": other}
        raise InfeasibleError([Reason("forbidden_pair_on_path", pair)])


def _check_apart(problem: Problem, labels: Ints) -> None:
    a, b = problem.forbidden_pairs[:, 0], problem.forbidden_pairs[:, 1]
    broken = labels[a] == labels[b]
    if broken.any():
        pairs = [
            Reason(
                "unit_pair",
                {"unit": str(problem.unit_ids[i]), "other": str(problem.unit_ids[j])},
            )
            for i, j in problem.forbidden_pairs[broken][:3]
        ]
        raise InfeasibleError([Reason("forbidden_pairs_unmet", {"pairs": pairs})])
