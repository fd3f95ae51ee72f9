"""What was done in a table, as the page reads it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import Literal

EventKind = Literal["lock", "unlock", "zoom", "select", "choose"]
OF_TERRITORIES: tuple[EventKind, ...] = ("lock", "unlock", "zoom", "select")
OF_LISTS: tuple[EventKind, ...] = ("lock", "unlock", "zoom", "choose")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEvent:
    """
    One gesture in a table.

    Parameters
    ----------
    kind
        ``lock``, ``unlock``, ``zoom`` (to them on the map), ``select`` (the one to
        assign to) or ``choose``.
    ids
        Which rows; of ``choose`` all that are chosen now, none if the choice is empty.
    """

    kind: EventKind
    ids: tuple[str, ...]


def read_event(raw: Any, kinds: Sequence[EventKind]) -> TableEvent | None:
    """
    Check what the browser sent.

    Parameters
    ----------
    raw
        The event's value; None: nothing happened.
    kinds
        Which gestures there are.

    Returns
    -------
    The event; None if there is none or it makes no sense.
    """
    if not isinstance(raw, Mapping) or raw.get("kind") not in kinds:
        return None
    ids = raw.get("ids")
    if not isinstance(ids, list) or not ids:
        return None
    return TableEvent(kind=raw["kind"], ids=tuple(str(i) for i in ids))
