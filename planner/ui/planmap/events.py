"""What the user did on the map: checked, each gesture once, none lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Literal
from typing import get_args

import numpy as np

from planner.ui.planmap.layers import NONE

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
    "key",
]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
DRAWN: tuple[EventKind, ...] = ("box", "lasso", "polygon", "paint", "line", "drag")
_MOST_VERTICES = 20_000
_TOP_CODE = NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class MapEvent:
    """
    One gesture on the map.

    Parameters
    ----------
    kind
        ``point``, ``unit``, ``home`` or ``stop`` for a click; ``box``, ``lasso``,
        ``polygon``, ``paint`` or ``line`` for a shape drawn; ``drag`` for a home moved
        to another place; ``key`` for a key of `KEYS`.
    ids
        The one clicked or dragged; the action of a key.
    unit_ids
        Units whose middle lies in a box.
    path
        (lat, lon) of the vertices of what was drawn, four of a box; the new place of
        what was dragged.
    hidden
        Codes of the legend that were switched off: what has them is not meant.
    """

    kind: EventKind
    ids: tuple[str, ...] = ()
    unit_ids: tuple[str, ...] = ()
    path: tuple[tuple[float, float], ...] = ()
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


def read_event(raw: Any) -> MapEvent | None:
    """
    Check what the browser sent.

    Parameters
    ----------
    raw
        One event's value.

    Returns
    -------
    The event; None if it makes no sense.
    """
    if not isinstance(raw, Mapping) or raw.get("kind") not in EVENT_KINDS:
        return None
    lists = [raw.get(name) or [] for name in ("ids", "unit_ids", "hidden")]
    if not all(isinstance(values, list) for values in lists):
        return None
    ids, unit_ids, hidden = lists
    if not all(type(code) is int and 0 <= code <= _TOP_CODE for code in hidden):
        return None
    path = _path(raw.get("path") or [])
    if path is None or (raw["kind"] in DRAWN) != bool(path):
        return None
    return MapEvent(
        kind=raw["kind"],
        ids=tuple(str(i) for i in ids),
        unit_ids=tuple(str(i) for i in unit_ids),
        path=path,
        hidden=tuple(hidden),
    )


def read_sent(raw: Any, seen: int) -> tuple[list[MapEvent], int]:
    """
    Take what is new from all that the browser knows to be unanswered.

    Parameters
    ----------
    raw
        The trigger's value: events, each with its growing number ``n``.
    seen
        Number of the last event taken.

    Returns
    -------
    The new events in order, and the number of the last.
    """
    sent = raw if isinstance(raw, list) else []
    numbered = [
        event
        for event in sent
        if isinstance(event, Mapping) and type(event.get("n")) is int
    ]
    events = []
    for event in sorted(numbered, key=lambda event: event["n"]):
        if event["n"] > seen:
            seen = event["n"]
            events.append(read_event(event))
    return [event for event in events if event is not None], seen


def _path(raw: Any) -> tuple[tuple[float, float], ...] | None:
    """Read vertices; None if they make no sense."""
    if not isinstance(raw, list) or len(raw) > _MOST_VERTICES:
        return None
    places = []
    for at in raw:
        is_pair = isinstance(at, list) and len(at) == 2
        if not is_pair or not all(isinstance(x, int | float) for x in at):
            return None
        lat, lon = map(float, at)
        if not (abs(lat) <= 90 and abs(lon) <= 540):  # NaN too; worlds beside ours
            return None
        places.append((lat, lon))
    return tuple(places)
