"""Balance, and a plan that can be looked at, written and planned visits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from planner.accounts.own_measures import OWN
from planner.api.shown import Shown, points
from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.core.run import RunControl
from planner.territory.model.params import BalanceMeasure, BalanceParams, params_of
from planner.territory.solve.result import BalanceResult

if TYPE_CHECKING:
    from planner.maps.sheet import MapSheet
    from planner.territory.model.instance import Instance

_MOST_FACTS = 8


@dataclass(frozen=True, kw_only=True)
class TerritoryPlan(Shown, BalanceResult):
    """
    A balanced plan: a `BalanceResult` with the instance it was made for.

    Parameters
    ----------
    instance
        What was balanced.
    position_by_territory
        Who works each territory, of a stored plan; empty: nobody is named.
    """

    instance: Instance = field(repr=False)
    position_by_territory: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def territory_by_account(self) -> pd.Series | None:
        """Territory by `account_id`, missing outside all units; None: of units."""
        unit_id = self.instance.unit_by_account
        return None if unit_id is None else self.alignment.territory_of(unit_id)

    def to_frame(self) -> pd.DataFrame:
        """Return `territory_id` of each account, with its unit; or of each unit."""
        territory = self.territory_by_account
        if territory is None:
            return self.alignment.territory_by_unit.to_frame()
        unit_id = self.instance.unit_by_account
        frame = pd.DataFrame({"unit_id": unit_id, "territory_id": territory})
        return frame.rename_axis("account_id")

    def table(self) -> pd.DataFrame:
        """Return the frame, for files."""
        return self.to_frame()

    def findings(self) -> list[Reason]:
        """Tell what came out, line by line."""
        lines = super().findings()
        territory = self.territory_by_account
        if territory is not None and territory.isna().any():
            counts = {"n_accounts": int(territory.isna().sum())}
            lines.append(Reason("plan_accounts_outside", counts))
        return lines

    def shapes(self) -> gpd.GeoDataFrame:
        """Return the territories as polygons; of units that are points, the units."""
        from planner.geography.boundaries import dissolve

        polygons = self.instance.polygons
        if polygons is not None:
            areas = dissolve(polygons, self.alignment.territory_by_unit)
            table = self.territories.join(areas[["geometry"]])
            return gpd.GeoDataFrame(table, geometry="geometry", crs=4326)
        units = self.instance.units
        if not {"lat", "lon"} <= set(units.columns):
            raise InputError(
                "this plan has no place on earth: its units have x_km and y_km only; "
                "give Instance.from_units a GeoDataFrame, or columns lat and lon beside"
            )
        return points(units.assign(territory_id=self.alignment.territory_by_unit))

    def sheet(self) -> MapSheet:
        """Show the territories, no two neighbours in one colour."""
        from planner.maps.sheet import MapSheet
        from planner.maps.territories import territory_areas, territory_fills

        by_unit, edges = self.alignment.territory_by_unit, self.instance.neighbours
        polygons = self.instance.polygons
        title = f"{len(self.territories):,} territories"
        if polygons is not None:
            areas = territory_areas(polygons, by_unit, edges, facts=self._facts())
            return MapSheet(title=title, areas=areas)
        fills = territory_fills(by_unit, edges)
        marks = self.shapes()[["lon", "lat", "territory_id"]].assign(
            label=lambda frame: frame.index,
            colour=lambda frame: frame["territory_id"].map(fills),
        )
        return MapSheet(title=title, points=marks.rename(columns=_HEADINGS))

    def _facts(self) -> pd.DataFrame:
        """Write the measures of each territory for the map."""
        columns = {}
        for measure in self.params.measures[: _MOST_FACTS // 2]:
            name = measure.column
            amounts = self.territories[name]
            deviations = self.territories[f"{name}_deviation"]
            columns[name] = amounts.map("{:,.0f}".format)
            columns[f"{name}, off the ideal"] = deviations.map("{:+.1%}".format)
        return pd.DataFrame(columns, index=self.territories.index)


_HEADINGS = {"territory_id": "Territory"}


def balance(
    instance: Instance,
    measures: Mapping[str, float | None] | BalanceParams,
    n_territories: int | None = None,
    seed: int = 0,
    run: RunControl | None = None,
) -> TerritoryPlan:
    """
    Divide units into territories that share the measures evenly with little travel.

    Parameters
    ----------
    instance
        What is to be balanced, of `Instance.from_accounts` or `Instance.from_units`.
    measures
        Tolerance by column, most important first, None for a measure that is only
        reported; or all parameters, `n_territories` and `seed` among them. Money may be
        named without its ending: ``potential`` is ``potential_minor``, and a column of
        the list's own by its name: ``Beds`` is ``custom.Beds``.
    n_territories
        How many; None: as many as there are centres or territories today.
    seed
        Of all random choices.
    run
        Time limit, progress and cancel; the best so far is returned then.

    Returns
    -------
    The plan; what could not be met stands in `is_met` and `blocking`.

    Raises
    ------
    InputError
        If the instance or the measures cannot be used.
    InfeasibleError
        If no plan can exist.

    Examples
    --------
    >>> import pandas as pd, planner
    >>> units = pd.DataFrame(
    ...     {"x_km": [0, 1, 2, 3], "y_km": [0, 0, 0, 0], "accounts": [5, 5, 5, 5]},
    ...     index=["a", "b", "c", "d"],
    ... )
    >>> instance = planner.Instance.from_units(units)
    >>> plan = planner.balance(instance, {"accounts": 0.05}, n_territories=2)
    >>> plan.is_met
    True
    >>> plan.to_frame()["territory_id"].to_dict()
    {'a': 'T01', 'b': 'T01', 'c': 'T02', 'd': 'T02'}
    """
    from planner.territory.model.instance import Instance
    from planner.territory.solve import balance as engine

    if run is not None and not isinstance(run, RunControl):
        raise InputError(f"run must be of class RunControl, got {type(run).__name__}")
    params = params_of(measures, _whole("n_territories", n_territories), _seed(seed))
    if isinstance(instance, Instance):
        params = _in_columns(params, instance.units)
    result = engine.balance(instance, params, run=run)
    values = {part.name: getattr(result, part.name) for part in fields(result)}
    return TerritoryPlan(**values, instance=instance)


def _in_columns(params: BalanceParams, units: pd.DataFrame) -> BalanceParams:
    """Name money and own columns by theirs where units have none of the short name."""

    def named(measure: BalanceMeasure) -> BalanceMeasure:
        if measure.column in units:
            return measure
        columns = (f"{measure.column}_minor", f"{OWN}{measure.column}")
        column = next((name for name in columns if name in units), measure.column)
        return replace(measure, column=column)

    return replace(params, measures=tuple(named(m) for m in params.measures))


def _whole(name: str, value: Any) -> int | None:
    if value is not None and not _is_whole(value):
        raise InputError(f"{name} must be a whole number, got {value!r}")
    return None if value is None else int(value)


def _seed(value: Any) -> int:
    if not _is_whole(value):
        raise InputError(f"seed must be a whole number, got {value!r}")
    return int(value)


def _is_whole(value: Any) -> bool:
    return pd.api.types.is_integer(value) and not isinstance(value, bool)
