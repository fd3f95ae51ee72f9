"""Hours a territory really takes: visits, and the travel its shape makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from planner.core.errors import InputError, ParamsError
from planner.core.reasons import Reason
from planner.core.units import MIN_PER_HOUR
from planner.geography.travel import CrowFlyProvider
from planner.territory.model.measures import distance_to_centre_km

HOURS = "work_hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursParams:
    """
    How visits become hours.

    Parameters
    ----------
    visits_per_trip
        Stops a rep makes on a way out and back: the way is shared among them.
    rounds
        Most plans made until hours and plan agree.
    agreement
        Largest change of a unit's hours, as a share of the mean, that counts as agreed.
    """

    visits_per_trip: float = 6.0
    rounds: int = 6
    agreement: float = 0.02

    def __post_init__(self) -> None:
        if self.visits_per_trip < 1 or self.rounds < 1:
            raise ParamsError("visits_per_trip and rounds must be at least 1")


@dataclass(frozen=True, kw_only=True)
class Settled:
    """
    Hours and plan that agree with each other, or the nearest that was found.

    Parameters
    ----------
    territory_by_unit, hours : shape (n_units,)
        The plan, and the hours a year of each unit in it; indexed `unit_id`.
    change
        Change of hours in the last round, a share of the mean.
    n_rounds
        Plans made.
    is_settled
        Whether `change` is within the agreement.
    """

    territory_by_unit: pd.Series
    hours: pd.Series
    change: float
    n_rounds: int
    is_settled: bool

    def summary(self) -> str:
        """Say whether hours and plan agree."""
        code = "hours_settled" if self.is_settled else "hours_not_settled"
        return str(Reason(code, {"n_rounds": self.n_rounds, "change": self.change}))


def work_hours(
    units: pd.DataFrame,
    territory_by_unit: pd.Series,
    centres: pd.DataFrame,
    params: HoursParams,
) -> pd.Series:
    """
    Work out the hours a year of each unit in its territory.

    Parameters
    ----------
    units
        `x_km`, `y_km`, `visits` (a year) and `service_min` (a year); indexed `unit_id`.
    territory_by_unit : shape (n_units,)
        Territory indexed `unit_id`.
    centres
        Where reps start: x_km, y_km indexed `territory_id`.
    params
        Stops a trip.

    Returns
    -------
    shape (n_units,)
        (service_min + visits · (2 · way ÷ visits_per_trip)) ÷ 60, the way in estimated
        minutes from the territory's centre; indexed `unit_id`.
    """
    for column in ("visits", "service_min"):
        if column not in units:
            raise InputError(Reason("hours_column_missing", {"column": column}))
    km = distance_to_centre_km(units, centres, territory_by_unit)
    way_min = pd.Series(CrowFlyProvider().minutes(km.to_numpy()), index=units.index)
    travel_min = units["visits"] * 2 * way_min / params.visits_per_trip
    return ((units["service_min"] + travel_min) / MIN_PER_HOUR).rename(HOURS)


def settle_hours(
    units: pd.DataFrame,
    params: HoursParams,
    plan: Callable[[pd.DataFrame], tuple[pd.Series, pd.DataFrame]],
) -> Settled:
    """
    Plan on hours until they agree with the plan (fixed-point iteration, damped).

    Parameters
    ----------
    units
        As `work_hours` takes them.
    params
        Rounds and agreement.
    plan
        Makes a plan of units that have a column ``work_hours``; returns the territory
        by unit and the centres.

    Returns
    -------
    The last plan. Hours are averaged with those before, so that plans do not swing.
    """
    hours = (units["service_min"] / MIN_PER_HOUR).rename(HOURS)
    territory, change = pd.Series(dtype="str"), float("inf")
    for number in range(1, params.rounds + 1):
        territory, centres = plan(units.assign(**{HOURS: hours}))
        real = work_hours(units, territory, centres, params)
        change = float((real - hours).abs().max() / max(real.mean(), 1e-12))
        if change <= params.agreement or number == params.rounds:
            return Settled(
                territory_by_unit=territory,
                hours=real,
                change=change,
                n_rounds=number,
                is_settled=change <= params.agreement,
            )
        hours = real if number == 1 else (hours + real) / 2
    raise AssertionError("rounds are at least 1")
