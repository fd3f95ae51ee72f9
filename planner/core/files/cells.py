"""Tables of commands, read cell by cell; a fault names row, column, value and rule."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd

from planner.core.errors import InputError, RowFault, SchemaError
from planner.core.text import folded
from planner.core.units import PPM

# What R, pandas and databases write for nothing.
_NOTHING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "<na>"})


class Table:
    """
    Rows of a file, read column by column.

    Parameters
    ----------
    name
        Of the file.
    rows : shape (n_rows, any)
        Texts, or values of a file that has types.
    required
        Columns it must have.

    Raises
    ------
    InputError
        If it lacks a column.
    """

    def __init__(
        self, name: str, rows: pd.DataFrame, required: Sequence[str] = ()
    ) -> None:
        self.name = name
        self.rows = rows.reset_index(drop=True)
        for column in required:
            self.require(column)

    def require(self, column: str) -> None:
        """Refuse a file without a column."""
        if not self.has(column):
            columns = ", ".join(map(str, self.rows.columns.drop("geometry", "ignore")))
            raise InputError(f"{self.name} has no column {column!r}; it has {columns}")

    def has(self, column: str) -> bool:
        """Tell whether the file has a column."""
        return column in self.rows

    def column(self, name: str) -> str | None:
        """Find a column whatever its case and signs: ``IsWon`` for ``is_won``."""
        same = (str(own) for own in self.rows if folded(str(own)) == folded(name))
        return next(same, None)

    def each(
        self, column: str, read: Callable[[str], Any], default: str | None = None
    ) -> list[Any]:
        """
        Read every cell of a column.

        Parameters
        ----------
        column
            Its name; all cells are `default` if the file lacks it.
        read
            Turns text into a value, or raises ValueError with the rule.
        default
            What an empty cell stands for; None: an empty cell goes to `read`.

        Raises
        ------
        SchemaError
            With all cells that `read` refuses.
        """
        values, faults = [], []
        for number, cell in enumerate(self._cells(column), start=1):
            try:
                values.append(read(cell.strip() or default or ""))
            except ValueError as error:
                faults.append(RowFault(str(number), column, cell, str(error)))
        if faults:
            raise SchemaError(self.name, faults)
        return values

    def unique(self, columns: Sequence[str]) -> None:
        """Refuse a second row with the same values in these columns."""
        names = ", ".join(columns)
        again = self.rows[self.rows.duplicated(list(columns))]
        faults = [
            RowFault(str(row + 1), names, ", ".join(map(str, cells)), "must be unique")
            for row, cells in zip(
                again.index, again[list(columns)].to_numpy().tolist(), strict=True
            )
        ]
        if faults:
            raise SchemaError(self.name, faults)

    def _cells(self, column: str) -> list[str]:
        if not self.has(column):
            return [""] * len(self.rows)
        cells = self.rows[column]
        return cells.astype(object).where(cells.notna(), "").map(str).tolist()


def read_table(path: Path, required: Sequence[str] = ()) -> Table:
    """
    Read a table whole.

    Parameters
    ----------
    path
        A UTF-8 CSV with a header, whose cells stay text, or Parquet.
    required
        Columns it must have.

    Raises
    ------
    InputError
        If it cannot be read, is no table or lacks a column.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    try:
        if path.suffix.lower() == ".parquet":
            return Table(path.name, pd.read_parquet(path), required)
        rows = pd.read_csv(
            path,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            index_col=False,
            skipinitialspace=True,
        )
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: must be UTF-8 text") from None
    except OSError as error:  # pyarrow's, of a file that is no Parquet, has no number
        reason = error.strerror or str(error)
        raise InputError(f"{path.name}: cannot be read: {reason}") from error
    except ValueError as error:  # pandas' and pyarrow's own are kinds of it
        reason = str(error).strip().replace("Error tokenizing data. C error: ", "")
        raise InputError(f"{path.name}: is no table: {reason}") from error
    return Table(path.name, rows.fillna("").rename(columns=str.strip), required)


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


def word_of(words: Mapping[str, str]) -> Callable[[str], str]:
    """Take one of a vocabulary, whatever case, blanks and signs; return ours for it."""
    ours = {folded(word): meaning for word, meaning in words.items()}

    def read(text: str) -> str:
        word = ours.get(folded(text))
        if word is None:
            allowed = ", ".join(dict.fromkeys(words.values()))
            raise ValueError(f"must be one of {allowed}, or a CRM's word for one")
        return word

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


def number(text: str) -> float:
    """Take a number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError("must be a number")
    return value


def number_from_0(text: str) -> float:
    """Take a number not below 0."""
    rule = "must be a number not below 0"
    try:
        value = number(text)
    except ValueError:
        raise ValueError(rule) from None
    if value < 0:
        raise ValueError(rule)
    return value


def flag(text: str) -> bool:
    """Take 0 or 1, or a word for it; nothing is 0."""
    word = text.lower()
    if word in {"1", "1.0", "true", "yes"}:
        return True
    if word in _NOTHING | {"0", "0.0", "false", "no"}:
        return False
    raise ValueError("must be 0 or 1")


def text_or_none(text: str) -> str | None:
    """Take any text; what other programs write for nothing is none."""
    return None if text.lower() in _NOTHING else text
