"""The part of the balance form that asks for measures and their limits."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from planner.core.money import minor_digits
from planner.core.units import MIN_PER_HOUR
from planner.services.balance.request import (
    LABELS,
    MOST_MEASURES,
    measures_to_ask,
    usual_measure,
)
from planner.services.territories.view import TerritoryView
from planner.territory.model.params import BalanceMeasure

_ROWS = ("bal-measure", "bal-second", "bal-third", "bal-fourth")
_WIDTHS = (4, 2, 3, 3)
_USUAL_PERCENT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureAsked:
    """
    A row of the form as it was filled in, right or wrong.

    Parameters
    ----------
    column
        Name of the measure.
    percent
        Largest deviation from the even share; None: no such limit.
    least, most
        Of a territory, in the measure's own unit as stored; None: no such limit.
    priority
        1 is kept first.
    """

    column: str
    percent: float | None
    least: float | None
    most: float | None
    priority: int

    @property
    def is_sound(self) -> bool:
        """Whether it makes a measure."""
        is_share = self.percent is None or 0 < self.percent < 100
        is_span = self.least is None or self.most is None or self.least < self.most
        return is_share and is_span

    def measure(self) -> BalanceMeasure:
        """
        Make the measure.

        Raises
        ------
        ParamsError
            If a limit makes no sense.
        """
        return BalanceMeasure(
            column=self.column,
            tolerance=None if self.percent is None else self.percent / 100,
            minimum=self.least,
            maximum=self.most,
            priority=self.priority,
        )


def ask_measures(view: TerritoryView, currency: str) -> list[MeasureAsked]:
    """
    Ask for up to four measures, how even each must be, its least and its most.

    Parameters
    ----------
    view
        The scenario.
    currency
        Of what is asked in money.

    Returns
    -------
    The rows filled in, most important first.
    """
    columns = measures_to_ask(view)
    measures: list[MeasureAsked] = []
    for place, key in enumerate(_ROWS[:MOST_MEASURES]):
        rest = [
            name for name in columns if name not in [one.column for one in measures]
        ]
        if not rest:
            break
        row = st.columns(_WIDTHS, vertical_alignment="bottom")
        with row[0]:
            column = _which(key, rest, place)
        percent = _percent(row[1], key, column, is_first=place == 0)
        least, most = _span(row[2:], key, column, currency)
        if not column:
            break
        measures.append(
            MeasureAsked(
                column=column, percent=percent, least=least, most=most, priority=1
            )
        )
    if len(measures) < 2 or not _is_ordered():
        return measures
    return [
        MeasureAsked(
            column=one.column,
            percent=one.percent,
            least=one.least,
            most=one.most,
            priority=place + 1,
        )
        for place, one in enumerate(measures)
    ]


def _is_ordered() -> bool:
    return st.toggle(
        "Keep the first before the others",
        value=False,
        key="bal-ordered",
        help="Where not all limits can be kept together, the ones further up count "
        "more. Otherwise all count alike.",
    )


def _which(key: str, columns: list[str], place: int) -> str:
    """Ask for a measure; first offered is what the page looks at in this place."""
    looked_at = list(st.session_state.get("terr-measures") or [])
    default = looked_at[place] if place < len(looked_at) else ""
    if place > 0:
        offered = ["", *columns]
        return str(
            st.selectbox(
                "And also",
                offered,
                index=offered.index(default) if default in offered else 0,
                format_func=lambda name: LABELS[name] if name else "nothing else",
                key=key,
            )
        )
    usual = default if default in columns else usual_measure(columns)
    return str(
        st.selectbox(
            "Share evenly",
            columns,
            index=columns.index(usual),
            format_func=lambda name: LABELS[name],
            key=key,
            help="The most important one; travel is weighted by it. Hours with driving "
            "count each visit and the way to it from the middle of its territory; they "
            "are planned in rounds, which takes longer.",
        )
    )


def _percent(
    place: st.delta_generator.DeltaGenerator, key: str, column: str, *, is_first: bool
) -> float | None:
    """Ask how even; may be emptied, as a least or a most may be enough."""
    own = key.replace("bal-", "bal-tolerance-") if not is_first else "bal-tolerance"
    if own not in st.session_state:
        tolerance = st.session_state.get(f"terr-tolerance-{column}")
        st.session_state[own] = (
            round(100 * float(tolerance), 1) if tolerance else _USUAL_PERCENT
        )
    percent = place.number_input(
        "Within, %",
        value=None,
        step=1.0,
        format="%g",
        key=own,
        disabled=not column,
        placeholder="any",
        help="Of the even share." if is_first else None,
    )
    return None if percent is None else float(percent)


def _span(
    places: list[st.delta_generator.DeltaGenerator],
    key: str,
    column: str,
    currency: str,
) -> tuple[float | None, float | None]:
    """Ask for the least and the most of a territory, in the unit people speak of."""
    unit, scale = _unit_of(column, currency)
    ends: list[float | None] = []
    for place, word in zip(places, ("least", "most"), strict=True):
        number = place.number_input(
            f"At {word}{unit}",
            min_value=0.0,
            value=None,
            step=1.0,
            format="%g",
            key=f"{key}-{word}",
            disabled=not column,
            placeholder="no limit",
        )
        ends.append(None if number is None else float(number) * scale)
    return ends[0], ends[1]


def _unit_of(column: str, currency: str) -> tuple[str, float]:
    """Say the unit a measure is spoken of in, and how many of ours it is."""
    if column.endswith("_minor"):
        return f", {currency}", 10.0 ** minor_digits(currency)
    if column.endswith("_min"):
        return ", hours", float(MIN_PER_HOUR)
    return "", 1.0
