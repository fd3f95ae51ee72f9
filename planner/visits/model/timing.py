"""The exact times of one day: drive, wait, lunch, serve, home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.visits.model.problem import RepProblem


@dataclass(frozen=True, slots=True)
class StopTimes:
    """One visit: its account (a place of the problem) and seconds from midnight."""

    account: int
    arrive_s: int
    start_s: int
    leave_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTimes:
    """
    One rep's day.

    Parameters
    ----------
    lunch_start_s
        None on a day without stops or without a lunch break.
    travel_s
        Seconds on the road, the way home included.
    end_s
        When the rep is home, lunch included; the day's start if there is no stop.
    """

    day: int
    stops: tuple[StopTimes, ...]
    lunch_start_s: int | None
    travel_s: int
    end_s: int

    @property
    def accounts(self) -> tuple[int, ...]:
        """The accounts in the order of the route."""
        return tuple(stop.account for stop in self.stops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """
    Where and when a day, or the rest of one, begins, and what it may stretch.

    Parameters
    ----------
    leave_s
        Start of driving; None: the start of the working day.
    first_leg_s
        Seconds from where the rep is now to each place; None: from home.
    needs_lunch
        False once lunch was taken.
    may_lunch_first
        Whether lunch may come before the first stop even where it could be left in
        time for lunch; only in the middle of a day.
    end_s
        Be home by; None: the end of the working day.
    open_account
        An account that is taken to be open all day, to see what its hours cost.
    free_driving
        Whether the limit of driving is lifted, to see what it costs.
    """

    leave_s: int | None = None
    first_leg_s: Sequence[int] | None = None
    needs_lunch: bool = True
    may_lunch_first: bool = False
    end_s: int | None = None
    open_account: int | None = None
    free_driving: bool = False


WHOLE_DAY = Setting()
# Whether a visit is possible at all: another stop may yet come before lunch.
ALONE = Setting(may_lunch_first=True)


def time_day(
    problem: RepProblem,
    day: int,
    accounts: Sequence[int],
    setting: Setting = WHOLE_DAY,
) -> DayTimes | None:
    """
    Work out the earliest times of a route, with lunch where it costs least.

    Parameters
    ----------
    accounts
        Places of the problem in the order of the route.

    Returns
    -------
    None if a window, the lunch rule, the limit of driving or the end of the day cannot
    be kept.

    Notes
    -----
    Lunch is eaten after the drive to the next place. Among the places where it fits,
    those that let it start by its latest time come first, then the earliest end. It
    comes before the first stop only if that stop cannot be left by the latest time.
    """
    begin_s, until_s = problem.span(day)
    start_s = begin_s if setting.leave_s is None else setting.leave_s
    end_s = until_s if setting.end_s is None else setting.end_s
    if not accounts and setting.first_leg_s is None:
        return DayTimes(
            day=day, stops=(), lunch_start_s=None, travel_s=0, end_s=start_s
        )
    no_lunch = not setting.needs_lunch or problem.lunch_on(day) is None
    legs = [-1] if no_lunch else range(len(accounts) + 1)
    fitting = [
        timed
        for leg in legs
        if (timed := _with_lunch(problem, day, accounts, start_s, leg, setting))
        and timed.end_s <= end_s
    ]
    most_s = problem.most_driving_s
    if most_s is not None and not setting.free_driving:
        fitting = [timed for timed in fitting if timed.travel_s <= most_s]
    best = min(fitting, key=lambda timed: _preference(problem, timed), default=None)
    if best is None or setting.first_leg_s is not None:
        return best
    return _lunch_at_home(problem, best)


def _preference(problem: RepProblem, timed: DayTimes) -> tuple[bool, int]:
    late_lunch = (timed.lunch_start_s or 0) > problem.lunch.latest_s
    return late_lunch, timed.end_s


def _with_lunch(
    problem: RepProblem,
    day: int,
    accounts: Sequence[int],
    start_s: int,
    lunch_leg: int,
    setting: Setting,
) -> DayTimes | None:
    """Time a route with lunch on a given leg (0 is the first); -1: no lunch."""
    lunch, travel = problem.lunch, problem.travel_s
    now_s, here, travel_s = start_s, 0, 0
    lunch_start_s: int | None = None
    stops: list[StopTimes] = []
    for leg, place in enumerate((*accounts, 0)):
        if leg == 0 and setting.first_leg_s is not None:
            drive_s = int(setting.first_leg_s[place])
        else:
            drive_s = int(travel[here, place])
        arrive_s = ready_s = now_s + drive_s
        travel_s += drive_s
        if leg == lunch_leg:
            if now_s > lunch.latest_s:
                return None
            if leg == 0 and not _may_lunch_first(problem, day, place, now_s, setting):
                return None
            lunch_start_s = max(arrive_s, lunch.earliest_s)
            ready_s = lunch_start_s + lunch.duration_s
        if leg == len(accounts):
            if leg == lunch_leg and now_s >= lunch.earliest_s:
                lunch_start_s = now_s  # before the way home, not after it
            return DayTimes(
                day=day,
                stops=tuple(stops),
                lunch_start_s=lunch_start_s,
                travel_s=travel_s,
                end_s=ready_s,
            )
        visit_s = (
            ready_s
            if place == setting.open_account
            else _first_start(problem, place, day, ready_s)
        )
        if visit_s is None:
            return None
        now_s = visit_s + problem.accounts[place].service_s
        stops.append(StopTimes(place, arrive_s, visit_s, now_s))
        here = place
    return None


def _may_lunch_first(
    problem: RepProblem, day: int, place: int, now_s: int, setting: Setting
) -> bool:
    """Whether the first stop cannot be left in time for lunch after it."""
    if setting.may_lunch_first or place == 0:
        return setting.may_lunch_first
    drive_s = (
        int(problem.travel_s[0, place])
        if setting.first_leg_s is None
        else int(setting.first_leg_s[place])
    )
    ready_s = now_s + drive_s
    start_s = (
        ready_s
        if place == setting.open_account
        else _first_start(problem, place, day, ready_s)
    )
    leave_s = None if start_s is None else start_s + problem.accounts[place].service_s
    return leave_s is None or leave_s > problem.lunch.latest_s


def _first_start(problem: RepProblem, place: int, day: int, ready_s: int) -> int | None:
    for opens_s, closes_s in problem.windows(place, day):
        if ready_s <= closes_s:
            return max(ready_s, opens_s)
    return None


def lunch_before_driving(problem: RepProblem, timed: DayTimes) -> DayTimes:
    """
    Have lunch where the rep is, not at the end of the next drive, where that is later.

    Notes
    -----
    Every visit starts and every day ends at the same time as before: the drive and the
    lunch between two stops only change places.
    """
    lunch_s = timed.lunch_start_s
    if lunch_s is None or not timed.stops:
        return timed
    duration_s = problem.lunch.duration_s
    n = sum(stop.leave_s <= lunch_s for stop in timed.stops)
    if n == 0:
        return timed
    left_s = timed.stops[n - 1].leave_s
    if left_s < problem.lunch.earliest_s:
        return timed
    stops = list(timed.stops)
    if n < len(stops):
        drive_s = int(problem.travel_s[stops[n - 1].account, stops[n].account])
        stops[n] = replace(stops[n], arrive_s=left_s + duration_s + drive_s)
    return replace(timed, stops=tuple(stops), lunch_start_s=left_s)


def _lunch_at_home(problem: RepProblem, timed: DayTimes) -> DayTimes:
    """Eat before leaving if lunch comes first and there is time to drive after it."""
    lunch_s = timed.lunch_start_s
    if lunch_s is None or not timed.stops or timed.stops[0].leave_s <= lunch_s:
        return timed
    first = timed.stops[0]
    eat_s = max(problem.span(timed.day)[0], problem.lunch.earliest_s)
    drive_s = int(problem.travel_s[0, first.account])
    arrive_s = eat_s + problem.lunch.duration_s + drive_s
    if arrive_s > first.start_s:
        return timed
    stops = (replace(first, arrive_s=arrive_s), *timed.stops[1:])
    return replace(timed, stops=stops, lunch_start_s=eat_s)
