"""How figures of a company are written: distances, numbers and dates."""

from __future__ import annotations

import datetime as dt

import streamlit as st
from babel import Locale

from planner.core.formats import Formats
from planner.services.company.settings import change_settings
from planner.services.workspace import OpenCompany
from planner.ui.faults import guarded

UNITS = {"km": "kilometres", "mi": "miles"}
# Forms of numbers and dates; the words of the planner stay English.
LOCALES = (
    "en_US",
    "en_GB",
    "en_CA",
    "en_AU",
    "en_IN",
    "en_SE",
    "de_DE",
    "de_CH",
    "fr_FR",
    "es_ES",
    "it_IT",
    "nl_NL",
    "pl_PL",
    "pt_BR",
    "ja_JP",
)


def figures_setting(ws: OpenCompany, fmt: Formats) -> None:
    """
    Offer how the company's figures are written.

    Parameters
    ----------
    ws
        The open company.
    fmt
        As they are written now.
    """
    locales = [*LOCALES, *({fmt.locale} - {*LOCALES})]
    with st.popover("Figures", key="home-figures"):
        unit = st.segmented_control(
            "Distances in",
            list(UNITS),
            default=fmt.distance_unit,
            format_func=UNITS.__getitem__,
            key="figures-unit",
            required=True,
        )
        locale = st.selectbox(
            "Numbers and dates as in",
            locales,
            index=locales.index(fmt.locale),
            format_func=_example,
            key="figures-locale",
        )
        st.button(
            "Save",
            key="figures-save",
            disabled=(unit, locale) == (fmt.distance_unit, fmt.locale),
            on_click=guarded(
                change_settings,
                "Setting how figures are written",
                ws,
                distance_unit=unit,
                locale=locale,
            ),
        )


def _example(locale: str) -> str:
    """Show a locale by a number and a date."""
    name = Locale.parse(locale).get_territory_name("en") or locale
    shown = Formats(locale=locale)
    return f"{name}: {shown.number(1234567)} · {shown.day(dt.date(2026, 11, 30))}"
