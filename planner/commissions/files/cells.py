"""CSV files read cell by cell: what is refused is named by file, row, column, value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd

from planner.accounts.kinds.deal_words import plain_word
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
            read = pd.read_csv(
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
            said = str(error).strip().replace("Error tokenizing data. C error: ", "")
            raise InputError(f"{self.name}: is no table: {said}") from error
        self.rows = read.fillna("").rename(columns=str.strip)
        missing = [name for name in required if name not in self.rows]
        if missing:
            raise InputError(
                f"{self.name}: column {', '.join(missing)} is missing; "
                f"it has {', '.join(self.rows.columns)}"
            )

    def has(self, column: str) -> bool:
        """Tell whether the file has a column."""
        return column in self.rows

    def column(self, name: str) -> str | None:
        """Find a column whatever its case and signs: ``IsWon`` for ``is_won``."""
        same = (own for own in self.rows if plain_word(own) == plain_word(name))
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
        InputError
            At the first cell that `read` refuses.
        """
        cells = self.rows[column] if self.has(column) else [""] * len(self.rows)
        found = []
        for number, cell in enumerate(cells, start=1):
            text = cell.strip() or default or ""
            try:
                found.append(read(text))
            except ValueError as error:
                raise InputError(
                    f"{self.name}: row {number}, {column} = {cell!r}: {error}"
                ) from None
        return found

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


def same_words(allowed: Sequence[str]) -> dict[str, str]:
    """Make a vocabulary of our own words alone."""
    return {word: word for word in allowed}


def one_of(words: Mapping[str, str]) -> Callable[[str], str]:
    """Take one of a few words, whatever case, blanks and signs; return ours for it."""
    ours = {plain_word(word): meaning for word, meaning in words.items()}

    def read(text: str) -> str:
        word = ours.get(plain_word(text))
        if word is None:
            allowed = dict.fromkeys([*dict.fromkeys(words.values()), *words])
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return word

    return read


def yes_or_no(text: str) -> bool:
    """Take a truth as CRMs write it."""
    truths = {"true": True, "1": True, "yes": True, "y": True}
    truths |= {"false": False, "0": False, "no": False, "n": False}
    if text.casefold() not in truths:
        raise ValueError("must be true or false")
    return truths[text.casefold()]


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
