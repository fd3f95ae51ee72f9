"""Numbers, money, dates and durations as people read them; empty becomes a dash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_currency, format_decimal

from planner.core.errors import ParamsError
from planner.core.money import minor_digits
from planner.core.units import KM_PER_MILE, M_PER_KM, clock_text, duration_text

EMPTY = "–"
MINUS = "−"
CENTS_BELOW = 10_000  # whole currency units; from here on cents are noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """
    How this company and this user read figures.

    Parameters
    ----------
    locale
        Babel locale, such as ``en_US``; decides grouping and month names.
    distance_unit
        ``km`` or ``mi``.
    currency
        Three-letter code of the company's currency.

    Raises
    ------
    ParamsError
        If the distance unit is unknown.
    """

    locale: str = "en_US"
    distance_unit: str = "mi"
    currency: str = "USD"

    def __post_init__(self) -> None:
        if self.distance_unit not in ("km", "mi"):
            raise ParamsError(
                f"distance_unit must be km or mi, got {self.distance_unit!r}"
            )

    def number(self, value: Any, digits: int = 0) -> str:
        """Group thousands and show `digits` decimals."""
        if is_empty(value):
            return EMPTY
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        rounded = round(float(value), digits) + 0.0  # + 0.0: no "−0"
        return _true_minus(format_decimal(rounded, pattern, locale=self.locale))

    def signed(self, value: Any, digits: int = 0) -> str:
        """Show a difference with its sign; zero has none."""
        if is_empty(value):
            return EMPTY
        text = self.number(value, digits)
        return f"+{text}" if round(float(value), digits) > 0 else text

    def money(self, amount_minor: Any) -> str:
        """Show an amount; cents only below ten thousand and if there are any."""
        if is_empty(amount_minor):
            return EMPTY
        amount = self._whole(amount_minor)
        has_cents = amount != amount.to_integral_value()
        cents = has_cents and abs(amount) < CENTS_BELOW
        return self._currency(amount, minor_digits(self.currency) if cents else 0)

    def money_short(self, amount_minor: Any) -> str:
        """Show an amount in thousands, millions or billions: ``$1.2M``."""
        if is_empty(amount_minor):
            return EMPTY
        amount = self._whole(amount_minor)
        text = format_compact_currency(
            amount,
            self.currency,
            locale=self.locale,
            fraction_digits=0 if abs(amount) < M_PER_KM else 1,
        )
        return _true_minus(text.replace("\xa0", " "))

    def signed_money(self, amount_minor: Any) -> str:
        """Show a difference of amounts with its sign."""
        text = self.money(amount_minor)
        is_more = not is_empty(amount_minor) and amount_minor > 0
        return f"+{text}" if is_more else text

    def share(self, share: Any, digits: int = 1) -> str:
        """Show a share (0 to 1) in per cent: ``12.3 %``."""
        if is_empty(share):
            return EMPTY
        return f"{self.number(float(share) * 100, digits)} %"

    def signed_share(self, share: Any, digits: int = 1) -> str:
        """Show a deviation in per cent with its sign: ``+2.1 %``."""
        if is_empty(share):
            return EMPTY
        return f"{self.signed(float(share) * 100, digits)} %"

    def points(self, share: Any, digits: int = 1) -> str:
        """Show a difference of two shares in percentage points: ``+2.0 pts``."""
        if is_empty(share):
            return EMPTY
        return f"{self.signed(float(share) * 100, digits)} pts"

    def day(self, day: Any) -> str:
        """Show a date: ``21 Nov 2026``."""
        return self._dated(day, "d MMM y")

    def weekday(self, day: Any) -> str:
        """Show a day of a plan: ``Tue 24 Nov``."""
        return self._dated(day, "EEE d MMM")

    def month(self, period: Any) -> str:
        """Show a period: ``Mar 2027`` for a month, ``2027`` for a year."""
        if is_empty(period):
            return EMPTY
        text = str(period)
        if len(text) == len("2027"):
            return text
        return self._dated(f"{text[:7]}-01", "MMM y")

    def clock(self, time_s: Any) -> str:
        """Show a time of day: ``08:30``."""
        return EMPTY if is_empty(time_s) else clock_text(float(time_s))

    def duration(self, duration_min: Any) -> str:
        """Show a span of time: ``3 h 10``."""
        return EMPTY if is_empty(duration_min) else duration_text(float(duration_min))

    def distance(self, distance_m: Any) -> str:
        """Show a distance in the user's unit: ``12.4 mi``."""
        if is_empty(distance_m):
            return EMPTY
        length = self.length(float(distance_m))
        digits = 1 if abs(length) < 100 else 0
        return f"{self.number(length, digits)} {self.distance_unit}"

    def length(self, distance_m: float) -> float:
        """Convert metres to the user's unit."""
        km = distance_m / M_PER_KM
        return km / KM_PER_MILE if self.distance_unit == "mi" else km

    def whole_money(self, amounts_minor: pd.Series) -> pd.Series:
        """Convert amounts to whole currency units, for tables and charts."""
        scale = 10 ** minor_digits(self.currency)
        return amounts_minor.astype("Float64").astype(float) / scale

    def _whole(self, amount_minor: Any) -> Decimal:
        return Decimal(int(amount_minor)).scaleb(-minor_digits(self.currency))

    def _currency(self, amount: Decimal, digits: int) -> str:
        rounded = round(amount, digits) if digits else Decimal(_half_up(amount))
        pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
        text = format_currency(
            abs(rounded),
            self.currency,
            pattern,
            locale=self.locale,
            currency_digits=False,
        )
        return f"{MINUS}{text}" if rounded < 0 else text

    def _dated(self, day: Any, pattern: str) -> str:
        if is_empty(day):
            return EMPTY
        when = day if type(day) is date else pd.Timestamp(day).date()
        return format_date(when, pattern, locale=self.locale)


def written(values: pd.Series, write: Callable[[Any], str]) -> pd.Series:
    """
    Write a column of figures, each value once: many of a long list are equal.

    Parameters
    ----------
    values : shape (n,)
        Amounts, dates, numbers.
    write
        A method of `Formats`.

    Returns
    -------
    shape (n,)
        Texts, indexed as the values.
    """
    nth, distinct = pd.factorize(values)
    texts = pd.array([*map(write, distinct), write(None)], dtype="str")
    return pd.Series(texts.take(nth), index=values.index, name=values.name)


def is_empty(value: Any) -> bool:
    """Whether a cell has nothing to show."""
    return value is None or bool(pd.isna(value)) or value == ""


def gap_text(best: float | None, bound: float | None) -> str:
    """
    Say how far a plan can still be from the best possible.

    Parameters
    ----------
    best
        Objective of the plan; smaller or larger is better, both work.
    bound
        What no plan can pass.

    Returns
    -------
    A phrase; "" if either is unknown.
    """
    if best is None or bound is None:
        return ""
    largest = max(abs(best), abs(bound))
    gap = abs(best - bound) / largest if largest else 0.0
    if gap < 0.0005:
        return "proven to be the best possible"
    return f"within {100 * gap:.1f} % of the best possible"


def _half_up(amount: Decimal) -> int:
    whole = int(abs(amount) + Decimal("0.5"))
    return whole if amount >= 0 else -whole


def _true_minus(text: str) -> str:
    return text.replace("-", MINUS)
