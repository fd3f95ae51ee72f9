"""A rep's problem as integer arrays for the compiled search, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from planner.visits.model.cadence import Rhythm, rhythm_of
from planner.visits.model.problem import RepProblem
from planner.visits.model.timing import ALONE, time_day
from planner.visits.search.patterns import Days, Task, refresh

Ints = npt.NDArray[np.int64]

_MAX_STOPS = 60  # in one day
_N_NEAR = 30
_PENALTY_S = 20_000  # per visit and unit of worth: far above any detour
_CONVEX = 500  # thousandths: how much more the last of an account's visits counts
_PROMISE_WEIGHT = 4  # of an appointment, or of a week that must have a visit
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
    rhythms = [Rhythm(0, (), ())]
    for place in range(1, n):
        is_required = problem.accounts[place].is_required
        rhythms.append(_possible(problem, place) if is_required else Rhythm(0, (), ()))
    counts = [len(rhythm.patterns) for rhythm in rhythms]
    movable = np.flatnonzero(np.array(counts)).astype(np.int64)
    days, weights, lacks = _pattern_arrays(problem, rhythms)
    owed = np.array([max(1, rhythm.owed) for rhythm in rhythms], np.int64)
    is_movable = np.isin(np.arange(n), movable)
    worth = np.array([a.priority for a in problem.accounts], np.int64)
    convex = np.where(owed > 1, _CONVEX // owed, 0)
    # An account that no plan can serve would only cost the search its time.
    lack_all = (1000 * owed + convex * (owed * (owed - 1) // 2)) * is_movable
    task = Task(
        travel_s=np.ascontiguousarray(problem.travel_s, np.int64),
        service_s=np.array([a.service_s for a in problem.accounts], np.int64),
        window_open=opens,
        window_close=closes,
        n_windows=n_windows,
        pattern_of=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        pattern_days=days,
        pattern_weight=weights,
        pattern_lack=lacks,
        lack_all=lack_all.astype(np.int64),
        convex=convex.astype(np.int64),
        penalty=worth * _PENALTY_S * is_movable,
        soft_penalty=_soft_penalty(worth, is_movable),
        near=_near(problem.travel_s, movable),
        rules=_rules(problem),
    )
    return task, movable


def _soft_penalty(worth: Ints, is_movable: npt.NDArray[np.bool_]) -> Ints:
    """Price a missing visit on the way: the root of its worth, the least at 4,000 s."""
    if not is_movable.any():
        return np.zeros_like(worth)
    least = worth[is_movable].min()
    price = _SOFT_PENALTY_S * np.sqrt(np.maximum(worth, least) / least)
    return price.astype(np.int64) * is_movable


def _pattern_arrays(
    problem: RepProblem, rhythms: Sequence[Rhythm]
) -> tuple[Ints, Ints, Ints]:
    """Write the days of all patterns, the weight of each, and what each lacks."""
    n_rows = max(1, sum(len(rhythm.patterns) for rhythm in rhythms))
    width = max([1, *(len(days) for r in rhythms for days in r.patterns)])
    pattern_days = np.full((n_rows, width), -1, np.int64)
    weights = np.ones((n_rows, width), np.int64)
    lacks = np.zeros(n_rows, np.int64)
    row = 0
    for place, rhythm in enumerate(rhythms):
        account = problem.accounts[place]
        promised = {made.day for made in account.fixed}
        for days, late in zip(rhythm.patterns, rhythm.late, strict=True):
            pattern_days[row, : len(days)] = days
            weights[row, : len(days)] = [
                _PROMISE_WEIGHT
                if day in promised or problem.calendar.week(day) in account.must_weeks
                else 1
                for day in days
            ]
            lacks[row] = late + 1000 * max(0, rhythm.owed - len(days))
            row += 1
    return pattern_days, weights, lacks


def _rules(problem: RepProblem) -> Ints:
    rows = []
    for day in range(problem.n_days):
        lunch = problem.lunch_on(day)
        meal = (0, 0, _NO_LIMIT_S)
        if lunch is not None:
            meal = (lunch.duration_s, lunch.earliest_s, lunch.latest_s)
        most_s = problem.most_driving_s
        rows.append(
            (*problem.span(day), *meal, _NO_LIMIT_S if most_s is None else most_s)
        )
    return np.array(rows, np.int64).reshape(-1, 6)


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


def _possible(problem: RepProblem, place: int) -> Rhythm:
    """
    Keep the patterns whose days could each hold this visit.

    If there is none, cut the patterns to their possible days and keep the longest.
    Lunch may come first here: another stop may come before it on the real day.
    """
    rhythm = rhythm_of(problem, place)
    days = {day for pattern in rhythm.patterns for day in pattern}
    alone = {day for day in days if time_day(problem, day, (place,), ALONE)}
    late = dict(zip(rhythm.patterns, rhythm.late, strict=True))
    whole = {pattern: late[pattern] for pattern in late if alone.issuperset(pattern)}
    if not whole and alone:
        cut: dict[tuple[int, ...], int] = {}
        for pattern, delay in late.items():
            cut.setdefault(tuple(d for d in pattern if d in alone), delay)
        longest = max(len(pattern) for pattern in cut)
        whole = {p: cut[p] for p in sorted(cut) if len(p) == longest}
    return Rhythm(rhythm.owed, tuple(whole), tuple(whole.values()))


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
        travel=np.zeros(n_days, np.int64),
        broken=np.zeros(n_days, np.int64),
        chosen=np.full(n, -1, np.int64),
        served=np.zeros(n, np.int64),
        lack=task.lack_all.copy(),
        cost=np.zeros((n, n_days), np.int64),
        place=np.zeros((n, n_days), np.int64),
        cost_version=np.full((n, n_days), -1, np.int64),
        counter=np.array([0, seed], np.int64),
    )
    for day in range(n_days):
        refresh(task, days, day)
    return days


def resume(source: Days, target: Days) -> None:
    """Go on from another plan; random numbers and versions stay one's own."""
    for name in ("route", "n_stops", "leave", "arrive", "travel", "broken"):
        getattr(target, name)[:] = getattr(source, name)
    for name in ("chosen", "served", "lack"):
        getattr(target, name)[:] = getattr(source, name)
    target.version[:] = target.counter[0] + 1 + np.arange(target.version.size)
    target.counter[0] += target.version.size
    target.cost_version[:] = -1


def routes_of(days: Days) -> list[list[int]]:
    """Read the routes back, one list of places a day."""
    return [
        [int(place) for place in days.route[day, : days.n_stops[day]]]
        for day in range(days.n_stops.shape[0])
    ]
