"""Rows of a file and rows that are there already: what the file lacks is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from planner.core.errors import InputError
from planner.core.schemas import CUSTOM

MODES = ("replace", "add")
_PLACE = ("lat", "lon", "coordinates", "postcode", "city")
_FRAME_NAMES = {"cost_per_year": "cost_minor_per_year", "amount": "amount_minor"}


def brought_columns(mapping: Mapping[str, str], loaded: pd.DataFrame) -> set[str]:
    """
    Name the columns of a frame that a file brought itself; the others are defaults.

    Parameters
    ----------
    mapping
        Column of the file by column of ours.
    loaded
        The accepted rows.
    """
    brought = set()
    for target in mapping:
        names = (target, f"{target}_minor", _FRAME_NAMES.get(target, ""))
        brought |= {name for name in names if name in loaded.columns}
    if any(target in mapping for target in _PLACE):
        brought |= {"lat", "lon"} & set(loaded.columns)
    if CUSTOM in loaded.columns and bool(loaded[CUSTOM].notna().any()):
        brought.add(CUSTOM)
    return brought


def merge_rows(
    stored: pd.DataFrame, loaded: pd.DataFrame, brought: Iterable[str], mode: str
) -> pd.DataFrame:
    """
    Put the rows of a file over those that are stored, by id.

    Parameters
    ----------
    stored, loaded
        Frames of one schema with ids.
    brought
        Columns the file brought: all others of a known row stay as stored.
    mode
        ``replace``: only the rows of the file remain; ``add``: the others stay.

    Raises
    ------
    InputError
        If the mode is neither.
    """
    if mode not in MODES:
        raise InputError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    both = loaded.index.intersection(stored.index)
    merged = loaded.copy()
    if len(both):
        for name in [column for column in loaded.columns if column not in set(brought)]:
            if name in stored.columns and name != "geometry":
                merged.loc[both, name] = stored.loc[both, name]
    if mode == "replace":
        return merged
    others = stored[~stored.index.isin(loaded.index)]
    parts = [part for part in (others, merged) if len(part)]
    return pd.concat(parts) if parts else merged
