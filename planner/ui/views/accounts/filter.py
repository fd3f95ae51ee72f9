"""Choosing accounts by a filter: asked in plain words, counted while it is asked."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from planner.core.errors import PlannerError
from planner.core.formats import Formats
from planner.core.units import MIN_PER_HOUR
from planner.services.territories.filter import (
    AMOUNTS,
    NONE,
    AccountFilter,
    Choice,
    choose_accounts,
    values_of,
)
from planner.services.territories.view import TerritoryView
from planner.ui import faults
from planner.ui.faults import guarded
from planner.ui.maps.territory import territory_labels
from planner.ui.maps.text import markdown_text

LABELS = {
    "territory_ids": "Territory",
    "industries": "Industry",
    "segments": "Segment",
    "visit_classes": "Visit class",
    "regions": "State",
    "statuses": "Status",
}
FIELDS = ("text", "amount", "least", "most", "days", "condition")
CONDITION_HELP = """
A condition as in the rules of segments, for what has no field here:

- `employees >= 500 and rating = 'A'`
- `days_since(owned_since) > 365`, `products contains 'pump'`
- `custom.channel = 'online'` (your own columns)
"""


def account_filter(
    fmt: Formats, view: TerritoryView, as_of: dt.date, *, key: str = "terr"
) -> tuple[str, ...]:
    """
    Ask for accounts by what is known of them.

    Parameters
    ----------
    fmt
        How figures are written.
    view
        The plan, as it is or as it would be.
    as_of
        The company's today.
    key
        Unique on the page.

    Returns
    -------
    The accounts when they were chosen just now, else none. While the filter is being
    filled in only this part of the page reruns.
    """
    drawer, place = f"{key}-filter", f"{key}-filter-chosen"

    def choose(account_ids: tuple[str, ...]) -> None:
        st.session_state[place] = account_ids
        st.session_state[drawer] = False

    @st.fragment
    def ask() -> None:
        if place in st.session_state:
            st.rerun()
        # Drawn only when open: it is seldom looked at, and each gesture draws the page.
        with st.popover("Filter", key=drawer, on_change="rerun") as filter_drawer:
            if not filter_drawer.open:
                return
            conditions = _asked(fmt, view, key)
            choice = _counted(fmt, view, conditions, as_of)
            n = 0 if choice is None else len(choice)
            noun = "account" if n == 1 else "accounts"
            st.button(
                f"Choose {fmt.number(n)} {noun}" if n else "Choose",
                key=f"{key}-filter-do",
                type="primary",
                disabled=not n,
                on_click=guarded(
                    choose,
                    "Choosing accounts",
                    () if choice is None else choice.account_ids,
                ),
            )

    ids: tuple[str, ...] = st.session_state.pop(place, ())
    ask()
    return ids


def _asked(fmt: Formats, view: TerritoryView, key: str) -> AccountFilter:
    """Draw the fields, filled in as they were left; return what they say."""
    values = values_of(view.accounts)
    labels = {**territory_labels(view), NONE: "none"}
    names = {name: f"{key}-filter-{name}" for name in (*FIELDS, *LABELS)}
    _fill_in(names, values, f"{key}-filter-left")
    text = st.text_input(
        "Name, industry or city contains",
        key=names["text"],
        placeholder="such as hospital",
    )
    choices = {}
    columns = st.columns(3)
    for number, (field, label) in enumerate(LABELS.items()):
        choices[field] = tuple(
            columns[number % 3].multiselect(
                label,
                values[field],
                placeholder="any",
                format_func=lambda value: labels.get(value, value),
                key=names[field],
            )
        )
    first, *places = st.columns([5, 4, 4, 4])
    amount = first.selectbox(
        "Amount", list(AMOUNTS), format_func=AMOUNTS.get, key=names["amount"]
    )
    at_least, at_most = (
        place.number_input(
            f"At {word}, {fmt.currency}",
            min_value=0.0,
            value=None,
            step=100_000.0,
            format="%.0f",
            placeholder="any",
            key=names[word],
        )
        for place, word in zip(places, ("least", "most"), strict=False)
    )
    days = places[2].number_input(
        "Days unvisited",
        min_value=0,
        value=None,
        step=30,
        placeholder="any",
        key=names["days"],
        help="More than so many days since the last visit, or never visited.",
    )
    condition = st.text_input(
        "Condition",
        key=names["condition"],
        placeholder="none",
        help=CONDITION_HELP,
    )
    st.session_state[f"{key}-filter-left"] = {
        name: st.session_state[name] for name in names.values()
    }
    return AccountFilter(
        text=text,
        amount=amount or next(iter(AMOUNTS)),
        at_least=at_least,
        at_most=at_most,
        not_visited_days=days,
        condition=condition,
        **choices,
    )


def _fill_in(
    names: dict[str, str], values: dict[str, list[str]], field_left: str
) -> None:
    """Fill in again what was said before it was closed; Streamlit forgets it."""
    for name, value in st.session_state.get(field_left, {}).items():
        st.session_state.setdefault(name, value)
    for field in LABELS:  # what no account has any more cannot be asked for
        values_before = st.session_state.get(names[field], [])
        st.session_state[names[field]] = [
            v for v in values_before if v in values[field]
        ]


def _counted(
    fmt: Formats, view: TerritoryView, conditions: AccountFilter, as_of: dt.date
) -> Choice | None:
    """Say how many accounts fit and what they come to; None: the condition is wrong."""
    try:
        choice = choose_accounts(view, conditions, as_of, fmt.currency)
    except PlannerError as error:
        faults.error_box(error, where="Reading the condition")
        return None
    if conditions.is_empty:
        st.caption("Say which accounts you mean; all that is said must hold.")
    elif not len(choice):
        st.caption("No account fits all of this. Take something away.")
    else:
        potential = fmt.money_short(choice.sums["potential_minor"])
        sales = fmt.money_short(choice.sums["our_sales_minor"])
        hours = fmt.number(choice.sums["workload_min"] / MIN_PER_HOUR)
        text = f"{potential} potential · {sales} our sales · {hours} h a year"
        st.markdown(
            f"**{fmt.number(len(choice))}** of {fmt.number(len(view.accounts))} "
            f"accounts · {markdown_text(text)}"
        )
    return choice
