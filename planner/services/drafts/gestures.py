"""What a planner's gestures on map and table mean: each becomes one edit."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.core.errors import InputError
from planner.geography.selecting import Drawn, touched
from planner.services.territories.view import TerritoryView
from planner.territory.editing.edits import (
    ACCOUNT,
    TERRITORY,
    AddTerritory,
    Draft,
    DrawBarrier,
    Edit,
    Lock,
    MoveHome,
    Together,
)
from planner.territory.editing.moves import Move


def assign_edit(
    view: TerritoryView,
    draft: Draft,
    to: str | None,
    unit_ids: Collection[str] = (),
    account_ids: Collection[str] = (),
) -> Edit:
    """
    Give units and accounts to a territory.

    Parameters
    ----------
    view
        The plan as the draft has it.
    draft
        The plan under work.
    to
        The territory, also a new one; None: units into none, accounts with their unit.
    unit_ids, account_ids
        What goes. An account whose unit is, or comes, there follows it; others are
        named apart from their unit.

    Raises
    ------
    InputError
        If nothing is chosen.
    """
    if not unit_ids and not account_ids:
        raise InputError("choose at least one unit or account to move")
    parts: list[Edit] = []
    if to is not None and to not in draft.names:
        parts.append(AddTerritory(territory_id=to))
    if unit_ids:
        parts.append(Move(to=to, unit_ids=tuple(unit_ids)))
    if account_ids:
        parts += _account_moves(view, draft, to, unit_ids, account_ids)
    if not parts:
        raise InputError("these accounts are there already: with their unit")
    return parts[0] if len(parts) == 1 else Together(edits=tuple(parts))


def _account_moves(
    view: TerritoryView,
    draft: Draft,
    to: str | None,
    unit_ids: Collection[str],
    account_ids: Collection[str],
) -> list[Edit]:
    locks = set(held_accounts(view, draft, account_ids))
    free_ids = [name for name in account_ids if name not in locks]
    unit = view.accounts["unit_id"].reindex(free_ids)
    after = draft.alignment.territory_by_unit.copy()
    if unit_ids and (to is None or to not in draft.locks.territory):
        free = [name for name in unit_ids if name not in draft.locks.unit]
        after.loc[free] = to
    is_there = (unit.map(after) == to).fillna(value=False).astype(bool).to_numpy()
    follows = np.ones(len(unit), dtype=bool) if to is None else is_there
    is_named = draft.alignment.territory_by_account.index.get_indexer(unit.index) >= 0
    if to is None:  # nothing falls into a locked territory
        home = unit.map(after).isin(list(draft.locks.territory)).to_numpy()
        follows &= ~home
        is_named &= ~home
    back = tuple(unit.index[follows & is_named])
    apart = tuple(unit.index[~follows]) if to is not None else ()
    moves: list[Edit] = []
    if back:
        moves.append(Move(to=None, account_ids=back))
    if apart:
        moves.append(Move(to=to, account_ids=apart))
    return moves


def held_accounts(
    view: TerritoryView, draft: Draft, account_ids: Collection[str]
) -> list[str]:
    """
    Find the accounts that their unit's lock, or its territory's, holds.

    An account named apart from its unit is held by its own territory's lock alone.
    """
    unit = view.accounts["unit_id"].reindex(list(account_ids))
    territory = unit.map(draft.alignment.territory_by_unit)
    is_loose = draft.alignment.territory_by_account.index.get_indexer(unit.index) < 0
    is_locked = unit.isin(list(draft.locks.unit))
    is_locked |= territory.isin(list(draft.locks.territory))
    return list(unit.index[is_loose & is_locked.to_numpy()])


def lock_edit(view: TerritoryView, draft: Draft, what: str, ids: Iterable[str]) -> Edit:
    """
    Lock territories, units or accounts where they are.

    An account that follows its unit is named apart first, where it is: so it stays when
    its unit goes.

    Raises
    ------
    InputError
        If an account is in no territory.
    """
    targets = tuple(ids)
    lock = Lock(what=what, ids=targets)
    if what != ACCOUNT:
        return lock
    territory_by_account = draft.alignment.territory_by_account
    place = view.accounts["territory_id"].reindex(list(targets))
    if place.isna().any():
        name = view.accounts["name"].get(place.index[place.isna()][0], "")
        raise InputError(
            f"{name!r} is in no territory: assign it before you lock it there"
        )
    loose = place[~place.index.isin(territory_by_account.index)]
    parts: list[Edit] = []
    for to, rows in loose.groupby(loose, sort=True):
        name = Move(to=str(to), account_ids=tuple(rows.index))
        if to in draft.locks.territory:  # it is there already: naming it moves nothing
            opened, shut = (
                Lock(what=TERRITORY, ids=(str(to),), is_locked=is_locked)
                for is_locked in (False, True)
            )
            parts += [opened, name, shut]
        else:
            parts.append(name)
    return Together(edits=(*parts, lock)) if parts else lock


def unlock_edit(
    view: TerritoryView, draft: Draft, what: str, ids: Iterable[str]
) -> Edit:
    """
    Let locked things go.

    Accounts that are where their unit is follow it again.
    """
    targets = tuple(ids)
    lock = Lock(what=what, ids=targets, is_locked=False)
    if what != ACCOUNT:
        return lock
    territory_by_account = draft.alignment.territory_by_account
    of_unit = view.accounts["unit_id"].map(draft.alignment.territory_by_unit)
    same = territory_by_account.reindex(list(targets)) == of_unit.reindex(list(targets))
    back = tuple(same.index[same.fillna(value=False).astype(bool)])
    if not back:
        return lock
    return Together(edits=(lock, Move(to=None, account_ids=back)))


def barrier_edit(
    units: gpd.GeoDataFrame, edges: pd.DataFrame, draft: Draft, line: Drawn
) -> DrawBarrier:
    """
    Close the borders that a drawn line runs between.

    Parameters
    ----------
    units
        Polygons indexed `unit_id`, EPSG:4326.
    edges
        Which units touch.
    draft
        The plan under work: where the line runs along closed borders only, they are
        opened again.
    line
        (lat, lon) of its vertices. A border is meant if the line parts the middles of
        its two units.

    Raises
    ------
    InputError
        If it runs between no two units.
    """
    if len(line) < 2:
        raise InputError("a barrier must have at least two points")
    middle = units.geometry.representative_point()
    xy = pd.DataFrame({"x": middle.x, "y": middle.y}, index=units.index)
    ends = [xy.reindex(edges[name]).to_numpy() for name in ("unit_id", "neighbour_id")]
    between = gpd.GeoSeries(shapely.linestrings(np.stack(ends, axis=1)))
    crossed = edges[touched(between, line)]
    pairs = {
        (min(pair), max(pair))
        for pair in zip(crossed["unit_id"], crossed["neighbour_id"], strict=True)
    }
    if not pairs:
        raise InputError(
            "the line runs between no two units; draw it across the border to close"
        )
    is_drawn = not pairs <= draft.barriers
    return DrawBarrier(pairs=tuple(sorted(pairs)), is_drawn=is_drawn)


def home_edit(view: TerritoryView, rep_id: str, lat: float, lon: float) -> MoveHome:
    """
    Put a rep's home elsewhere for this plan.

    Raises
    ------
    InputError
        If the rep works no territory here.
    """
    if rep_id not in view.homes.index:
        raise InputError(f"rep {rep_id!r} works no territory of this scenario")
    territory_id = view.homes.loc[rep_id, "territory_id"]
    position_id = view.territories["position_id"].get(territory_id)
    if position_id is None or pd.isna(position_id):
        raise InputError(
            f"the territory of rep {rep_id!r} has no seat in this draft: accept it "
            "first, then move the home"
        )
    return MoveHome(position_id=str(position_id), lat=lat, lon=lon)


def things_text(n_units: int, n_accounts: int) -> str:
    """Say how many units and accounts: ``2 units and 1 account``."""
    parts = []
    for n, noun in ((n_units, "unit"), (n_accounts, "account")):
        if n:
            parts.append(f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s")
    return " and ".join(parts)


def moved_text(n_units: int, n_accounts: int, to: str | None) -> str:
    """Say a move in a user's words."""
    target = to or ("no territory" if n_units else "their unit")
    return f"Move {things_text(n_units, n_accounts)} to {target}"
