"""Why a visit is missing, and the cheapest way to make room for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from planner.core.schemas import WEEKDAYS
from planner.core.units import S_PER_MIN
from planner.core.units import clock_text
from planner.core.units import duration_text
from planner.visits.model.cadence import Pattern
from planner.visits.model.cadence import patterns_of
from planner.visits.model.params import S_PER_DAY
from planner.visits.model.problem import DAYS_PER_WEEK
from planner.visits.model.problem import RepProblem
from planner.visits.model.timing import ALONE
from planner.visits.model.timing import DayTimes
from planner.visits.model.timing import Setting
from planner.visits.model.timing import time_day

_N_PATTERNS = 4  # looked at closely, those with the shortest detours
_N_POSITIONS = 5  # of each day
_FULL_NAMES = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Fri": "Friday",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence why, one how to repair it."""

    reason: str
    repair: str


class _Fit(NamedTuple):
    """What one day would need: less is better, compared in this order."""

    cost_s: int
    kind: str  # fits, late, hours, none
    detail_s: int
    day: int


def day_name(day: int) -> str:
    """Name a day of the plan: ``Thursday of week 2``."""
    weekday = _FULL_NAMES[WEEKDAYS[day % DAYS_PER_WEEK]]
    return f"{weekday} of week {day // DAYS_PER_WEEK + 1}"


def explain_missing(
    problem: RepProblem,
    days: Sequence[DayTimes],
    place: int,
    names: Sequence[str],
) -> Reason:
    """
    Say why an account lacks visits in a finished plan, and the cheapest repair.

    Parameters
    ----------
    days
        The finished days, one for each day of the plan.
    names : shape (20,)
        What each day is called.

    Notes
    -----
    Tried in order: has the account any allowed set of days; does a day hold the visit
    alone; what would the best sets of days need beside the visits planned there - a
    later end, or other hours of the account. The visits already planned stay.
    """
    patterns = patterns_of(problem, place)
    if not patterns:
        return _no_pattern(problem, place, names)
    alone = {
        day: time_day(problem, day, (place,), ALONE) is not None
        for day in {day for pattern in patterns for day in pattern}
    }
    possible = [p for p in patterns if all(alone[day] for day in p)]
    if not possible:
        return _never_fits(problem, place, patterns, alone, names)
    planned = {timed.day for timed in days if place in timed.accounts}
    by_detour = sorted(
        possible, key=lambda p: sum(_detour_s(problem, days[d], place) for d in p)
    )
    offers = [
        max(_fit(problem, days[day], place) for day in pattern if day not in planned)
        for pattern in by_detour[:_N_PATTERNS]
        if not planned.issuperset(pattern)
    ]
    return _words(problem, min(offers), names, place)


def _no_pattern(problem: RepProblem, place: int, names: Sequence[str]) -> Reason:
    account = problem.accounts[place]
    if not any(account.start_windows):
        return Reason("it is not open on any working day", "give its open days")
    if account.fixed is not None:
        return Reason(
            f"no set of days keeps its rhythm with the appointment on "
            f"{names[account.fixed[0]]}",
            "move the appointment or visit it less often",
        )
    return Reason(
        "its open days and the holidays leave no set of days that keeps its rhythm",
        "visit it less often or on another weekday",
    )


def _never_fits(
    problem: RepProblem,
    place: int,
    patterns: Sequence[Pattern],
    alone: dict[int, bool],
    names: Sequence[str],
) -> Reason:
    """Explain an account that does not fit even into an otherwise empty day."""
    there_s = int(problem.travel_s[0, place])
    day = next(d for pattern in patterns for d in pattern if not alone[d])
    any_time = Setting(open_account=place, may_lunch_first=True)
    if time_day(problem, day, (place,), any_time) is None:
        return Reason(
            f"it is {duration_text(there_s / S_PER_MIN)} from the rep's home: there, "
            "the visit, lunch and back do not fit into one working day",
            "give it to a nearer rep, plan a night away, or call instead",
        )
    hours = problem.windows(place, day)
    arrive_s = problem.day[0] + there_s
    if all(arrive_s > closes_s for _, closes_s in hours):
        late_s = arrive_s - max(closes_s for _, closes_s in hours)
        return Reason(
            f"on {names[day]} it can be reached at {clock_text(arrive_s)} at the "
            f"earliest, {_minutes(late_s)} after its last start",
            f"start that day {_minutes(late_s)} earlier or ask for a later time",
        )
    return Reason(
        f"its hours on {names[day]} leave no time for the visit, lunch and the way "
        "home inside the working day",
        "ask for other hours or let the day begin or end at another time",
    )


def _detour_s(problem: RepProblem, timed: DayTimes, place: int) -> int:
    travel, ends = problem.travel_s, (0, *timed.accounts, 0)
    return min(
        int(travel[a, place] + travel[place, b] - travel[a, b])
        for a, b in pairwise(ends)
    )


def _fit(problem: RepProblem, timed: DayTimes, place: int) -> _Fit:
    """Find what one day would need to hold one more visit."""
    travel, route = problem.travel_s, timed.accounts
    ends = (0, *route, 0)
    positions = sorted(
        range(len(route) + 1),
        key=lambda p: int(
            travel[ends[p], place]
            + travel[place, ends[p + 1]]
            - travel[ends[p], ends[p + 1]]
        ),
    )
    best = _Fit(S_PER_DAY, "none", 0, timed.day)
    for position in positions[:_N_POSITIONS]:
        longer = (*route[:position], place, *route[position:])
        late = time_day(problem, timed.day, longer, Setting(end_s=S_PER_DAY))
        if late is not None:
            late_s = late.end_s - problem.day[1]
            kind = "late" if late_s > 0 else "fits"
            best = min(best, _Fit(max(0, late_s), kind, late.end_s, timed.day))
        other = time_day(problem, timed.day, longer, Setting(open_account=place))
        if other is not None:
            start_s = next(s.start_s for s in other.stops if s.account == place)
            off_s = min(
                max(opens_s - start_s, start_s - closes_s, 0)
                for opens_s, closes_s in problem.windows(place, timed.day)
            )
            best = min(best, _Fit(off_s, "hours", start_s, timed.day))
    return best


def _words(problem: RepProblem, fit: _Fit, names: Sequence[str], place: int) -> Reason:
    name = names[fit.day]
    if fit.kind == "late":
        return Reason(
            f"its days are full: the closest, {name}, would end "
            f"{_minutes(fit.cost_s)} late",
            f"let {name} end at {clock_text(fit.detail_s + 59)}, "
            "or give up another visit there",
        )
    if fit.kind == "hours":
        spans = problem.windows(place, fit.day)
        side = "later" if fit.detail_s > spans[-1][1] else "earlier"
        if spans[0][0] < fit.detail_s < spans[-1][1]:
            side = "outside its hours"
        return Reason(
            f"its hours do not meet the gaps left: on {name} there is room at "
            f"{clock_text(fit.detail_s)}",
            f"ask to be seen {_minutes(fit.cost_s)} {side} on {name}",
        )
    if fit.kind == "fits":
        return Reason(
            "each day has room, but not together with the others found",
            "plan again with more rounds",
        )
    return Reason(
        f"no allowed day has a gap between its other visits' hours; the nearest is "
        f"{name}",
        f"give up or move another visit on {name}",
    )


def _minutes(seconds: int) -> str:
    """Write a shortage, rounded up to the minute, so that the repair is enough."""
    return duration_text(-(-seconds // S_PER_MIN))
