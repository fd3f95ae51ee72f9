"""Two levels of one plan: districts and the territories in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from planner.core.errors import InfeasibleError, InputError
from planner.core.reasons import Reason
from planner.core.run import RunControl
from planner.geography.adjacency import edge_pairs, edges_frame
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.rules import Rules
from planner.territory.solve.balance import balance
from planner.territory.solve.result import BalanceResult

_LEAST_ROOM, _MOST_ROOM = 0.001, 0.999  # tolerances of districts


@dataclass(frozen=True, kw_only=True)
class Hierarchy:
    """
    Two levels of one plan.

    Parameters
    ----------
    district_by_unit, territory_by_unit : shape (n_units,)
        Indexed `unit_id`.
    district_by_territory
        Indexed `territory_id`.
    districts
        The districts' own result; None where only one district was asked.
    territories
        The result of each district, by district; with `balance_upward` the one result
        of all territories under ``""``.
    """

    district_by_unit: pd.Series
    territory_by_unit: pd.Series
    district_by_territory: pd.Series
    districts: BalanceResult | None
    territories: Mapping[str, BalanceResult]

    @property
    def is_met(self) -> bool:
        """Whether all levels keep their tolerances."""
        results = [*self.territories.values(), self.districts]
        return all(result.is_met for result in results if result is not None)


def balance_downward(
    instance: Instance,
    params: BalanceParams,
    *,
    seats: Mapping[str, int],
    run: RunControl | None = None,
) -> Hierarchy:
    """
    Balance districts first, then the territories inside each.

    Parameters
    ----------
    instance, params
        As `balance` takes them; `params.n_territories` is not looked at, nor is what
        belongs to the territories of today: alignment, locks, centres, rules.
    seats
        Territories of each district by its name: districts get loads in these
        proportions.
    run
        Time limit, progress and cancel.

    Returns
    -------
    Territories named ``district-01`` and so on; a territory lies in one district.

    Raises
    ------
    InputError
        If a district has no seat.
    InfeasibleError
        If a district got fewer units than it has seats.
    """
    run = run or RunControl()
    wrong = [name for name, count in seats.items() if count < 1]
    if wrong or not seats:
        values = {"districts": repr(wrong)}
        raise InputError(Reason("districts_without_territory", values))
    instance = instance.without_today()
    units, edges = instance.units, instance.neighbours
    wanted = pd.DataFrame({"target": pd.Series(seats, dtype=float)})
    upper = balance(
        replace(instance, rules=Rules(targets=wanted)),
        replace(
            params, n_territories=None, measures=_of_districts(units, params, seats)
        ),
        run=run.part(0.0, 0.4),
    )
    district = upper.alignment.territory_by_unit
    plans, results = [], {}
    for number, (name, count) in enumerate(seats.items()):
        members = units[district == name]
        if len(members) < count:
            sizes = {"district": name, "n_units": len(members), "n_territories": count}
            raise InfeasibleError([Reason("district_too_small", sizes)])
        inside = edges[
            edges["unit_id"].isin(members.index)
            & edges["neighbour_id"].isin(members.index)
        ]
        first = 0.4 + 0.6 * number / len(seats)
        stage = run.part(first, first + 0.6 / len(seats))
        lower = replace(params, n_territories=count)
        district_alone = replace(instance, units=members, edges=inside)
        results[name] = balance(district_alone, lower, run=stage)
        plan = results[name].alignment.territory_by_unit
        plans.append(plan.map(_numbered(plan, name)))
    territory = pd.concat(plans).reindex(units.index).astype("str")
    return Hierarchy(
        district_by_unit=district,
        territory_by_unit=territory,
        district_by_territory=_above(territory, district),
        districts=upper,
        territories=results,
    )


def balance_upward(
    instance: Instance,
    params: BalanceParams,
    *,
    n_districts: int,
    run: RunControl | None = None,
) -> Hierarchy:
    """
    Balance territories first, then gather neighbouring ones into districts.

    Parameters
    ----------
    instance, params
        As `balance` takes them; what belongs to the territories of today is not looked
        at: alignment, locks, centres, rules.
    n_districts
        How many districts; each hangs together and has equal load, as far as whole
        territories allow.
    run
        Time limit, progress and cancel.
    """
    run = run or RunControl()
    instance = instance.without_today()
    units = instance.units
    lower = balance(instance, params, run=run.part(0.0, 0.8))
    territory = lower.alignment.territory_by_unit
    columns = [measure.column for measure in params.measures]
    blocks = units[columns].groupby(territory).sum()
    blocks = blocks.join(lower.territories[["x_km", "y_km"]])
    pairs = edge_pairs(instance.neighbours, units.index)
    names = blocks.index.get_indexer(territory)
    between = names[pairs]
    between = between[between[:, 0] != between[:, 1]]
    upper = balance(
        Instance(units=blocks, edges=edges_frame(blocks.index, between, 0.0)),
        replace(
            params,
            measures=tuple(
                replace(m, minimum=None, maximum=None) for m in params.measures
            ),
            n_territories=n_districts,
            minimise="travel",
            max_moved=None,
        ),
        run=run.part(0.8, 1.0),
    )
    above = upper.alignment.territory_by_unit.map(
        lambda name: f"D{str(name).removeprefix('T')}"
    )
    return Hierarchy(
        district_by_unit=territory.map(above).astype("str"),
        territory_by_unit=territory,
        district_by_territory=above,
        districts=upper,
        territories={"": lower},
    )


def _of_districts(
    units: pd.DataFrame, params: BalanceParams, seats: Mapping[str, int]
) -> tuple[BalanceMeasure, ...]:
    """Hold districts so near their share that a mean seat keeps minimum and maximum."""
    measures = []
    for measure in params.measures:
        ideal = float(units[measure.column].astype(float).sum()) / sum(seats.values())
        rooms = [measure.tolerance]
        if measure.minimum is not None and ideal > 0:
            rooms.append(1 - measure.minimum / ideal)
        if measure.maximum is not None and ideal > 0:
            rooms.append(measure.maximum / ideal - 1)
        tolerances = [min(room, _MOST_ROOM) for room in rooms if room is not None]
        tolerance = max(min(tolerances), _LEAST_ROOM) if tolerances else None
        measures.append(
            replace(measure, tolerance=tolerance, minimum=None, maximum=None)
        )
    return tuple(measures)


def _numbered(plan: pd.Series, district: str) -> dict[str, str]:
    names = sorted(plan.unique())
    width = max(2, len(str(len(names))))
    return {name: f"{district}-{at + 1:0{width}d}" for at, name in enumerate(names)}


def _above(territory: pd.Series, district: pd.Series) -> pd.Series:
    above = district.groupby(territory.to_numpy()).first()
    above.index = above.index.rename("territory_id")
    return above.rename("district_id")
