"""What a planner does to a plan: each gesture an edit, applied by one pure function."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any
from typing import ClassVar

import pandas as pd

from planner.core.errors import InputError
from planner.territory.alignment import Alignment
from planner.territory.moves import Move
from planner.territory.moves import apply

TERRITORY, UNIT, ACCOUNT = "territory", "unit", "account"
LOCKABLE = (TERRITORY, UNIT, ACCOUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """
    What stays where it is: whole territories, units, accounts named apart.

    An account that follows its unit is held by that unit's lock, not by its own: an
    alignment does not know which unit an account lies in.
    """

    territory: frozenset[str] = frozenset()
    unit: frozenset[str] = frozenset()
    account: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class Draft:
    """
    A plan under work; never changed, only replaced.

    Parameters
    ----------
    alignment
        Territory of units and of accounts named apart.
    names
        Name by `territory_id`, of all territories, also those without unit.
    locks
        What stays.
    homes
        Latitude and longitude by `position_id`, of homes that were moved.
    barriers
        Pairs of units, each sorted, whose border must not be crossed.
    """

    alignment: Alignment
    names: Mapping[str, str]
    locks: Locks = field(default_factory=Locks)
    homes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    barriers: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Lock things where they are, or let them go."""

    kind: ClassVar[str] = "lock"
    what: str
    ids: tuple[str, ...]
    is_locked: bool = True

    def __post_init__(self) -> None:
        if self.what not in LOCKABLE:
            raise InputError(
                f"what is locked must be one of {', '.join(LOCKABLE)}, got "
                f"{self.what!r}"
            )
        _refuse_nothing(self.ids, "a lock must name at least one thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTerritory:
    """Start a territory without units."""

    kind: ClassVar[str] = "add_territory"
    territory_id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeTerritories:
    """Give all of one territory to another and drop it."""

    kind: ClassVar[str] = "merge"
    territory_id: str
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveHome:
    """Put a rep's home elsewhere for this plan."""

    kind: ClassVar[str] = "move_home"
    position_id: str
    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise InputError(
                f"home of {self.position_id!r} must lie on the globe, got "
                f"{self.lat:g}, {self.lon:g}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawBarrier:
    """Close borders between units, or open them again."""

    kind: ClassVar[str] = "barrier"
    pairs: tuple[tuple[str, str], ...]
    is_drawn: bool = True

    def __post_init__(self) -> None:
        _refuse_nothing(self.pairs, "a barrier must lie between at least two units")


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """
    Several edits that are one to the planner: a split, an optimiser's answer.

    Parameters
    ----------
    edits
        In order.
    """

    kind: ClassVar[str] = "together"
    edits: tuple[Edit, ...]

    def __post_init__(self) -> None:
        _refuse_nothing(self.edits, "an edit must do something")


Edit = Move | Lock | AddTerritory | MergeTerritories | MoveHome | DrawBarrier | Together
_KINDS = {
    cls.kind: cls
    for cls in (Lock, AddTerritory, MergeTerritories, MoveHome, DrawBarrier)
}


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
        for part in edit.edits:
            draft = apply_edit(draft, part)
        return draft
    if isinstance(edit, Move):
        return _moved(draft, edit)
    if isinstance(edit, Lock):
        return replace(draft, locks=_locked(draft, edit))
    if isinstance(edit, AddTerritory):
        if edit.territory_id in draft.names:
            raise InputError(f"territory {edit.territory_id!r} is there already")
        return replace(draft, names={**draft.names, edit.territory_id: edit.name})
    if isinstance(edit, MergeTerritories):
        return _merged(draft, edit)
    if isinstance(edit, MoveHome):
        place = (edit.lat, edit.lon)
        return replace(draft, homes={**draft.homes, edit.position_id: place})
    pairs = frozenset((min(pair), max(pair)) for pair in edit.pairs)
    known = draft.alignment.territory_by_unit.index
    strange = [unit for pair in sorted(pairs) for unit in pair if unit not in known]
    if strange:
        raise InputError(f"unit {strange[0]!r} is not in the plan")
    left = draft.barriers | pairs if edit.is_drawn else draft.barriers - pairs
    return replace(draft, barriers=left)


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
    held = by_unit.reindex(list(move.unit_ids)).isin(list(locks.territory))
    units = tuple(
        unit
        for unit, is_held in zip(move.unit_ids, held.tolist(), strict=True)
        if not is_held and unit not in locks.unit
    )
    named = draft.alignment.territory_by_account
    accounts = tuple(
        account
        for account in move.account_ids
        if account not in locks.account and named.get(account) not in locks.territory
    )
    n_held = n_asked - len(units) - len(accounts)
    if not units and not accounts:
        return None, n_held
    return Move(to=move.to, unit_ids=units, account_ids=accounts), n_held


def edit_to_dict(edit: Edit) -> dict[str, Any]:
    """Return plain values, ready for JSON."""
    if isinstance(edit, Together):
        return {"kind": edit.kind, "edits": [edit_to_dict(part) for part in edit.edits]}
    return {"kind": "move" if isinstance(edit, Move) else edit.kind, **asdict(edit)}


def edit_from_dict(plain: Mapping[str, Any]) -> Edit:
    """
    Make the edit from what `edit_to_dict` returned.

    Raises
    ------
    InputError
        If it is no edit we know.
    """
    values = {
        key: tuple(tuple(v) if isinstance(v, list) else v for v in value)
        if isinstance(value, list | tuple) and key != "edits"
        else value
        for key, value in plain.items()
        if key != "kind"
    }
    try:
        if plain["kind"] == Together.kind:
            parts = tuple(edit_from_dict(part) for part in plain["edits"])
            return Together(edits=parts)
        cls: Any = Move if plain["kind"] == "move" else _KINDS[plain["kind"]]
        made: Edit = cls(**values)
    except (KeyError, TypeError) as error:
        raise InputError(f"edit is not understood: {error}") from None
    return made


def _refuse_nothing(things: Iterable[Any], message: str) -> None:
    if not tuple(things):
        raise InputError(message)


def _moved(draft: Draft, move: Move) -> Draft:
    if move.to is not None and move.to not in draft.names:
        raise InputError(f"territory {move.to!r} is not in the plan")
    free, _ = without_locked(draft, move)
    if free is None:
        return draft
    return replace(draft, alignment=apply(draft.alignment, free))


def _locked(draft: Draft, edit: Lock) -> Locks:
    ids = frozenset(edit.ids)
    if edit.what == TERRITORY:
        known: Iterable[str] = draft.names
    else:
        by_unit = draft.alignment.territory_by_unit
        known = by_unit.index if edit.what == UNIT else ids
    strange = ids.difference(known)
    if strange:
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
    held = draft.locks.unit.intersection(units)
    held |= draft.locks.account.intersection(accounts)
    if held:
        raise InputError(
            f"{len(held)} things of territory {gone!r} are locked, {min(held)!r} among "
            "them; unlock them to merge it"
        )
    if units or accounts:
        move = Move(to=into, unit_ids=tuple(units), account_ids=tuple(accounts))
        alignment = apply(alignment, move)
    names = {key: name for key, name in draft.names.items() if key != gone}
    return replace(draft, alignment=alignment, names=names)


def _of(territory: pd.Series, territory_id: str) -> list[str]:
    return [str(name) for name in territory.index[territory == territory_id]]
