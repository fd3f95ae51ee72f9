"""Reading the mapped columns of a table one by one, each fault with its repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from planner.accounts.context import ImportContext
from planner.accounts.findings import FindingLog
from planner.accounts.mapping.guess import header_currency
from planner.accounts.mapping.readings import Reading, factor_of, scaled
from planner.accounts.reading.dates import read_dates, read_times
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.texts import clean_text, has_unseen
from planner.accounts.reading.values import Numbers, read_numbers, to_minor
from planner.core.money import minor_digits

LARGEST_COUNT = 100_000_000


@dataclass(frozen=True, slots=True)
class CellReader:
    """
    Reads columns of one table by our names, reporting to one log.

    Parameters
    ----------
    raw
        The table.
    mapping
        Column of the file by column of ours.
    context
        Under what the file is read.
    log
        Takes the findings.
    readings
        What the user or the header says of a column, by ours.
    extra
        Takes rows of other kinds that come along: the seats of a list of people.
    """

    raw: RawTable
    mapping: Mapping[str, str]
    context: ImportContext
    log: FindingLog
    readings: Mapping[str, Reading] = field(default_factory=dict)
    extra: dict[str, pd.DataFrame] = field(default_factory=dict)
    _texts: dict[str, pd.Series] = field(default_factory=dict)

    @property
    def rows(self) -> pd.Index:
        """Row numbers of the table."""
        return self.raw.frame.index

    def has(self, target: str) -> bool:
        """Whether the file has this column."""
        return target in self.mapping

    def raw_cells(self, target: str) -> pd.Series:
        """Cells as in the file, empty text where there is no such column."""
        if target not in self.mapping:
            return pd.Series("", index=self.rows, dtype="str")
        return self.raw.frame[self.mapping[target]]

    def text(self, target: str, *, required: bool = False) -> pd.Series:
        """
        Read clean text.

        Parameters
        ----------
        target
            Our column.
        required
            Whether an empty cell refuses its row.
        """
        cells = self._texts.get(target)
        if cells is None:
            cells = texts = self.raw_cells(target)
            if self.has(target):
                cells = clean_text(texts)
                self._tell_cleaned(texts, target)
            self._texts[target] = cells
        if required:
            self._rows(
                f"missing_{target}",
                cells[cells == ""],
                f"{target} must not be empty",
                target,
            )
        return cells

    def choice(
        self, target: str, allowed: Mapping[str, str], default: str
    ) -> pd.Series:
        """
        Read one of some words.

        Parameters
        ----------
        target
            Our column.
        allowed
            Our word by the file's in lower case.
        default
            Word of an empty cell.
        """
        cells = self.text(target)
        words = cells.str.casefold().map(dict(allowed)).astype("str")
        is_unknown = words.isna() & (cells != "")
        words_allowed = ", ".join(sorted(set(allowed.values())))
        self._rows(
            f"unknown_{target}",
            cells[is_unknown],
            f"{target} must be one of {words_allowed}, got {{value}}",
            target,
        )
        return words.fillna(default)

    def count(self, target: str, *, rounded: bool = False) -> pd.Series:
        """Read whole numbers from 0 up as Int64, null where empty; others refused."""
        if not self.has(target):
            return self._nothing("Int64")
        numbers = self._numbers(target, allow_groups=True)
        values = numbers.floats.round() if rounded else numbers.floats
        is_wrong = (values < 0) | (values > LARGEST_COUNT) | (values % 1 != 0)
        is_wrong = is_wrong & values.notna()
        self._rows(
            "bad_count",
            self.raw_cells(target)[is_wrong],
            f"{target} must be a whole number from 0 up, got {{value}}",
            target,
        )
        return values.mask(is_wrong).astype("Int64")

    def number(self, target: str, *, required: bool = False) -> pd.Series:
        """Read a number without thousands (a coordinate), NaN where empty."""
        if not self.has(target) and not required:
            return self._nothing("float64")
        numbers = self._numbers(target, allow_groups=False)
        if required:
            empty = (numbers.text == "") & ~numbers.is_bad & ~numbers.is_held
            self._rows(
                f"missing_{target}",
                numbers.text[empty],
                f"{target} must not be empty",
                target,
            )
        return numbers.floats

    def amount(self, target: str) -> pd.Series:
        """Read numbers of any sign, thousands divided or not; NaN where empty."""
        return self._numbers(target, allow_groups=True).floats

    def share(self, target: str) -> pd.Series:
        """Read a share from 0 to 1; ``25%`` is 0.25."""
        if not self.has(target):
            return self._nothing("float64")
        cells = self.raw_cells(target)
        is_pct = cells.str.contains("%", regex=False)
        numbers = self._numbers(
            target, allow_groups=False, cells=cells.str.replace("%", "", regex=False)
        )
        factor = factor_of(target, self._reading(target).unit)
        values = numbers.floats.where(~is_pct, numbers.floats / float(100 * factor))
        is_wrong = (values < 0) | (values > 1)
        self._rows(
            "bad_share",
            cells[is_wrong],
            f"{target} must lie from 0 to 1, got {{value}}",
            target,
        )
        return values.mask(is_wrong)

    def money(
        self, target: str, *, signed: bool = False, exact: bool = False
    ) -> pd.Series:
        """
        Read decimal amounts as minor units, Int64, null where empty.

        Parameters
        ----------
        target
            Our column, without ``_minor``.
        signed
            Whether amounts below zero are allowed.
        exact
            Whether more decimals than the currency has refuse the row; else they are
            rounded half up and said so.
        """
        if not self.has(target):
            return self._nothing("Int64")
        self._refuse_foreign_header(target)
        numbers = self._numbers(target, allow_groups=True)
        digits = minor_digits(self.context.currency)
        minor, is_rounded, is_long = to_minor(numbers.text, digits)
        cells = self.raw_cells(target)
        self._rows(
            "too_large", cells[is_long], f"{target} is too large: {{value}}", target
        )
        if exact:
            self._rows(
                "too_many_decimals",
                cells[is_rounded],
                f"{target} must have at most {digits} decimals, got {{value}}",
                target,
            )
        elif is_rounded.any():
            self._file(
                "rounded",
                "notice",
                f"{int(is_rounded.sum()):,} amounts were rounded to {digits} decimals",
                target,
            )
        if not signed:
            below = (minor < 0).fillna(value=False).astype(bool)
            self._rows(
                "negative_amount",
                cells[below],
                f"{target} must not be below zero, got {{value}}; a credit is a deal, "
                "not an account",
                target,
            )
            minor = minor.mask(below)
        return minor

    def date(self, target: str, *, required: bool = False) -> pd.Series:
        """Read dates, null where empty."""
        if not self.has(target) and not required:
            return self._nothing("datetime64[s]")
        return self._dates(self.raw_cells(target), target, required=required)

    def time(self, target: str) -> pd.Series:
        """Read times of day as seconds from midnight, Int64, null where empty."""
        if not self.has(target):
            return self._nothing("Int64")
        cells = self.raw_cells(target)
        seconds, is_bad = read_times(cells)
        self._rows(
            "bad_time",
            cells[is_bad],
            f"{target} must be a time of day such as 08:30, got {{value}}",
            target,
        )
        return seconds

    def refuse_foreign_currency(self) -> None:
        """Refuse rows whose currency column names another than the company's."""
        cells = self.text("currency").str.upper()
        other = cells[(cells != "") & (cells != self.context.currency)]
        self._rows(
            "other_currency",
            other,
            f"amounts must be in {self.context.currency}, got {{value}}; "
            "convert them in the file",
            "currency",
        )

    def hold_dates(self, cells: pd.Series, is_held: pd.Series, column: str) -> None:
        """Refuse rows whose date can be read in two ways."""
        self.log.rows(
            "unclear_date",
            "reject",
            cells[is_held],
            "the date {value} can be read in two ways, or the column mixes forms; "
            "choose one form or write 2026-11-20",
            column=column,
        )

    def _tell_cleaned(self, texts: pd.Series, target: str) -> None:
        """Say once for each column in which rows unseen signs were taken out."""
        column = self.mapping.get(target, target)
        if ("cleaned_text", column) in self.log.told:
            return
        self.log.told.add(("cleaned_text", column))
        self.log.rows(
            "cleaned_text",
            "notice",
            texts[has_unseen(texts)],
            "{value} holds line breaks or unseen signs; they were taken out",
            column=column,
        )

    def _nothing(self, kind: str) -> pd.Series:
        """Make the empty column of a target that the file does not have."""
        return pd.Series(None, index=self.rows, dtype=kind)

    def _numbers(
        self, target: str, *, allow_groups: bool, cells: pd.Series | None = None
    ) -> Numbers:
        texts = self.raw_cells(target) if cells is None else cells
        reading = self._reading(target)
        numbers = read_numbers(
            texts,
            allow_groups=allow_groups,
            decimal=reading.decimal or self.context.decimal,
        )
        self._rows(
            "bad_number",
            texts[numbers.is_bad],
            f"{target} must be a number, got {{value}}",
            target,
        )
        self._rows(
            "unclear_number",
            texts[numbers.is_held],
            f"{target} {{value}} can be read in two ways against the other rows; "
            "write it without signs between thousands",
            target,
        )
        if numbers.uses_comma:
            self._file(
                "decimal_comma", "notice", "the comma is read as decimal sign", target
            )
        if numbers.uses_groups:
            self._file(
                "grouped_numbers",
                "notice",
                "signs between thousands were taken out",
                target,
            )
        factor = factor_of(target, reading.unit)
        return replace(numbers, text=scaled(numbers.text, factor))

    def _reading(self, target: str) -> Reading:
        return self.readings.get(target) or Reading(column="")

    def _dates(self, cells: pd.Series, target: str, *, required: bool) -> pd.Series:
        form = self._reading(target).date_form or self.context.date_form
        dates = read_dates(cells, form)
        self._rows(
            "bad_date",
            cells[dates.is_bad],
            f"{target} must be a date such as 2026-11-20, got {{value}}",
            target,
        )
        self.hold_dates(cells, dates.is_held, self.mapping.get(target, target))
        if dates.form != "iso" and bool(dates.dates.notna().any()):
            spoken = {
                "mdy": "month/day/year",
                "dmy": "day/month/year",
                "serial": "Excel day numbers",
            }[dates.form]
            self._file("date_form", "notice", f"dates are read as {spoken}", target)
        if required:
            empty = dates.dates.isna() & ~dates.is_bad & ~dates.is_held
            self._rows(
                f"missing_{target}", cells[empty], f"{target} must not be empty", target
            )
        return dates.dates

    def _refuse_foreign_header(self, target: str) -> None:
        column = self.mapping.get(target, "")
        currency = header_currency(column) if column else None
        if currency is not None and currency != self.context.currency:
            self._file(
                "other_currency",
                "reject",
                f"column {column!r} is in {currency}, the company's currency is "
                f"{self.context.currency}; convert it in the file",
                target,
            )

    def _rows(self, code: str, cells: pd.Series, message: str, target: str) -> None:
        column = self.mapping.get(target, target)
        self.log.rows(code, "reject", cells, message, column=column)

    def _file(self, code: str, severity: str, message: str, target: str) -> None:
        column = self.mapping.get(target, target)
        self.log.file(code, severity, f"{column}: {message}", column=column)
