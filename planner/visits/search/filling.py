"""What the search leaves: part of a cadence, and prospects in the free time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from planner.visits.model.cadence import Pattern, rhythm_of
from planner.visits.model.params import RouteParams
from planner.visits.model.problem import RepProblem
from planner.visits.search.arrays import build_task, empty_days, routes_of
from planner.visits.search.patterns import (
    NEVER,
    Days,
    Task,
    cheapest_place,
    insert,
    remove,
)


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
    The routes with, first, as many more visits as fit of accounts that lack some, the
    most worth first; then, if asked for, optional visits, most worth per minute of
    travel and service first.
    """
    task, days = _days_of(problem, routes)
    _add_required(problem, task, days)
    if params.with_prospects:
        _add_prospects(problem, task, days, params.max_prospects)
    return routes_of(days)


def order_days(problem: RepProblem, routes: list[list[int]]) -> list[list[int]]:
    """
    Put the stops of each day into a better order, as long as one moved alone helps.

    Parameters
    ----------
    routes
        Places by day, in order; each day keeps every rule.
    """
    task, days = _days_of(problem, routes)
    for day in range(problem.n_days):
        position = 0
        while position < days.n_stops[day]:
            place, before_s = days.route[day, position], days.travel[day]
            remove(task, days, day, position)
            added_s, best = cheapest_place(task, days, place, day)
            is_better = days.travel[day] + added_s < before_s
            insert(task, days, place, day, best if is_better else position)
            position = 0 if is_better else position + 1
    return routes_of(days)


def room_for(
    problem: RepProblem, routes: Sequence[Sequence[int]], places: Collection[int]
) -> dict[int, dict[int, int]]:
    """
    Find the days that have room for one more visit.

    Parameters
    ----------
    routes
        Places by day, in order; each day keeps every rule.
    places
        Whom room is looked for.

    Returns
    -------
    By place and day the seconds of travel it adds there at the least; days that hold
    the account already, or have no room, are left out. All positions are looked at,
    whatever the account's rhythm says.
    """
    task, days = _days_of(problem, routes)
    room: dict[int, dict[int, int]] = {}
    for place in places:
        costs = {
            day: int(cheapest_place(task, days, place, day)[0])
            for day in range(problem.n_days)
            if place not in routes[day]
        }
        room[place] = {day: cost for day, cost in costs.items() if cost < NEVER}
    return room


def open_insertions(
    problem: RepProblem, routes: Sequence[Sequence[int]], room: Mapping[int, Any]
) -> list[tuple[int, int]]:
    """
    List the visits that a plan lacks although a day of their rhythm has room.

    Parameters
    ----------
    room
        What `room_for` found for the accounts that lack visits.

    Returns
    -------
    Place and day; none in a finished plan.
    """
    insertions = []
    for place, days in room.items():
        served = {day for day, route in enumerate(routes) if place in route}
        wider = [p for p in rhythm_of(problem, place).patterns if served.issubset(p)]
        allowed = {day for pattern in wider for day in pattern}
        insertions += [(place, day) for day in sorted(allowed.intersection(days))]
    return insertions


def _days_of(problem: RepProblem, routes: Sequence[Sequence[int]]) -> tuple[Task, Days]:
    task, _ = build_task(problem)
    days = empty_days(task, 1)
    for day, route in enumerate(routes):
        for position, place in enumerate(route):
            insert(task, days, place, day, position)
    return task, days


def _add_required(problem: RepProblem, task: Task, days: Days) -> None:
    planned: dict[int, set[int]] = {}
    for day, route in enumerate(routes_of(days)):
        for place in route:
            planned.setdefault(place, set()).add(day)
    places = [p for p, a in enumerate(problem.accounts) if p and a.is_required]
    for place in sorted(places, key=lambda p: (-problem.accounts[p].priority, p)):
        served = planned.get(place, set())
        rhythm = rhythm_of(problem, place)
        if len(served) >= rhythm.owed:
            continue
        wider = [p for p in rhythm.patterns if served.issubset(p)]
        for day in _most_days(task, days, place, wider, served):
            insert(task, days, place, day, cheapest_place(task, days, place, day)[1])


def _most_days(
    task: Task, days: Days, place: int, patterns: list[Pattern], served: set[int]
) -> list[int]:
    """Choose the most days that have room, then the least travel."""
    costs = {
        day: cheapest_place(task, days, place, day)[0]
        for day in {day for pattern in patterns for day in pattern} - served
    }
    fitting = [
        [d for d in pattern if d not in served and costs[d] < NEVER]
        for pattern in patterns
    ]
    return min(
        fitting,
        key=lambda more: (-len(more), sum(costs[d] for d in more)),
        default=[],
    )


def _add_prospects(problem: RepProblem, task: Task, days: Days, most: int) -> None:
    places = {place for route in routes_of(days) for place in route}
    optional = [
        place
        for place, account in enumerate(problem.accounts)
        if place and not account.is_required and place not in places
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
