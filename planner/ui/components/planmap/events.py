"""What the user did on the map: checked, each gesture once, none lost."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from planner.geography.selecting import MOST_VERTICES
from planner.ui.components.planmap.layers import NONE
from planner.ui.components.planmap.texts import KEYS
from planner.ui.events import (
    LAST_NUMBER,
    MOST_IDS,
    Path,
    Read,
    Schema,
    among,
    ids,
    many,
    note,
    parse,
    path,
    whole,
)

EventKind = Literal[
    "point",
    "unit",
    "home",
    "stop",
    "box",
    "lasso",
    "polygon",
    "paint",
    "line",
    "drag",
    "place",
    "key",
]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
MOST_EVENTS = 100  # taken of one message; a browser sends the others again

_hidden = many(whole(0, NONE), 0, NONE + 1)
_action = among([action for _, action, _ in KEYS if action is not None])


def _click(one: Read) -> dict[str, Read]:
    return {"ids": one, "path": path(0, 0), "hidden": _hidden}


def _shape(least: int, most: int = MOST_VERTICES) -> dict[str, Read]:
    return {"ids": ids(0, 0), "path": path(least, most), "hidden": _hidden}


SCHEMA: Schema = {
    "point": _click(ids(1, 1)),
    "unit": _click(ids(1, 1)),
    "home": _click(ids(1, 1)),
    "stop": _click(ids(1, 1)),
    "box": _shape(4, 4) | {"unit_ids": ids(0, MOST_IDS)},
    "lasso": _shape(3),
    "polygon": _shape(3),
    "paint": _shape(1),
    "line": _shape(2),
    "place": _shape(1, 1),
    "drag": _shape(1, 1) | {"ids": ids(1, 1)},
    "key": _click(many(_action, 1, 1)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MapEvent:
    """
    One gesture on the map.

    Parameters
    ----------
    kind
        ``point``, ``unit``, ``home`` or ``stop`` for a click; ``box``, ``lasso``,
        ``polygon``, ``paint`` or ``line`` for a shape drawn; ``drag`` for a home moved
        to another place; ``place`` for a click anywhere, meant for the place itself;
        ``key`` for a key of `KEYS`.
    ids
        The one clicked or dragged; the action of a key.
    unit_ids
        Units whose middle lies in a box.
    path
        (lat, lon) of the vertices of what was drawn, four of a box; the new place of
        what was dragged; the place clicked.
    hidden
        Codes of the legend that were switched off: what has them is not meant.
    """

    kind: EventKind
    ids: tuple[str, ...] = ()
    unit_ids: tuple[str, ...] = ()
    path: Path = ()
    hidden: tuple[int, ...] = ()

    def is_shown(self, codes: np.ndarray) -> np.ndarray:
        """
        Tell what the user could see when this was done.

        Parameters
        ----------
        codes : shape (n,)
            Class of each unit or point, as on the map.

        Returns
        -------
        shape (n,)
        """
        return ~np.isin(codes, self.hidden)


def read_event(raw: Any, kinds: Collection[EventKind] = EVENT_KINDS) -> MapEvent | None:
    """
    Check what the browser sent.

    Parameters
    ----------
    raw
        One event's value.
    kinds
        Which gestures the map offers.

    Returns
    -------
    The event as `SCHEMA` declares it; None if it does not fit.
    """
    fields = parse(raw, SCHEMA, kinds)
    return None if fields is None else MapEvent(**fields)


def read_sent(
    raw: Any,
    last_number: int,
    kinds: Collection[EventKind] = EVENT_KINDS,
    waiting: Collection[MapEvent] = (),
) -> tuple[list[MapEvent], int]:
    """
    Take what is new from all that the browser knows to be unanswered.

    Parameters
    ----------
    raw
        The trigger's value: events, each with its growing number ``n``.
    last_number
        Number of the last event taken.
    kinds
        Which gestures the map offers.
    waiting
        Events taken before that the page has yet to do.

    Returns
    -------
    The new events in order, and the number of the last. With those that wait they are
    `MOST_EVENTS` of `MOST_VERTICES` together at most; the browser sends the rest again.
    """
    entries = raw if isinstance(raw, list) else [raw]
    numbered = [one for one in entries if _number(one) is not None]
    if len(numbered) < len(entries) and raw is not None:
        note("a gesture on the map must have a number")
    fresh = [one for one in numbered if one["n"] > last_number]
    n_room = MOST_EVENTS - len(waiting)
    n_vertices = sum(len(event.path) for event in waiting)
    events: list[MapEvent] = []
    for sent_event in heapq.nsmallest(n_room, fresh, key=lambda one: one["n"]):
        event = read_event(sent_event, kinds)
        if event is not None:
            n_vertices += len(event.path)
            if n_vertices > MOST_VERTICES and (waiting or events):
                break
            events.append(event)
        last_number = sent_event["n"]
    return events, last_number


def _number(raw: Any) -> int | None:
    """Get the number of a gesture; None: it has none that JavaScript counts to."""
    number = raw.get("n") if isinstance(raw, Mapping) else None
    return number if type(number) is int and 0 <= number <= LAST_NUMBER else None
