"""One territory made two along a drawn line, and several made one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.core.errors import InputError
from planner.geography.selecting import Drawn, left_of, stations
from planner.territory.editing.edits import (
    ACCOUNT,
    AddTerritory,
    Draft,
    Edit,
    Lock,
    MergeTerritories,
    Together,
)
from planner.territory.editing.moves import Move

By = Literal["unit", "account"]
STATIONS = 4096  # places of a line looked at, to tell what it runs through longest


@dataclass(frozen=True, kw_only=True)
class Division:
    """
    What a line drawn through a territory does.

    Parameters
    ----------
    edit
        Starts the new territory and gives it its side.
    territory_id, new_id
        The territory that is divided, and the one that begins.
    n_units, n_accounts
        Units that go to the new one, and accounts with them or by name.
    n_held
        Units and accounts of that side that stay because they are locked.
    """

    edit: Edit
    territory_id: str
    new_id: str
    n_units: int
    n_accounts: int
    n_held: int


def divide(
    units: gpd.GeoDataFrame,
    accounts: pd.DataFrame,
    draft: Draft,
    line: Drawn,
    *,
    by: By = "unit",
    territory_id: str | None = None,
    new_id: str | None = None,
) -> Division:
    """
    Divide a territory along a drawn line.

    Parameters
    ----------
    units
        Polygons indexed `unit_id`, EPSG:4326.
    accounts
        `lat`, `lon` and `unit_id`, indexed `account_id`.
    draft
        The plan under work.
    line
        (lat, lon) of its vertices, in the order drawn; both ends are drawn out.
    by
        ``unit``: units stay whole, each on the side of its middle. ``account``: each
        account goes by its own place; a unit goes with most of its accounts and the
        others are named apart from it.
    territory_id
        Which one; None: the one that the line runs through longest.
    new_id
        Of the territory that begins; None: the next free one.

    Returns
    -------
    The side with fewer accounts begins the new territory, so that fewer change hands.

    Raises
    ------
    InputError
        If the line crosses no territory, leaves all of it on one side or crosses
        itself, or all on the new side is locked; it says what to do.
    """
    name = territory_id or crossed_territory(units, draft, line)
    if name in draft.locks.territory:
        raise InputError(f"territory {name!r} is locked; unlock it to divide it")
    territory = _Own(units, accounts, draft, name)
    is_small = territory.smaller_side(left_of(*territory.places(), line), by)
    goes_unit = is_small[: territory.n_units] & ~territory.is_locked_unit
    goes = is_small[territory.n_units :]  # of the accounts, by their own place
    unit_goes = territory.of_unit(goes_unit)
    if by == "unit":
        goes = np.where(
            territory.is_named, goes, territory.of_unit(is_small[: territory.n_units])
        )
    locked = territory.is_locked_account | (
        territory.of_unit(territory.is_locked_unit) & ~territory.is_named
    )
    by_name = territory.is_named | ((by == "account") & ~unit_goes)
    gained = tuple(territory.account_ids[goes & by_name & ~locked])
    follows = unit_goes & ~territory.is_named
    stayers = tuple(territory.account_ids[follows & ~goes & ~locked])
    pinned = tuple(territory.account_ids[follows & locked])
    moved = tuple(territory.unit_ids[goes_unit])
    if not moved and not gained:
        raise InputError(
            f"all of {name!r} on that side of the line is locked; unlock some of it"
        )
    new = new_id or next_territory_id(draft.names)
    edits: list[Edit] = [AddTerritory(territory_id=new)]
    # Before their unit goes: what stays is named apart from it.
    if pinned:
        edits.append(Lock(what=ACCOUNT, ids=pinned, is_locked=False))
    if stayers or pinned:
        edits.append(Move(to=name, account_ids=(*stayers, *pinned)))
    if pinned:
        edits.append(Lock(what=ACCOUNT, ids=pinned))
    edits.append(Move(to=new, unit_ids=moved, account_ids=gained))
    n_units_held = int((is_small[: territory.n_units] & territory.is_locked_unit).sum())
    n_accounts_held = int((goes & locked & (by_name | follows)).sum())
    return Division(
        edit=Together(edits=tuple(edits)),
        territory_id=name,
        new_id=new,
        n_units=len(moved),
        n_accounts=len(gained) + int(follows.sum()) - len(stayers) - len(pinned),
        n_held=n_accounts_held + (n_units_held if by == "unit" else 0),
    )


def crossed_territory(units: gpd.GeoDataFrame, draft: Draft, line: Drawn) -> str:
    """
    Find the territory that a line runs through longest, at `STATIONS` places of it.

    Raises
    ------
    InputError
        If it runs through none.
    """
    if len(line) < 2:
        raise InputError("the line must have at least 2 points")
    places = shapely.points(stations(line, STATIONS))
    _, hit = units.sindex.query(places, predicate="intersects")
    territory = draft.alignment.territory_by_unit.reindex(units.index[hit])
    counts = territory.value_counts().sort_index()
    if counts.empty:
        raise InputError(
            "the line crosses no territory; draw it through the one to be divided"
        )
    return str(counts.idxmax())


def merge(
    territory_ids: Sequence[str], n_accounts: pd.Series, into: str | None = None
) -> Edit:
    """
    Make one territory of several.

    Parameters
    ----------
    territory_ids
        Two or more.
    n_accounts
        Accounts by `territory_id`.
    into
        The one that remains; None: that of the most accounts, so that the fewest change
        hands; of equal ones the first.

    Raises
    ------
    InputError
        If there are fewer than two.
    """
    ids = sorted(set(territory_ids))
    if len(ids) < 2:
        raise InputError("choose at least two territories to merge")
    counts = n_accounts.reindex(ids).fillna(0)
    stays = into or str(counts.idxmax())
    edits = [
        MergeTerritories(territory_id=name, into=stays) for name in ids if name != stays
    ]
    return edits[0] if len(edits) == 1 else Together(edits=tuple(edits))


def next_territory_id(taken_ids: Collection[str]) -> str:
    """Name a new territory: the first of T01, T02, … that is free."""
    number = 1
    while f"T{number:02d}" in taken_ids:
        number += 1
    return f"T{number:02d}"


class _Own:
    """What one territory holds: its units, then its accounts, as arrays."""

    def __init__(
        self, units: gpd.GeoDataFrame, accounts: pd.DataFrame, draft: Draft, name: str
    ) -> None:
        by_unit = draft.alignment.territory_by_unit.reindex(units.index)
        self._middle = units.geometry[
            (by_unit == name).to_numpy()
        ].representative_point()
        territory = draft.alignment.territory_of(accounts["unit_id"])
        members = accounts[(territory == name).to_numpy()]
        self._lat, self._lon = members["lat"].to_numpy(), members["lon"].to_numpy()
        self.unit_ids = self._middle.index.to_numpy(dtype=object)
        self.account_ids = members.index.to_numpy(dtype=object)
        self.n_units = len(self.unit_ids)
        if not self.n_units and members.empty:
            raise InputError(f"territory {name!r} holds nothing to divide")
        self._row = self._middle.index.get_indexer(members["unit_id"])  # -1: not ours
        named = draft.alignment.territory_by_account.index
        self.is_named = np.asarray(members.index.isin(named)) | (self._row < 0)
        locks = draft.locks
        self.is_locked_unit = np.isin(self.unit_ids, list(locks.unit))
        self.is_locked_account = np.isin(self.account_ids, list(locks.account))

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Give the latitude and longitude of all units, then of all accounts."""
        return (
            np.concatenate([self._middle.y.to_numpy(), self._lat]),
            np.concatenate([self._middle.x.to_numpy(), self._lon]),
        )

    def of_unit(self, value: np.ndarray) -> np.ndarray:
        """Spread a truth of units to their accounts; false in others' units."""
        if not self.n_units:
            return np.zeros(len(self.account_ids), dtype=bool)
        spread: np.ndarray = np.where(self._row >= 0, value[self._row], False)
        return spread

    def smaller_side(self, is_left: np.ndarray, by: By) -> np.ndarray:
        """
        Tell which units and accounts are on the side that begins anew.

        Raises
        ------
        InputError
            If one side has no unit and no account of its own.
        """
        unit, account = is_left[: self.n_units].copy(), is_left[self.n_units :]
        if by == "account" and self.n_units:
            ours = self._row >= 0
            votes = np.bincount(
                self._row[ours],
                weights=np.where(account[ours], 1.0, -1.0),
                minlength=self.n_units,
            )
            unit = np.where(votes == 0, unit, votes > 0)
        side = account
        if by == "unit":
            side = np.where(self.is_named, account, self.of_unit(unit))
        sizes = [
            (int((side == first).sum()), int((unit == first).sum()))
            for first in (True, False)
        ]
        if (0, 0) in sizes:
            raise InputError(
                "the line leaves all units on one side; draw it through the middle, or "
                "divide account by account"
            )
        begins_left = sizes[0] <= sizes[1]
        return np.concatenate([unit, account]) == begins_left
