"""Minutes a year: what accounts need, and what reps can give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from planner.core.errors import ParamsError
from planner.core.units import S_PER_MIN

PERIODS_PER_YEAR = 13  # of four weeks
VISITS_PER_4_WEEKS = {"A": 4, "B": 2, "C": 1, "D": 0}
SERVICE_MIN = {"A": 45, "B": 30, "C": 20, "D": 20}
TRAVEL_MIN_PER_VISIT = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityParams:
    """
    What a year of work looks like.

    Parameters
    ----------
    working_days_per_year
        Days at work: 52 weeks less holidays, leave and training.
    lunch_min
        Minutes of a day that are not work.
    field_share
        Share of the work time spent on visits and the way to them.
    """

    working_days_per_year: int = 220
    lunch_min: int = 45
    field_share: float = 0.7

    def __post_init__(self) -> None:
        if not 1 <= self.working_days_per_year <= 366:
            raise ParamsError(
                "working_days_per_year must lie in [1, 366], "
                f"got {self.working_days_per_year}"
            )
        if not 0 <= self.lunch_min <= 240:
            raise ParamsError(f"lunch_min must lie in [0, 240], got {self.lunch_min}")
        if not 0 < self.field_share <= 1:
            raise ParamsError(f"field_share must lie in (0, 1], got {self.field_share}")


def account_minutes(
    accounts: pd.DataFrame,
    visit_class: pd.Series,
    *,
    visits_per_4_weeks: Mapping[str, int] | None = None,
    service_min: Mapping[str, float] | None = None,
    travel_min_per_visit: float = TRAVEL_MIN_PER_VISIT,
) -> pd.Series:
    """
    Compute the minutes of work each account needs in a year.

    Parameters
    ----------
    accounts : shape (n_accounts, n_columns)
        Indexed by account_id; with a `status`, closed accounts need nothing.
    visit_class : shape (n_accounts,)
        ``A`` to ``D`` or empty by account_id.
    visits_per_4_weeks, service_min
        By visit class; None: A 4, B 2, C 1, D 0 and 45, 30, 20, 20 minutes.
    travel_min_per_visit
        Minutes on the road that a visit costs on average.

    Returns
    -------
    shape (n_accounts,)
        Int64 minutes a year, named `workload_min`; 0 for a class that is not known.

    Raises
    ------
    ParamsError
        If a number of visits or minutes is below zero.

    Notes
    -----
    13 × visits in 4 weeks × (service + travel minutes), rounded to whole minutes.
    """
    visits = VISITS_PER_4_WEEKS if visits_per_4_weeks is None else visits_per_4_weeks
    service = SERVICE_MIN if service_min is None else service_min
    if travel_min_per_visit < 0 or min([*visits.values(), *service.values()]) < 0:
        raise ParamsError("visits and minutes of a visit must be ≥ 0")
    minutes_by_class = {
        name: round(
            PERIODS_PER_YEAR
            * count
            * (float(service.get(name, 0.0)) + travel_min_per_visit)
        )
        for name, count in visits.items()
    }
    minutes = visit_class.reindex(accounts.index).map(minutes_by_class)
    needed = minutes.astype("Float64").fillna(0).astype("Int64")
    if "status" in accounts.columns:
        is_closed = (accounts["status"] == "closed").fillna(value=False).astype(bool)
        needed = needed.mask(is_closed, 0)
    return needed.rename("workload_min")


def rep_minutes(
    reps: pd.DataFrame,
    as_of: pd.Timestamp,
    params: CapacityParams | None = None,
) -> pd.Series:
    """
    Compute the minutes each rep can give to visits in a year.

    Parameters
    ----------
    reps : shape (n_reps, n_columns)
        Frame of the REPS schema.
    as_of
        The day on which it is asked: who has left by then, or is not hired yet, has
        no capacity.
    params
        What a year looks like.

    Returns
    -------
    shape (n_reps,)
        Int64 minutes a year by rep_id, named `capacity_min`.

    Notes
    -----
    Working days × (work end - work start - lunch) × field share × ramp share.
    """
    used = params or CapacityParams()
    day = pd.Timestamp(as_of)
    span_min = (reps["work_end_s"] - reps["work_start_s"]).astype("float64") / S_PER_MIN
    day_min = (span_min - used.lunch_min).clip(lower=0)
    ramp = reps["ramp_share"].astype("float64")
    yearly = used.working_days_per_year * day_min * used.field_share * ramp
    is_here = (reps["left_on"].isna() | (reps["left_on"] > day)) & (
        reps["hired_on"].isna() | (reps["hired_on"] <= day)
    )
    return yearly.where(is_here, 0.0).round().astype("Int64").rename("capacity_min")
