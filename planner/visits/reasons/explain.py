"""Why a visit is missing, and the cheapest way to make room for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from planner.core.reasons import Reason
from planner.core.units import S_PER_MIN
from planner.visits.model.cadence import Pattern, patterns_of
from planner.visits.model.params import S_PER_DAY
from planner.visits.model.problem import RepProblem
from planner.visits.model.timing import ALONE, DayTimes, Setting, time_day

_N_PATTERNS = 4  # looked at closely, those with the shortest detours
_N_POSITIONS = 5  # of each day


class _Fit(NamedTuple):
    """What one day would need: less is better, compared in this order."""

    cost_s: int
    kind: str  # fits, late, hours, none
    detail_s: int
    day: int


def explain_missing(
    problem: RepProblem, days: Sequence[DayTimes], place: int
) -> Reason:
    """
    Find why an account lacks visits in a finished plan, and the cheapest repair.

    Parameters
    ----------
    days
        The finished days, one for each day of the plan.

    Returns
    -------
    The reason; its values are what `reasons.unserved.repair_of` needs as well. Days
    are numbers of the plan, from 0.

    Notes
    -----
    Tried in order: has the account any allowed set of days; does a day hold the visit
    alone; what would the best sets of days need beside the visits planned there - a
    later end, or other hours of the account. The visits already planned stay.
    """
    patterns = patterns_of(problem, place)
    if not patterns:
        return _no_pattern(problem, place)
    alone = {
        day: time_day(problem, day, (place,), ALONE) is not None
        for day in {day for pattern in patterns for day in pattern}
    }
    possible = [p for p in patterns if all(alone[day] for day in p)]
    if not possible:
        return _never_fits(problem, place, patterns, alone)
    planned = {timed.day for timed in days if place in timed.accounts}
    by_detour = sorted(
        possible, key=lambda p: sum(_detour_s(problem, days[d], place) for d in p)
    )
    offers = [
        max(_fit(problem, days[day], place) for day in pattern if day not in planned)
        for pattern in by_detour[:_N_PATTERNS]
        if not planned.issuperset(pattern)
    ]
    return _reason(problem, min(offers), place)


def _no_pattern(problem: RepProblem, place: int) -> Reason:
    account = problem.accounts[place]
    if not any(account.start_windows):
        return Reason("unserved_never_open")
    if account.fixed is not None:
        return Reason("unserved_appointment", {"day": account.fixed[0]})
    return Reason("unserved_no_days")


def _never_fits(
    problem: RepProblem,
    place: int,
    patterns: Sequence[Pattern],
    alone: dict[int, bool],
) -> Reason:
    """Explain an account that does not fit even into an otherwise empty day."""
    there_s = int(problem.travel_s[0, place])
    day = next(d for pattern in patterns for d in pattern if not alone[d])
    any_time = Setting(open_account=place, may_lunch_first=True)
    if time_day(problem, day, (place,), any_time) is None:
        return Reason("unserved_too_far", {"travel_s": there_s})
    hours = problem.windows(place, day)
    arrive_s = problem.day[0] + there_s
    if all(arrive_s > closes_s for _, closes_s in hours):
        late_s = arrive_s - max(closes_s for _, closes_s in hours)
        return Reason(
            "unserved_closes_early",
            {"day": day, "arrive_s": arrive_s, "late_s": late_s},
        )
    return Reason("unserved_hours_tight", {"day": day})


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


def _reason(problem: RepProblem, fit: _Fit, place: int) -> Reason:
    if fit.kind == "late":
        # The next whole minute, so that the repair is enough.
        end_s = -(-fit.detail_s // S_PER_MIN) * S_PER_MIN
        return Reason(
            "unserved_days_full",
            {"day": fit.day, "late_s": fit.cost_s, "end_s": end_s},
        )
    if fit.kind == "hours":
        spans = problem.windows(place, fit.day)
        side = "later" if fit.detail_s > spans[-1][1] else "earlier"
        if spans[0][0] < fit.detail_s < spans[-1][1]:
            side = "between"
        return Reason(
            f"unserved_gap_{side}",
            {"day": fit.day, "start_s": fit.detail_s, "off_s": fit.cost_s},
        )
    if fit.kind == "fits":
        return Reason("unserved_together")
    return Reason("unserved_no_gap", {"day": fit.day})
