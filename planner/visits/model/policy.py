"""What a team's planner sets: rules for classes, single accounts, single reps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from planner.visits.model.calendar import WORK_WEEKDAYS
from planner.visits.model.params import CadenceParams
from planner.visits.model.problem import Window

Place = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """
    A visit that is promised on a day.

    `earliest_s` and `latest_s` are the span of its start; None: any of its hours.
    """

    on: date
    earliest_s: int | None = None
    latest_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRule:
    """
    What differs for one account; None: as its class.

    Parameters
    ----------
    interval_days
        Days from one visit to the next, 7 to 730; 0: no visit is owed.
    windows
        By weekday, Monday first, the spans in which a visit may start.
    closed
        Dates on which it cannot be visited.
    must_in_week
        Dates whose weeks must have a visit.
    """

    interval_days: int | None = None
    service_min: int | None = None
    worth: int | None = None
    same_weekday: bool | None = None
    windows: tuple[tuple[Window, ...], ...] | None = None
    closed: frozenset[date] = frozenset()
    must_in_week: tuple[date, ...] = ()
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepRule:
    """
    What differs for one rep; None: as the team, and the hours of the list of reps.

    Parameters
    ----------
    weekdays
        Worked weekdays, 0 is Monday.
    hours
        By weekday, from when to when: half days.
    absent
        Dates on which the rep is away.
    start, end
        Latitude and longitude where days start and end; None: at home.
    """

    weekdays: tuple[int, ...] | None = None
    hours: Mapping[int, Window] = field(default_factory=dict)
    absent: frozenset[date] = frozenset()
    start: Place | None = None
    end: Place | None = None
    most_driving_min: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPolicy:
    """
    The rules of a team's plan.

    Parameters
    ----------
    cadence
        By visit class.
    weekdays
        Worked weekdays, 0 is Monday.
    holidays
        Dates on which nobody works.
    most_driving_min
        Most minutes on the road in one day; None: no limit.
    """

    cadence: CadenceParams = field(default_factory=CadenceParams)
    accounts: Mapping[str, AccountRule] = field(default_factory=dict)
    reps: Mapping[str, RepRule] = field(default_factory=dict)
    weekdays: tuple[int, ...] = WORK_WEEKDAYS
    holidays: frozenset[date] = frozenset()
    most_driving_min: int | None = None
