"""What the search leaves: part of a cadence, and prospects in the free time."""

from __future__ import annotations

import numpy as np

from planner.visits.model.cadence import patterns_of
from planner.visits.model.params import RouteParams
from planner.visits.model.problem import RepProblem
from planner.visits.search.arrays import build_task, empty_days, routes_of
from planner.visits.search.patterns import NEVER, Days, Task, cheapest_place, insert


def fill_days(
    problem: RepProblem, routes: list[list[int]], params: RouteParams
) -> list[list[int]]:
    """
    Add visits to finished days without moving any that is there.

    Parameters
    ----------
    routes
        Places by day, in order; each day keeps every rule.

    Returns
    -------
    The routes with, first, as many visits as fit of accounts that cannot have all of
    theirs, the most worth first; then, if asked for, optional visits, most worth per
    minute of travel and service first.
    """
    task, _ = build_task(problem)
    days = empty_days(task, 1)
    for day, route in enumerate(routes):
        for position, place in enumerate(route):
            insert(task, days, place, day, position)
    _add_partly(problem, task, days, {place for route in routes for place in route})
    if params.with_prospects:
        _add_prospects(problem, task, days, params.max_prospects)
    return routes_of(days)


def _add_partly(problem: RepProblem, task: Task, days: Days, served: set[int]) -> None:
    waiting = [
        place
        for place, account in enumerate(problem.accounts)
        if place and place not in served and account.visits_per_4_weeks > 1
    ]
    for place in sorted(waiting, key=lambda p: -problem.accounts[p].priority):
        patterns = patterns_of(problem, place)
        costs = {
            day: cheapest_place(task, days, place, day)[0]
            for day in {day for pattern in patterns for day in pattern}
        }
        fitting = [[d for d in pattern if costs[d] < NEVER] for pattern in patterns]
        # Most visits first, then least travel.
        best = min(
            fitting,
            key=lambda kept: (-len(kept), sum(costs[d] for d in kept)),
            default=[],
        )
        for day in best:
            insert(task, days, place, day, cheapest_place(task, days, place, day)[1])


def _add_prospects(problem: RepProblem, task: Task, days: Days, most: int) -> None:
    optional = [
        place
        for place, account in enumerate(problem.accounts)
        if place and account.visits_per_4_weeks == 0
    ]
    optional.sort(key=lambda place: (-problem.accounts[place].priority, place))
    optional = optional[:most]
    worth = np.array([problem.accounts[place].priority for place in optional], float)
    service_s = np.array([problem.accounts[place].service_s for place in optional])
    added_s = np.array(
        [
            [cheapest_place(task, days, place, day)[0] for day in range(problem.n_days)]
            for place in optional
        ]
    ).reshape(len(optional), problem.n_days)
    while (added_s < NEVER).any():
        spent_s = np.maximum(1, added_s + service_s[:, None])
        rate = np.where(added_s < NEVER, worth[:, None] / spent_s, -1.0)
        row, day = (int(i) for i in np.unravel_index(rate.argmax(), rate.shape))
        place = optional[row]
        insert(task, days, place, day, cheapest_place(task, days, place, day)[1])
        added_s[row] = NEVER
        for other in np.flatnonzero((added_s < NEVER).any(axis=1)):
            added_s[other, day] = cheapest_place(task, days, optional[other], day)[0]
