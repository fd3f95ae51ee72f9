"""What a plan owes each account: the statement of the task, whoever solves it."""

from __future__ import annotations

from planner.visits.model.problem import RepProblem

_SLACK_SHARE = 0.25  # of an interval: visits so much earlier or later keep it
_HALF_WEEK = 3


def slack_days(interval_days: int) -> int:
    """Tell how many days a visit may come early or late and still keep its interval."""
    return max(1, round(_SLACK_SHARE * interval_days))


def first_due(problem: RepProblem, place: int) -> int | None:
    """
    Give the day on which an account is due, in calendar days from the plan's Monday.

    Returns
    -------
    An interval after the last visit, the plan's first day if that is over or if there
    was none. None: it has no rhythm.
    """
    interval = problem.interval_days(place)
    if interval is None:
        return None
    last, first = problem.accounts[place].last_visit, problem.calendar.first
    return first if last is None else max(first, last + interval)


def visits_owed(problem: RepProblem, place: int) -> int:
    """
    Count the visits an account is owed in the plan.

    Notes
    -----
    By weeks: its visits in four weeks, less those whose part of the weeks has no
    working day. By interval: one when it is due and one each interval later, less those
    around which nobody works; of an account that was never visited as many intervals as
    the plan holds, but one. Each appointment and each week that must have a visit owes
    one as well.
    """
    account = problem.accounts[place]
    promised = max(len({a.day for a in account.fixed}), len(account.must_weeks))
    if problem.counts_weeks(place):
        return max(promised, _owed_by_weeks(problem, place))
    return max(promised, _owed_by_interval(problem, place))


def _owed_by_weeks(problem: RepProblem, place: int) -> int:
    cadence = problem.accounts[place].visits_per_4_weeks
    if cadence == 0:
        return 0
    days_per_visit = problem.n_days // cadence
    spans = range(0, problem.n_days, days_per_visit)
    return sum(
        any(d not in problem.closed_days for d in range(first, first + days_per_visit))
        for first in spans
    )


def _owed_by_interval(problem: RepProblem, place: int) -> int:
    interval, due = problem.interval_days(place), first_due(problem, place)
    if interval is None or due is None:
        return 0
    calendar = problem.calendar
    end = calendar.length
    if problem.accounts[place].last_visit is None:
        n_visits = max(1, (end - due) // interval)
    else:
        n_visits = len(range(due, end, interval))
    near = max(_HALF_WEEK, slack_days(interval))
    working = [
        offset
        for day, offset in enumerate(calendar.offsets)
        if day not in problem.closed_days
    ]
    return sum(
        any(abs(offset - (due + number * interval)) <= near for offset in working)
        for number in range(n_visits)
    )
