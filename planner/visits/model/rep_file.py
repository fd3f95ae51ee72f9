"""REP.json: one rep's problem as a file, each fault named."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.core.errors import InputError
from planner.core.schemas import WEEKDAYS
from planner.core.units import DAYS_PER_WEEK
from planner.visits.model.calendar import WORK_WEEKDAYS, Calendar
from planner.visits.model.params import (
    COUNTS_PER_4_WEEKS,
    LONGEST_INTERVAL_DAYS,
    S_PER_DAY,
    SHORTEST_INTERVAL_DAYS,
)
from planner.visits.model.problem import (
    Appointment,
    LunchRule,
    RepAccount,
    RepProblem,
    Window,
)

# `seed` names the file's making; `kind`, `lat` and `lon` say where places come from.
_FIELDS = (
    "seed",
    "days",
    "weekdays",
    "start_on",
    "day",
    "hours",
    "closed_days",
    "holidays",
    "most_driving_s",
    "lunch",
    "accounts",
    "travel_s",
)
_LUNCH_FIELDS = ("duration", "start_earliest", "start_latest")
_ACCOUNT_FIELDS = (
    "id",
    "kind",
    "lat",
    "lon",
    "visits_per_4_weeks",
    "interval_days",
    "days_since_visit",
    "service_s",
    "same_weekday",
    "priority",
    "start_windows",
    "closed_days",
    "fixed",
    "must_weeks",
)


def read_problem(path: Path) -> RepProblem:
    """
    Read a REP.json file.

    Raises
    ------
    InputError
        Naming the file, the account, the field, the value and the rule.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{path} is not a JSON file: {error}") from error
    try:
        return parse_problem(content)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def parse_problem(content: Any) -> RepProblem:
    """
    Read the form of REP.json.

    Raises
    ------
    InputError
        Naming the account, the field, the value and the rule; a field that is not known
        is refused, since what it says would not be kept.
    """
    if not isinstance(content, Mapping):
        raise InputError("a rep's problem must be a JSON object")
    _refuse_unknown(content, _FIELDS, "the problem")
    calendar = Calendar.of_days(
        _whole(content, "days", "the problem", least=1), _weekdays(content)
    )
    lunch = content.get("lunch")
    if not isinstance(lunch, Mapping):
        raise InputError("lunch must hold duration, start_earliest and start_latest")
    rows = content.get("accounts")
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        raise InputError("accounts must be a list that starts with the rep's home")
    most_driving_s = None
    if content.get("most_driving_s") is not None:
        most_driving_s = _whole(content, "most_driving_s", "the problem", least=0)
    days_off = _days(content.get("closed_days"), "closed_days", calendar)
    return RepProblem(
        accounts=tuple(
            _account(row, place, calendar) for place, row in enumerate(rows)
        ),
        travel_s=_travel(content.get("travel_s"), len(rows)),
        day=_window(content.get("day"), "day"),
        lunch=_lunch(lunch),
        closed_days=days_off | _holidays(content, calendar),
        calendar=calendar,
        hours=_hours(content.get("hours"), calendar),
        most_driving_s=most_driving_s,
    )


def _refuse_unknown(row: Mapping[str, Any], fields: Iterable[str], what: str) -> None:
    names = list(fields)
    for field in row:
        if field not in names:
            raise InputError(
                f"{what}: field {field!r} is not known; take it out or name one of "
                f"{', '.join(names)}"
            )


def _weekdays(content: Mapping[str, Any]) -> tuple[int, ...]:
    value = content.get("weekdays")
    if value is None:
        return WORK_WEEKDAYS
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    if not is_list or not value or not set(value) <= set(WEEKDAYS):
        raise InputError(
            f"weekdays must be a list of {', '.join(WEEKDAYS)}, got {value!r}"
        )
    return tuple(sorted({WEEKDAYS.index(name) for name in value}))


def _days(value: Any, what: str, calendar: Calendar) -> frozenset[int]:
    if value is None:
        return frozenset()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InputError(f"{what} must be a list of days, got {value!r}")
    days = frozenset(_whole({what: day}, what, "a day of", least=0) for day in value)
    beyond = [day for day in days if day >= calendar.n_days]
    if beyond:
        raise InputError(
            f"{what} must lie below {calendar.n_days}, the days of the plan, "
            f"got {beyond[0]}"
        )
    return days


