"""How a column is to be read: its unit, its decimal sign, its form of dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pandas as pd

from planner.accounts.mapping.vocabulary import values_of
from planner.core.errors import InputError, ParamsError
from planner.core.money import HEADER_CODES, MINOR_DIGITS

# Units by quantity: how many of ours (the first, factor 1) one of them is.
UNITS: Mapping[str, Mapping[str, Fraction]] = {
    "money": {
        "1": Fraction(1),
        "k": Fraction(1000),
        "M": Fraction(1_000_000),
        "cents": Fraction(1, 100),
    },
    "minutes": {"min": Fraction(1), "h": Fraction(60), "s": Fraction(1, 60)},
    "months": {"months": Fraction(1), "years": Fraction(12)},
    "share": {"1": Fraction(1), "%": Fraction(1, 100)},
    "value": {
        "1": Fraction(1),
        "k": Fraction(1000),
        "M": Fraction(1_000_000),
        "%": Fraction(1, 100),
        "km": Fraction(1),
        "mi": Fraction(1_609_344, 1_000_000),
        "m": Fraction(1, 1000),
        "ft": Fraction(3048, 10_000_000),
    },
}
QUANTITY_BY_TARGET: Mapping[str, str] = {
    "annual_revenue": "money",
    "our_sales": "money",
    "potential": "money",
    "cost_per_year": "money",
    "amount": "money",
    "minutes": "minutes",
    "term_months": "months",
    "ramp_share": "share",
    "propensity_share": "share",
    "value": "value",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "money": dict.fromkeys(
        ("k", "tsd", "thousand", "thousands", "000", "000s", "t"), "k"
    )
    | dict.fromkeys(("m", "mn", "mio", "million", "millions"), "M")
    | dict.fromkeys(("cents", "cent", "ct"), "cents"),
    "minutes": dict.fromkeys(("h", "hr", "hrs", "hours", "std"), "h")
    | dict.fromkeys(("s", "sec", "secs", "seconds"), "s")
    | dict.fromkeys(("min", "mins", "minutes"), "min"),
    "months": dict.fromkeys(("years", "year", "yr", "y"), "years")
    | dict.fromkeys(("months", "month", "mo"), "months"),
    "share": dict.fromkeys(("%", "pct", "percent", "prozent"), "%"),
    "value": dict.fromkeys(("k", "tsd", "thousands", "000", "000s"), "k")
    | dict.fromkeys(("mn", "mio", "millions"), "M")
    | dict.fromkeys(("%", "pct", "percent"), "%")
    | dict.fromkeys(("mi", "miles"), "mi")
    | dict.fromkeys(("ft", "feet"), "ft")
    | {"km": "km"},
}
_SIGNS = "€$£¥"
_FIELDS = ("column", "unit", "decimal", "date_form", "values")
DATE_FORMS = ("iso", "mdy", "dmy", "serial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    What the user says of one column of a file; empty: found out.

    Parameters
    ----------
    column
        The column of the file.
    unit
        One of `UNITS` of the quantity of our column, ``1`` for none.
    decimal
        ``.`` or ``,``.
    date_form
        ``iso``, ``mdy``, ``dmy`` or ``serial``.
    values
        Our value by theirs, of a column of few values (`vocabulary.TARGETS`).
    """

    column: str
    unit: str = ""
    decimal: str | None = None
    date_form: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.decimal not in {None, ".", ","}:
            raise ParamsError(f"decimal must be '.' or ',', got {self.decimal!r}")
        if self.date_form is not None and self.date_form not in DATE_FORMS:
            forms = ", ".join(DATE_FORMS)
            raise ParamsError(f"date_form must be one of {forms}, got {self.date_form}")

    def to_json(self) -> str | dict[str, Any]:
        """Return what a saved mapping says of it: the plain name if that is all."""
        cells = {name: value for name, value in asdict(self).items() if value}
        return self.column if set(cells) <= {"column"} else cells


