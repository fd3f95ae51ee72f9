"""Codes and values into words: one table of templates a language, figures by locale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from string import Formatter
from typing import Any

from babel.core import Locale
from babel.dates import get_day_names
from babel.lists import format_list

from planner.core.english import ENGLISH
from planner.core.formats import Formats, is_empty
from planner.core.reasons import Reason
from planner.core.units import M_PER_KM, MIN_PER_HOUR, PPM, S_PER_MIN

TEMPLATES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")  # of CLDR, in this order
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_QUOTED = {"account", "unit"}  # ids of the user's own
_WORKDAYS = 5  # of a week in a plan of visits
_THOUSAND = 1_000  # from here on an amount is written whole
_DIGITS = 5  # of a smaller amount
_LIMIT_DIGITS = 3  # of a share that somebody asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """
    How reasons are worded for one reader.

    Parameters
    ----------
    language
        One of `TEMPLATES`.
    formats
        How the reader sees figures; None: amounts stay in the unit of their column.
    names
        What things are called, by kind (``unit``, ``territory``, ``measure``,
        ``account``) and id; what has no name here keeps its id.

    Notes
    -----
    A template is text with fields ``{value:form}`` and parts in square brackets, which
    are left out where one of their values is missing or empty. Forms:

    - ``unit``, ``territory``, ``measure``, ``account``: the thing's name;
      ``list:unit`` a list of them, ``list:unit:4`` four of it, the rest counted;
    - ``number:1`` with one decimal, ``figure`` as exact as one reads it,
      ``count:unit|units`` with its noun: a form for each plural category that the
      language has in CLDR, the last for those left out;
    - ``percent:1`` a share with one decimal, ``percent`` one that somebody asked for;
    - ``amount:{measure}`` of a measure: money, hours or a figure; ``distance:1`` of km;
    - ``reasons:, and`` reasons as clauses, between them what follows the colon;
    - ``money:{currency}`` of minor units, ``rate`` of parts per million, exact;
    - ``date`` of a date with its year;
    - ``clock`` of seconds from midnight, ``duration`` of seconds, rounded to the
      minute, ``duration:up`` upwards; ``day`` of a date or of a plan of four weeks;
    - ``quoted`` in quotes; none: as it is.
    """

    language: str = "en"
    formats: Formats | None = None
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def clause(self, reason: Reason | str) -> str:
        """Word one reason; a text, from before reasons had codes, stays as it is."""
        if isinstance(reason, str):
            return reason
        writer = _Writer(self)
        return "".join(
            writer.vformat(text, (), reason.values)
            for text, needed in _parts(TEMPLATES[self.language][reason.code])
            if not any(_is_missing(reason.values.get(name)) for name in needed)
        )

    def sentence(self, reasons: Iterable[Reason | str]) -> str:
        """Word reasons that belong together: clauses, the first with a capital."""
        text = "; ".join(self.clause(reason) for reason in reasons)
        return text[:1].upper() + text[1:]

    def name(self, kind: str, thing_id: str) -> str:
        """Tell what a thing is called."""
        name = self.names.get(kind, {}).get(thing_id)
        if name is not None:
            return name
        return repr(thing_id) if kind in _QUOTED else thing_id


class _Writer(Formatter):
    """Writes the values of a template in the form each field asks for."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.formats = language.formats or Formats()
        self._forms: dict[str, Callable[[Any, str], str]] = {
            "": lambda value, _: str(value),
            "amount": self._amount,
            "clock": lambda time_s, _: self.formats.clock(time_s),
            "count": self._count,
            "date": lambda day, _: self.formats.day(day),
            "day": lambda day, _: self._day(day),
            "distance": self._distance,
            "duration": self._duration,
            "figure": lambda value, _: self._figure(value),
            "list": self._list,
            "money": lambda minor, of: replace(self.formats, currency=of).money(minor),
            "number": lambda value, digits: self._number(value, _whole(digits)),
            "percent": self._percent,
            "rate": lambda rate_ppm, _: self._rate(rate_ppm),
            "quoted": lambda value, _: repr(str(value)),
            "reasons": self._reasons,
        }

    def format_field(self, value: Any, format_spec: str) -> str:
        kind, _, argument = format_spec.partition(":")
        form = self._forms.get(kind)
        if form is None:
            return self.language.name(kind, str(value))
        return form(value, argument)

    def _amount(self, amount: float, measure: str) -> str:
        label = self.language.name("measure", measure)
        if self.language.formats is not None and measure.endswith("_min"):
            hours = round(amount / MIN_PER_HOUR)
            return self._own("amount_hours", hours=hours, label=label)
        if self.language.formats is not None and measure.endswith("_minor"):
            return self._own(
                "amount", figure=self.formats.money(round(amount)), label=label
            )
        return self._own("amount", figure=self._figure(amount), label=label)

    def _count(self, number: float, nouns: str) -> str:
        rule = Locale.parse(self.language.language).plural_form
        categories = [name for name in _CATEGORIES if name in (*rule.tags, "other")]
        forms = nouns.split("|")
        at = min(categories.index(rule(abs(round(number)))), len(forms) - 1)
        return f"{self._number(number, 0)} {forms[at]}"

    def _distance(self, distance_km: float, digits: str) -> str:
        if self.language.formats is None:
            return f"{self.formats.number(distance_km, _whole(digits))} km"
        length = self.formats.length(distance_km * M_PER_KM)
        unit = self.formats.distance_unit
        return f"{self.formats.number(length, _whole(digits))} {unit}"

    def _day(self, day: int | str) -> str:
        """Write a date, or a day of a plan by its number from 0."""
        if isinstance(day, str):
            return self.formats.weekday(day)
        week, number = divmod(day, _WORKDAYS)
        weekday = get_day_names("wide", locale=self.language.language)[number]
        return self._own("day_of_week", weekday=weekday, week=week + 1)

    def _duration(self, span_s: float, rounding: str) -> str:
        if rounding == "up":
            return self.formats.duration(-(-span_s // S_PER_MIN))
        return self.formats.duration(span_s / S_PER_MIN)

    def _figure(self, number: float) -> str:
        if number >= _THOUSAND:
            return self.formats.number(number)
        return self._exact(number, _DIGITS)

    def _number(self, number: float, n_digits: int) -> str:
        """Write a count; for a program as it was given, 5000 and not 5,000."""
        if self.language.formats is None:
            return f"{number:.{n_digits}f}"
        return self.formats.number(number, n_digits)

    def _percent(self, share: float, digits: str) -> str:
        if digits:
            return self.formats.share(share, int(digits))
        return f"{self._exact(100 * share, _LIMIT_DIGITS)} %"

    def _rate(self, rate_ppm: int) -> str:
        percent = 100 * rate_ppm / PPM
        return f"{self.formats.number(percent, len(_decimals(percent)))} %"

    def _exact(self, number: float, n_digits: int) -> str:
        """Write a number to so many digits, without zeros at its end."""
        rounded = float(f"{number:.{n_digits}g}")
        return self.formats.number(rounded, len(_decimals(rounded)))

    def _list(self, ids: Sequence[str], argument: str) -> str:
        kind, _, most = argument.partition(":")
        names = [self.language.name(kind, str(thing_id)) for thing_id in ids]
        if not most:
            return format_list(names, locale=self.language.language)
        joint = "; " if any("," in name for name in names) else ", "
        first, n_more = joint.join(names[: int(most)]), len(names) - int(most)
        return first if n_more <= 0 else self._own("more", names=first, n_more=n_more)

    def _reasons(self, reasons: Reason | Sequence[Reason | str], joint: str) -> str:
        several = [reasons] if isinstance(reasons, Reason | str) else reasons
        return joint.join(map(self.language.clause, several))

    def _own(self, code: str, **values: Any) -> str:
        """Word what a form needs besides its value."""
        return self.language.clause(Reason(code, values))


PLAIN = Language()  # for the command line, logs and programs: ids as they are


@cache
def _parts(template: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Cut a template into parts, each with the values without which it is left out."""
    parts: list[tuple[str, tuple[str, ...]]] = []
    for number, text in enumerate(_OPTIONAL.split(template)):
        is_optional = number % 2 == 1
        fields = [name for _, name, _, _ in Formatter().parse(text) if name]
        parts.append((text, tuple(fields) if is_optional else ()))
    return tuple(parts)


def _is_missing(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return not value
    return isinstance(value, str | float | None) and is_empty(value)


def _whole(digits: str) -> int:
    return int(digits or 0)


def _decimals(number: float) -> str:
    return f"{number:.12f}".rstrip("0").partition(".")[2]
