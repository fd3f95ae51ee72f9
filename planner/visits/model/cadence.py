"""From a rhythm to the sets of days on which an account may be visited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from planner.core.units import DAYS_PER_WEEK
from planner.visits.model.calendar import FOUR_WEEKS, Calendar
from planner.visits.model.owed import first_due, slack_days, visits_owed
from planner.visits.model.problem import RepProblem

N_DAYS = FOUR_WEEKS.n_days
WORKDAYS = 5
FORTNIGHT = 10
LEAST_GAP_DAYS = 8
MOST_GAP_DAYS = 12
MOST_PATTERNS = 160  # of one account
_LATE_PERMILLE, _MOST_PERMILLE = 500, 900  # of a visit, for an interval's delay; most

Pattern = tuple[int, ...]


class Rhythm(NamedTuple):
    """
    The ways to visit an account.

    Parameters
    ----------
    owed
        Visits it is owed.
    patterns
        Sets of days, ascending; each may be served in part.
    late
        By pattern, what its delay costs, in thousandths of a missing visit.
    """

    owed: int
    patterns: tuple[Pattern, ...]
    late: tuple[int, ...]


def day_patterns(
    visits_per_4_weeks: int,
    *,
    same_weekday: bool,
    is_open: Sequence[bool],
    is_working: Sequence[bool],
) -> list[Pattern]:
    """
    List the sets of days of four weeks, Monday to Friday, that keep a frequency.

    Parameters
    ----------
    visits_per_4_weeks
        4: each week on one weekday. 2: ten working days apart if `same_weekday`, else
        one in each fortnight, 8 to 12 working days apart. 1: any day. 0: any day, once.
    is_open : shape (20,)
        Whether the account can be visited on that day, were it a working day.
    is_working : shape (20,)
        False on holidays. A visit that falls on one moves to the nearest working day of
        the same week on which the account is open (earlier if two are equally near);
        in a week without any working day it falls away.

    Returns
    -------
    Days 0 to 19 in ascending order, without duplicates.
    """
    patterns = []
    for wanted in _wanted(visits_per_4_weeks, same_weekday=same_weekday):
        keeps_weekday = visits_per_4_weeks == 4 or same_weekday
        pattern = _on_working_days(
            wanted,
            FOUR_WEEKS,
            is_open=is_open,
            is_working=is_working,
            may_move=keeps_weekday,
        )
        if pattern and pattern not in patterns:
            patterns.append(pattern)
    return patterns


def rhythm_of(problem: RepProblem, place: int) -> Rhythm:
    """
    List the ways to visit one account of a rep, appointments and weeks included.

    Notes
    -----
    By weeks as `day_patterns`. By interval: on one weekday exactly so many weeks apart,
    or each visit within a quarter of the interval of its day; the first not before half
    the interval has passed. Of very many ways, 160 are drawn, always the same. An
    appointment takes the place of the nearest visit.
    """
    owed = visits_owed(problem, place)
    if owed == 0 and problem.accounts[place].is_required:
        return Rhythm(0, (), ())
    account = problem.accounts[place]
    is_open = [bool(problem.windows(place, day)) for day in range(problem.n_days)]
    if problem.counts_weeks(place):
        patterns = _by_weeks(problem, place)
    elif problem.interval_days(place) is None:
        days = [day for day in range(problem.n_days) if is_open[day]]
        patterns = [(day,) for day in days] if not account.is_required else []
    else:
        patterns = _by_interval(problem, place, is_open, owed)
        patterns = [_with_appointments(problem, place, days) for days in patterns]
    fixed = tuple(sorted({made.day for made in account.fixed}))
    patterns = [days for days in patterns if set(fixed).issubset(days)]
    if fixed and not patterns:
        patterns = [fixed]
    patterns = _in_weeks(problem, place, patterns, is_open)
    unique = tuple(dict.fromkeys(patterns))
    return Rhythm(owed, unique, tuple(_late(problem, place, days) for days in unique))


def _by_weeks(problem: RepProblem, place: int) -> list[Pattern]:
    account = problem.accounts[place]
    if account.visits_per_4_weeks == 0 and account.is_required:
        return []
    is_working = [day not in problem.closed_days for day in range(N_DAYS)]
    weekly = account.start_windows
    fixed = {made.day for made in account.fixed}
    is_open = [
        (
            problem.calendar.weekday(day) < len(weekly)
            and bool(weekly[problem.calendar.weekday(day)])
            and day not in account.closed_on
        )
        or day in fixed
        for day in range(N_DAYS)
    ]
    return day_patterns(
        account.visits_per_4_weeks,
        same_weekday=account.same_weekday,
        is_open=is_open,
        is_working=is_working,
    )


def _wanted(visits_per_4_weeks: int, *, same_weekday: bool) -> list[Pattern]:
    if visits_per_4_weeks == 4:
        return [tuple(range(day, N_DAYS, WORKDAYS)) for day in range(WORKDAYS)]
    if visits_per_4_weeks == 2 and same_weekday:
        return [(day, day + FORTNIGHT) for day in range(FORTNIGHT)]
    if visits_per_4_weeks == 2:
        return [
            (first, second)
            for first in range(FORTNIGHT)
            for second in range(FORTNIGHT, N_DAYS)
            if LEAST_GAP_DAYS <= second - first <= MOST_GAP_DAYS
        ]
    return [(day,) for day in range(N_DAYS)]


def _on_working_days(
    wanted: Pattern,
    calendar: Calendar,
    *,
    is_open: Sequence[bool],
    is_working: Sequence[bool],
    may_move: bool,
) -> Pattern | None:
    """Move visits off holidays; None if the account is closed on one of the days."""
    days = []
    for day in wanted:
        if not is_open[day] or (not is_working[day] and not may_move):
            return None
        if is_working[day]:
            days.append(day)
            continue
        week = [d for d in calendar.days_of(calendar.week(day)) if is_working[d]]
        open_days = [d for d in week if is_open[d]]
        if open_days:
            days.append(min(open_days, key=lambda d: (abs(d - day), d)))
        elif week:
            return None
    return tuple(days)


def _by_interval(
    problem: RepProblem, place: int, is_open: Sequence[bool], owed: int
) -> list[Pattern]:
    interval, due = problem.interval_days(place), first_due(problem, place)
    if interval is None or due is None:
        return []
    if problem.accounts[place].same_weekday or interval == DAYS_PER_WEEK:
        return list(_on_weekdays(problem, place, interval, due, owed))
    slack, last = slack_days(interval), problem.accounts[place].last_visit
    offsets = problem.calendar.offsets
    open_days = [day for day in range(problem.n_days) if is_open[day]]
    for n_visits in range(owed, 0, -1):
        latest = problem.calendar.length - (n_visits - 1) * (interval - slack)
        firsts = [
            day
            for day in open_days
            if offsets[day] < latest
            and (last is None or offsets[day] >= last + interval - slack)
        ]
        onward = {
            day: [
                later
                for later in open_days
                if interval - slack <= offsets[later] - offsets[day] <= interval + slack
            ]
            for day in open_days
        }
        chains = _chains(firsts, onward, offsets, interval, n_visits)
        if chains:
            return chains
    return []


def _chains(
    firsts: Sequence[int],
    onward: dict[int, list[int]],
    offsets: Sequence[int],
    interval: int,
    n_visits: int,
) -> list[Pattern]:
    """List chains of visits; where there are too many, the most regular and a draw."""
    n_ways = dict.fromkeys(onward, 1)
    ways = [n_ways]
    for _ in range(n_visits - 1):
        n_ways = {d: sum(n_ways[later] for later in onward[d]) for d in onward}
        ways.append(n_ways)
    firsts = [day for day in firsts if n_ways[day]]
    if sum(n_ways[day] for day in firsts) <= MOST_PATTERNS:
        return [chain for day in firsts for chain in _all_chains(day, onward, n_visits)]
    rng = np.random.default_rng([len(offsets), interval, n_visits])
    chains: dict[Pattern, None] = {}
    for number in range(MOST_PATTERNS):
        chain = [firsts[number % len(firsts)]]
        for left in range(n_visits - 2, -1, -1):
            open_ways = [d for d in onward[chain[-1]] if ways[left][d]]
            if number < len(firsts):
                target = offsets[chain[0]] + len(chain) * interval
                day = min(open_ways, key=lambda d: (abs(offsets[d] - target), d))
            else:
                day = open_ways[int(rng.integers(len(open_ways)))]
            chain.append(day)
        chains[tuple(chain)] = None
    return list(chains)


def _all_chains(
    day: int, onward: dict[int, list[int]], n_visits: int
) -> Iterator[Pattern]:
    if n_visits == 1:
        yield (day,)
        return
    for later in onward[day]:
        for rest in _all_chains(later, onward, n_visits - 1):
            yield (day, *rest)


def _on_weekdays(
    problem: RepProblem, place: int, interval: int, due: int, owed: int
) -> Iterator[Pattern]:
    """List the sets of days on one weekday, moved off holidays within their week."""
    account, calendar = problem.accounts[place], problem.calendar
    step = DAYS_PER_WEEK * max(1, round(interval / DAYS_PER_WEEK))
    day_at = {offset: day for day, offset in enumerate(calendar.offsets)}
    is_working = [day not in problem.closed_days for day in range(problem.n_days)]
    fixed = {made.day for made in account.fixed}
    is_open = [
        bool(_weekly_windows(problem, place, day)) or day in fixed
        for day in range(problem.n_days)
    ]
    earliest = calendar.first
    if account.last_visit is not None:
        earliest = max(earliest, account.last_visit + -(-interval // 2))
    longest = 1
    patterns = []
    for first in range(earliest, min(calendar.length, due + 2 * step)):
        days = [day_at.get(at) for at in range(first, calendar.length, step)]
        wanted_days = tuple(day for day in days if day is not None)[:owed]
        if not wanted_days or days[0] is None:
            continue
        pattern = _on_working_days(
            wanted_days, calendar, is_open=is_open, is_working=is_working, may_move=True
        )
        if pattern:
            patterns.append(pattern)
            longest = max(longest, len(pattern))
    yield from (pattern for pattern in patterns if len(pattern) == longest)


def _weekly_windows(problem: RepProblem, place: int, day: int) -> object:
    """Give an account's hours on a day, were it a working day."""
    account, weekday = problem.accounts[place], problem.calendar.weekday(day)
    if day in account.closed_on or weekday >= len(account.start_windows):
        return ()
    return account.start_windows[weekday]


