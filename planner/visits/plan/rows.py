"""A rep's plan as rows of the visits, days and unserved frames."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from planner.visits.model.timing import DayTimes, lunch_before_driving
from planner.visits.plan.problems import RepTask, Row
from planner.visits.plan.rep import RepPlan
from planner.visits.reasons.unserved import dated, reason_cells

DAY_COLUMNS = {
    "rep_id": "str",
    "visit_on": "datetime64[s]",
    "n_stops": "Int64",
    "leave_home_s": "Int64",
    "lunch_start_s": "Int64",
    "end_s": "Int64",
    "service_s": "Int64",
    "travel_s": "Int64",
    "travel_m": "Int64",
}


def visit_rows(task: RepTask, plan: RepPlan, dates: Sequence[date]) -> list[Row]:
    """
    Write a plan as rows of `core.schemas.VISITS`.

    Notes
    -----
    The rep leaves home so late that there is no waiting at the first stop, unless lunch
    is eaten there.
    """
    rows = []
    for day_plan in plan.days:
        timed = lunch_before_driving(task.problem, day_plan)
        here = 0
        for sequence, stop in enumerate(timed.stops, start=1):
            rows.append(
                {
                    "rep_id": task.rep_id,
                    "visit_on": pd.Timestamp(dates[timed.day]),
                    "sequence": sequence,
                    "account_id": task.account_ids[stop.account],
                    "arrive_s": stop.arrive_s if here else _first_arrival_s(timed),
                    "start_s": stop.start_s,
                    "leave_s": stop.leave_s,
                    "travel_s": int(task.travel.duration_s[here, stop.account]),
                    "travel_m": int(task.travel.distance_m[here, stop.account]),
                }
            )
            here = stop.account
    return rows


def _first_arrival_s(timed: DayTimes) -> int:
    """Tell when the first stop is reached: at its start, or for lunch before it."""
    first, lunch_s = timed.stops[0], timed.lunch_start_s
    eats_there = lunch_s is not None and first.arrive_s <= lunch_s < first.start_s
    return first.arrive_s if eats_there else first.start_s


def day_rows(task: RepTask, plan: RepPlan, dates: Sequence[date]) -> list[Row]:
    """Write one row for each day with stops, after `DAY_COLUMNS`."""
    rows = []
    for day_plan in plan.days:
        timed = lunch_before_driving(task.problem, day_plan)
        if not timed.stops:
            continue
        first = timed.stops[0]
        route = [0, *timed.accounts, 0]
        rows.append(
            {
                "rep_id": task.rep_id,
                "visit_on": pd.Timestamp(dates[timed.day]),
                "n_stops": len(timed.stops),
                "leave_home_s": _first_arrival_s(timed)
                - int(task.travel.duration_s[0, first.account]),
                "lunch_start_s": timed.lunch_start_s,
                "end_s": timed.end_s,
                "service_s": sum(s.leave_s - s.start_s for s in timed.stops),
                "travel_s": timed.travel_s,
                "travel_m": int(task.travel.distance_m[route[:-1], route[1:]].sum()),
            }
        )
    return rows


def unserved_rows(task: RepTask, plan: RepPlan, dates: Sequence[date]) -> list[Row]:
    """Write what did not fit as rows of `core.schemas.UNSERVED`."""
    return [
        {
            "rep_id": task.rep_id,
            "account_id": task.account_ids[row.account],
            "missing": row.missing,
            **reason_cells(dated(row.reason, dates, task.account_ids)),
        }
        for row in plan.unserved
    ]
