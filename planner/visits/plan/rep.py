"""
Four weeks at once: on which days each account is visited, and in which order.

The decision is each account's set of days (its pattern). `search` looks for the
patterns with the least travel and puts each day in order; `check` proves every rule on
the result; `explain` gives the reason for what is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.core.reasons import Reason
from planner.core.results import Result, SolveStatus
from planner.core.run import RunControl
from planner.core.units import S_PER_HOUR
from planner.visits.model.owed import visits_owed
from planner.visits.model.params import RouteParams
from planner.visits.model.problem import RepProblem
from planner.visits.model.rep_file import read_problem
from planner.visits.model.timing import DayTimes, time_day
from planner.visits.reasons.check import PlanCheck, check_plan
from planner.visits.reasons.explain import explain_missing
from planner.visits.reasons.unserved import repair_of
from planner.visits.search.annealing import search_routes
from planner.visits.search.filling import (
    fill_days,
    open_insertions,
    order_days,
    room_for,
)

_MOST_FILLS = 4  # each after the days were put in order again


@dataclass(frozen=True, slots=True)
class Unserved:
    """An account with visits that did not fit, and why."""

    account: int
    missing: int
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class RepPlan(Result):
    """
    One rep's four weeks.

    Parameters
    ----------
    days
        One entry for each of the 20 days.
    unserved
        Accounts with missing visits, most missing first.
    insertions_missed
        Missing visits for which a day of their rhythm has room; none in a plan that was
        not stopped.
    check
        What the independent checker found and measured.
    """

    days: tuple[DayTimes, ...]
    unserved: tuple[Unserved, ...]
    insertions_missed: int
    check: PlanCheck

    @property
    def met(self) -> bool:
        """Whether every required visit is planned and every rule kept."""
        check = self.check
        return not (check.visits_missed or check.days_broken or check.pattern_broken)

    def to_dict(self) -> dict[str, Any]:
        """Return the form of PLAN.json."""
        return {
            "days": [
                {
                    "day": timed.day,
                    "stops": [
                        {
                            "account": stop.account,
                            "arrive_s": stop.arrive_s,
                            "start_s": stop.start_s,
                            "leave_s": stop.leave_s,
                        }
                        for stop in timed.stops
                    ],
                    "lunch_start_s": timed.lunch_start_s,
                    "travel_s": timed.travel_s,
                    "end_s": timed.end_s,
                }
                for timed in self.days
            ],
            "unserved": [
                {
                    "account": missing.account,
                    "missing": missing.missing,
                    "reason": str(missing.reason),
                    "repair": str(repair_of(missing.reason)),
                    **missing.reason.to_dict(),
                }
                for missing in self.unserved
            ],
            "summary": {
                "visits_required": self.check.visits_required,
                "visits_missed": self.check.visits_missed,
                "pattern_broken": len(self.check.pattern_broken),
                "days_broken": self.check.days_broken,
                "travel_s": self.check.travel_s,
                "prospects": self.check.prospects,
                "insertions_missed": self.insertions_missed,
                "elapsed_s": round(self.elapsed_s, 3),
            },
        }

    def summary(self) -> str:
        """Say in one line what came out."""
        check = self.check
        figures = {
            "n_planned": check.visits_required - check.visits_missed,
            "n_required": check.visits_required,
            "travel_h": check.travel_s / S_PER_HOUR,
            "n_prospects": check.prospects,
        }
        return str(Reason("rep_visits_planned", figures))


def plan_rep(
    problem: RepProblem,
    params: RouteParams | None = None,
    run: RunControl | None = None,
) -> RepPlan:
    """
    Plan one rep's four weeks.

    Parameters
    ----------
    params
        Lunch and working hours come from the problem; the rest from here.

    Returns
    -------
    A plan in which every day was checked. What does not fit is in `unserved`.

    Notes
    -----
    Required visits come first: prospects only fill time that is left then. Equal seeds
    give equal plans as long as the time limit does not end the search.
    """
    params = params or RouteParams()
    run = run or RunControl()
    routes = search_routes(problem, params, run.part(0, 0.9))
    days = _finished(problem, routes, params)
    run.report(0.95, "giving the reasons")
    unserved, n_open = _unserved(problem, days)
    plan = RepPlan(
        status=SolveStatus.of_stop(run),
        params=params,
        elapsed_s=run.elapsed_s,
        days=days,
        unserved=unserved,
        insertions_missed=n_open,
        check=check_plan(problem, days),
    )
    run.report(1.0, "planned")
    return plan


def run_visits(
    rep_path: Path | str,
    *,
    seed: int = 0,
    run: RunControl | None = None,
    params: RouteParams | None = None,
) -> dict[str, Any]:
    """
    Plan a REP.json file.

    Returns
    -------
    The content of PLAN.json and ``met``: whether no required visit is missed.

    Raises
    ------
    InputError
        If the file cannot be used; names file, account, field, value and rule.
    """
    problem = read_problem(Path(rep_path))
    route_params = params or RouteParams(seed=seed, passes=3, iterations=40_000)
    plan = plan_rep(problem, route_params, run)
    return plan.to_dict() | {"met": plan.met}


def _timed(problem: RepProblem, day: int, route: list[int]) -> DayTimes:
    timed = time_day(problem, day, route)
    if timed is None:
        raise AssertionError(f"the search broke day {day}: {route}")
    return timed


def _finished(
    problem: RepProblem, routes: list[list[int]], params: RouteParams
) -> tuple[DayTimes, ...]:
    """Fill the days and order each of them, again if that made room."""
    for _ in range(_MOST_FILLS):
        longer = fill_days(problem, order_days(problem, routes), params)
        if longer == routes:
            break
        routes = longer
    return tuple(_timed(problem, day, route) for day, route in enumerate(routes))


def _unserved(
    problem: RepProblem, days: tuple[DayTimes, ...]
) -> tuple[tuple[Unserved, ...], int]:
    """List what is missing with its reason, and count what would have fitted."""
    n_visits: dict[int, int] = {}
    for timed in days:
        for place in timed.accounts:
            n_visits[place] = n_visits.get(place, 0) + 1
    missing = {
        place: lack
        for place in range(1, len(problem.accounts))
        if (lack := visits_owed(problem, place) - n_visits.get(place, 0)) > 0
    }
    routes = [timed.accounts for timed in days]
    room = room_for(problem, routes, missing)
    rows = [
        Unserved(place, lack, explain_missing(problem, days, place, room[place]))
        for place, lack in missing.items()
    ]
    rows.sort(key=lambda row: (-row.missing, row.account))
    return tuple(rows), len(open_insertions(problem, routes, room))