def reading_of(target: str, value: object) -> Reading:
    """
    Read what a mapping says of one of our columns.

    Parameters
    ----------
    target
        Our column.
    value
        A column of the file, or an object of `column` and any of `unit`, `decimal`,
        `date_form`.

    Raises
    ------
    InputError
        If it is neither, or the unit is none of our column.
    """
    if isinstance(value, Reading):
        reading = value
    elif isinstance(value, str):
        return Reading(column=value)
    elif isinstance(value, Mapping) and isinstance(value.get("column"), str):
        other = sorted(str(name) for name in value if name not in _FIELDS)
        plain = {str(name): part for name, part in value.items() if name != "values"}
        if other or not all(isinstance(part, str) for part in plain.values()):
            raise InputError(
                f"mapping of {target} may hold {', '.join(_FIELDS[:-1])} as texts and "
                f"values as an object, got {dict(value)!r}"
            )
        values = _checked_values(target, value.get("values", {}))
        reading = Reading(**plain, values=values)
    else:
        raise InputError(
            f"mapping of {target} must be a column of the file or an object with "
            f'"column", got {value!r}'
        )
    known = units_of(target)
    if reading.unit and reading.unit not in known:
        offered = f"one of {', '.join(known)}" if known else "left out: it has none"
        raise InputError(
            f"the unit of {target} must be {offered}, got {reading.unit!r}"
        )
    return reading


def _checked_values(target: str, values: object) -> dict[str, str]:
    """Check what a mapping says of theirs values and ours."""
    ours = values_of(target)
    if not isinstance(values, Mapping):
        raise InputError(f"values of {target} must be an object, got {values!r}")
    for theirs, value in values.items():
        if value not in ours:
            offered = f"one of {', '.join(ours)}" if ours else "left out: it has none"
            raise InputError(
                f"the value of {target} for {theirs!r} must be {offered}, got {value!r}"
            )
    return {str(theirs): str(value) for theirs, value in values.items()}


def units_of(target: str) -> tuple[str, ...]:
    """Name the units a column of ours may come in, ours first; none: no quantity."""
    return tuple(UNITS.get(QUANTITY_BY_TARGET.get(target, ""), {}))


@lru_cache(maxsize=10_000)
def header_unit(target: str, column: str) -> str:
    """
    Read the unit in a header such as ``revenue_k``, ``Revenue (k€)``, ``duration_h``.

    Returns
    -------
    One of `units_of`; empty text if the header names none.
    """
    words = _WORDS.get(QUANTITY_BY_TARGET.get(target, ""), {})
    return next((words[tail] for tail in _tails(column) if tail in words), "")


def without_unit(target: str, column: str) -> str:
    """Take the unit off a header; the header itself if it names none."""
    if not header_unit(target, column):
        return column
    bare = re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", "", column)
    if bare == column:
        bare = re.sub(r"[\s_\-./]+[^\s_\-./]+$", "", column.rstrip())
    return re.sub(r"[\s_]+in$", "", bare, flags=re.IGNORECASE)


def factor_of(target: str, unit: str) -> Fraction:
    """Tell how many of ours one of a unit is; 1 for none."""
    factors = UNITS.get(QUANTITY_BY_TARGET.get(target, ""), {})
    return factors.get(unit, Fraction(1))


def scaled(text: pd.Series, factor: Fraction) -> pd.Series:
    """
    Multiply exact decimal text.

    Parameters
    ----------
    text : shape (n_rows,)
        As `Numbers.text`.
    factor
        Below 1 with a whole inverse, or a decimal fraction; the product is exact, or
        rounded half up to six decimals.
    """
    if factor == 1:
        return text
    product_by_text = {cell: _product(cell, factor) for cell in text.unique()}
    return text.map(product_by_text).astype("str")


def _product(cell: str, factor: Fraction) -> str:
    if not cell:
        return ""
    exact = Fraction(cell.rstrip(".") if cell.rstrip("+-.") else "0") * factor
    millionths = exact * 1_000_000
    whole = int(abs(millionths) + Fraction(1, 2))
    head, tail = divmod(whole, 1_000_000)
    fraction = f"{tail:06d}".rstrip("0")
    sign = "-" if exact < 0 else ""
    return f"{sign}{head}.{fraction}" if fraction else f"{sign}{head}"


def _tails(column: str) -> list[str]:
    """Cut the ends of a header that may be a unit, currency taken off."""
    plain = column.strip().casefold()
    bracket = re.search(r"[(\[]([^)\]]*)[)\]]$", plain)
    last = re.split(r"[\s_\-./]+", plain)[-1]
    tails = []
    for tail in [bracket.group(1) if bracket else "", last if not bracket else ""]:
        bare = re.sub(r"^in\s+", "", tail.strip(f"{_SIGNS} ."))
        words = [word.strip(f"{_SIGNS}.") for word in bare.split()]
        codes = MINOR_DIGITS if bracket else HEADER_CODES
        kept = [word for word in words if word and word.upper() not in codes]
        joined = "".join(kept)
        if not joined and "%" in tail:
            joined = "%"
        for code in HEADER_CODES:
            if joined.endswith(code.casefold()) and len(joined) == len(code) + 1:
                joined = joined[0]
        tails.append(joined)
    return [tail for tail in tails if tail]
