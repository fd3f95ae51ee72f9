"""Vacant seats of territories, called after their place."""

from __future__ import annotations

import pandas as pd
import shapely
from sqlalchemy import Connection

from planner.core.errors import InputError
from planner.core.settings import Settings
from planner.geography.basemap import base_map, extent_of
from planner.services.people.owners import SEAT
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows

PLACE_TITLE = "Field rep "  # before the place


def is_called_after_place(position_id: str, positions: pd.DataFrame) -> bool:
    """Tell whether a position was made here, for a territory without a seat."""
    title = str(positions.at[position_id, "title"])
    return position_id.startswith(SEAT) and title.startswith(PLACE_TITLE)


def new_seat(territory_id: str, taken: pd.Index) -> str:
    """Name a new position after its territory, unlike all others."""
    name, number = f"{SEAT}{territory_id}", 1
    while name in taken:
        number += 1
        name = f"{SEAT}{territory_id}-{number}"
    return name


def vacancies(
    conn: Connection,
    company_id: str,
    settings: Settings,
    position_by_territory: dict[str, str],
    territory_by_unit: pd.Series,
    positions: pd.DataFrame,
) -> pd.DataFrame:
    """
    Make a vacant field position for each of some territories.

    Parameters
    ----------
    position_by_territory
        Ids of the new positions.
    territory_by_unit
        The alignment the places are taken from.
    positions
        Those there are: the new ones stand under the manager with the fewest reps.

    Returns
    -------
    POSITIONS rows, titled ``Field rep <largest town>``.
    """
    places = place_names(conn, company_id, settings, territory_by_unit)
    others = positions[~positions.index.isin(list(position_by_territory.values()))]
    taken = set(others["title"])
    managers = others.index[others["role"] == "manager"]
    n_reps = others["parent_id"].value_counts().reindex(managers).fillna(0)
    titles, parents = [], []
    for territory_id in position_by_territory:
        title = f"{PLACE_TITLE}{places.get(territory_id, territory_id)}"
        title = title if title not in taken else f"{title} ({territory_id})"
        taken.add(title)
        titles.append(title)
        parent_id = n_reps.idxmin() if len(managers) else None
        parents.append(parent_id)
        if parent_id is not None:
            n_reps[parent_id] += 1
    return pd.DataFrame(
        {
            "title": titles,
            "role": "rep",
            "parent_id": pd.Series(parents, dtype="str").to_numpy(),
            "territory_id": list(position_by_territory),
        },
        index=pd.Index(
            list(position_by_territory.values()), name="position_id", dtype="str"
        ),
    )


def place_names(
    conn: Connection, company_id: str, settings: Settings, territory_by_unit: pd.Series
) -> dict[str, str]:
    """
    Name a place for each territory: its largest town, else most accounts' city.

    Returns
    -------
    By `territory_id`; territories without either are not named.
    """
    accounts = account_rows.load_accounts(conn, company_id)
    territory = accounts["unit_id"].map(territory_by_unit)
    cities = accounts["city"].dropna().groupby(territory).agg(_most_frequent)
    units = company_rows.load_units(conn, company_id)
    by_unit = territory_by_unit.reindex(units.index)
    units = units[by_unit.notna()]
    if units.empty:
        return dict(cities)
    try:
        towns = base_map(settings.data_dir, extent_of(units), most_towns=None).towns
    except InputError:  # the reference geography is not there
        return dict(cities)
    points = shapely.points(towns[["lon", "lat"]].to_numpy())
    tree = shapely.STRtree(points)
    unit_at, town_at = tree.query(units.geometry.to_numpy(), predicate="intersects")
    of_unit = by_unit.loc[units.index].to_numpy()[unit_at]
    largest = pd.Series(town_at).groupby(of_unit).min()  # the towns stand by their size
    names = towns["name"].to_numpy()[largest.to_numpy()]
    return dict(cities) | dict(zip(largest.index, names, strict=True))


def _most_frequent(texts: pd.Series) -> str:
    return str(texts.value_counts().index[0])
