"""
Lists of units or accounts: sent once as one block, then only what changes.

Like the map's, the block is immutable and named by its hash; territory, locks and
choice travel apart from it, packed: a few kB for 100,000 rows.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from planner.ui.components.grid.events import BITS, EventKind, TableEvent, read_event
from planner.ui.components.planmap.layers import Layer, pack, texts
from planner.ui.events import parse

Kind = Literal["text", "count", "money", "hours"]
NOWHERE = 65_535  # code of what no territory holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """
    The immutable half of a list.

    Parameters
    ----------
    index : shape (n_rows,)
        Ids in the order of the list.
    source, places : shape (n_rows,)
        Ids in the order of the frame, and where in it each row stands.
    layer
        The block the browser reads.
    """

    index: pd.Index
    source: pd.Index
    places: np.ndarray
    layer: Layer


def rows_of(
    frame: pd.DataFrame,
    columns: Mapping[str, tuple[str, Kind]],
    *,
    names: str = "name",
    beside: str = "",
    together: str = "",
) -> Rows:
    """
    Encode the rows of a list.

    Parameters
    ----------
    frame
        Indexed by id.
    columns
        By column of the frame its heading and kind: ``text`` (few different ones),
        ``count``, ``money`` (minor units) or ``hours`` (minutes).
    names
        Column with the names.
    beside
        Column of a text shown beside the name; "": none.
    together
        Column whose equal values stand together, such as the unit of accounts: rows of
        one territory in a row make the changing half small. "": as the frame is.
    """
    source, places = frame.index, np.arange(len(frame))
    if together:
        groups, _ = pd.factorize(frame[together], sort=True)
        places = groups.argsort(kind="stable")
        frame = frame.iloc[places]
    header: dict[str, Any] = {
        "kind": "rows",
        "ids": texts(frame.index),
        "names": texts(frame[names]),
        "beside": texts(frame[beside]) if beside else [],
        "columns": [],
    }
    arrays = {}
    for name, (label, kind) in columns.items():
        column: dict[str, Any] = {"id": name, "label": label, "kind": kind}
        if kind == "text":
            codes, uniques = pd.factorize(frame[name], sort=True)
            column["texts"] = texts(uniques)
            arrays[name] = codes.astype("<i8").astype("<u4")  # -1: the last there is
        else:
            arrays[name] = frame[name].astype("Float64").astype(float).to_numpy("<f4")
        header["columns"].append(column)
    layer = pack(frame.index, header, arrays)
    index = pd.Index(layer.ids, dtype="str")
    return Rows(index=index, source=source, places=places, layer=layer)


def codes_text(rows: Rows, territory: pd.Series, order: Sequence[str]) -> str:
    """
    Pack the territory of each row.

    Parameters
    ----------
    territory
        Indexed by id; missing: none.
    order
        The territories; a row's code is the place of its own.
    """
    if territory.index.equals(rows.source):
        territory = territory.take(rows.places)  # a tenth of what looking up costs
    else:
        territory = territory.reindex(rows.index)
    numbers, texts = pd.factorize(territory)
    codes = pd.Index(list(order), dtype="str").get_indexer_for(texts)
    codes = np.append(np.where(codes < 0, NOWHERE, codes), NOWHERE)
    return _packed(codes[numbers].astype("<u2"))


def bits_text(rows: Rows, ids: Collection[str]) -> str:
    """Pack which rows are meant, one bit each; unknown ids are passed over."""
    return _packed(np.packbits(_mask(rows, ids), bitorder="little"))


def _mask(rows: Rows, ids: Collection[str]) -> np.ndarray:
    mask = np.zeros(len(rows.index), dtype=bool)
    if len(ids):
        places = rows.index.get_indexer_for(list(ids))
        mask[places[places >= 0]] = True
    return mask


def _packed(values: np.ndarray) -> str:
    return base64.b64encode(zlib.compress(values.tobytes(), 6)).decode()


def read_list_event(
    raw: Any, kinds: Collection[EventKind], rows: Rows
) -> TableEvent | None:
    """
    Check what the browser sent of a list.

    Parameters
    ----------
    raw
        As of `read_event`, or for many rows ``bits`` (base64, one bit a row) and the
        ``version`` of the block they count in.
    kinds
        Which gestures there are.
    rows
        What the list shows.

    Returns
    -------
    The event; None if there is none, it makes no sense or is of other rows.
    """
    if not isinstance(raw, Mapping) or "bits" not in raw:
        return read_event(raw, kinds)
    fields = parse(raw, BITS, kinds)
    if fields is None or fields["version"] != rows.layer.version:
        return None
    try:
        data = np.frombuffer(base64.b64decode(fields["bits"], validate=True), "u1")
    except ValueError:  # no base64, or no ASCII
        return None
    n_rows = len(rows.index)
    if len(data) != -(-n_rows // 8):
        return None
    is_chosen = np.unpackbits(data, count=n_rows, bitorder="little").astype(bool)
    ids = tuple(rows.index[is_chosen].tolist())
    if not ids and fields["kind"] != "choose":
        return None
    return TableEvent(kind=fields["kind"], ids=ids)
