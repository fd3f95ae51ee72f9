"""A team's frames as one problem for each rep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.core.units import S_PER_MIN
from planner.geography.travel import TravelMatrix, TravelProvider
from planner.visits.model.params import CadenceParams, RouteParams
from planner.visits.model.problem import (
    DAYS_PER_WEEK,
    LunchRule,
    RepAccount,
    RepProblem,
)
from planner.visits.model.workdays import week_windows
from planner.visits.reasons.check import visits_owed
from planner.visits.reasons.unserved import reason_cells

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RepTask:
    """
    One rep's problem, with what is needed to write its plan as rows.

    Parameters
    ----------
    account_ids
        By place of the problem; the first is the home and empty.
    """

    rep_id: str
    account_ids: tuple[str, ...]
    problem: RepProblem
    travel: TravelMatrix

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


def build_team(
    accounts: pd.DataFrame,
    reps: pd.DataFrame,
    rep_of: Mapping[str, str],
    *,
    closed: frozenset[int],
    cadence: CadenceParams,
    params: RouteParams,
    provider: TravelProvider,
) -> Team:
    """
    Make one problem for each rep that owns accounts to visit.

    Parameters
    ----------
    accounts, reps, rep_of
        As of `planner.visits.plan.team.plan_visits`.
    closed
        Days 0-19 on which nobody works.

    Raises
    ------
    InputError
        If a visit class is not known, a rep is missing, or hours cannot be read.
    """
    live = accounts[accounts["status"] != "closed"]
    due = live.assign(_owed=_owed(live, cadence))
    if not params.with_prospects:
        due = due[due["_owed"] > 0]
    tasks: list[RepTask] = []
    outside: list[Row] = []
    for owner, owned in due.groupby(due["owner_id"].fillna(""), sort=True):
        rep_id = rep_of.get(str(owner), "")
        if not rep_id:
            outside += _outside_rows("", owned, _vacancy(str(owner)))
            continue
        if rep_id not in reps.index:
            names = {"position": str(owner), "rep": rep_id}
            raise InputError(Reason("position_rep_unknown", names))
        rep = reps.loc[rep_id]
        if pd.isna(rep["lat"]) or pd.isna(rep["lon"]):
            reason = Reason("unserved_no_home", {"rep": rep_id})
            outside += _outside_rows(rep_id, owned, reason)
            continue
        is_placed = owned["lat"].notna() & owned["lon"].notna()
        waiting = owned[~is_placed]
        outside += _outside_rows(rep_id, waiting, Reason("unserved_no_place"))
        if not is_placed.any():
            continue
        selection = _with_best_prospects(owned[is_placed], params)
        tasks.append(_task(rep_id, rep, selection, closed, cadence, params, provider))
    return Team(tuple(tasks), tuple(outside))


def _owed(accounts: pd.DataFrame, cadence: CadenceParams) -> pd.Series:
    """Count the visits of four weeks by account; no visit class: none."""
    classes = accounts["visit_class"]
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
    return classes.map(dict(cadence.visits_per_4_weeks)).fillna(0).astype(int)


def _outside_rows(rep_id: str, owned: pd.DataFrame, reason: Reason) -> list[Row]:
    required = owned[owned["_owed"] > 0]
    return [
        {
            "rep_id": rep_id,
            "account_id": str(account_id),
            "missing": int(owed),
            **reason_cells(reason),
        }
        for account_id, owed in required["_owed"].items()
    ]


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
    rep_id: str,
    rep: pd.Series,
    owned: pd.DataFrame,
    closed: frozenset[int],
    cadence: CadenceParams,
    params: RouteParams,
    provider: TravelProvider,
) -> RepTask:
    travel = provider.matrix(
        np.array([rep["lat"], *owned["lat"]], float),
        np.array([rep["lon"], *owned["lon"]], float),
    )
    home = RepAccount(
        visits_per_4_weeks=0, service_s=0, start_windows=((),) * DAYS_PER_WEEK
    )
    problem = RepProblem(
        accounts=(home, *(_rep_account(row, cadence) for _, row in owned.iterrows())),
        travel_s=travel.duration_s,
        day=(int(rep["work_start_s"]), int(rep["work_end_s"])),
        lunch=LunchRule(
            params.lunch_min * S_PER_MIN,
            params.lunch_earliest_s,
            params.lunch_latest_s,
        ),
        closed_days=closed,
    )
    return RepTask(rep_id, ("", *(str(i) for i in owned.index)), problem, travel)


def _rep_account(row: pd.Series, cadence: CadenceParams) -> RepAccount:
    visit_class = "D" if pd.isna(row["visit_class"]) else str(row["visit_class"])
    try:
        windows = week_windows(row["open_days"], row["opens_s"], row["closes_s"])
    except InputError as error:
        causes = {"account": str(row.name), "causes": list(error.reasons)}
        raise InputError(Reason("account_hours_unreadable", causes)) from error
    return RepAccount(
        visits_per_4_weeks=int(row["_owed"]),
        service_s=cadence.service_min.get(visit_class, 20) * S_PER_MIN,
        start_windows=windows,
        same_weekday=visit_class in cadence.same_weekday_classes,
        priority=cadence.visit_worth.get(visit_class, 1),
    )
