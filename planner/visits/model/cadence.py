"""From a frequency to the sets of days on which an account may be visited."""

from __future__ import annotations

from collections.abc import Sequence

from planner.visits.model.problem import DAYS_PER_WEEK, N_DAYS, RepProblem

FORTNIGHT = 10
LEAST_GAP_DAYS = 8
MOST_GAP_DAYS = 12

Pattern = tuple[int, ...]


def day_patterns(
    visits_per_4_weeks: int,
    *,
    same_weekday: bool,
    is_open: Sequence[bool],
    is_working: Sequence[bool],
) -> list[Pattern]:
    """
    List the sets of days that keep an account's cadence.

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
            wanted, is_open=is_open, is_working=is_working, may_move=keeps_weekday
        )
        if pattern and pattern not in patterns:
            patterns.append(pattern)
    return patterns


def patterns_of(problem: RepProblem, place: int) -> list[Pattern]:
    """List the day patterns of one account of a rep, its appointment included."""
    account = problem.accounts[place]
    fixed_day = None if account.fixed is None else account.fixed[0]
    patterns = day_patterns(
        account.visits_per_4_weeks,
        same_weekday=account.same_weekday,
        is_open=[
            bool(account.start_windows[day % DAYS_PER_WEEK]) or day == fixed_day
            for day in range(N_DAYS)
        ],
        is_working=[day not in problem.closed_days for day in range(N_DAYS)],
    )
    return [days for days in patterns if fixed_day is None or fixed_day in days]


def _wanted(visits_per_4_weeks: int, *, same_weekday: bool) -> list[Pattern]:
    if visits_per_4_weeks == 4:
        return [
            tuple(range(day, N_DAYS, DAYS_PER_WEEK)) for day in range(DAYS_PER_WEEK)
        ]
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
        monday = day - day % DAYS_PER_WEEK
        week = [d for d in range(monday, monday + DAYS_PER_WEEK) if is_working[d]]
        open_days = [d for d in week if is_open[d]]
        if open_days:
            days.append(min(open_days, key=lambda d: (abs(d - day), d)))
        elif week:
            return None
    return tuple(days)
