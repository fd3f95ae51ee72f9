"""One rep's weeks: accounts, windows, travel and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.core.units import S_PER_HOUR
from planner.visits.model.calendar import FOUR_WEEKS, Calendar
from planner.visits.model.params import DAYS_PER_4_WEEKS

# A shorter day owes no lunch (Directive 2003/88/EC, article 4: a break is due in a day
# of more than six hours).
LUNCH_AFTER_S = 6 * S_PER_HOUR

Window = tuple[int, int]


class Appointment(NamedTuple):
    """
    A visit that is promised.

    `earliest_s` and `latest_s` replace the account's hours for its start; None: the day
    is promised and the account's hours hold.
    """

    day: int
    earliest_s: int | None = None
    latest_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepAccount:
    """
    One account as its rep sees it.

    Parameters
    ----------
    visits_per_4_weeks
        4 weekly, 2 fortnightly, 1 monthly, 0 optional.
    service_s
        Seconds at the stop.
    start_windows
        By weekday, Monday first: spans in which the service may start; closed on the
        weekdays beyond the last.
    same_weekday
        All visits on one weekday. Weekly accounts always are.
    priority
        Worth of a visit.
    fixed
        Appointments that are already made.
    interval_days
        Calendar days from one visit to the next; None: by `visits_per_4_weeks`.
    last_visit
        Day of the last visit, in calendar days from the plan's first Monday (negative:
        before it); None: never visited.
    must_weeks
        Weeks of the plan, from 0, in which a visit must be.
    closed_on
        Days of the plan on which the account cannot be visited.
    """

    visits_per_4_weeks: int
    service_s: int
    start_windows: tuple[tuple[Window, ...], ...]
    same_weekday: bool = False
    priority: int = 1
    fixed: tuple[Appointment, ...] = ()
    interval_days: int | None = None
    last_visit: int | None = None
    must_weeks: tuple[int, ...] = ()
    closed_on: frozenset[int] = frozenset()

    @property
    def is_required(self) -> bool:
        """Whether a visit is owed: by its rhythm, an appointment or a week."""
        has_rhythm = self.visits_per_4_weeks > 0 or self.interval_days is not None
        return has_rhythm or bool(self.fixed or self.must_weeks)


@dataclass(frozen=True, slots=True)
class LunchRule:
    """Length of the break, its earliest start and the latest leaving before it."""

    duration_s: int
    earliest_s: int
    latest_s: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RepProblem:
    """
    Everything that decides one rep's plan.

    Parameters
    ----------
    accounts
        Place 0 is where the rep's days start and end; the numbers are those of
        `travel_s`.
    travel_s : shape (n_places, n_places)
        Seconds door to door. Row 0 is from where a day starts, column 0 to where it
        ends: they may be two places.
    day
        Leave home not before, be home not after.
    closed_days
        Days on which nobody works: holidays, absences.
    calendar
        The days of the plan.
    hours
        Days with other hours than `day`.
    most_driving_s
        Most seconds on the road in one day; None: no limit.
    """

    accounts: tuple[RepAccount, ...]
    travel_s: npt.NDArray[np.int64]
    day: Window
    lunch: LunchRule
    closed_days: frozenset[int] = frozenset()
    calendar: Calendar = FOUR_WEEKS
    hours: Mapping[int, Window] = field(default_factory=dict)
    most_driving_s: int | None = None

    @property
    def n_days(self) -> int:
        """Days in the plan."""
        return self.calendar.n_days

    def span(self, day: int) -> Window:
        """Tell when a day begins and ends."""
        return self.hours.get(day, self.day)

    def lunch_on(self, day: int) -> LunchRule | None:
        """
        Give the rule of a day's lunch; None: no lunch is owed.

        Notes
        -----
        Owed on a day of six hours and more that begins before the latest lunch and ends
        after the earliest one.
        """
        begin_s, end_s = self.span(day)
        rule = self.lunch
        is_owed = (
            rule.duration_s > 0
            and end_s - begin_s >= LUNCH_AFTER_S
            and begin_s <= rule.latest_s
            and end_s >= rule.earliest_s + rule.duration_s
        )
        return rule if is_owed else None

    def windows(self, place: int, day: int) -> tuple[Window, ...]:
        """Spans in which a visit may start on a day; an appointment replaces them."""
        account = self.accounts[place]
        if day in self.closed_days:
            return ()
        timed = [
            (made.earliest_s, made.latest_s)
            for made in account.fixed
            if made.day == day and made.earliest_s is not None
        ]
        spans = tuple((a, b) for a, b in timed if a is not None and b is not None)
        if spans:
            return tuple(sorted(spans))
        if day in account.closed_on:
            return ()
        weekday = self.calendar.weekday(day)
        if weekday >= len(account.start_windows):
            return ()
        return account.start_windows[weekday]

    def interval_days(self, place: int) -> int | None:
        """Calendar days between two visits of an account; None: it has no rhythm."""
        account = self.accounts[place]
        if account.interval_days is not None:
            return account.interval_days
        if account.visits_per_4_weeks == 0:
            return None
        return DAYS_PER_4_WEEKS // account.visits_per_4_weeks

    def counts_weeks(self, place: int) -> bool:
        """
        Whether an account's rhythm is its visits in four weeks of Monday to Friday.

        Notes
        -----
        The form of REP.json. Else it is an interval from the last visit on.
        """
        account = self.accounts[place]
        return (
            account.interval_days is None
            and account.last_visit is None
            and self.calendar == FOUR_WEEKS
        )
