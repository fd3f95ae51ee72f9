"""A day under way, planned again live by VROOM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.core.errors import InputError
from planner.visits.model.problem import RepProblem
from planner.visits.model.timing import DayTimes, Setting, time_day

_THOROUGH = 5  # VROOM's exploration level
_MUST = 100  # VROOM's highest priority


@dataclass(frozen=True, slots=True)
class LiveDay:
    """
    The rest of a day planned again.

    Parameters
    ----------
    timed
        The stops still to come.
    dropped
        Visits of the old plan that no longer fit.
    added
        Candidates taken in.
    """

    timed: DayTimes
    dropped: tuple[int, ...]
    added: tuple[int, ...]


def replan_day(
    problem: RepProblem,
    day: int,
    remaining: Sequence[int],
    *,
    now_s: int,
    travel_from_here_s: Sequence[int],
    lunch_taken: bool,
    candidates: Mapping[int, int] | None = None,
) -> LiveDay:
    """
    Plan the rest of a day from where the rep is.

    Parameters
    ----------
    remaining
        Visits still wanted, in the order planned before; kept before any candidate.
    now_s
        Seconds from midnight.
    travel_from_here_s : shape (n_places,)
        Seconds from the rep's place to each place of the problem, home first.
    candidates
        Worth (1 to 99) by account that may fill freed time.

    Returns
    -------
    A day that keeps windows, lunch and working hours. If not all remaining visits fit,
    as many as VROOM keeps, or as the old order does if that is more.

    Raises
    ------
    InputError
        If the rep cannot even be home in time, or a place is not known.
    """
    if len(travel_from_here_s) != len(problem.accounts):
        raise InputError(
            f"travel from here must name {len(problem.accounts)} places, "
            f"got {len(travel_from_here_s)}"
        )
    setting = Setting(
        leave_s=now_s,
        first_leg_s=travel_from_here_s,
        needs_lunch=not lunch_taken and now_s <= problem.lunch.latest_s,
        may_lunch_first=True,
    )
    extra = {a: min(99, max(1, w)) for a, w in (candidates or {}).items()}
    wanted = extra | dict.fromkeys(remaining, _MUST)
    orders = [
        _vroom_order(problem, day, wanted, setting),
        _vroom_order(problem, day, dict.fromkeys(remaining, _MUST), setting),
        list(remaining),
        _what_fits(problem, day, remaining, setting),
    ]
    required = set(remaining)
    best: DayTimes | None = None
    for order in orders:
        timed = time_day(problem, day, order, setting)
        if timed and (best is None or _rank(timed, required) > _rank(best, required)):
            best = timed
    if best is None:
        raise InputError(
            "from here the rep cannot be home before the working day ends, "
            "even without any further visit"
        )
    return LiveDay(
        timed=best,
        dropped=tuple(a for a in remaining if a not in best.accounts),
        added=tuple(a for a in best.accounts if a not in required),
    )


def _rank(timed: DayTimes, required: set[int]) -> tuple[int, int, int]:
    n_kept = sum(account in required for account in timed.accounts)
    return n_kept, len(timed.accounts), -timed.travel_s


def _what_fits(
    problem: RepProblem, day: int, remaining: Sequence[int], setting: Setting
) -> list[int]:
    """Keep the old order, leaving out each visit that does not fit."""
    order: list[int] = []
    for account in remaining:
        if time_day(problem, day, [*order, account], setting):
            order.append(account)
    return order


def _vroom_order(
    problem: RepProblem,
    day: int,
    worth: Mapping[int, int],
    live: Setting,
) -> list[int]:
    """Ask VROOM for the order of the stops of one day, the best of `worth` first."""
    import vroom

    places = [0, *(a for a in sorted(worth) if problem.windows(a, day))]
    if len(places) == 1:
        return []
    durations = problem.travel_s[np.ix_(places, places)]
    start = 0
    if live.first_leg_s is not None:
        start = len(places)
        wide = np.zeros((start + 1, start + 1), np.int64)
        wide[:start, :start] = durations
        wide[start, :start] = [live.first_leg_s[place] for place in places]
        durations = wide
    begin_s = problem.span(day)[0] if live.leave_s is None else live.leave_s
    breaks = []
    if live.needs_lunch and problem.lunch_on(day) is not None:
        lunch = vroom.TimeWindow(
            max(begin_s, problem.lunch.earliest_s), problem.lunch.latest_s
        )
        breaks.append(
            vroom.Break(1, time_windows=[lunch], service=problem.lunch.duration_s)
        )
    if begin_s >= problem.span(day)[1]:
        return []
    task = vroom.Input()
    task.set_durations_matrix("car", durations)
    task.add_vehicle(
        vroom.Vehicle(
            1,
            start=start,
            end=0,
            time_window=vroom.TimeWindow(begin_s, problem.span(day)[1]),
            breaks=breaks,
        )
    )
    for location, place in enumerate(places[1:], start=1):
        task.add_job(
            vroom.Job(
                place,
                location=location,
                default_service=problem.accounts[place].service_s,
                priority=worth[place],
                time_windows=[
                    vroom.TimeWindow(*span) for span in problem.windows(place, day)
                ],
            )
        )
    routes = task.solve(exploration_level=_THOROUGH, nb_threads=1).routes
    return [int(i) for i in routes.loc[routes["type"] == "job", "id"]]
