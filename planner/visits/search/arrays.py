"""A rep's problem as integer arrays for the compiled search, and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.visits.model.cadence import patterns_of
from planner.visits.model.problem import RepProblem
from planner.visits.model.timing import ALONE, time_day
from planner.visits.search.patterns import Days, Task, refresh

Ints = npt.NDArray[np.int64]

_MAX_STOPS = 60  # in one day
_N_NEAR = 30
_PENALTY_S = 20_000  # per visit and unit of worth: far above any detour
_SOFT_PENALTY_S = 4_000  # per visit, while the search is on its way
_NO_LIMIT_S = 10_000_000


def build_task(problem: RepProblem) -> tuple[Task, Ints]:
    """
    Turn a problem into arrays.

    Returns
    -------
    The arrays, and the places that the search may move: required accounts with at least
    one pattern all of whose days are possible on their own.
    """
    n = len(problem.accounts)
    opens, closes, n_windows = _windows(problem)
    patterns: list[list[tuple[int, ...]]] = [[]]
    for place in range(1, n):
        is_required = problem.accounts[place].visits_per_4_weeks > 0
        patterns.append(_possible_patterns(problem, place) if is_required else [])
    counts = [len(rows) for rows in patterns]
    pattern_days = np.full((max(1, sum(counts)), 4), -1, np.int64)
    for row, days in enumerate(days for rows in patterns for days in rows):
        pattern_days[row, : len(days)] = days
    movable = np.flatnonzero(np.array(counts)).astype(np.int64)
    visits = np.array([a.visits_per_4_weeks for a in problem.accounts], np.int64)
    worth = np.array([a.priority for a in problem.accounts], np.int64)
    lunch = problem.lunch
    latest_s = lunch.latest_s if lunch.duration_s else _NO_LIMIT_S
    earliest_s = lunch.earliest_s if lunch.duration_s else 0
    task = Task(
        travel_s=np.ascontiguousarray(problem.travel_s, np.int64),
        service_s=np.array([a.service_s for a in problem.accounts], np.int64),
        window_open=opens,
        window_close=closes,
        n_windows=n_windows,
        pattern_of=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        pattern_days=pattern_days,
        penalty=visits * worth * _PENALTY_S,
        soft_penalty=visits * _SOFT_PENALTY_S,
        near=_near(problem.travel_s, movable),
        rules=np.array(
            [*problem.day, lunch.duration_s, earliest_s, latest_s], np.int64
        ),
    )
    # An account that no plan can serve would only cost the search its time.
    immovable = np.setdiff1d(np.arange(n), movable)
    task.penalty[immovable] = 0
    task.soft_penalty[immovable] = 0
    return task, movable


def _windows(problem: RepProblem) -> tuple[Ints, Ints, Ints]:
    n, n_days = len(problem.accounts), problem.n_days
    spans = [
        [problem.windows(place, day) if place else () for day in range(n_days)]
        for place in range(n)
    ]
    width = max(1, *(len(span) for row in spans for span in row))
    opens = np.zeros((n, n_days, width), np.int64)
    closes = np.zeros((n, n_days, width), np.int64)
    n_windows = np.array([[len(span) for span in row] for row in spans], np.int64)
    for place, row in enumerate(spans):
        for day, span in enumerate(row):
            for number, (opens_s, closes_s) in enumerate(span):
                opens[place, day, number] = opens_s
                closes[place, day, number] = closes_s
    return opens, closes, n_windows


def _possible_patterns(problem: RepProblem, place: int) -> list[tuple[int, ...]]:
    """
    Keep the patterns whose days could each hold this visit.

    If there is none, cut the patterns to their possible days and keep the longest.
    Lunch may come first here: another stop may come before it on the real day.
    """
    patterns = patterns_of(problem, place)
    days = {day for pattern in patterns for day in pattern}
    alone = {day for day in days if time_day(problem, day, (place,), ALONE)}
    whole = [pattern for pattern in patterns if alone.issuperset(pattern)]
    if whole or not alone:
        return whole
    cut = {tuple(day for day in pattern if day in alone) for pattern in patterns}
    longest = max(len(pattern) for pattern in cut)
    return sorted(pattern for pattern in cut if len(pattern) == longest)


def _near(travel_s: Ints, movable: Ints) -> Ints:
    """List the nearest movable places of each place, nearest first."""
    both_ways = (travel_s + travel_s.T)[:, movable]
    order = movable[np.argsort(both_ways, axis=1, kind="stable")]
    n_near = min(_N_NEAR, max(0, movable.size - 1))
    near = np.zeros((travel_s.shape[0], n_near), np.int64)
    for place in range(travel_s.shape[0]):
        near[place] = order[place][order[place] != place][:n_near]
    return near


def empty_days(task: Task, seed: int) -> Days:
    """Make a plan without any stop, with its own random numbers."""
    n, n_days = task.n_windows.shape
    days = Days(
        route=np.zeros((n_days, _MAX_STOPS), np.int64),
        n_stops=np.zeros(n_days, np.int64),
        leave=np.zeros((2, n_days, _MAX_STOPS + 2), np.int64),
        arrive=np.zeros((2, n_days, _MAX_STOPS + 2), np.int64),
        version=np.zeros(n_days, np.int64),
        chosen=np.full(n, -1, np.int64),
        cost=np.zeros((n, n_days), np.int64),
        place=np.zeros((n, n_days), np.int64),
        cost_version=np.full((n, n_days), -1, np.int64),
        counter=np.array([0, seed], np.int64),
    )
    for day in range(n_days):
        refresh(task, days, day)
    return days


def routes_of(days: Days) -> list[list[int]]:
    """Read the routes back, one list of places a day."""
    return [
        [int(place) for place in days.route[day, : days.n_stops[day]]]
        for day in range(days.n_stops.shape[0])
    ]
