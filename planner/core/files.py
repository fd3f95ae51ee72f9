"""
Writing files: whole or not at all, and with no cell a spreadsheet would execute.

Every export of the product goes through this module.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from planner.core.errors import InputError
from planner.core.money import minor_digits

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """
    Give a temporary path beside `path` that replaces it when all went well.

    Parameters
    ----------
    path
        The file to write; its folder is made if missing.

    Yields
    ------
    The path to write to. On any exception it is removed and `path` stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        with beside.open("rb+") as written:
            os.fsync(written.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file whole or not at all."""
    with replacing(path) as beside:
        beside.write_bytes(content)


def write_text(content: str, path: Path) -> None:
    """Write a UTF-8 file whole or not at all."""
    write_bytes(content.encode(), path)


def safe_cell(value: Any) -> Any:
    """
    Keep a spreadsheet from reading text as a formula.

    Parameters
    ----------
    value
        A cell; anything but text is returned as it is.

    Returns
    -------
    The text with an apostrophe before it where it starts like a formula.

    Notes
    -----
    Source: OWASP, CSV Injection.
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Apply `safe_cell` to every text cell of a frame, its index and its header."""
    safe = frame.copy()
    for place, dtype in enumerate(safe.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype):
            safe.isetitem(place, safe.iloc[:, place].map(safe_cell))
    safe.columns = [safe_cell(name) for name in safe.columns]
    if safe.index.nlevels == 1 and not pd.api.types.is_numeric_dtype(safe.index.dtype):
        safe.index = safe.index.map(safe_cell)
    return safe


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
        Columns ending in ``_minor`` hold minor units, in ``_micro`` millionths of them.
    currency
        Decides the decimals.
    has_currency_column
        Whether the currency is added beside, if there is any amount.

    Returns
    -------
    The frame with these columns as exact decimals, their names without the ending.
    """
    shown = frame.copy()
    amounts = [name for name in shown if str(name).endswith("_minor")]
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
        columns=lambda name: str(name).removesuffix("_minor").removesuffix("_micro")
    )


def csv_bytes(frame: pd.DataFrame, *, index: bool = True) -> bytes:
    """Encode a frame as CSV: UTF-8, commas, ISO dates, safe cells."""
    text = safe_frame(frame).to_csv(
        index=index, lineterminator="\n", date_format="%Y-%m-%d"
    )
    return text.encode()


def xlsx_bytes(sheets: dict[str, pd.DataFrame], *, index: bool = True) -> bytes:
    """
    Encode frames as a workbook, one sheet each.

    Parameters
    ----------
    sheets
        Frame by sheet name (31 characters at most, as Excel allows).
    index
        Whether the index is written.
    """
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(
        buffer, engine="xlsxwriter", engine_kwargs={"options": options}
    ) as writer:
        for name, frame in sheets.items():
            shown = safe_frame(frame)
            shown.to_excel(
                writer, sheet_name=name[:31], index=index, freeze_panes=(1, 0)
            )
            writer.sheets[name[:31]].autofit()
    return buffer.getvalue()


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
    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_bytes(csv_bytes(frame, index=index), path)
    elif suffix == ".xlsx":
        write_bytes(xlsx_bytes({path.stem: frame}, index=index), path)
    elif suffix == ".parquet":
        with replacing(path) as beside:
            frame.to_parquet(beside, index=index)
    elif suffix == ".json":
        kept = frame.reset_index() if index else frame
        write_text(kept.to_json(orient="records", date_format="iso"), path)
    elif suffix in {".geojson", ".gpkg"}:
        driver = "GeoJSON" if suffix == ".geojson" else "GPKG"
        with replacing(path) as beside:
            beside.unlink()
            # named after the file, not after the temporary one it is written to
            frame.to_file(beside, driver=driver, index=index, layer=path.stem)
    else:
        raise InputError(
            f"{path.name} must end in .csv, .xlsx, .parquet, .json, .geojson or .gpkg"
        )
