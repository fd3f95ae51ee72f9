"""Where a balance measures: borders, homes, and the hours driven today."""

from __future__ import annotations

import pandas as pd

from planner.core.errors import InfeasibleError
from planner.core.reasons import Reason
from planner.core.units import M_PER_KM, MIN_PER_HOUR
from planner.geography.adjacency import connect
from planner.geography.distance import project, working_crs
from planner.services.balance.request import BalanceRequest
from planner.services.territories.view import TerritoryView
from planner.territory.model.measures import centroids
from planner.territory.model.workhours import HoursParams, work_hours


def open_borders(
    edges: pd.DataFrame,
    units: pd.DataFrame,
    region: pd.Series,
    request: BalanceRequest,
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """
    Find the borders, and those not to cross.

    Islands of a state are bridged inside it, so that a part that hangs on to its
    neighbour state alone does not need a territory of its own.
    """
    if not request.is_within_regions:
        return edges, None
    region = region.astype("str").fillna("")
    n_regions, n_territories = len(set(region)), request.params.n_territories
    if n_territories is not None and n_territories < n_regions:
        raise InfeasibleError(
            [
                Reason(
                    "regions_exceed_territories",
                    {"n_regions": n_regions, "n_territories": n_territories},
                )
            ]
        )
    a, b = (edges[name].map(region) for name in ("unit_id", "neighbour_id"))
    crosses = (a != b).to_numpy()
    inside = [
        connect(edges[~crosses & (a == name).to_numpy()], units[region == name])
        for name in region.unique()
    ]
    across = edges[crosses]
    barriers = across[["unit_id", "neighbour_id"]].set_axis(
        ["unit_id", "other_id"], axis=1
    )
    return pd.concat([*inside, across], ignore_index=True), barriers


def place_km(view: TerritoryView, places: pd.DataFrame) -> pd.DataFrame:
    """Place `lon` and `lat` in the plane of the unit table."""
    inside = view.units.geometry.representative_point()
    crs = working_crs(inside.x.to_numpy(), inside.y.to_numpy())
    x_m, y_m = project(places["lon"].to_numpy(), places["lat"].to_numpy(), crs)
    km = {"x_km": x_m / M_PER_KM, "y_km": y_m / M_PER_KM}
    return pd.DataFrame(km, index=places.index)


def home_places(view: TerritoryView) -> pd.DataFrame:
    """Place the reps' homes beside the units: x_km, y_km, `territory_id`, `name`."""
    return place_km(view, view.homes).assign(
        territory_id=view.homes["territory_id"], name=view.homes["name"]
    )


def homes_of(
    view: TerritoryView, units: pd.DataFrame, today: pd.Series
) -> pd.DataFrame:
    """Choose where each territory is worked from; without a home from its centre."""
    homes = home_places(view).drop_duplicates("territory_id", keep="last")
    homes = homes.set_index("territory_id")[["x_km", "y_km"]]
    centres = centroids(units, units["accounts"], today)[["x_km", "y_km"]]
    return homes.combine_first(centres).loc[sorted(today.dropna().unique())]


def hours_today(
    units: pd.DataFrame, today: pd.Series, centres: pd.DataFrame | None
) -> pd.Series:
    """Work out hours as driven today; without a plan with the usual way to a visit."""
    if today.isna().any():
        return units["workload_min"] / MIN_PER_HOUR
    if centres is None:
        centres = centroids(units, units["accounts"], today)
    return work_hours(units, today, centres, HoursParams())
