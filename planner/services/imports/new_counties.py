"""Counties of a state in which a company of counties had no account before."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from planner.accounts.changes import TableChange
from planner.accounts.placing import join_units
from planner.core import schemas
from planner.geography.adjacency import connect, find_edges
from planner.geography.boundaries import load_counties
from planner.geography.distance import places_km

EDGE_KEY = ["unit_id", "neighbour_id"]


def with_new_counties(
    units: gpd.GeoDataFrame, accounts: pd.DataFrame, data_dir: Path
) -> gpd.GeoDataFrame:
    """
    Add the counties of the states that accounts arrive in.

    Parameters
    ----------
    units
        UNITS frame of the company.
    accounts
        ACCOUNTS frame of what arrives.
    data_dir
        Folder of the reference geography.

    Returns
    -------
    The units as they are, if they are no counties or every account lies in one.
    """
    outside = accounts[
        join_units(accounts, units).isna()
        & accounts["lat"].notna()
        & accounts["lon"].notna()
    ]
    if outside.empty:
        return units
    counties = load_counties(data_dir)
    if not units.index.isin(counties.index).all():
        return units
    at = join_units(outside, counties).dropna().unique()
    regions = set(counties.loc[at, "region"]) - set(units["region"])
    added = counties[counties["region"].isin(regions)]
    if added.empty:
        return units
    grown = pd.concat([pd.DataFrame(units), pd.DataFrame(added)])
    return gpd.GeoDataFrame(grown, geometry="geometry", crs=4326)


def unit_changes(
    stored: gpd.GeoDataFrame, edges: pd.DataFrame, grown: gpd.GeoDataFrame
) -> tuple[TableChange, ...]:
    """
    Say what changes of units and of which of them touch.

    Parameters
    ----------
    stored, edges
        UNITS and EDGES frames of the company.
    grown
        As of `with_new_counties`.
    """
    if len(grown) == len(stored):
        return ()
    after = connect(find_edges(grown), places_km(grown))
    return (
        TableChange.between("unit", stored, schemas.check(grown, schemas.UNITS)),
        TableChange.between(
            "edge",
            edges.set_index(EDGE_KEY),
            schemas.check(after, schemas.EDGES).set_index(EDGE_KEY),
        ),
    )
