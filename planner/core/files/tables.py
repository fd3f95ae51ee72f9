"""
Writing files: whole or not at all, and with no cell a spreadsheet would execute.

Every export of the product goes through this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pandas as pd

from planner.core.errors import InputError
from planner.core.files.replacement import replacing
from planner.core.files.spreadsheets import csv_bytes, xlsx_bytes
from planner.core.money import minor_digits

FORMATS = ("csv", "xlsx", "parquet")
GEO_FORMATS = ("geojson", "gpkg")
TABLE_SUFFIXES = tuple(f".{form}" for form in (*FORMATS, "json", *GEO_FORMATS))


def write_bytes(content: bytes, path: Path, *, private: bool = False) -> None:
    """Write a file whole or not at all; a private one for its owner's eyes only."""
    with replacing(path, private=private) as beside:
        beside.write_bytes(content)


def write_text(content: str, path: Path) -> None:
    """Write a UTF-8 file whole or not at all."""
    write_bytes(content.encode(), path)


def exact_money(amount_minor: int, currency: str) -> Decimal:
    """Turn minor units into an exact decimal number."""
    return Decimal(int(amount_minor)).scaleb(-minor_digits(currency))


def in_money(
    frame: pd.DataFrame, currency: str, *, has_currency_column: bool = False
) -> pd.DataFrame:
    """
    Write the minor units of a frame as decimals, as all files hold them.

    Parameters
    ----------
    frame
        Columns ending in ``_minor`` or holding ``_minor_per_`` are minor units, those
        in ``_micro`` millionths of them.
    currency
        Decides the decimals.
    has_currency_column
        Whether the currency is added beside, if there is any amount.

    Returns
    -------
    The frame with these columns as exact decimals, their names without the ending.
    """
    shown = frame.copy()
    amounts = [name for name in shown if _is_minor(str(name))]
    for name in amounts:
        exact = [
            None if pd.isna(value) else exact_money(value, currency)
            for value in shown[name]
        ]
        shown[name] = pd.Series(exact, index=shown.index, dtype=object)
    digits = minor_digits(currency)
    for name in [column for column in shown if str(column).endswith("_micro")]:
        micro = [Decimal(int(value)).scaleb(-digits - 6) for value in shown[name]]
        shown[name] = pd.Series(micro, index=shown.index, dtype=object)
    if amounts and has_currency_column and "currency" not in shown:
        shown["currency"] = currency
    return shown.rename(
        columns=lambda name: (
            str(name)
            .removesuffix("_minor")
            .removesuffix("_micro")
            .replace("_minor_per_", "_per_")
        )
    )


def _is_minor(name: str) -> bool:
    return name.endswith("_minor") or "_minor_per_" in name


def encode_frame(
    frame: pd.DataFrame,
    form: str,
    *,
    name: str,
    index: bool = True,
    note: Mapping[str, str] | None = None,
) -> bytes:
    """
    Write a frame in one of the formats.

    Parameters
    ----------
    frame
        The rows; a GeoDataFrame for ``geojson`` and ``gpkg``.
    form
        One of `FORMATS` or `GEO_FORMATS`.
    name
        Of the sheet or layer.
    index
        Whether the index is written.
    note
        What the file says of itself, where `core.files.geofiles.read_note` finds it
        again; a CSV has no place for it.

    Raises
    ------
    InputError
        If the format is not known, or cannot hold the frame.
    """
    if form == "csv":
        return csv_bytes(frame, index=index)
    if form == "xlsx":
        told = json.dumps(dict(note)) if note else ""
        return xlsx_bytes({name: frame}, index=index, note=told)
    flat = frame.reset_index() if index else frame
    from planner.core.files import geofiles

    if form == "parquet":
        return geofiles.parquet_bytes(flat, note)
    if form == "geojson":
        return geofiles.geojson_bytes(flat, name, note)
    if form == "gpkg":
        return geofiles.geopackage_bytes(flat, name, note)
    known = ", ".join((*FORMATS, *GEO_FORMATS))
    raise InputError(f"format must be one of {known}, got {form!r}")


def write_frame(frame: pd.DataFrame, path: Path, *, index: bool = True) -> None:
    """
    Write a frame in the format its suffix names.

    Parameters
    ----------
    frame
        A frame; a GeoDataFrame for ``.geojson`` and ``.gpkg``.
    path
        Ends in .csv, .xlsx, .parquet, .json, .geojson or .gpkg.
    index
        Whether the index is written.

    Raises
    ------
    InputError
        If the suffix is none of these.
    """
    form = path.suffix.lower().removeprefix(".")
    if form == "json":
        kept = frame.reset_index() if index else frame
        write_text(kept.to_json(orient="records", date_format="iso"), path)
    elif form in (*FORMATS, *GEO_FORMATS):
        write_bytes(encode_frame(frame, form, name=path.stem, index=index), path)
    else:
        raise InputError(f"{path.name} must end in {', '.join(TABLE_SUFFIXES)}")
