"""A team's frames as one problem for each rep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.core.units import S_PER_MIN
from planner.geography.travel import TravelMatrix, TravelProvider
from planner.visits.model.owed import visits_owed
from planner.visits.model.params import S_PER_DAY, CadenceParams, RouteParams
from planner.visits.model.policy import AccountRule, RepRule, TeamPolicy
from planner.visits.model.problem import (
    Appointment,
    LunchRule,
    RepAccount,
    RepProblem,
)
from planner.visits.model.workdays import (
    closed_days,
    monday_of,
    plan_calendar,
    plan_dates,
    week_windows,
)
from planner.visits.reasons.unserved import reason_cells

Row = dict[str, Any]
_NO_CLASS = "D"
_HOME = RepAccount(visits_per_4_weeks=0, service_s=0, start_windows=())
_NO_TRAVEL = np.zeros((2, 2), np.int64)
_MOST_URGENT = 2  # times its interval: longer ago counts no more


@dataclass(frozen=True, slots=True)
class RepTask:
    """
    One rep's problem, with what is needed to write its plan as rows.

    Parameters
    ----------
    account_ids, classes
        By place of the problem; the first is the home and empty.
    dates
        The date of each day.
    """

    rep_id: str
    account_ids: tuple[str, ...]
    classes: tuple[str, ...]
    problem: RepProblem
    travel: TravelMatrix
    dates: tuple[date, ...]

    def all_unserved(self, reason: Reason) -> list[Row]:
        """List every required account as unserved for one reason."""
        return [
            {
                "rep_id": self.rep_id,
                "account_id": self.account_ids[place],
                "missing": owed,
                **reason_cells(reason),
            }
            for place in range(1, len(self.account_ids))
            if (owed := visits_owed(self.problem, place))
        ]


@dataclass(frozen=True, slots=True)
class Team:
    """Problems of the reps at work, and unserved rows of what no rep works."""

    tasks: tuple[RepTask, ...]
    outside: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRules:
    """What holds for the whole team: the days, the policy, how days are built."""

    start_on: date
    params: RouteParams
    policy: TeamPolicy
    provider: TravelProvider
    non_working: frozenset[date]

    @property
    def cadence(self) -> CadenceParams:
        """The rules by visit class."""
        return self.policy.cadence

    def account(self, account_id: object) -> AccountRule:
        """Give the rule of one account."""
        return self.policy.accounts.get(str(account_id), AccountRule())

    def rep(self, rep_id: str) -> RepRule:
        """Give the rule of one rep."""
        return self.policy.reps.get(rep_id, RepRule())


def build_team(
    accounts: pd.DataFrame,
    reps: pd.DataFrame,
    rep_of: Mapping[str, str],
    rules: TeamRules,
) -> Team:
    """
    Make one problem for each rep that owns accounts to visit.

    Parameters
    ----------
    accounts, reps, rep_of
        As of `planner.visits.plan.team.plan_visits`.

    Raises
    ------
    InputError
        If a visit class is not known, a rep is missing, hours cannot be read, or a rule
        names an account or a rep that is not there.
    """
    _refuse_unknown(rules.policy.accounts, accounts.index, "account")
    _refuse_unknown(rules.policy.reps, reps.index, "rep")
    live = accounts[accounts["status"] != "closed"]
    due = live.assign(_owed=_owed(live, rules))
    if not rules.params.with_prospects:
        due = due[due["_owed"] > 0]
    tasks: list[RepTask] = []
    outside: list[Row] = []
    for owner, owned in due.groupby(due["owner_id"].fillna(""), sort=True):
        rep_id = rep_of.get(str(owner), "")
        if not rep_id:
            outside += _outside_rows("", owned, _vacancy(str(owner)), rules)
            continue
        if rep_id not in reps.index:
            names = {"position": str(owner), "rep": rep_id}
            raise InputError(Reason("position_rep_unknown", names))
        rep = reps.loc[rep_id]
        if pd.isna(rep["lat"]) or pd.isna(rep["lon"]):
            reason = Reason("unserved_no_home", {"rep": rep_id})
            outside += _outside_rows(rep_id, owned, reason, rules)
            continue
        is_placed = owned["lat"].notna() & owned["lon"].notna()
        waiting = owned[~is_placed]
        no_place = Reason("unserved_no_place")
        outside += _outside_rows(rep_id, waiting, no_place, rules)
        if not is_placed.any():
            continue
        selection = _with_best_prospects(owned[is_placed], rules.params)
        task = _task(rep_id, rep, selection, rules)
        if (far := _home_away(task)) is not None:
            outside += task.all_unserved(far)
            continue
        tasks.append(task)
    return Team(tuple(tasks), tuple(outside))


def _refuse_unknown(rules: Mapping[str, Any], ids: pd.Index, kind: str) -> None:
    for name in rules:
        if name not in ids:
            raise InputError(Reason("policy_id_unknown", {"kind": kind, "id": name}))


def _home_away(task: RepTask) -> Reason | None:
    """Tell of a rep whose home is so far that no account can be visited from it."""
    there_s = task.problem.travel_s[0, 1:] + task.problem.travel_s[1:, 0]
    spans = [task.problem.span(day) for day in range(task.problem.n_days)]
    longest_s = max((end_s - begin_s for begin_s, end_s in spans), default=0)
    if not spans or there_s.min() <= longest_s:
        return None
    nearest_km = float(task.travel.distance_m[0, 1:].min()) / 1_000
    values = {"rep": task.rep_id, "nearest_km": nearest_km}
    return Reason("unserved_home_away", values)


def _owed(accounts: pd.DataFrame, rules: TeamRules) -> pd.Series:
    """
    Say which accounts are owed visits, by 1 and 0; no visit class: none.

    Notes
    -----
    How many comes with the days of the plan; a promise owes one too.
    """
    cadence, classes = rules.cadence, accounts["visit_class"]
    unknown = classes.notna() & ~classes.isin(list(cadence.visits_per_4_weeks))
    if unknown.any():
        account_id = accounts.index[unknown][0]
        values = {"account": str(account_id), "got": str(classes[account_id])}
        raise InputError(
            Reason(
                "visit_class_unknown",
                {**values, "classes": list(cadence.visits_per_4_weeks)},
            )
        )
    owed = [
        int(_is_owed(rules, account_id, visit_class))
        for account_id, visit_class in classes.items()
    ]
    return pd.Series(owed, index=accounts.index, dtype="int64")


def _is_owed(rules: TeamRules, account_id: object, visit_class: object) -> bool:
    rule = rules.account(account_id)
    if rule.promises or rule.must_in_week:
        return True
    if rule.interval_days is not None:
        return rule.interval_days > 0
    return not pd.isna(visit_class) and (
        rules.cadence.interval_of(str(visit_class)) is not None
    )


def _outside_rows(
    rep_id: str, owned: pd.DataFrame, reason: Reason, rules: TeamRules
) -> list[Row]:
    """List what is owed to accounts that no rep can visit, one row each."""
    required = owned[owned["_owed"] > 0]
    weekdays = rules.policy.weekdays
    calendar = plan_calendar(rules.start_on, rules.params.n_days, weekdays)
    dates = plan_dates(rules.start_on, calendar)
    off = closed_days(dates, rules.non_working | rules.policy.holidays)
    rows = []
    for account_id, row in required.iterrows():
        problem = RepProblem(
            accounts=(_HOME, _rep_account(row, rules, dates)),
            travel_s=_NO_TRAVEL,
            day=(0, S_PER_DAY),
            lunch=LunchRule(0, 0, 0),
            closed_days=off,
            calendar=calendar,
        )
        if missing := visits_owed(problem, 1):
            names = {"rep_id": rep_id, "account_id": str(account_id)}
            rows.append({**names, "missing": missing, **reason_cells(reason)})
    return rows


def _vacancy(position_id: str) -> Reason:
    if not position_id:
        return Reason("unserved_no_position")
    return Reason("unserved_vacant", {"position": position_id})


def _with_best_prospects(owned: pd.DataFrame, params: RouteParams) -> pd.DataFrame:
    """Keep the required accounts and the most promising optional ones."""
    optional = owned[owned["_owed"] == 0]
    promise = optional["potential_minor"].fillna(0).astype(float)
    best = promise.sort_values(ascending=False, kind="stable").index
    is_planned = owned["_owed"].gt(0) | owned.index.isin(best[: params.max_prospects])
    return owned[is_planned]


def _task(
    rep_id: str, rep: pd.Series, owned: pd.DataFrame, rules: TeamRules
) -> RepTask:
    rule, params = rules.rep(rep_id), rules.params
    weekdays = rules.policy.weekdays if rule.weekdays is None else rule.weekdays
    calendar = plan_calendar(rules.start_on, params.n_days, weekdays)
    dates = plan_dates(rules.start_on, calendar)
    off = rules.non_working | rules.policy.holidays | rule.absent
    travel = _travel(rep, owned, rule, rules.provider)
    most_min = rule.most_driving_min
    if most_min is None:
        most_min = rules.policy.most_driving_min
    problem = RepProblem(
        accounts=(
            _HOME,
            *(_rep_account(row, rules, dates) for _, row in owned.iterrows()),
        ),
        travel_s=travel.duration_s,
        day=(int(rep["work_start_s"]), int(rep["work_end_s"])),
        lunch=LunchRule(
            params.lunch_min * S_PER_MIN,
            params.lunch_earliest_s,
            params.lunch_latest_s,
        ),
        closed_days=closed_days(dates, off),
        calendar=calendar,
        hours={
            day: rule.hours[calendar.weekday(day)]
            for day in range(calendar.n_days)
            if calendar.weekday(day) in rule.hours
        },
        most_driving_s=None if most_min is None else most_min * S_PER_MIN,
    )
    classes = owned["visit_class"].fillna("").astype("str")
    return RepTask(
        rep_id,
        ("", *(str(i) for i in owned.index)),
        ("", *classes),
        problem,
        travel,
        dates,
    )


def _travel(
    rep: pd.Series, owned: pd.DataFrame, rule: RepRule, provider: TravelProvider
) -> TravelMatrix:
    """Ask for the ways between all places; row 0 starts a day, column 0 ends it."""
    home = (float(rep["lat"]), float(rep["lon"]))
    start, end = rule.start or home, rule.end or home
    lat = np.array([start[0], *owned["lat"], end[0]], float)
    lon = np.array([start[1], *owned["lon"], end[1]], float)
    if start == end:
        return provider.matrix(lat[:-1], lon[:-1])
    both = provider.matrix(lat, lon)
    tables = []
    for table in (both.duration_s, both.distance_m):
        inner = table[:-1, :-1].copy()
        inner[1:, 0] = table[1:-1, -1]
        tables.append(inner)
    return TravelMatrix(tables[0], tables[1], both.label)


def _rep_account(row: pd.Series, rules: TeamRules, dates: Sequence[date]) -> RepAccount:
    rule, cadence = rules.account(row.name), rules.cadence
    has_class = not pd.isna(row["visit_class"])
    visit_class = str(row["visit_class"]) if has_class else _NO_CLASS
    interval = cadence.interval_of(visit_class) if has_class else None
    is_own = rule.interval_days is not None or visit_class in cadence.interval_days
    if rule.interval_days is not None:
        interval = rule.interval_days or None
    monday = monday_of(rules.start_on)
    last_visit = None
    if interval is not None and not pd.isna(row["last_visit_on"]):
        last_visit = (pd.Timestamp(row["last_visit_on"]).date() - monday).days
    worth = rule.worth or cadence.visit_worth.get(visit_class, 1)
    service_min = rule.service_min or cadence.service_min.get(visit_class, 20)
    keeps_weekday = rule.same_weekday
    if keeps_weekday is None:
        keeps_weekday = visit_class in cadence.same_weekday_classes
    return RepAccount(
        visits_per_4_weeks=(
            0 if is_own or not has_class else cadence.visits_per_4_weeks[visit_class]
        ),
        interval_days=interval if is_own else None,
        last_visit=last_visit,
        service_s=service_min * S_PER_MIN,
        start_windows=_windows(row) if rule.windows is None else rule.windows,
        same_weekday=keeps_weekday,
        priority=_urgent(worth, interval, last_visit, rules.start_on.weekday()),
        fixed=_appointments(rule, dates),
        must_weeks=tuple(
            sorted(
                {
                    (monday_of(day) - monday).days // 7
                    for day in rule.must_in_week
                    if dates and monday <= monday_of(day) <= dates[-1]
                }
            )
        ),
        closed_on=closed_days(dates, rule.closed),
    )


def _urgent(
    worth: int, interval: int | None, last_visit: int | None, first: int
) -> int:
    """
    Weigh a visit by how long ago the last one was: elapsed ÷ interval, 1 to 2.

    Notes
    -----
    Ten times the worth, so that the weight has steps.
    """
    if interval is None or last_visit is None:
        return 10 * worth
    elapsed = (first - last_visit) / interval
    return round(10 * worth * min(_MOST_URGENT, max(1.0, elapsed)))


def _appointments(rule: AccountRule, dates: Sequence[date]) -> tuple[Appointment, ...]:
    day_of = {on: day for day, on in enumerate(dates)}
    return tuple(
        sorted(
            Appointment(day_of[made.on], made.earliest_s, made.latest_s)
            for made in rule.promises
            if made.on in day_of
        )
    )


def _windows(row: pd.Series) -> tuple[tuple[tuple[int, int], ...], ...]:
    try:
        return week_windows(row["open_days"], row["opens_s"], row["closes_s"])
    except InputError as error:
        causes = {"account": str(row.name), "causes": list(error.reasons)}
        raise InputError(Reason("account_hours_unreadable", causes)) from error
