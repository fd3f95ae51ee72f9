"""The day a company works on: the clock's, or one set on purpose, told on each page."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from planner.core import clock
from planner.core.formats import Formats
from planner.services.company import companies
from planner.services.company.settings import change_settings, company_settings
from planner.services.workspace import OpenCompany
from planner.ui import session
from planner.ui.faults import guarded


def today_bar() -> None:
    """Tell on top of the page that today is a day set on purpose; else nothing."""
    ws = session.current_company()
    day = None if ws is None else company_settings(ws).day
    if ws is None or day is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="pl-today"):
        fmt = session.formats(ws)
        st.markdown(f"**Today is set to {fmt.day(day)}**", width="content")
        st.button(
            f"Use the clock ({fmt.day(clock.today())})",
            key="today-clock",
            on_click=guarded(_set_day, "Going back to the clock", ws, None),
            type="tertiary",
        )


def day_setting(ws: OpenCompany, fmt: Formats) -> None:
    """Let the user set a day on purpose: to look back, or to try what comes."""
    today = companies.company(ws).today
    with st.popover("Set another day", help="What the company calls today"):
        st.caption(
            f"Today is {fmt.day(today)}. Plans in force, months to pay, visits and the "
            "age of figures follow this day."
        )
        day = st.date_input("Today", today, key="today-day")
        st.button(
            "Set",
            key="today-set",
            disabled=not isinstance(day, dt.date) or day == today,
            on_click=guarded(_set_day, "Setting the day", ws, day),
        )


def _set_day(ws: OpenCompany, day: dt.date | None) -> None:
    """Set the day; that of the clock is none set on purpose."""
    chosen = None if day == clock.today() else day
    change_settings(ws, day=chosen)
