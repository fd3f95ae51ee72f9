"""Columns of a file that are not ours: kept as text, nothing is thrown away."""

from __future__ import annotations

import json

import pandas as pd

from planner.accounts.reading.cells import CellReader

_SHAPE_COLUMNS = ("lat", "lon")  # made of the shapes of a layer, not of its columns


def other_columns(cells: CellReader) -> list[str]:
    """Name the columns of the file that stand for none of ours."""
    mapped = set(cells.mapping.values())
    if cells.raw.geometry is not None:
        mapped |= set(_SHAPE_COLUMNS)
    return [name for name in cells.raw.columns if name not in mapped]


def kept_columns(cells: CellReader) -> pd.Series:
    """
    Write the cells of other columns as JSON.

    Returns
    -------
    shape (n_rows,)
        An object of column and text for each row, added to what a file of ours kept in
        its column `custom`; empty text where there is nothing.
    """
    names = other_columns(cells)
    frame = cells.raw.frame
    columns = [frame[name].tolist() for name in names]
    # As in the file, like the other columns: cleaning would change the texts inside.
    kept_before = cells.raw_cells("custom")
    texts = []
    for place, before in enumerate(kept_before.tolist()):
        fields = _json_object(before)
        fields |= {
            name: column[place]
            for name, column in zip(names, columns, strict=True)
            if column[place]
        }
        texts.append(json.dumps(fields, ensure_ascii=False) if fields else "")
    return pd.Series(texts, index=kept_before.index, dtype="str")


def custom_fields(cells: CellReader) -> pd.Series:
    """Do what `kept_columns` does, null where there is nothing."""
    texts = kept_columns(cells)
    return texts.mask(texts == "")


def _json_object(text: str) -> dict[str, object]:
    """Read a JSON object; other text is kept as a field named custom."""
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"custom": text}
