"""Reading the mapped columns of a table one by one, each fault with its repair."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from planner.accounts.context import ImportContext
from planner.accounts.findings import Finding, FindingLog
from planner.accounts.mapping.guess import header_currency
from planner.accounts.mapping.readings import Reading, factor_of, scaled
from planner.accounts.mapping.vocabulary import FALSE, TRUE, values_in_turn, values_of
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.values.clocks import Clocks, read_clocks
from planner.accounts.reading.values.coordinates import read_angles
from planner.accounts.reading.values.currencies import is_other_currency
from planner.accounts.reading.values.dates import in_zone, read_dates
from planner.accounts.reading.values.numbers import Numbers, read_numbers, to_minor
from planner.accounts.reading.values.texts import clean_text, has_unseen
from planner.core.money import minor_digits

LARGEST_COUNT = 100_000_000
_INFINITE = r"(?i:[+-]?inf(?:inity)?|[+-]?\d+e\d{3,})"  # a computation that failed


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
    required
        Our columns without which a row cannot be: a cell of theirs that cannot be read
        refuses its row, one of another column is left empty and warned of.
    values
        Takes what became of values of columns that have few, see `values_frame`.
    """

    raw: RawTable
    mapping: Mapping[str, str]
    context: ImportContext
    log: FindingLog
    readings: Mapping[str, Reading] = field(default_factory=dict)
    extra: dict[str, pd.DataFrame] = field(default_factory=dict)
    required: Collection[str] = ()
    values: list[dict[str, Any]] = field(default_factory=list)
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
        self, target: str, default: str, *, unknown: str | None = None
    ) -> pd.Series:
        """
        Read values of a column that has few, theirs brought to ours.

        Parameters
        ----------
        target
            Our column.
        default
            Value of an empty cell.
        unknown
            Value of a cell that nobody knows, which is asked about; None: the default.
        """
        cells = self.text(target)
        ours = values_in_turn(cells, target, self._reading(target).values)
        column = self.mapping.get(target, target)
        is_open = ours.isna() & (cells != "")
        instead = default if unknown is None else unknown
        known = ", ".join(values_of(target))
        for value, rows in cells[is_open].groupby(cells[is_open]):
            self.log.add(
                Finding(
                    code=f"unknown_{target}",
                    severity="warn",
                    column=column,
                    value=str(value)[:120],
                    message=f"which {target} is {str(value)[:60]!r}, in {len(rows):,} "
                    f"rows of column {column!r}: {known}? Until the mapping says so in "
                    f"its values, they count as {instead or 'without one'}",
                )
            )
        self.extra_values(target, cells, ours, instead)
        return ours.mask(is_open, instead).where(cells != "", default).astype("str")

    def extra_values(
        self, target: str, cells: pd.Series, ours: pd.Series, instead: str
    ) -> None:
        """Keep what each of their values became, to be shown and corrected."""
        if not self.has(target):
            return
        counts = cells[cells != ""].value_counts()
        first = ours.groupby(cells).first()
        self.values.extend(
            {
                "target": target,
                "column": self.mapping[target],
                "value": value,
                "ours": first.get(value) or instead,
                "n_rows": int(number),
                "is_known": bool(pd.notna(first.get(value))),
            }
            for value, number in counts.items()
        )

    def truth(self, target: str) -> pd.Series:
        """Read yes and no as boolean, null where there is neither."""
        if not self.has(target):
            return self._nothing("boolean")
        words = values_in_turn(self.text(target), target, {})
        return words.map({TRUE: True, FALSE: False}).astype("boolean")

    def count(self, target: str, *, rounded: bool = False) -> pd.Series:
        """Read whole numbers from 0 up as Int64, null where there is none."""
        if not self.has(target):
            return self._nothing("Int64")
        numbers = self._numbers(target, digits=0)
        values = numbers.floats.round() if rounded else numbers.floats
        is_wrong = (values < 0) | (values > LARGEST_COUNT) | (values % 1 != 0)
        is_wrong = is_wrong & values.notna()
        self._unreadable(
            "bad_count",
            self.raw_cells(target)[is_wrong],
            f"{target} must be a whole number from 0 up, got {{value}}",
            target,
        )
        return values.mask(is_wrong).astype("Int64")

    def angle(self, target: str, letters: str) -> pd.Series:
        """
        Read degrees of any form, NaN where there are none.

        Parameters
        ----------
        target
            ``lat`` or ``lon``.
        letters
            Of its hemispheres, ``NS`` or ``EW``.
        """
        if not self.has(target):
            return self._nothing("float64")
        given = self.raw_cells(target)
        numbers = self._read(target, given, allow_groups=False)
        degrees, is_bad = numbers.floats, numbers.is_bad
        if is_bad.any():
            angles, is_none = read_angles(given[is_bad], letters)
            degrees = degrees.fillna(angles)
            is_bad = is_none.reindex(given.index, fill_value=False)
        return self._reported(target, given, replace(numbers, is_bad=is_bad), degrees)

    def amount(self, target: str) -> pd.Series:
        """Read numbers of any sign, thousands divided or not; NaN where empty."""
        return self._numbers(target).floats

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
        self._unreadable(
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
        digits = minor_digits(self.context.currency)
        numbers = self._numbers(target, digits=digits)
        self._refuse_foreign_cells(target, numbers)
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
        return self._clocks(target).seconds

    def hours(self, opens: str, closes: str) -> tuple[pd.Series, pd.Series]:
        """
        Read two columns of times of day, or one of spans such as ``8-17``.

        Parameters
        ----------
        opens, closes
            Our columns; without the second, the spans of the first end there.
        """
        if not self.has(opens):
            return self._nothing("Int64"), self.time(closes)
        spans = self._clocks(opens)
        return spans.seconds, spans.ends.fillna(self.time(closes))

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

    def _clocks(self, target: str) -> Clocks:
        cells = self.raw_cells(target)
        words = self.mapping[target].casefold().replace("_", " ").split()
        clocks = read_clocks(cells, in_seconds=words[-1:] in (["s"], ["seconds"]))
        self._unreadable(
            "bad_time",
            cells[clocks.is_bad],
            f"{target} must be a time of day such as 08:30, got {{value}}",
            target,
        )
        return clocks

    def _numbers(
        self,
        target: str,
        *,
        allow_groups: bool = True,
        digits: int | None = None,
        cells: pd.Series | None = None,
    ) -> Numbers:
        texts = self.raw_cells(target) if cells is None else cells
        numbers = self._read(target, texts, allow_groups=allow_groups, digits=digits)
        self._reported(target, texts, numbers, numbers.floats)
        factor = factor_of(target, self._reading(target).unit)
        return replace(numbers, text=scaled(numbers.text, factor))

    def _read(
        self,
        target: str,
        texts: pd.Series,
        *,
        allow_groups: bool,
        digits: int | None = None,
    ) -> Numbers:
        return read_numbers(
            texts,
            allow_groups=allow_groups,
            decimal=self._reading(target).decimal or self.context.decimal,
            digits=digits,
        )

    def _reported(
        self, target: str, texts: pd.Series, numbers: Numbers, floats: pd.Series
    ) -> pd.Series:
        """Report what a column of numbers could not tell, and hand its numbers on."""
        bad = texts[numbers.is_bad]
        is_infinite = bad.str.strip().str.fullmatch(_INFINITE)
        says = f"{target} must be a number, got {{value}}"
        self._rows("bad_number", bad[is_infinite], says, target)
        self._unreadable("bad_number", bad[~is_infinite], says, target)
        self._rows(
            "unclear_number",
            texts[numbers.is_held],
            f"{target} {{value}} can be read in two ways against the other rows; "
            "write it without signs between thousands",
            target,
        )
        for code, is_so, says in (
            ("decimal_comma", numbers.uses_comma, "the comma is read as decimal sign"),
            (
                "grouped_numbers",
                numbers.uses_groups,
                "signs between thousands were taken out",
            ),
            (
                "accounting_minus",
                numbers.uses_accounting,
                "parentheses, a minus behind the digits and CR are read as below zero",
            ),
        ):
            if is_so:
                self._file(code, "notice", says, target)
        return floats

    def _refuse_foreign_cells(self, target: str, numbers: Numbers) -> None:
        """Refuse rows whose cell itself names another currency than the company's."""
        currency = self.context.currency
        if numbers.currencies is None:
            return
        is_other = is_other_currency(numbers.currencies, currency)
        self._rows(
            "other_currency",
            self.raw_cells(target)[is_other],
            f"amounts must be in {currency}, got {{value}}; convert them in the file",
            target,
        )

    def _reading(self, target: str) -> Reading:
        return self.readings.get(target) or Reading(column="")

    def _dates(self, cells: pd.Series, target: str, *, required: bool) -> pd.Series:
        chosen = self._reading(target).date_form or self.context.date_form
        dates = read_dates(cells, chosen)
        self._unreadable(
            "bad_date",
            cells[dates.is_bad],
            f"{target} must be a date such as 2026-11-20, got {{value}}",
            target,
        )
        self.hold_dates(cells, dates.is_held, self.mapping.get(target, target))
        self.log.rows(
            "zone_of_date",
            "notice",
            cells[in_zone(cells) & dates.dates.notna()] if required else cells[:0],
            f"{target} {{value}} lies near a month's end and was taken by the day that "
            "stands in it, in the zone it names; where yours is another, give the day",
            column=self.mapping.get(target, target),
        )
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

    def _unreadable(
        self, code: str, cells: pd.Series, message: str, target: str
    ) -> None:
        """Refuse rows without a required cell; leave an optional one empty."""
        if target in self.required:
            self._rows(code, cells, message, target)
            return
        self.log.rows(
            code,
            "warn",
            cells,
            f"{message}. The row was kept without it",
            column=self.mapping.get(target, target),
        )

    def _file(self, code: str, severity: str, message: str, target: str) -> None:
        column = self.mapping.get(target, target)
        self.log.file(code, severity, f"{column}: {message}", column=column)
