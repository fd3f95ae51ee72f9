"""
Four weeks at once: on which days each account is visited, and in which order.

The decision is each account's set of days (its pattern). `search` looks for the
patterns with the least travel; `day` lets VROOM put each day in order; `check` proves
every rule on the result; `explain` gives the reason for what is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.core.reasons import Reason
from planner.core.results import Result, SolveStatus
from planner.core.run import RunControl
from planner.core.units import S_PER_HOUR
from planner.visits.day.live import resequence
from planner.visits.model.params import RouteParams
from planner.visits.model.problem import RepProblem
from planner.visits.model.timing import DayTimes, time_day
from planner.visits.reasons.check import PlanCheck, check_plan, visits_owed
from planner.visits.reasons.explain import explain_missing
from planner.visits.reasons.unserved import repair_of
from planner.visits.search.annealing import search_routes
from planner.visits.search.filling import fill_days


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
    check
        What the independent checker found and measured.
    """

    days: tuple[DayTimes, ...]
    unserved: tuple[Unserved, ...]
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
    routes = fill_days(problem, routes, params)
    days = tuple(
        resequence(problem, _timed(problem, day, route))
        for day, route in enumerate(routes)
    )
    run.report(0.95, "giving the reasons")
    plan = RepPlan(
        status=SolveStatus.of_stop(run),
        params=params,
        elapsed_s=run.elapsed_s,
        days=days,
        unserved=_unserved(problem, days),
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
    problem = RepProblem.from_file(Path(rep_path))
    route_params = params or RouteParams(seed=seed, passes=3, iterations=40_000)
    plan = plan_rep(problem, route_params, run)
    return plan.to_dict() | {"met": plan.met}


def _timed(problem: RepProblem, day: int, route: list[int]) -> DayTimes:
    timed = time_day(problem, day, route)
    if timed is None:
        raise AssertionError(f"the search broke day {day}: {route}")
    return timed


def _unserved(problem: RepProblem, days: tuple[DayTimes, ...]) -> tuple[Unserved, ...]:
    n_visits: dict[int, int] = {}
    for timed in days:
        for place in timed.accounts:
            n_visits[place] = n_visits.get(place, 0) + 1
    rows = []
    for place in range(1, len(problem.accounts)):
        missing = visits_owed(problem, place) - n_visits.get(place, 0)
        if missing > 0:
            reason = explain_missing(problem, days, place)
            rows.append(Unserved(place, missing, reason))
    return tuple(sorted(rows, key=lambda row: (-row.missing, row.account)))
