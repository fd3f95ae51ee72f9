"""Why a visit is not possible on any day, whatever else is planned there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from planner.core.reasons import Reason
from planner.visits.model.params import S_PER_DAY
from planner.visits.model.problem import RepProblem, Window
from planner.visits.model.timing import ALONE, DayTimes, Setting, time_day


def no_pattern(problem: RepProblem, place: int) -> Reason:
    """Explain an account that has no allowed set of days."""
    account = problem.accounts[place]
    if len(problem.closed_days) >= problem.n_days:
        return Reason("unserved_no_workday")
    works = {problem.calendar.weekday(day) for day in range(problem.n_days)}
    if not any(
        day < len(account.start_windows) and account.start_windows[day] for day in works
    ):
        return Reason("unserved_never_open")
    if account.fixed:
        return Reason("unserved_appointment", {"day": account.fixed[0].day})
    return Reason("unserved_no_days")


def explain_appointment(
    problem: RepProblem, timed: DayTimes, place: int
) -> Reason | None:
    """
    Explain why an appointment is not on its day.

    Parameters
    ----------
    timed
        The finished day of the appointment.

    Returns
    -------
    None if the appointment would fit and its rhythm is what is in the way.
    """
    day = timed.day
    if day in problem.closed_days:
        return Reason("unserved_appointment_off", {"day": day})
    if time_day(problem, day, (place,), ALONE) is None:
        return never_fits(problem, place, [day])
    for other in timed.accounts:
        is_promised = any(made.day == day for made in problem.accounts[other].fixed)
        pair = permutations((place, other))
        if is_promised and not any(time_day(problem, day, p, ALONE) for p in pair):
            start_s = next(s.start_s for s in timed.stops if s.account == other)
            values = {"day": day, "other": other, "start_s": start_s}
            return Reason("unserved_appointments_clash", values)
    return None


def never_fits(problem: RepProblem, place: int, days: Sequence[int]) -> Reason:
    """
    Explain an account that does not fit even into an otherwise empty day.

    Notes
    -----
    Of the days the one that lacks least is explained. Looked at in this order: the
    length of the visit, lunch, the limit of driving, the way, the account's hours.
    """
    reasons = [_never_fits(problem, place, day) for day in days]
    return min(reasons, key=lambda r: r.values.get("price_s", S_PER_DAY))


def _never_fits(problem: RepProblem, place: int, day: int) -> Reason:
    begin_s, end_s = problem.span(day)
    service_s = problem.accounts[place].service_s
    there_s = int(problem.travel_s[0, place])
    back_s = int(problem.travel_s[place, 0])
    if service_s > end_s - begin_s:
        return Reason(
            "unserved_service_long",
            {"day": day, "service_s": service_s, "day_s": end_s - begin_s},
        )
    fasting = Setting(needs_lunch=False, may_lunch_first=True)
    unlimited = Setting(may_lunch_first=True, free_driving=True)
    any_time = Setting(open_account=place, may_lunch_first=True, free_driving=True)
    if (timed := time_day(problem, day, (place,), fasting)) is not None:
        stop = timed.stops[0]
        return Reason(
            "unserved_lunch",
            {
                "day": day,
                "start_s": stop.start_s,
                "leave_s": stop.leave_s,
                "earliest_s": problem.lunch.earliest_s,
                "latest_s": problem.lunch.latest_s,
                "price_s": max(0, stop.leave_s - problem.lunch.latest_s),
            },
        )
    if time_day(problem, day, (place,), unlimited) is not None:
        most_s = problem.most_driving_s or 0
        travel_s = there_s + back_s
        return Reason(
            "unserved_driving",
            {"travel_s": travel_s, "most_s": most_s, "price_s": travel_s - most_s},
        )
    if time_day(problem, day, (place,), any_time) is None:
        return Reason("unserved_too_far", {"travel_s": there_s})
    return _hours(problem, place, day, problem.windows(place, day))


def _hours(
    problem: RepProblem, place: int, day: int, spans: Sequence[Window]
) -> Reason:
    """Explain hours that cannot be met although the way and the length can."""
    begin_s, end_s = problem.span(day)
    arrive_s = begin_s + int(problem.travel_s[0, place])
    if spans and all(arrive_s > closes_s for _, closes_s in spans):
        late_s = arrive_s - max(closes_s for _, closes_s in spans)
        values = {"day": day, "arrive_s": arrive_s, "late_s": late_s}
        return Reason("unserved_closes_early", values | {"price_s": late_s})
    late = time_day(
        problem, day, (place,), Setting(may_lunch_first=True, end_s=S_PER_DAY)
    )
    if late is not None and late.end_s > end_s:
        late_s = late.end_s - end_s
        values = {"day": day, "start_s": late.stops[0].start_s, "late_s": late_s}
        return Reason("unserved_opens_late", values | {"price_s": late_s})
    return Reason("unserved_hours_tight", {"day": day})
