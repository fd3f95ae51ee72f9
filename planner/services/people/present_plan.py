"""The territories as a list's own owners work them now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from planner.services.people.present_team import PresentTeam

LEAST_OWNED_PER_OWNER = 2.0  # accounts, on average; else the column names no owners
FEW_OWNERS = 20  # which may own one account each


@dataclass(frozen=True, kw_only=True, eq=False)
class PresentPlan:
    """
    An alignment that says who works what now.

    Parameters
    ----------
    territories
        `name` and `position_id` by `territory_id`.
    territory_by_unit : shape (n_units,)
        Missing where most accounts are nobody's.
    territory_by_account : shape (n_named,)
        Of the accounts whose owner is not that of their unit.
    """

    territories: pd.DataFrame
    territory_by_unit: pd.Series
    territory_by_account: pd.Series


def present_plan(
    accounts: pd.DataFrame, units: pd.Index, edges: pd.DataFrame, team: PresentTeam
) -> PresentPlan | None:
    """
    Draw the territories that owners work now.

    Parameters
    ----------
    accounts
        Frame of the ACCOUNTS schema, with units.
    units
        Ids of all units.
    edges
        Which units touch.
    team
        Who works the accounts.

    Returns
    -------
    None if the list names no owners, or nearly as many as it has accounts.

    Notes
    -----
    A unit is the territory's that most of its accounts that are not closed are in; of
    equally many, those with most sales. Most may be nobody's: then the unit is in no
    territory. Units without accounts go with the nearest unit that has some, counted
    along touching units, so that a territory is seen as one piece.
    """
    position = team.position_by_account
    owned = position.dropna()
    owners = sorted(owned.unique(), key=lambda seat: (str(team.names[seat]), seat))
    n_owners = len(owners)
    if not n_owners or (
        n_owners > FEW_OWNERS and len(owned) < LEAST_OWNED_PER_OWNER * n_owners
    ):
        return None
    width = max(2, len(str(n_owners)))
    ids = [f"T{number:0{width}d}" for number in range(1, n_owners + 1)]
    territory_by_position = dict(zip(owners, ids, strict=True))
    territory = position.map(territory_by_position).astype("str")
    by_unit = _of_most(accounts, territory).reindex(units).astype("str")
    by_unit = _with_empty_units(by_unit, accounts, edges)
    follows = accounts["unit_id"].map(by_unit)
    is_apart = territory.notna() & (territory != follows.fillna(""))
    return PresentPlan(
        territories=pd.DataFrame(
            {"name": [str(team.names[seat]) for seat in owners], "position_id": owners},
            index=pd.Index(ids, name="territory_id", dtype="str"),
        ),
        territory_by_unit=by_unit.rename("territory_id").rename_axis("unit_id"),
        territory_by_account=territory[is_apart]
        .rename("territory_id")
        .rename_axis("account_id"),
    )


def _of_most(accounts: pd.DataFrame, territory: pd.Series) -> pd.Series:
    """Find the territory of most accounts of each unit; missing: most are nobody's."""
    sales = accounts["our_sales_minor"].astype("Float64").fillna(0).astype(float)
    rows = pd.DataFrame(
        {"unit_id": accounts["unit_id"], "territory_id": territory.fillna("")}
    ).assign(accounts=1, sales=sales)
    rows = rows[(accounts["status"] != "closed") & rows["unit_id"].notna()]
    counts = rows.groupby(["unit_id", "territory_id"])[["accounts", "sales"]].sum()
    # What is somebody's comes before what is nobody's, if all else is equal.
    counts = counts.reset_index().assign(is_owned=lambda c: c["territory_id"] != "")
    counts = counts.sort_values(
        ["unit_id", "accounts", "sales", "is_owned", "territory_id"],
        ascending=[True, False, False, False, True],
    )
    first = counts.drop_duplicates("unit_id").set_index("unit_id")["territory_id"]
    return first.mask(first == "")


def _with_empty_units(
    by_unit: pd.Series, accounts: pd.DataFrame, edges: pd.DataFrame
) -> pd.Series:
    """Let units without accounts go with the nearest unit of a territory."""
    settled = accounts.loc[accounts["status"] != "closed", "unit_id"].unique()
    is_empty = by_unit.isna() & ~by_unit.index.isin(settled)
    sources = np.flatnonzero(by_unit.notna())
    if not is_empty.any() or not len(sources) or edges.empty:
        return by_unit
    i = by_unit.index.get_indexer(edges["unit_id"])
    j = by_unit.index.get_indexer(edges["neighbour_id"])
    n = len(by_unit)
    graph = coo_array((np.ones(len(i)), (i, j)), shape=(n, n)).tocsr()
    steps, _, nearest = dijkstra(
        graph, directed=False, indices=sources, min_only=True, return_predecessors=True
    )
    is_reached = is_empty & np.isfinite(steps)
    filled = by_unit.copy()
    filled[is_reached] = by_unit.to_numpy()[nearest[is_reached.to_numpy()]]
    return filled