def _with_appointments(problem: RepProblem, place: int, days: Pattern) -> Pattern:
    """Let each appointment take the place of the visit that is nearest to it."""
    offsets = problem.calendar.offsets
    promised = sorted({made.day for made in problem.accounts[place].fixed})
    rest = list(days)
    for day in promised:
        if rest:
            rest.remove(min(rest, key=lambda d: abs(offsets[d] - offsets[day])))
    return tuple(sorted({*promised, *rest}))


def _in_weeks(
    problem: RepProblem,
    place: int,
    patterns: list[Pattern],
    is_open: Sequence[bool],
) -> list[Pattern]:
    """Keep what has a visit in each week that must have one, or add a day there."""
    calendar = problem.calendar
    for week in problem.accounts[place].must_weeks:
        there = [p for p in patterns if any(calendar.week(d) == week for d in p)]
        if not there:
            there = [
                _moved_to(problem, place, pattern, day)
                for pattern in (patterns or [()])
                for day in calendar.days_of(week)
                if is_open[day]
            ][:MOST_PATTERNS]
        patterns = there
    return patterns


def _moved_to(problem: RepProblem, place: int, days: Pattern, day: int) -> Pattern:
    """Have a visit on a day, the nearest one that may move."""
    account, calendar = problem.accounts[place], problem.calendar
    promised = {made.day for made in account.fixed}
    movable = [
        other
        for other in days
        if other not in promised and calendar.week(other) not in account.must_weeks
    ]
    if not movable:
        return tuple(sorted({*days, day}))
    offsets = calendar.offsets
    nearest = min(movable, key=lambda other: abs(offsets[other] - offsets[day]))
    return tuple(sorted({*days, day} - {nearest}))


def _late(problem: RepProblem, place: int, days: Pattern) -> int:
    """Price the delay of a pattern's first visit and of its widest gap."""
    interval, due = problem.interval_days(place), first_due(problem, place)
    if interval is None or due is None or problem.counts_weeks(place) or not days:
        return 0
    offsets, slack = problem.calendar.offsets, slack_days(interval)
    if problem.accounts[place].last_visit is None:
        slack = interval
    late = max(0, offsets[days[0]] - due - slack)
    for before, after in pairwise(days):
        late += max(0, offsets[after] - offsets[before] - interval - slack)
    return min(_MOST_PERMILLE, _LATE_PERMILLE * late // interval)
