"""Edits applied by one pure function, and the edit that leads from plan to plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from planner.core.errors import InputError
from planner.territory.editing.edits import (
    LOCKABLE,
    TERRITORY,
    UNIT,
    AddTerritory,
    Draft,
    DrawBarrier,
    DropTerritory,
    Edit,
    Lock,
    Locks,
    MergeTerritories,
    MoveHome,
    Retarget,
    Together,
)
from planner.territory.editing.moves import Move, apply, moves_between


def apply_edit(draft: Draft, edit: Edit) -> Draft:
    """
    Make the draft that an edit leads to.

    Parameters
    ----------
    draft
        The plan before.
    edit
        What is done; a move passes over what is locked, see `without_locked`.

    Raises
    ------
    InputError
        If the edit names a territory or unit that is not in the plan, merges a
        locked territory, or adds one that is there already.
    """
    if isinstance(edit, Together):
        for step in edit.edits:
            draft = apply_edit(draft, step)
        return draft
    return _APPLIED[type(edit)](draft, edit)


def without_locked(draft: Draft, move: Move) -> tuple[Move | None, int]:
    """
    Leave out of a move what is locked.

    Parameters
    ----------
    draft
        The plan.
    move
        What is to go where.

    Returns
    -------
    move
        What may go; None if nothing may. Nothing goes to a locked territory; no unit
        and no account named apart leaves one.
    n_held
        How many units and accounts stay.
    """
    locks, by_unit = draft.locks, draft.alignment.territory_by_unit
    n_asked = len(move.unit_ids) + len(move.account_ids)
    if move.to in locks.territory:
        return None, n_asked
    is_locked = by_unit.reindex(list(move.unit_ids)).isin(list(locks.territory))
    units = tuple(
        unit
        for unit, is_held in zip(move.unit_ids, is_locked.tolist(), strict=True)
        if not is_held and unit not in locks.unit
    )
    names = draft.alignment.territory_by_account
    accounts = tuple(
        account
        for account in move.account_ids
        if account not in locks.account and names.get(account) not in locks.territory
    )
    n_held = n_asked - len(units) - len(accounts)
    if not units and not accounts:
        return None, n_held
    return Move(to=move.to, unit_ids=units, account_ids=accounts), n_held


def count_held(draft: Draft, edit: Edit) -> int:
    """Count the units and accounts that an edit passes over because they are locked."""
    if isinstance(edit, Together):
        n_locked = 0
        for step in edit.edits:
            n_locked += count_held(draft, step)
            draft = apply_edit(draft, step)
        return n_locked
    return without_locked(draft, edit)[1] if isinstance(edit, Move) else 0


def difference(before: Draft, after: Draft) -> Edit | None:
    """
    Find the edit that turns one draft of a company into another.

    Parameters
    ----------
    before, after
        Drafts over the same units.

    Returns
    -------
    Applied to `before` it gives what `after` says, whatever is locked; None: they say
    the same.
    """
    parts: list[Edit] = []
    moves = moves_between(before.alignment, after.alignment)
    absent = [name for name in before.names if name not in after.names]
    locks = _out_of_the_way(before, moves, absent)
    parts += _lock_changes(before.locks, locks)
    parts += [
        AddTerritory(territory_id=key, name=name)
        for key, name in after.names.items()
        if key not in before.names
    ]
    parts += moves
    parts += [DropTerritory(territory_id=name) for name in absent]
    parts += _other_changes(before, after)
    parts += _lock_changes(locks, after.locks)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Together(edits=tuple(parts))


def _out_of_the_way(before: Draft, moves: list[Move], absent: list[str]) -> Locks:
    """Leave out the locks that would hold moves back; others are not touched."""
    units = {name for move in moves for name in move.unit_ids}
    accounts = {name for move in moves for name in move.account_ids}
    by_unit = before.alignment.territory_by_unit.reindex(list(units)).dropna()
    named = before.alignment.territory_by_account
    by_account = named[named.index.isin(list(accounts))]
    targets = {move.to for move in moves if move.to is not None}
    return Locks(
        territory=before.locks.territory.difference(
            absent, by_unit, by_account, targets
        ),
        unit=before.locks.unit - units,
        account=before.locks.account - accounts,
    )


def _lock_changes(before: Locks, after: Locks) -> list[Edit]:
    """List the locks to open, then those to close."""
    changes: list[Edit] = []
    for what in LOCKABLE:
        old, new = getattr(before, what), getattr(after, what)
        for ids, is_locked in ((old - new, False), (new - old, True)):
            if ids:
                lock = Lock(what=what, ids=tuple(sorted(ids)), is_locked=is_locked)
                changes.append(lock)
    return changes


def _other_changes(before: Draft, after: Draft) -> list[Edit]:
    """List what changes beside places and locks."""
    changes: list[Edit] = []
    districts = {k: v for k, v in before.districts.items() if k in after.names}
    shares = {k: v for k, v in before.share_ppm.items() if k in after.names}
    if (districts, shares) != (dict(after.districts), dict(after.share_ppm)):
        changes.append(
            Retarget(
                districts=tuple(sorted(after.districts.items())),
                share_ppm=tuple(sorted(after.share_ppm.items())),
            )
        )
    for key in sorted({*before.homes, *after.homes}):
        if before.homes.get(key) != after.homes.get(key):
            lat, lon = after.homes.get(key, (None, None))
            changes.append(MoveHome(position_id=key, lat=lat, lon=lon))
    for pairs, is_drawn in (
        (before.barriers - after.barriers, False),
        (after.barriers - before.barriers, True),
    ):
        if pairs:
            changes.append(DrawBarrier(pairs=tuple(sorted(pairs)), is_drawn=is_drawn))
    return changes


def _moved(draft: Draft, move: Move) -> Draft:
    if move.to is not None and move.to not in draft.names:
        raise InputError(f"territory {move.to!r} is not in the plan")
    free, _ = without_locked(draft, move)
    if free is None:
        return draft
    return replace(draft, alignment=apply(draft.alignment, free))


def _marked(draft: Draft, edit: Lock) -> Draft:
    return replace(draft, locks=_locked(draft, edit))


def _added(draft: Draft, edit: AddTerritory) -> Draft:
    if edit.territory_id in draft.names:
        raise InputError(f"territory {edit.territory_id!r} is there already")
    name = edit.name or edit.territory_id
    return replace(draft, names={**draft.names, edit.territory_id: name})


def _dropped(draft: Draft, edit: DropTerritory) -> Draft:
    gone, alignment = edit.territory_id, draft.alignment
    if gone not in draft.names:
        raise InputError(f"territory {gone!r} is not in the plan")
    if gone in draft.locks.territory:
        raise InputError(f"territory {gone!r} is locked; unlock it to end it")
    n_held = int((alignment.territory_by_unit == gone).sum())
    n_held += int((alignment.territory_by_account == gone).sum())
    if n_held:
        raise InputError(
            f"territory {gone!r} holds {n_held} units and accounts; move them first"
        )
    return _without(draft, gone)


def _without(draft: Draft, territory_id: str) -> Draft:
    """Forget a territory; nothing lies in it any more."""
    maps: dict[str, Any] = {
        attribute: {
            key: value
            for key, value in getattr(draft, attribute).items()
            if key != territory_id
        }
        for attribute in ("names", "districts", "share_ppm")
    }
    return replace(draft, **maps)


def _retargeted(draft: Draft, edit: Retarget) -> Draft:
    districts, share_ppm = dict(edit.districts), dict(edit.share_ppm)
    strange = {*districts, *share_ppm}.difference(draft.names)
    if strange:
        raise InputError(f"territory {min(strange)!r} is not in the plan")
    return replace(draft, districts=districts, share_ppm=share_ppm)


def _rehomed(draft: Draft, edit: MoveHome) -> Draft:
    homes = {key: at for key, at in draft.homes.items() if key != edit.position_id}
    if edit.lat is not None and edit.lon is not None:
        homes[edit.position_id] = (edit.lat, edit.lon)
    return replace(draft, homes=homes)


def _closed(draft: Draft, edit: DrawBarrier) -> Draft:
    pairs = frozenset((min(pair), max(pair)) for pair in edit.pairs)
    unit_ids = draft.alignment.territory_by_unit.index
    strange = [unit for pair in sorted(pairs) for unit in pair if unit not in unit_ids]
    if strange and edit.is_drawn:
        raise InputError(f"unit {strange[0]!r} is not in the plan")
    barriers = draft.barriers | pairs if edit.is_drawn else draft.barriers - pairs
    return replace(draft, barriers=barriers)


def _locked(draft: Draft, edit: Lock) -> Locks:
    ids = frozenset(edit.ids)
    if edit.what == TERRITORY:
        ids_allowed: Iterable[str] = draft.names
    else:
        by_unit = draft.alignment.territory_by_unit
        ids_allowed = by_unit.index if edit.what == UNIT else ids
    strange = ids.difference(ids_allowed)
    if strange and edit.is_locked:  # what is gone can be let go
        raise InputError(f"{edit.what} {min(strange)!r} is not in the plan")
    before: frozenset[str] = getattr(draft.locks, edit.what)
    after = before | ids if edit.is_locked else before - ids
    return replace(draft.locks, **{edit.what: after})


def _merged(draft: Draft, edit: MergeTerritories) -> Draft:
    gone, into = edit.territory_id, edit.into
    for name in (gone, into):
        if name not in draft.names:
            raise InputError(f"territory {name!r} is not in the plan")
        if name in draft.locks.territory:
            raise InputError(f"territory {name!r} is locked; unlock it to merge it")
    if gone == into:
        raise InputError(f"territory {gone!r} cannot be merged with itself")
    alignment = draft.alignment
    units = _of(alignment.territory_by_unit, gone)
    accounts = _of(alignment.territory_by_account, gone)
    locks = draft.locks.unit.intersection(units)
    locks |= draft.locks.account.intersection(accounts)
    if locks:
        raise InputError(
            f"{len(locks)} things of territory {gone!r} are locked, {min(locks)!r} "
            "among them; unlock them to merge it"
        )
    if units or accounts:
        move = Move(to=into, unit_ids=tuple(units), account_ids=tuple(accounts))
        alignment = apply(alignment, move)
    return _without(replace(draft, alignment=alignment), gone)


def _of(territory: pd.Series, territory_id: str) -> list[str]:
    return [str(name) for name in territory.index[territory == territory_id]]


_APPLIED: Mapping[type, Callable[[Draft, Any], Draft]] = {
    Move: _moved,
    Lock: _marked,
    AddTerritory: _added,
    DropTerritory: _dropped,
    MergeTerritories: _merged,
    Retarget: _retargeted,
    MoveHome: _rehomed,
    DrawBarrier: _closed,
}
