"""Cells of a file that the user typed anew, instead of mending the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.core.errors import InputError
from planner.core.files.cells import filled, read_table

COLUMNS = ("row", "column", "was", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """
    What one cell of a file is read as.

    Parameters
    ----------
    row
        Data row counted from 1.
    column
        Column of the file, or ours where that is mapped.
    value
        Text that stands for the cell; empty: the cell is empty.
    file
        Name of the file, where several come in together; empty: the only one.
    """

    row: int
    column: str
    value: str
    file: str = ""

    def __post_init__(self) -> None:
        if self.row < 1:
            raise InputError(f"row must be a number from 1 up, got {self.row}")


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """
    Read corrections from a table with the columns row, column, value and perhaps file.

    Raises
    ------
    InputError
        If it is no such table, or corrects a cell twice.
    """
    table = read_table(path, ["row", "column", "value"])
    table.unique([name for name in ("file", "row", "column") if table.has(name)])
    return tuple(
        Correction(row=row, column=column, value=value, file=file)
        for row, column, value, file in zip(
            table.each("row", _row_number),
            table.each("column", filled),
            table.each("value", str),
            table.each("file", str),
            strict=True,
        )
    )


def no_corrections() -> pd.DataFrame:
    """Make the frame of a file nobody corrected."""
    return pd.DataFrame(columns=list(COLUMNS), dtype=object)


def of_file(corrections: Iterable[Correction], file: str) -> tuple[Correction, ...]:
    """Choose the corrections of one of several files, and those that name none."""
    return tuple(one for one in corrections if one.file in {"", file})


def _row_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError("must be the number of a data row, from 1 up")
    return int(text)
