"""
What a browser may send: events of declared kinds, their fields bounded.

A page's script and its callbacks get an event as declared here or none. What does not
fit is dropped and noted in the log, by size and kind and never by its own words.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any

import streamlit as st

from planner.geography.selecting import MOST_VERTICES

log = logging.getLogger(__name__)

Read = Callable[[Any], Any]
Schema = Mapping[str, Mapping[str, Read]]  # by kind of event its fields
Path = tuple[tuple[float, float], ...]

MOST_LETTERS = 1_000  # of one id
MOST_IDS = 200_000  # of one event: as many units as a map can hold
MOST_LAT, MOST_LON = 90, 540  # degrees; worlds beside ours are drawn too
LAST_NUMBER = 2**53 - 1  # beyond, JavaScript does not count


class MisfitError(ValueError):
    """A value that is not as declared."""


def parse(raw: Any, schema: Schema, kinds: Collection[str]) -> dict[str, Any] | None:
    """
    Read one event.

    Parameters
    ----------
    raw
        Whatever was sent.
    schema
        What each kind of event holds; further fields are passed over.
    kinds
        Which of them are offered.

    Returns
    -------
    The kind and the fields; None: it does not fit.
    """
    try:
        if not isinstance(raw, Mapping):
            raise MisfitError(f"an event must be a mapping, got {_measured(raw)}")
        kind = raw.get("kind")
        if not isinstance(kind, str) or kind not in kinds or kind not in schema:
            raise MisfitError(f"no such kind is offered, got {_measured(kind)}")
        fields = {name: read(raw.get(name)) for name, read in schema[kind].items()}
    except MisfitError as misfit:
        note(str(misfit))
        return None
    return {"kind": kind, **fields}


def note(reason: str) -> None:
    """Note in the log that something was dropped."""
    log.warning("event dropped: %s", reason)


def value_of(key: str) -> Any:
    """Get what a component of ours sent; None: nothing."""
    state = st.session_state.get(key)
    return state.get("event") if isinstance(state, Mapping) else None


# --- fields ---------------------------------------------------------------------------


def whole(least: int, most: int) -> Read:
    """Declare a whole number."""

    def read(raw: Any) -> int:
        if type(raw) is not int or not least <= raw <= most:
            raise MisfitError(
                f"a number must be whole and lie in [{least}, {most}], "
                f"got {_measured(raw)}"
            )
        return int(raw)

    return read


def text(most: int = MOST_LETTERS) -> Read:
    """Declare a text that can be written as UTF-8."""

    def read(raw: Any) -> str:
        if not isinstance(raw, str) or len(raw) > most:
            raise MisfitError(
                f"a text must have at most {most:,} letters, got {_measured(raw)}"
            )
        try:
            raw.encode()
        except UnicodeEncodeError:
            raise MisfitError("a text must not hold half a sign") from None
        return raw

    return read


def many(one: Read, least: int, most: int) -> Read:
    """Declare a list; missing: empty."""

    def read(raw: Any) -> tuple[Any, ...]:
        values = [] if raw is None else raw
        if not isinstance(values, list) or not least <= len(values) <= most:
            raise MisfitError(
                f"a list must hold {least:,} to {most:,}, got {_measured(raw)}"
            )
        return tuple(map(one, values))

    return read


def among(options: Collection[str]) -> Read:
    """Declare one of a few words."""

    def read(raw: Any) -> str:
        if not isinstance(raw, str) or raw not in options:
            raise MisfitError(f"no such word is known, got {_measured(raw)}")
        return raw

    return read


def ids(least: int, most: int) -> Read:
    """Declare ids."""
    return many(text(), least, most)


def path(least: int, most: int = MOST_VERTICES) -> Read:
    """Declare vertices, (lat, lon)."""
    return many(_place, least, most)


def _place(raw: Any) -> tuple[float, float]:
    if isinstance(raw, list) and len(raw) == 2:
        lat, lon = raw
        is_number = type(lat) in (int, float) and type(lon) in (int, float)
        # Compared before it is converted: whole numbers of any length come. NaN fails.
        if is_number and abs(lat) <= MOST_LAT and abs(lon) <= MOST_LON:
            return float(lat), float(lon)
    raise MisfitError(f"a vertex must be two degrees on the map, got {_measured(raw)}")


def _measured(raw: Any) -> str:
    """Say what a value is without saying it: it may be long, or meant for the log."""
    kind = type(raw).__name__
    return f"{kind} of {len(raw):,}" if isinstance(raw, str | list | Mapping) else kind
