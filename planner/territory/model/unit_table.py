"""What balancing starts from: a table of units with a place and measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.accounts.own_measures import OWN
from planner.geography.distance import project, working_crs


class MeasureLabels(dict[str, str]):
    """Labels by column; a measure of the list's own is called as it is there."""

    def __missing__(self, column: str) -> str:
        return column.removeprefix(OWN)


MEASURES = MeasureLabels(
    {
        "accounts": "Accounts",
        "potential_minor": "Potential",
        "our_sales_minor": "Our sales",
        "annual_revenue_minor": "Annual revenue",
        "employees": "Employees",
        "workload_min": "Workload",
    }
)


def measures_among(columns: Iterable[str]) -> list[str]:
    """List the measures among columns: ours in their order, then the list's own."""
    there = list(columns)
    ours = [name for name in MEASURES if name in there]
    own = [
        name
        for name in there
        if name.startswith(OWN) and not name.endswith("_deviation")
    ]
    return ours + own


def unit_table(
    accounts: pd.DataFrame,
    units: gpd.GeoDataFrame,
    measures: Sequence[str] | None = None,
) -> pd.DataFrame:
    """
    Sum the accounts of each unit and place the unit where its accounts are.

    Parameters
    ----------
    accounts
        `lat`, `lon`, `unit_id` and whatever of `measures` is known; accounts
        without unit are left out.
    units
        Polygons indexed `unit_id`, EPSG:4326.
    measures
        Columns to sum beside the number of accounts; None: all that `measures_among`
        finds.

    Returns
    -------
    shape (n_units,)
        Indexed `unit_id`: `name`, `x_km`, `y_km` in the working CRS of the units and
        one float column for each measure, money in minor units.

    Notes
    -----
    A unit's place is the mean of its accounts' places; without accounts it is a point
    inside its polygon.
    """
    inside = units.geometry.representative_point()
    crs = working_crs(inside.x.to_numpy(), inside.y.to_numpy())
    x_m, y_m = project(inside.x.to_numpy(), inside.y.to_numpy(), crs)
    table = pd.DataFrame(
        {"name": units["name"], "x_km": x_m / 1000, "y_km": y_m / 1000},
        index=units.index,
    )
    placed = accounts[accounts["unit_id"].isin(units.index)]
    account_x_m, account_y_m = project(
        placed["lon"].to_numpy(), placed["lat"].to_numpy(), crs
    )
    by_unit = pd.DataFrame(
        {"x": account_x_m / 1000, "y": account_y_m / 1000, "accounts": 1.0},
        index=pd.Index(placed["unit_id"].to_numpy()),
    )
    if measures is None:
        measures = measures_among(placed.columns)
    for measure in measures:
        if measure in placed:
            by_unit[measure] = (
                placed[measure].astype("Float64").fillna(0).to_numpy(dtype=float)
            )
    grouped = by_unit.groupby(level=0)
    means = grouped[["x", "y"]].mean().reindex(table.index)
    table["x_km"] = means["x"].fillna(table["x_km"])
    table["y_km"] = means["y"].fillna(table["y_km"])
    sums = grouped.sum().drop(columns=["x", "y"]).reindex(table.index)
    return table.join(sums.fillna(0.0).astype(np.float64))
