"""CSV files read cell by cell: what is refused is named by file, row, column, value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd

from planner.core.errors import InputError
from planner.core.units import PPM


class Table:
    """
    A CSV file as text, read column by column.

    Parameters
    ----------
    path
        A UTF-8 CSV with a header.
    required
        Columns it must have.

    Raises
    ------
    InputError
        If it cannot be read, is empty or lacks a column.
    """

    def __init__(self, path: Path, required: Sequence[str]) -> None:
        self.name = path.name
        try:
            frame = pd.read_csv(
                path,
                dtype=str,
                keep_default_na=False,
                encoding="utf-8-sig",
                index_col=False,
            )
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError:
            raise InputError(f"{self.name}: must be UTF-8 text") from None
        except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
            message = str(error).strip().replace("Error tokenizing data. C error: ", "")
            raise InputError(f"{self.name}: is no table: {message}") from error
        self.rows = frame.fillna("").rename(columns=str.strip)
        missing = [name for name in required if name not in self.rows]
        if missing:
            raise InputError(
                f"{self.name}: column {', '.join(missing)} is missing; "
                f"it has {', '.join(self.rows.columns)}"
            )

    def has(self, column: str) -> bool:
        """Tell whether the file has a column."""
        return column in self.rows

    def each(
        self, column: str, reader: Callable[[str], Any], default: str | None = None
    ) -> list[Any]:
        """
        Read every cell of a column.

        Parameters
        ----------
        column
            Its name; all cells are `default` if the file lacks it.
        reader
            Turns text into a value, or raises ValueError with the rule.
        default
            What an empty cell stands for; None: an empty cell goes to `reader`.

        Raises
        ------
        InputError
            At the first cell that `reader` refuses.
        """
        cells = self.rows[column] if self.has(column) else [""] * len(self.rows)
        values = []
        for number, cell in enumerate(cells, start=1):
            text = cell.strip() or default or ""
            try:
                values.append(reader(text))
            except ValueError as error:
                raise InputError(
                    f"{self.name}: row {number}, {column} = {cell!r}: {error}"
                ) from None
        return values

    def unique(self, columns: Sequence[str]) -> None:
        """Refuse a second row with the same values in these columns."""
        twice = self.rows.duplicated(list(columns))
        if twice.any():
            row = self.rows[twice].iloc[0]
            values = ", ".join(row[name] for name in columns)
            raise InputError(
                f"{self.name}: row {row.name + 1}, {', '.join(columns)} = {values!r}: "
                "must be unique"
            )


def filled(text: str) -> str:
    """Take any text but none."""
    if not text:
        raise ValueError("must not be empty")
    return text


def one_of(allowed: Sequence[str]) -> Callable[[str], str]:
    """Take one of a few words, whatever their case."""

    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text.lower()

    return read


def day(text: str) -> pd.Timestamp:
    """Take a day of the calendar."""
    try:
        return pd.Timestamp(dt.date.fromisoformat(text))
    except ValueError:
        raise ValueError("must be a day like 2026-01-31") from None


def day_or_open(text: str) -> pd.Timestamp:
    """Take a day, or nothing."""
    return day(text) if text else pd.NaT


def share_ppm(text: str) -> int:
    """Take a share above 0 and at most 1 as parts per million."""
    ppm = _decimal(text) * PPM
    if not 0 < ppm <= PPM or ppm != ppm.to_integral_value():
        raise ValueError("must be a share in (0, 1] with at most 6 decimals")
    return int(ppm)


def positive(text: str) -> Decimal:
    """Take a decimal number above 0."""
    number = _decimal(text)
    if number <= 0:
        raise ValueError("must be above 0")
    return number


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("must be a decimal number") from None
    if not number.is_finite():
        raise ValueError("must be a decimal number")
    return number
