"""
The component itself: blocks go to `planmap_store`, what changes to `planmap`.

Streamlit does not send an unchanged element again, so a recolouring costs one byte
per unit and account. The browser's half is `static/planmap/`, served by the app.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from planner.core.settings import ROOT
from planner.core.text import plain_text
from planner.ui.components.planmap.codes import SentCodes, narrow, sent_codes
from planner.ui.components.planmap.data import Entry, Home, Line, MapData, Stop, dark
from planner.ui.components.planmap.events import EventKind, MapEvent, read_sent
from planner.ui.components.planmap.layers import Layer
from planner.ui.components.planmap.texts import HANDS, KEYS, TEXTS
from planner.ui.events import value_of
from planner.ui.faults import guarded

SCRIPTS = ROOT / "static" / "planmap"
LEAFLET = "1.9.4"

# Kept tiny: Streamlit sends this text with every change of the element. The real
# code is fetched once and then cached under its version.
LOADER = """
export default async function (component) {
  const root = new URL("%(root)s/app/static/", document.baseURI).href;
  try {
    const map = await import(root + "planmap/planmap.js?v=%(version)s");
    return await map.render(component, root, "%(leaflet)s", "%(role)s");
  } catch (fault) {
    console.error(fault);
    const note = document.createElement("p");
    note.textContent = "The map cannot be shown: its files did not load. Start the app "
      + "from its own folder with static serving switched on.";
    component.parentElement.appendChild(note);
  }
}
"""


def scripts_version(folder: Path = SCRIPTS) -> str:
    """Hash the browser's half, so that an update is never mixed with a cached one."""
    digest = hashlib.blake2b(digest_size=6)
    for file in sorted(folder.glob("*.*")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _loader(role: str) -> str:
    root = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return LOADER % {
        "root": f"/{root}" if root else "",
        "version": scripts_version(),
        "leaflet": LEAFLET,
        "role": role,
    }


CROWDED = ("codes", "parts")  # of points: of a crowd only what differs is told

_store = st.components.v2.component("planmap_store", js=_loader("store"))
_map = st.components.v2.component("planmap", js=_loader("map"))


def planmap(
    data: MapData,
    key: str,
    height: int = 560,
    events: Sequence[EventKind] = ("point", "unit", "home", "stop"),
) -> MapEvent | None:
    """
    Show a map; zoom and centre stay as the user left them.

    Parameters
    ----------
    data
        What to show.
    key
        Unique on the page.
    height
        Pixels; less on narrow screens.
    events
        Which gestures come back; each costs a rerun. ``box``, ``lasso``, ``polygon``,
        ``paint`` and ``line`` add the button for it, ``drag`` lets homes be moved,
        ``place`` makes each click one on the place itself, ``key`` switches on the keys
        of `KEYS` and their list.

    Returns
    -------
    The last gesture that no `take` has taken, once; None if there was none.
    """
    inbox = _inbox(key)
    for name in CROWDED:
        codes = getattr(data.points, name, None)
        inbox.sent[name] = sent_codes(codes, inbox.sent.get(name))
    layers = layers_of(data) | _layers_of(inbox.sent)
    for name, layer in layers.items():
        _store(data=layer.blob, key=f"{key}-{name}-store", height="content")
    _map(
        data=payload(data, key, height, events, inbox.seen, inbox.sent),
        key=key,
        on_event_change=guarded(
            _receive, "Reading what was done on the map", key, events
        ),
    )
    return next(reversed(take(key)), None)


@dataclass(slots=True)
class _Inbox:
    """Gestures of one map that wait for the page; what its browser has been sent."""

    seen: int = 0  # number of the last gesture
    sent: dict[str, SentCodes | None] = field(default_factory=dict)
    events: list[MapEvent] = field(default_factory=list)


def _inbox(key: str) -> _Inbox:
    inbox: _Inbox = st.session_state.setdefault(f"{key}-inbox", _Inbox())
    return inbox


def _receive(key: str, kinds: Sequence[EventKind]) -> None:
    """Put in the inbox what the browser sent; runs before the page's script."""
    inbox = _inbox(key)
    value = value_of(key)
    events, inbox.seen = read_sent(value, inbox.seen, kinds, inbox.events)
    inbox.events.extend(events)


def take(key: str) -> tuple[MapEvent, ...]:
    """
    Take the gestures done on a map since the last time, in order.

    A page that changes something should take them first of all, before it draws: they
    are then saved before anything can interrupt the script, none is lost however fast
    they come, and the page is drawn once, as it then is.

    Parameters
    ----------
    key
        Of the map, as given to `planmap`.
    """
    inbox = _inbox(key)
    events, inbox.events = tuple(inbox.events), []
    return events


def layers_of(data: MapData) -> dict[str, Layer]:
    """List the immutable blocks of a map by role."""
    layers = {
        "base": data.base.outlines if data.base else None,
        "towns": data.base.towns if data.base else None,
        "units": data.units.shapes if data.units else None,
        "points": data.points.places if data.points else None,
    }
    return {name: layer for name, layer in layers.items() if layer is not None}


def payload(
    data: MapData,
    key: str,
    height: int,
    events: Sequence[EventKind],
    last_number: int = 0,
    codes_before: Mapping[str, SentCodes | None] | None = None,
) -> dict[str, Any]:
    """
    Write the changing half: small, and all text in it plain.

    Parameters
    ----------
    data, key, height, events
        As of `planmap`.
    last_number
        Number of the last gesture received, which the browser need not send again.
    codes_before
        Against which the `CROWDED` fields of the points are told; none: written out.
    """
    units, points = data.units, data.points
    codes_before = codes_before or {}
    layers = layers_of(data) | _layers_of(codes_before)
    return {
        "key": key,
        "height": height,
        "events": list(events),
        "seen": last_number,
        "texts": TEXTS,
        "keys": KEYS,
        "hands": HANDS,
        "label": plain_text(data.label),
        "layers": {name: layer.version for name, layer in layers.items()},
        "unitCodes": _codes(units.codes if units else None),
        "parts": _codes(units.parts if units else None),
        "partNames": [plain_text(name) for name in units.names] if units else [],
        "partTold": [plain_text(name) for name in units.told or units.names]
        if units
        else [],
        "pointCodes": _codes(
            points.codes if points else None, codes_before.get("codes")
        ),
        "pointParts": _codes(
            points.parts if points else None, codes_before.get("parts")
        ),
        "pointSize": _base64(_bytes_of(points.size) if points else None),
        "legendTitle": plain_text(data.legend_title),
        "legendOpen": data.is_legend_open,
        "legend": [_entry(entry) for entry in data.legend],
        "unassigned": plain_text(data.unassigned),
        "unassignedCount": plain_text(data.unassigned_count),
        "outlines": [
            {
                "rings": [[list(map(float, p)) for p in ring] for ring in line.rings],
                "label": plain_text(line.label),
                "colour": line.colour,
            }
            for line in data.outlines
        ],
        "lines": [_line(line) for line in data.lines],
        "homes": [_home(home) for home in data.homes],
        "fit": list(map(float, data.fit)) if data.fit else None,
        "home": list(map(float, data.home)) if data.home else None,
        "borders": data.has_borders,
        "distanceUnit": data.distance_unit,
        "marks": _marks(data),
        "title": plain_text(data.title),
        "subtitle": plain_text(data.subtitle),
        "tileUrl": data.tile_url,
        "attribution": plain_text(data.attribution),
    }


def _layers_of(codes_before: Mapping[str, SentCodes | None]) -> dict[str, Layer]:
    return {
        name: codes.layer for name, codes in codes_before.items() if codes is not None
    }


def _codes(
    codes: np.ndarray | None, before: SentCodes | None = None
) -> dict[str, Any] | None:
    """Write codes, or where they differ from those that were sent."""
    if codes is None:
        return None
    places = None if before is None else before.differing(codes)
    now = narrow(codes if places is None else codes[places])
    return {
        "bytes": now.itemsize,
        "codes": _base64(now),
        "places": _base64(places),
    }


def _marks(data: MapData) -> dict[str, Any]:
    """Write what marks single units and accounts."""
    shapes = data.units.shapes if data.units else None
    places = data.points.places if data.points else None
    nth = shapes.nth if shapes else {}
    pairs = [(nth.get(a), nth.get(b)) for a, b in data.barriers]
    return {
        "selectedUnits": _some(shapes, data.selected),
        "selectedPoints": _some(places, data.selected),
        "lockedUnits": _some(shapes, data.locked_units),
        "lockedPoints": _some(places, data.locked_points),
        "lockedParts": [plain_text(name) for name in data.locked_parts],
        "pendingUnits": _some(shapes, data.pending_units),
        "pendingPoints": _some(places, data.pending_points),
        "barriers": [pair for pair in pairs if None not in pair],
        "market": _base64(_bytes_of(data.market)),
        "marketLabel": plain_text(data.market_label),
    }


def _some(layer: Layer | None, ids: Sequence[str]) -> dict[str, str | None] | None:
    """Mark some of a layer: their places, or a bit each where that is shorter."""
    if layer is None or not len(ids):
        return None
    nth = layer.nth
    marked = [nth[name] for name in map(str, ids) if name in nth]
    places = np.unique(np.array(marked, dtype="<u4"))
    if places.nbytes < len(layer) / 8:
        return {"places": _base64(places)}
    is_marked = np.zeros(len(layer), dtype=bool)
    is_marked[places] = True
    return {"bits": _base64(np.packbits(is_marked, bitorder="little"))}


def _bytes_of(size: np.ndarray | None) -> np.ndarray | None:
    """Bring sizes from 0..1 to one byte each; NaN counts as nothing."""
    if size is None:
        return None
    sizes = np.nan_to_num(np.asarray(size, dtype=float))
    return np.round(np.clip(sizes, 0, 1) * 255).astype("u1")


def _base64(values: np.ndarray | None) -> str | None:
    return None if values is None else base64.b64encode(values.tobytes()).decode()


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "label": plain_text(entry.label),
        "short": plain_text(entry.short),
        "count": plain_text(entry.count),
        "colour": entry.colour,
        "dark": dark(entry.colour),
        "bar": None if entry.bar is None else round(entry.bar, 3),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "path": [[float(lat), float(lon)] for lat, lon in line.path],
        "colour": line.colour,
        "label": plain_text(line.label),
        "stops": [_place(stop, stop.stop_id) for stop in line.stops],
    }


def _home(home: Home) -> dict[str, Any]:
    return _place(home, home.home_id)


def _place(place: Stop | Home, place_id: str) -> dict[str, Any]:
    return {
        "id": str(place_id),
        "name": plain_text(place.name),
        "at": [float(place.lat), float(place.lon)],
        "facts": [[plain_text(a), plain_text(b)] for a, b in place.facts],
    }