def _holidays(content: Mapping[str, Any], calendar: Calendar) -> frozenset[int]:
    """Turn dates into days of the plan; those outside it change nothing."""
    value = content.get("holidays")
    if value is None:
        return frozenset()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InputError(f"holidays must be a list of dates, got {value!r}")
    if content.get("start_on") is None:
        raise InputError(
            "holidays need start_on, the Monday of the first day; or name the days "
            "off by number in closed_days"
        )
    start_on = _date(content["start_on"], "start_on")
    if start_on.weekday() != 0:
        monday = start_on - timedelta(days=start_on.weekday())
        raise InputError(f"start_on must be a Monday, got {start_on}: take {monday}")
    offsets = {(_date(day, "holidays") - start_on).days for day in value}
    return frozenset(
        day for day, offset in enumerate(calendar.offsets) if offset in offsets
    )


def _date(value: Any, what: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(
            f"{what} must be a date like 2026-12-24, got {value!r}"
        ) from None


def _hours(value: Any, calendar: Calendar) -> dict[int, Window]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError(
            f"hours must be an object of day: [from, to], for days whose hours "
            f"differ, got {value!r}"
        )
    hours = {}
    for day, window in value.items():
        if not str(day).isdigit() or int(day) >= calendar.n_days:
            raise InputError(
                f"hours: a day must lie below {calendar.n_days}, got {day!r}"
            )
        hours[int(day)] = _window(window, f"hours of day {day}")
    return hours


def _lunch(row: Mapping[str, Any]) -> LunchRule:
    _refuse_unknown(row, _LUNCH_FIELDS, "lunch")
    rule = LunchRule(
        _whole(row, "duration", "lunch", least=0),
        _whole(row, "start_earliest", "lunch", least=0),
        _whole(row, "start_latest", "lunch", least=0),
    )
    if rule.latest_s < rule.earliest_s:
        raise InputError(
            f"lunch start_latest must not be before start_earliest, got {rule.latest_s}"
        )
    return rule


def _whole(row: Mapping[str, Any], key: str, what: str, *, least: int) -> int:
    value = row.get(key)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InputError(
            f"{what}: {key} must be a whole number of at least {least}, got {value!r}"
        )
    return value


def _window(value: Any, what: str) -> Window:
    is_pair = isinstance(value, Sequence) and not isinstance(value, str)
    if not is_pair or len(value) != 2:
        raise InputError(f"{what} must be [from, to] in seconds, got {value!r}")
    pair = {"from": value[0], "to": value[1]}
    start = _whole(pair, "from", what, least=0)
    end = _whole(pair, "to", what, least=0)
    if start > end and end <= S_PER_DAY:
        raise InputError(
            f"{what} must be in order and lie in one day, got {[start, end]}; a span "
            f"past midnight is two: [{start}, {S_PER_DAY}] and [0, {end}]"
        )
    if end > S_PER_DAY:
        raise InputError(
            f"{what} must be in order and end by {S_PER_DAY} (midnight), "
            f"got {[start, end]}"
        )
    return start, end


def _account(row: Any, place: int, calendar: Calendar) -> RepAccount:
    what = f"account {place}"
    if not isinstance(row, Mapping):
        raise InputError(f"{what} must be an object, got {row!r}")
    _refuse_unknown(row, _ACCOUNT_FIELDS, what)
    if row.get("id") != place:
        raise InputError(
            f"{what}: id must be its place in the list and in travel_s, "
            f"got {row.get('id')!r}"
        )
    interval_days = _interval(row, what)
    visits = 0
    if interval_days is None or row.get("visits_per_4_weeks") is not None:
        visits = _whole(row, "visits_per_4_weeks", what, least=0)
    if visits not in COUNTS_PER_4_WEEKS:
        raise InputError(
            f"{what}: visits_per_4_weeks must be 0, 1, 2 or 4, got {visits}"
        )
    last_visit = None
    if row.get("days_since_visit") is not None:
        last_visit = -_whole(row, "days_since_visit", what, least=0)
    if not isinstance(row.get("same_weekday", False), bool | None):
        raise InputError(
            f"{what}: same_weekday must be true or false, got {row['same_weekday']!r}"
        )
    return RepAccount(
        visits_per_4_weeks=visits,
        service_s=_whole(row, "service_s", what, least=0),
        start_windows=_week(row.get("start_windows"), what),
        same_weekday=row.get("same_weekday") is True,
        priority=max(1, _whole({"priority": 1} | dict(row), "priority", what, least=0)),
        fixed=_fixed(row.get("fixed"), what, calendar),
        interval_days=interval_days,
        last_visit=last_visit,
        must_weeks=_must_weeks(row.get("must_weeks"), what, calendar),
        closed_on=_days(row.get("closed_days"), f"{what}: closed_days", calendar),
    )


def _interval(row: Mapping[str, Any], what: str) -> int | None:
    if row.get("interval_days") is None:
        return None
    if row.get("visits_per_4_weeks") is not None:
        raise InputError(
            f"{what}: give visits_per_4_weeks or interval_days, not both: "
            f"{row['visits_per_4_weeks']!r} and {row['interval_days']!r}"
        )
    days = _whole(row, "interval_days", what, least=SHORTEST_INTERVAL_DAYS)
    if days > LONGEST_INTERVAL_DAYS:
        raise InputError(
            f"{what}: interval_days must be at most {LONGEST_INTERVAL_DAYS}, got {days}"
        )
    return days


def _must_weeks(value: Any, what: str, calendar: Calendar) -> tuple[int, ...]:
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InputError(f"{what}: must_weeks must be a list of weeks, got {value!r}")
    n_weeks = calendar.week(calendar.n_days - 1) + 1
    weeks = [_whole({"week": w}, "week", f"{what}: must_weeks", least=0) for w in value]
    for week in weeks:
        if week >= n_weeks:
            raise InputError(f"{what}: must_weeks must lie below {n_weeks}, got {week}")
    return tuple(sorted(set(weeks)))


def _week(value: Any, what: str) -> tuple[tuple[Window, ...], ...]:
    lengths = (len(WORK_WEEKDAYS), DAYS_PER_WEEK)
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    if not is_list or len(value) not in lengths:
        raise InputError(
            f"{what}: start_windows must hold 5 lists, Monday to Friday, or 7"
        )
    week = []
    for spans in value:
        if not isinstance(spans, Sequence) or isinstance(spans, str):
            raise InputError(f"{what}: start_windows must hold lists, got {spans!r}")
        week.append(tuple(sorted(_window(s, f"{what}: start_windows") for s in spans)))
    return tuple(week)


def _fixed(value: Any, what: str, calendar: Calendar) -> tuple[Appointment, ...]:
    if value is None:
        return ()
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    if is_list and value and all(isinstance(v, Sequence) for v in value):
        return tuple(sorted(_appointment(v, what, calendar) for v in value))
    return (_appointment(value, what, calendar),)


def _appointment(value: Any, what: str, calendar: Calendar) -> Appointment:
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    if not is_list or len(value) not in (1, 3):
        raise InputError(
            f"{what}: fixed must be [day, earliest, latest] or [day], got {value!r}"
        )
    day = _whole({"day": value[0]}, "day", f"{what}: fixed", least=0)
    if day >= calendar.n_days:
        raise InputError(
            f"{what}: fixed day must be below {calendar.n_days}, got {day}"
        )
    if len(value) == 1:
        return Appointment(day)
    return Appointment(day, *_window(value[1:], f"{what}: fixed"))


def _travel(value: Any, n_places: int) -> npt.NDArray[np.int64]:
    try:
        travel = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        travel = np.empty(0)
    if travel.shape != (n_places, n_places):
        raise InputError(
            f"travel_s must be {n_places} rows of {n_places} numbers, one for each "
            f"account, got shape {travel.shape}"
        )
    is_bad = ~((travel >= 0) & (travel <= S_PER_DAY))
    if is_bad.any():
        i, j = (int(place) for place in np.argwhere(is_bad)[0])
        raise InputError(
            f"travel_s[{i}][{j}] must lie in [0, {S_PER_DAY}], got {travel[i, j]}"
        )
    return np.ceil(travel).astype(np.int64)
