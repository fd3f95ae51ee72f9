"""
Check independently that a plan keeps every rule, and measure it.

It reads nothing but the problem and the planned times, and shares no code with the
search, the timing or the patterns, so that a fault of theirs shows here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from planner.core.reasons import Reason
from planner.core.units import DAYS_PER_WEEK
from planner.visits.model.owed import visits_owed
from planner.visits.model.problem import RepProblem
from planner.visits.model.timing import DayTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCheck:
    """
    How a plan keeps the rules, and what it measures.

    Parameters
    ----------
    visits_required, visits_missed
        Visits owed in the plan, and those not planned.
    pattern_broken
        Accounts whose visits break their weekday, spacing or appointment.
    broken_days
        Day and what is wrong with it.
    prospects
        Optional visits planned.
    """

    visits_required: int
    visits_missed: int
    pattern_broken: tuple[int, ...]
    broken_days: tuple[tuple[int, Reason], ...]
    travel_s: int
    prospects: int

    @property
    def days_broken(self) -> int:
        """Number of days with at least one fault."""
        return len({day for day, _ in self.broken_days})


def check_plan(problem: RepProblem, days: Sequence[DayTimes]) -> PlanCheck:
    """
    Check every day and every account of a plan.

    Parameters
    ----------
    days
        At most one entry a day; days without an entry have no stops.
    """
    visited: dict[int, list[int]] = {}
    for timed in days:
        for account in timed.accounts:
            visited.setdefault(account, []).append(timed.day)
    places = range(1, len(problem.accounts))
    owed = {place: visits_owed(problem, place) for place in places}
    required = [place for place in places if problem.accounts[place].is_required]
    return PlanCheck(
        visits_required=sum(owed.values()),
        visits_missed=sum(
            max(0, owed[place] - len(visited.get(place, ()))) for place in required
        ),
        pattern_broken=tuple(
            place
            for place in visited
            if _breaks_cadence(problem, place, sorted(visited[place]), owed[place])
        ),
        broken_days=tuple(
            (timed.day, fault) for timed in days for fault in day_faults(problem, timed)
        ),
        travel_s=sum(timed.travel_s for timed in days),
        prospects=sum(len(visited[p]) for p in visited if p not in required),
    )


def day_faults(problem: RepProblem, timed: DayTimes) -> list[Reason]:
    """List what is wrong with one day; nothing if it keeps every rule."""
    if not timed.stops:
        return []
    faults = [*_stop_faults(problem, timed), *_lunch_faults(problem, timed)]
    route = (0, *timed.accounts, 0)
    travel_s = sum(int(problem.travel_s[a, b]) for a, b in pairwise(route))
    if travel_s != timed.travel_s:
        misstated = {"travel_s": travel_s, "stated_s": timed.travel_s}
        faults.append(Reason("day_travel_misstated", misstated))
    if timed.end_s > problem.span(timed.day)[1]:
        faults.append(Reason("day_ends_late", {"end_s": timed.end_s}))
    most_s = problem.most_driving_s
    if most_s is not None and travel_s > most_s:
        faults.append(
            Reason("day_drives_long", {"travel_s": travel_s, "most_s": most_s})
        )
    if timed.day in problem.closed_days:
        faults.append(Reason("day_not_working"))
    return faults


def _stop_faults(problem: RepProblem, timed: DayTimes) -> Iterable[Reason]:
    free_s, here = problem.span(timed.day)[0], 0
    for stop in timed.stops:
        account = {"account": stop.account}
        if stop.arrive_s < free_s + problem.travel_s[here, stop.account]:
            yield Reason("stop_reached_early", account)
        if stop.start_s < stop.arrive_s:
            yield Reason("stop_starts_early", account)
        if stop.leave_s != stop.start_s + problem.accounts[stop.account].service_s:
            yield Reason("stop_cut_short", account)
        spans = problem.windows(stop.account, timed.day)
        if not any(opens <= stop.start_s <= closes for opens, closes in spans):
            yield Reason("stop_outside_hours", account | {"start_s": stop.start_s})
        free_s, here = stop.leave_s, stop.account
    if timed.end_s < free_s + problem.travel_s[here, 0]:
        yield Reason("home_reached_early")


def _lunch_faults(problem: RepProblem, timed: DayTimes) -> Iterable[Reason]:
    rule = problem.lunch_on(timed.day)
    if rule is None:
        return
    if timed.lunch_start_s is None:
        yield Reason("lunch_missing")
        return
    begin_s = problem.span(timed.day)[0]
    lunch_end_s = timed.lunch_start_s + rule.duration_s
    before = [stop for stop in timed.stops if stop.leave_s <= timed.lunch_start_s]
    if not before and not _starts_after_lunch(problem, timed):
        yield Reason("lunch_before_stops")
        return
    left_s, here = (before[-1].leave_s, before[-1].account) if before else (begin_s, 0)
    if timed.lunch_start_s < rule.earliest_s or left_s > rule.latest_s:
        yield Reason("lunch_outside_span", {"start_s": timed.lunch_start_s})
    rest = timed.stops[len(before) :]
    next_place = rest[0].account if rest else 0
    drive_s = int(problem.travel_s[here, next_place])
    next_s = rest[0].start_s if rest else timed.end_s
    arrive_s = rest[0].arrive_s if rest else left_s + drive_s
    eats_after = timed.lunch_start_s >= arrive_s and next_s >= lunch_end_s
    eats_before = (rest[0].arrive_s if rest else next_s) >= lunch_end_s + drive_s
    if not (eats_after or eats_before):
        yield Reason("lunch_cut_short")


def _starts_after_lunch(problem: RepProblem, timed: DayTimes) -> bool:
    """Whether the first stop, reached at once, is left too late for lunch after it."""
    place = timed.stops[0].account
    ready_s = problem.span(timed.day)[0] + int(problem.travel_s[0, place])
    starts = [
        max(ready_s, opens_s)
        for opens_s, closes_s in problem.windows(place, timed.day)
        if ready_s <= closes_s
    ]
    service_s = problem.accounts[place].service_s
    return bool(starts) and min(starts) + service_s > problem.lunch.latest_s


def _breaks_cadence(
    problem: RepProblem, place: int, days: list[int], owed: int
) -> bool:
    account = problem.accounts[place]
    if len(days) != len(set(days)) or len(days) > max(owed, 1):
        return True
    promised = {made.day for made in account.fixed}
    is_complete = len(days) >= owed
    if is_complete and not promised <= set(days):
        return True
    weeks = {problem.calendar.week(day) for day in days}
    if is_complete and not weeks.issuperset(account.must_weeks):
        return True
    interval = problem.interval_days(place)
    if interval is None:
        return False
    if problem.counts_weeks(place):
        return _breaks_frequency(problem, place, days)
    return _breaks_interval(problem, place, days, interval, is_complete=is_complete)


def _breaks_frequency(problem: RepProblem, place: int, days: list[int]) -> bool:
    account = problem.accounts[place]
    cadence = account.visits_per_4_weeks
    if cadence == 4:
        weeks = Counter(problem.calendar.week(day) for day in days)
        return max(weeks.values()) > 1 or not _same_weekday(problem, days)
    if cadence == 2 and len(days) == 2:
        if account.same_weekday:
            week = problem.calendar.week
            return week(days[1]) - week(days[0]) != 2 or not _same_weekday(
                problem, days
            )
        return not (days[0] < 10 <= days[1] and 8 <= days[1] - days[0] <= 12)
    return False


def _breaks_interval(
    problem: RepProblem,
    place: int,
    days: list[int],
    interval: int,
    *,
    is_complete: bool,
) -> bool:
    """Whether visits lie too close, too far apart, or on several weekdays."""
    account, offsets = problem.accounts[place], problem.calendar.offsets
    promised = {made.day for made in account.fixed}
    forced = {
        day for day in days if problem.calendar.week(day) in set(account.must_weeks)
    }
    free = [day for day in days if day not in promised | forced]
    last = account.last_visit
    if (
        last is not None
        and days[0] in free
        and 2 * (offsets[days[0]] - last) < interval
    ):
        return True
    slack = max(1, round(0.25 * interval))
    keeps_weekday = account.same_weekday or interval == DAYS_PER_WEEK
    if keeps_weekday:
        if not _same_weekday(problem, free):
            return True
        slack = max(slack, DAYS_PER_WEEK - 1)  # moved off a holiday
    for before, after in pairwise(days):
        if before not in free or after not in free:
            continue
        gap = offsets[after] - offsets[before]
        if gap < interval - slack:
            return True
        # A week in which nobody works falls away from a fixed weekday.
        if is_complete and not keeps_weekday and gap > interval + slack:
            return True
    return False


def _same_weekday(problem: RepProblem, days: Sequence[int]) -> bool:
    """Whether one weekday explains all days, holidays moved within their week."""
    calendar = problem.calendar
    off = {calendar.offsets[day] for day in problem.closed_days}
    return not days or any(
        all(
            calendar.weekday(day) == weekday
            or calendar.week(day) * DAYS_PER_WEEK + weekday in off
            for day in days
        )
        for weekday in range(DAYS_PER_WEEK)
    )
