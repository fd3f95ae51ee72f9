"""How many territories: travel, hours, coverage and cost from K - 3 to K + 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from planner.core.errors import InfeasibleError, InputError, ParamsError
from planner.core.reasons import Reason
from planner.core.run import RunControl
from planner.geography.travel import CrowFlyProvider
from planner.territory.model.instance import Instance
from planner.territory.model.measures import balance_index
from planner.territory.model.params import BalanceParams
from planner.territory.model.workhours import HoursParams, work_hours
from planner.territory.solve.balance import balance
from planner.territory.solve.result import BalanceResult

_AROUND = range(-3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadcountParams:
    """
    What a territory costs and can do.

    Parameters
    ----------
    capacity_h
        Hours a year one rep can work in the field.
    cost_minor
        Of one rep a year.
    travel_minor_per_h
        Of an hour on the road.
    reach_min
        One-way minutes from the centre within which an account counts as covered.
    hours
        How visits become hours.
    """

    capacity_h: float = 1_100.0
    cost_minor: int = 0
    travel_minor_per_h: int = 0
    reach_min: float = 60.0
    hours: HoursParams = field(default_factory=HoursParams)

    def __post_init__(self) -> None:
        if self.capacity_h <= 0 or self.reach_min <= 0:
            raise ParamsError("capacity_h and reach_min must be above 0")
        if self.cost_minor < 0 or self.travel_minor_per_h < 0:
            raise ParamsError("costs must be at least 0")


@dataclass(frozen=True, kw_only=True)
class HeadcountSweep:
    """
    One plan for each number of territories.

    Parameters
    ----------
    points
        Indexed `n_territories`: `weighted_rms_km`, `weighted_mean_km`,
        ``<measure>_deviation``, `is_met`, `gap`, and with visits known `hours`,
        `travel_hours`, `busiest_share` (hours of the busiest ÷ capacity),
        `coverage_share` (first measure within reach), `cost_minor`; `next_head_x_km`,
        `next_head_y_km` and `next_head_unit`: where the next head should live;
        `problem`, the reasons, where no plan exists.
    plans
        Territory of each unit, a column for each number; indexed `unit_id`.
    """

    points: pd.DataFrame
    plans: pd.DataFrame = field(repr=False)


def sweep_headcount(
    instance: Instance,
    params: BalanceParams,
    *,
    around: int,
    headcount: HeadcountParams | None = None,
    counts: Sequence[int] | None = None,
    bases: pd.DataFrame | None = None,
    run: RunControl | None = None,
) -> HeadcountSweep:
    """
    Balance with fewer and more territories.

    Parameters
    ----------
    instance, params
        As `balance` takes them; `params.n_territories` is not looked at, nor is what
        belongs to today's number: alignment, locks, centres, rules. With columns
        `visits` and `service_min` (a year) hours and coverage are told.
    around
        K: counts from K - 3 to K + 3 are tried, as far as they are possible.
    headcount
        Costs and capacity.
    counts
        Other counts instead.
    bases
        Places reps may live, x_km and y_km by name: each territory travels to the best
        of them; None: to its weighted centroid.
    run
        Time limit, progress and cancel; the counts done until then are returned.

    Returns
    -------
    The points and plans.

    Raises
    ------
    InputError
        If a count is below 1.
    """
    run, headcount = run or RunControl(), headcount or HeadcountParams()
    numbers = sorted(
        set(counts if counts is not None else [around + d for d in _AROUND])
    )
    numbers = [k for k in numbers if k >= 1 or counts is not None]
    if not numbers or numbers[0] < 1:
        values = ", ".join(map(str, numbers)) or "none"
        raise InputError(Reason("headcounts_wrong", {"got": values}))
    instance = instance.without_today()
    rows: dict[int, dict[str, object]] = {}
    plans: dict[int, pd.Series] = {}
    for number, k in enumerate(numbers):
        if run.should_stop() and rows:
            break
        stage = run.part(number / len(numbers), (number + 1) / len(numbers))
        try:
            result = balance(instance, replace(params, n_territories=k), run=stage)
        except InfeasibleError as error:
            rows[k] = {"problem": error.reasons, "is_met": False}
            continue
        plans[k] = result.alignment.territory_by_unit
        rows[k] = _point(instance.units, result, headcount, bases)
    points = pd.DataFrame.from_dict(rows, orient="index")
    points.index = points.index.rename("n_territories")
    return HeadcountSweep(points=points, plans=pd.DataFrame(plans))


def best_bases(
    units: pd.DataFrame,
    weight: pd.Series,
    territory_by_unit: pd.Series,
    bases: pd.DataFrame,
) -> pd.DataFrame:
    """
    Choose for each territory the base of least weighted distance.

    Parameters
    ----------
    units
        x_km, y_km; indexed `unit_id`.
    weight, territory_by_unit : shape (n_units,)
        Indexed `unit_id`.
    bases
        x_km, y_km by name.

    Returns
    -------
    `base`, x_km, y_km and mean_km, indexed `territory_id`; two territories may share a
    base.
    """
    if bases.empty:
        raise InputError(Reason("bases_missing"))
    place = units[["x_km", "y_km"]].to_numpy(dtype=float)
    to = bases[["x_km", "y_km"]].to_numpy(dtype=float)
    rows = {}
    for name, ids in territory_by_unit.groupby(territory_by_unit).groups.items():
        rows_of_territory = units.index.get_indexer(pd.Index(ids))
        km = np.hypot(*(place[rows_of_territory, None] - to[None]).transpose(2, 0, 1))
        w = weight.to_numpy(dtype=float)[rows_of_territory]
        w = w if w.sum() > 0 else np.ones(len(w))
        mean = w @ km / w.sum()
        at = int(mean.argmin())
        rows[str(name)] = {
            "base": str(bases.index[at]),
            "x_km": to[at, 0],
            "y_km": to[at, 1],
            "mean_km": float(mean[at]),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.set_axis(table.index.rename("territory_id"), axis=0)


def _point(
    units: pd.DataFrame,
    result: BalanceResult,
    headcount: HeadcountParams,
    bases: pd.DataFrame | None,
) -> dict[str, object]:
    params: BalanceParams = result.params
    by_unit = result.alignment.territory_by_unit
    weight = units[params.measures[0].column].astype(float)
    centres = result.territories[["x_km", "y_km"]]
    if bases is not None:
        centres = best_bases(units, weight, by_unit, bases)
    to = centres[["x_km", "y_km"]].reindex(by_unit.to_numpy()).to_numpy()
    km = np.hypot(*(units[["x_km", "y_km"]].to_numpy(dtype=float) - to).T)
    total = float(weight.sum())
    worst = balance_index(result.tallies)
    point: dict[str, object] = {
        "weighted_rms_km": float(np.sqrt(weight @ km**2 / total)),
        "weighted_mean_km": float(weight @ km / total),
        **{f"{name}_deviation": float(value) for name, value in worst.items()},
        "is_met": result.is_met,
        "gap": result.gap,
        "cost_minor": headcount.cost_minor * len(result.territories),
    }
    way_min = CrowFlyProvider().minutes(km)
    near = way_min <= headcount.reach_min
    point["coverage_share"] = float(weight[near].sum() / total)
    far = weight.to_numpy() * np.maximum(way_min - headcount.reach_min, 0.0)
    if "visits" in units and "service_min" in units:
        hours = work_hours(units, by_unit, centres, headcount.hours)
        hours_by_territory = hours.groupby(by_unit).sum()
        travel_h = float(hours.sum() - units["service_min"].sum() / 60)
        point["hours"] = float(hours.sum())
        point["travel_hours"] = travel_h
        point["busiest_share"] = float(hours_by_territory.max()) / headcount.capacity_h
        point["cost_minor"] = headcount.cost_minor * len(result.territories) + round(
            headcount.travel_minor_per_h * travel_h
        )
    point |= _next_head(units, weight, km, far)
    return point


def _next_head(
    units: pd.DataFrame, weight: pd.Series, km: np.ndarray, far: np.ndarray
) -> dict[str, object]:
    """
    Find the unit where one more rep saves most.

    The saving of a rep at a unit is Σ weight · max(0, km now - km to there), over what
    lies beyond reach if anything does, else over all.
    """
    place = units[["x_km", "y_km"]].to_numpy(dtype=float)
    w = weight.to_numpy(dtype=float)
    weights = np.where(far > 0, w, 0.0) if far.any() else w
    tried = np.argsort(-weights * np.maximum(km, 1e-9), kind="stable")[:200]
    savings = [
        float(weights @ np.maximum(0.0, km - np.hypot(*(place - place[at]).T)))
        for at in tried
    ]
    at = int(tried[int(np.argmax(savings))])
    return {
        "next_head_unit": str(units.index[at]),
        "next_head_x_km": float(place[at, 0]),
        "next_head_y_km": float(place[at, 1]),
    }
