"""Districts and territories of a file of units: what `balance --districts` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.core.run import RunControl
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceParams
from planner.territory.model.rules import Rules
from planner.territory.solve.evaluate import describe
from planner.territory.solve.result import BalanceResult
from planner.territory.studies.districts import (
    Hierarchy,
    balance_downward,
    balance_upward,
)


@dataclass(frozen=True, kw_only=True)
class Levels:
    """
    A plan of two levels.

    Parameters
    ----------
    district_by_unit
        Indexed `unit_id`.
    territories
        The territories of the whole map, proven and explained as one plan.
    districts
        What was balanced above or below them; None: one district.
    """

    district_by_unit: pd.Series
    territories: BalanceResult
    districts: BalanceResult | None

    @property
    def is_met(self) -> bool:
        """Whether both levels keep their tolerances."""
        return self.territories.is_met and (
            self.districts is None or self.districts.is_met
        )


def balance_levels(
    instance: Instance,
    params: BalanceParams,
    districts: int | Mapping[str, int],
    *,
    run: RunControl | None = None,
) -> Levels:
    """
    Balance territories and districts.

    Parameters
    ----------
    instance, params
        As `balance_downward` and `balance_upward` take them; `params.n_territories` is
        not looked at where the districts name their seats.
    districts
        As `seats.parse_districts` returns it.
    run
        Time limit, progress and cancel.

    Raises
    ------
    InputError
        If a district has no seat, or the seats are not as many as asked.
    InfeasibleError
        If no plan can exist.

    Notes
    -----
    Districts first: each level gets √(1 + t) − 1 of a tolerance t, so that the
    territories keep t over the whole map: (1 + √(1 + t) − 1)² = 1 + t.
    """
    run = run or RunControl()
    stage = run.part(0.0, 0.95)
    if isinstance(districts, int):
        hierarchy = balance_upward(instance, params, n_districts=districts, run=stage)
        return Levels(
            district_by_unit=hierarchy.district_by_unit,
            territories=hierarchy.territories[""],
            districts=hierarchy.districts,
        )
    n_seats = sum(districts.values())
    if params.n_territories not in (None, n_seats):
        values = {"n_named": n_seats, "n_territories": params.n_territories}
        raise InputError(Reason("districts_miscounted", values))
    tight = replace(
        params,
        measures=tuple(
            replace(m, tolerance=None if m.tolerance is None else _half(m.tolerance))
            for m in params.measures
        ),
    )
    hierarchy = balance_downward(instance, tight, seats=districts, run=stage)
    return Levels(
        district_by_unit=hierarchy.district_by_unit,
        territories=_as_one_plan(instance, params, hierarchy, run.part(0.95, 1.0)),
        districts=hierarchy.districts,
    )


def _half(tolerance: float) -> float:
    return (1 + tolerance) ** 0.5 - 1


def _as_one_plan(
    instance: Instance,
    params: BalanceParams,
    hierarchy: Hierarchy,
    run: RunControl,
) -> BalanceResult:
    names = sorted(hierarchy.territory_by_unit.unique())
    even = pd.DataFrame({"target": 1.0}, index=pd.Index(names, name="territory_id"))
    return describe(
        replace(instance.without_today(), rules=Rules(targets=even)),
        replace(params, n_territories=None),
        hierarchy.territory_by_unit,
        run=run,
    )


def levels_report(levels: Levels, report: dict[str, Any]) -> dict[str, Any]:
    """
    Lay out a plan of two levels for JSON.

    Parameters
    ----------
    levels
        The plan.
    report
        `report_of` the districts; empty: one district.
    """
    above = levels.district_by_unit.groupby(
        levels.territories.alignment.territory_by_unit
    ).first()
    return {
        "met": report.get("met", True),
        "n_districts": int(levels.district_by_unit.nunique()),
        "measures": report.get("measures", {}),
        "violations": report.get("violations", []),
        "district_by_territory": {str(name): str(of) for name, of in above.items()},
    }
