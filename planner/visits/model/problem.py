"""One rep's four weeks: accounts, windows, travel and rules, as read from REP.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.core.errors import InputError
from planner.visits.model.params import COUNTS_PER_4_WEEKS, S_PER_DAY

DAYS_PER_WEEK = 5
N_DAYS = 20

Window = tuple[int, int]


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
        By weekday (Monday first): spans in which the service may start.
    same_weekday
        Fortnightly accounts only: exactly ten working days apart.
    priority
        Worth of a visit.
    fixed
        Day, earliest and latest start of an appointment that is already made.
    """

    visits_per_4_weeks: int
    service_s: int
    start_windows: tuple[tuple[Window, ...], ...]
    same_weekday: bool = False
    priority: int = 1
    fixed: tuple[int, int, int] | None = None


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
        Place 0 is the rep's home; the numbers are those of `travel_s`.
    travel_s : shape (n_places, n_places)
        Seconds door to door.
    day
        Leave home not before, be home not after.
    closed_days
        Days 0-19 on which nobody works.
    """

    accounts: tuple[RepAccount, ...]
    travel_s: npt.NDArray[np.int64]
    day: Window
    lunch: LunchRule
    closed_days: frozenset[int] = frozenset()

    @property
    def n_days(self) -> int:
        """Working days in the plan."""
        return N_DAYS

    def windows(self, place: int, day: int) -> tuple[Window, ...]:
        """Spans in which a visit may start on a day; an appointment replaces them."""
        account = self.accounts[place]
        if day in self.closed_days:
            return ()
        if account.fixed is not None and account.fixed[0] == day:
            return ((account.fixed[1], account.fixed[2]),)
        return account.start_windows[day % DAYS_PER_WEEK]

    @classmethod
    def from_file(cls, path: Path) -> RepProblem:
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
            return cls.from_dict(content)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error

    @classmethod
    def from_dict(cls, content: Any) -> RepProblem:
        """
        Read the form of `benchmarks/routing/synthetic_rep`.

        Raises
        ------
        InputError
            Naming the account, the field, the value and the rule.
        """
        if not isinstance(content, Mapping):
            raise InputError("a rep's problem must be a JSON object")
        n_days = _whole(content, "days", "the problem", least=1)
        if n_days != N_DAYS:
            raise InputError(f"days must be {N_DAYS} (four weeks), got {n_days}")
        lunch = content.get("lunch")
        if not isinstance(lunch, Mapping):
            raise InputError(
                "lunch must hold duration, start_earliest and start_latest"
            )
        rows = content.get("accounts")
        if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
            raise InputError("accounts must be a list that starts with the rep's home")
        return cls(
            accounts=tuple(_account(row, place) for place, row in enumerate(rows)),
            travel_s=_travel(content.get("travel_s"), len(rows)),
            day=_window(content.get("day"), "day"),
            lunch=_lunch(lunch),
        )


def _lunch(row: Mapping[str, Any]) -> LunchRule:
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
    if not start <= end <= S_PER_DAY:
        raise InputError(
            f"{what} must be in order and end by {S_PER_DAY}, got {[start, end]}"
        )
    return start, end


def _account(row: Any, place: int) -> RepAccount:
    what = f"account {place}"
    if not isinstance(row, Mapping):
        raise InputError(f"{what} must be an object, got {row!r}")
    if row.get("id") != place:
        raise InputError(
            f"{what}: id must be its place in the list and in travel_s, "
            f"got {row.get('id')!r}"
        )
    visits = _whole(row, "visits_per_4_weeks", what, least=0)
    if visits not in COUNTS_PER_4_WEEKS:
        raise InputError(
            f"{what}: visits_per_4_weeks must be 0, 1, 2 or 4, got {visits}"
        )
    return RepAccount(
        visits_per_4_weeks=visits,
        service_s=_whole(row, "service_s", what, least=0),
        start_windows=_week(row.get("start_windows"), what),
        same_weekday=row.get("same_weekday") is True,
        priority=max(1, _whole({"priority": 1} | dict(row), "priority", what, least=0)),
        fixed=_fixed(row.get("fixed"), what),
    )


def _week(value: Any, what: str) -> tuple[tuple[Window, ...], ...]:
    if not isinstance(value, Sequence) or len(value) != DAYS_PER_WEEK:
        raise InputError(f"{what}: start_windows must hold 5 lists, Monday to Friday")
    week = []
    for spans in value:
        if not isinstance(spans, Sequence) or isinstance(spans, str):
            raise InputError(f"{what}: start_windows must hold lists, got {spans!r}")
        week.append(tuple(sorted(_window(s, f"{what}: start_windows") for s in spans)))
    return tuple(week)


def _fixed(value: Any, what: str) -> tuple[int, int, int] | None:
    if value is None:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 3:
        raise InputError(
            f"{what}: fixed must be [day, earliest, latest], got {value!r}"
        )
    day = _whole({"day": value[0]}, "day", f"{what}: fixed", least=0)
    if day >= N_DAYS:
        raise InputError(f"{what}: fixed day must be below {N_DAYS}, got {day}")
    return (day, *_window(value[1:], f"{what}: fixed"))


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
