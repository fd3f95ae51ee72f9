"""What was done in a table, as the page reads it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from planner.ui.events import LAST_NUMBER, MOST_IDS, Schema, ids, parse, text, whole

EventKind = Literal["lock", "unlock", "zoom", "select", "choose"]
OF_TERRITORIES: tuple[EventKind, ...] = ("lock", "unlock", "zoom", "select")
OF_LISTS: tuple[EventKind, ...] = ("lock", "unlock", "zoom", "choose")


MOST_WAITING = 100  # gestures that a page has yet to do
_MOST_BITS = 4_000_000  # letters: one bit a row, six in a letter
_turn = whole(0, LAST_NUMBER)

SCHEMA: Schema = {
    "lock": {"ids": ids(1, MOST_IDS)},
    "unlock": {"ids": ids(1, MOST_IDS)},
    "zoom": {"ids": ids(1, MOST_IDS)},
    "select": {"ids": ids(1, 1)},
    "choose": {"ids": ids(1, MOST_IDS)},
}
BITS: Schema = {
    kind: {"bits": text(_MOST_BITS), "version": text()} for kind in OF_LISTS
}
TURNS: Schema = {kind: {"turn": _turn} for kind in SCHEMA}


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


def read_event(raw: Any, kinds: Collection[EventKind]) -> TableEvent | None:
    """
    Check what the browser sent.

    Parameters
    ----------
    raw
        The event's value.
    kinds
        Which gestures there are.

    Returns
    -------
    The event as `SCHEMA` declares it; None if it does not fit.
    """
    fields = parse(raw, SCHEMA, kinds)
    return None if fields is None else TableEvent(**fields)
