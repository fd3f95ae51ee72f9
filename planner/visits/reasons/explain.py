"""Why a visit is missing, and the cheapest way to make room for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from planner.core.reasons import Reason
from planner.core.units import S_PER_MIN
from planner.visits.model.cadence import rhythm_of
from planner.visits.model.params import S_PER_DAY
from planner.visits.model.problem import RepProblem
from planner.visits.model.timing import ALONE, DayTimes, Setting, time_day
from planner.visits.reasons.impossible import (
    explain_appointment,
    never_fits,
    no_pattern,
)

_N_PATTERNS = 4  # looked at closely, those with the shortest detours
_N_POSITIONS = 5  # of each day


class _Fit(NamedTuple):
    """What one day would need: less is better, compared in this order."""

    cost_s: int
    kind: str  # fits, late, hours, none
    detail_s: int
    day: int


def explain_missing(
    problem: RepProblem,
    days: Sequence[DayTimes],
    place: int,
    room: Mapping[int, int] | None = None,
) -> Reason:
    """
    Find why an account lacks visits in a finished plan, and the cheapest repair.

    Parameters
    ----------
    days
        The finished days, one for each day of the plan.
    room
        Days with room for one more visit of the account, whatever its rhythm says, and
        the seconds of travel it would add there.

    Returns
    -------
    The reason; its values are what `reasons.unserved.repair_of` needs as well, with
    `price_s` the seconds that the repair costs. Days are numbers of the plan, from 0.

    Notes
    -----
    Tried in order: has the account any allowed set of days; its appointments; does a
    day hold the visit alone, and if not, which rule is in the way; what would the best
    sets of days need beside the visits planned there - a later end, other hours of the
    account - or which day outside its rhythm has room: the cheapest of these. The
    visits already planned stay.
    """
    patterns = rhythm_of(problem, place).patterns
    visit_days = {timed.day for timed in days if place in timed.accounts}
    for made in problem.accounts[place].fixed:
        if made.day not in visit_days:
            reason = explain_appointment(problem, days[made.day], place)
            if reason is not None:
                return reason
    if not patterns:
        return no_pattern(problem, place)
    alone = {
        day: time_day(problem, day, (place,), ALONE) is not None
        for day in {day for pattern in patterns for day in pattern}
    }
    if not any(alone.values()):
        return never_fits(problem, place, sorted(alone))
    possible = [p for p in patterns if all(alone[day] for day in p)]
    if not possible:
        return never_fits(problem, place, [day for day in alone if not alone[day]])
    by_detour = sorted(
        possible, key=lambda p: sum(_detour_s(problem, days[d], place) for d in p)
    )
    offers = [
        max(_fit(problem, days[day], place) for day in pattern if day not in visit_days)
        for pattern in by_detour[:_N_PATTERNS]
        if not visit_days.issuperset(pattern)
    ]
    if not offers:
        return Reason("unserved_promised")
    best = min(offers)
    if best.kind != "fits":
        shifted = _other_day(problem, place, visit_days, room or {})
        if shifted is not None and shifted.values["price_s"] <= best.cost_s:
            return shifted
    return _reason(problem, days, best, place)


def _other_day(
    problem: RepProblem, place: int, visit_days: set[int], room: Mapping[int, int]
) -> Reason | None:
    """Offer the day with room that strays least from the account's interval."""
    interval, offsets = problem.interval_days(place), problem.calendar.offsets
    last = problem.accounts[place].last_visit
    offsets_of_visits = sorted(offsets[day] for day in visit_days)
    if last is not None:
        offsets_of_visits = [last, *offsets_of_visits]
    if interval is None or not offsets_of_visits:
        return None
    best: tuple[int, int, int, int] | None = None
    for day, added_s in room.items():
        gap = min(abs(offsets[day] - at) for at in offsets_of_visits)
        if day not in visit_days and gap:
            best = min(best or (730, 0, 0, 0), (abs(gap - interval), added_s, day, gap))
    if best is None or best[0] >= interval:
        return None
    _, added_s, day, gap = best
    return Reason(
        "unserved_rhythm",
        {
            "day": day,
            "gap_days": gap,
            "interval_days": interval,
            "price_s": added_s,
        },
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
            late_s = late.end_s - problem.span(timed.day)[1]
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
        driven = time_day(problem, timed.day, longer, Setting(free_driving=True))
        if driven is not None and problem.most_driving_s is not None:
            over_s = driven.travel_s - problem.most_driving_s
            best = min(
                best, _Fit(max(0, over_s), "driving", driven.travel_s, timed.day)
            )
    return best


def _reason(
    problem: RepProblem, days: Sequence[DayTimes], fit: _Fit, place: int
) -> Reason:
    if fit.kind == "late":
        # The next whole minute, so that the repair is enough.
        end_s = -(-fit.detail_s // S_PER_MIN) * S_PER_MIN
        values = {"day": fit.day, "late_s": fit.cost_s, "end_s": end_s}
        values |= {"price_s": fit.cost_s}
        other = _instead(problem, days[fit.day], place)
        return Reason("unserved_days_full", values | other)
    if fit.kind == "hours":
        spans = problem.windows(place, fit.day)
        side = "later" if fit.detail_s > spans[-1][1] else "earlier"
        if spans[0][0] < fit.detail_s < spans[-1][1]:
            side = "between"
        values = {"day": fit.day, "start_s": fit.detail_s, "off_s": fit.cost_s}
        return Reason(f"unserved_gap_{side}", values | {"price_s": fit.cost_s})
    if fit.kind == "driving":
        values = {"day": fit.day, "over_s": fit.cost_s, "price_s": fit.cost_s}
        return Reason("unserved_driving_full", values)
    if fit.kind == "fits":
        return Reason("unserved_together")
    other = _instead(problem, days[fit.day], place)
    return Reason("unserved_no_gap", {"day": fit.day} | other)


def _instead(problem: RepProblem, timed: DayTimes, place: int) -> dict[str, Any]:
    """Name a visit of the day, worth no more, in whose stead this one would fit."""
    worth = [account.priority for account in problem.accounts]
    route = timed.accounts
    for position in sorted(range(len(route)), key=lambda p: (worth[route[p]], p)):
        other = route[position]
        if worth[other] > worth[place]:
            break
        if any(made.day == timed.day for made in problem.accounts[other].fixed):
            continue
        rest = (*route[:position], *route[position + 1 :])
        if any(
            time_day(problem, timed.day, (*rest[:at], place, *rest[at:]))
            for at in range(len(rest) + 1)
        ):
            return {"other": other}
    return {}
