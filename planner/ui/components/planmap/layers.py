"""
The map's immutable half: places and shapes as one block of bytes each.

A block is sent to the browser once and named by its hash; what changes while
planning (one byte per unit or account) travels apart from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely

from planner.core.errors import InputError
from planner.core.text import plain_text

NONE = 65_535  # code of what belongs to no class: unassigned
MAX_FACTS = 8
ALIGN = 4  # typed arrays in the browser start at multiples of this


@dataclass(frozen=True, kw_only=True)
class Layer:
    """
    Places or shapes, encoded.

    Parameters
    ----------
    ids : shape (n,)
        Their ids, in the order of the codes.
    version
        Hash of the content; equal content has an equal version.
    blob
        The bytes the browser reads: length of the header, header as JSON, arrays.
    """

    ids: tuple[str, ...]
    version: str
    blob: bytes

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def nth(self) -> dict[str, int]:
        """Place of each id in the order of the codes."""
        return {name: place for place, name in enumerate(self.ids)}


def shapes_of(
    frame: Any,
    *,
    names: str = "name",
    facts: Mapping[str, pd.Series] | None = None,
) -> Layer:
    """
    Encode polygons, such as units or states.

    Parameters
    ----------
    frame
        GeoDataFrame in EPSG:4326, indexed by id.
    names
        Column with the names.
    facts
        Up to eight columns of text for the tooltip, by heading, aligned by index.

    Raises
    ------
    InputError
        If there are more facts than eight or the coordinates are not degrees.
    """
    geometry = np.asarray(frame.geometry.array)
    rings, ring_unit = _rings(geometry)
    coordinates, ring_of = shapely.get_coordinates(rings, return_index=True)
    _refuse_metres(coordinates)
    ring_start = np.searchsorted(ring_of, np.arange(len(rings) + 1))
    unit_start = np.searchsorted(ring_unit, np.arange(len(geometry) + 1))
    header, fact_arrays = _header("shapes", frame.index, frame[names], facts)
    arrays = fact_arrays | {
        "lonlat": coordinates.astype("<f4").ravel(),
        "ringStart": ring_start.astype("<u4"),
        "unitStart": unit_start.astype("<u4"),
    }
    return pack(frame.index, header, arrays)


def places_of(
    frame: pd.DataFrame,
    *,
    names: str = "name",
    facts: Mapping[str, pd.Series] | None = None,
) -> Layer:
    """
    Encode points, such as accounts.

    Parameters
    ----------
    frame
        Columns `lat` and `lon` in degrees, indexed by id.
    names
        Column with the names.
    facts
        Up to eight columns of text for the tooltip, by heading, aligned by index.

    Raises
    ------
    InputError
        If there are more facts than eight or the coordinates are not degrees.
    """
    lonlat = frame[["lon", "lat"]].to_numpy(dtype=float)
    _refuse_metres(lonlat)
    header, arrays = _header("places", frame.index, frame[names], facts)
    arrays["lonlat"] = lonlat.astype("<f4").ravel()
    return pack(frame.index, header, arrays)


def unpack(blob: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """
    Read a block back, as the browser does.

    Parameters
    ----------
    blob
        The bytes of a `Layer`.

    Returns
    -------
    The header and the arrays by name.
    """
    length = int(np.frombuffer(blob, "<u4", 1)[0])
    header = json.loads(blob[ALIGN : ALIGN + length])
    arrays, place = {}, _aligned(ALIGN + length)
    for name, dtype, count in header["arrays"]:
        arrays[name] = np.frombuffer(blob, dtype, count, place)
        place = _aligned(place + arrays[name].nbytes)
    return header, arrays


def _rings(geometry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """List all rings, shells and holes alike, and the unit of each."""
    parts, unit = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    return rings, unit[part]


def _refuse_metres(lonlat: np.ndarray) -> None:
    if len(lonlat) and not np.all(np.abs(lonlat) <= (180, 90)):
        raise InputError("the map takes degrees (EPSG:4326), got larger numbers")


def _header(
    kind: str, ids: pd.Index, names: pd.Series, facts: Mapping[str, pd.Series] | None
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Write ids, names and facts: of each fact the distinct texts, and an array."""
    facts_by_label = facts or {}
    if len(facts_by_label) > MAX_FACTS:
        raise InputError(
            f"a tooltip shows at most {MAX_FACTS} facts, got {len(facts_by_label)}"
        )
    labels: list[tuple[str, list[str]]] = []
    arrays = {}
    for number, (label, values) in enumerate(facts_by_label.items()):
        nth, distinct = pd.factorize(values.reindex(ids))
        labels.append((label, [*map(plain_text, distinct), ""]))
        arrays[f"fact{number}"] = np.where(nth < 0, len(distinct), nth).astype("<u4")
    header = {
        "kind": kind,
        "ids": texts(ids),
        "names": texts(names),
        "facts": labels,
    }
    return header, arrays


def texts(values: pd.Series | pd.Index | Sequence[Any]) -> list[str]:
    """Write values as plain lines; what is missing is empty."""
    objects = pd.Series(values).astype(object)
    return [*map(plain_text, objects.where(objects.notna(), None))]


def pack(
    ids: pd.Index, header: dict[str, Any], arrays: Mapping[str, np.ndarray]
) -> Layer:
    """Put header and arrays into one block and name it by its hash."""
    digest = hashlib.blake2b(json.dumps(header).encode(), digest_size=8)
    for array in arrays.values():
        digest.update(array.tobytes())
    version = digest.hexdigest()
    header["version"] = version
    header["arrays"] = [[n, a.dtype.str, len(a)] for n, a in arrays.items()]
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    pieces = [np.array([len(text)], "<u4").tobytes(), text]
    for array in arrays.values():
        pieces.append(bytes(-sum(map(len, pieces)) % ALIGN))
        pieces.append(array.tobytes())
    return Layer(ids=tuple(str(i) for i in ids), version=version, blob=b"".join(pieces))


def _aligned(place: int) -> int:
    return place + -place % ALIGN
