"""What a planner does to a plan: each gesture an edit; and the plan under work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from planner.core.errors import InputError
from planner.territory.editing.moves import Move
from planner.territory.model.alignment import Alignment

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
    districts
        District by `territory_id`; a territory not named is in none.
    share_ppm
        Wanted share of the whole by `territory_id`, in millionths; empty: equal shares.
    """

    alignment: Alignment
    names: Mapping[str, str]
    locks: Locks = field(default_factory=Locks)
    homes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    barriers: frozenset[tuple[str, str]] = frozenset()
    districts: Mapping[str, str] = field(default_factory=dict)
    share_ppm: Mapping[str, int] = field(default_factory=dict)


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
class DropTerritory:
    """End a territory that holds nothing."""

    kind: ClassVar[str] = "drop_territory"
    territory_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retarget:
    """
    Say anew which districts and which wanted shares territories have.

    Parameters
    ----------
    districts
        Pairs of territory and district; territories not named are in none.
    share_ppm
        Pairs of territory and wanted share, millionths; empty: equal shares.
    """

    kind: ClassVar[str] = "retarget"
    districts: tuple[tuple[str, str], ...] = ()
    share_ppm: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveHome:
    """
    Put a rep's home elsewhere for this plan.

    Parameters
    ----------
    position_id
        Whose home.
    lat, lon
        Where to; None: back to where the rep lives.
    """

    kind: ClassVar[str] = "move_home"
    position_id: str
    lat: float | None
    lon: float | None

    def __post_init__(self) -> None:
        if self.lat is None or self.lon is None:
            return
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


Edit = (
    Move
    | Lock
    | AddTerritory
    | DropTerritory
    | MergeTerritories
    | Retarget
    | MoveHome
    | DrawBarrier
    | Together
)
_KINDS = {
    cls.kind: cls
    for cls in (
        Lock,
        AddTerritory,
        DropTerritory,
        MergeTerritories,
        Retarget,
        MoveHome,
        DrawBarrier,
    )
}


def edit_to_dict(edit: Edit) -> dict[str, Any]:
    """Return plain values, ready for JSON."""
    if isinstance(edit, Together):
        return {"kind": edit.kind, "edits": [edit_to_dict(step) for step in edit.edits]}
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
            parts = tuple(edit_from_dict(step) for step in plain["edits"])
            return Together(edits=parts)
        cls: Any = Move if plain["kind"] == "move" else _KINDS[plain["kind"]]
        edit: Edit = cls(**values)
    except (KeyError, TypeError) as error:
        raise InputError(f"edit is not understood: {error}") from None
    return edit


def _refuse_nothing(things: Iterable[Any], message: str) -> None:
    if not tuple(things):
        raise InputError(message)
