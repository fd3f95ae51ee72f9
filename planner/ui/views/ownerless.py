"""Deals that nobody is credited with for want of an owner: a list that cures them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.services.people import roster
from planner.services.quotas import owners
from planner.services.workspace import OpenCompany
from planner.ui import faults, tables
from planner.ui.maps.text import markdown_text

BY_TERRITORY = ""


def ownerless_part(
    ws: OpenCompany, fmt: Formats, problems: pd.DataFrame, *, is_closed: bool
) -> bool:
    """
    List deals whose accounts had no owner, and let the user give them one.

    Parameters
    ----------
    problems
        Of a pay run: `deal_id`, `problem`, `close_on`, `amount_minor`.
    is_closed
        Whether the month is closed: what they come to is paid with the next one.

    Returns
    -------
    Whether owners were given just now, so that the month is to be run again.
    """
    if problems.empty:
        return False
    deals = owners.ownerless_deals(ws, problems)
    if deals.empty:
        return False
    amount = fmt.money(deals["amount_minor"].sum())
    st.subheader(f"Deals without an owner: {fmt.number(len(deals))}, {amount}")
    n_before = int(deals["is_before_plans"].sum())
    if n_before:
        st.caption(
            f"{fmt.number(n_before)} of them closed before the first plan began: leave "
            "them, unless somebody is to be credited."
        )
    rows = tables.table(
        deals,
        {
            "account": tables.Column("Account", is_pinned=True),
            "territory": tables.Column("Territory of its place", width=170),
            "source_on": tables.Column("Owner lacks on", "day"),
            "amount_minor": tables.Column("Amount", "money", of=("deals",)),
        },
        fmt=fmt,
        key="pay-ownerless",
        select="multi",
        height=min(320, (len(deals) + 2) * 32),
        label="Deals whose accounts had no owner",
    )
    chosen = deals.loc[list(rows)] if rows else deals
    seats = _seats(ws)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        position_id = st.selectbox(
            f"Owner of the accounts of {_counted(len(chosen), len(deals), fmt)}",
            [BY_TERRITORY, *seats],
            format_func=lambda seat: seats.get(seat, "By territory"),
            key="pay-owner",
            width=340,
        )
        pressed = st.button("Give them this owner", key="pay-give-owner")
    paid = "with the next month closed" if is_closed else "when the month is run again"
    st.caption(
        "The owner holds from the day of the earliest of these deals for as long as "
        f"the account has none; the deals are credited {paid}."
    )
    if not pressed:
        return False
    with faults.guard("Giving an owner", "Nothing was changed."):
        first = chosen["source_on"].min().date()
        n_accounts = owners.give_owner(
            ws, set(chosen["account_id"]), first, position_id or None
        )
        st.toast(f"{markdown_text(fmt.number(n_accounts))} accounts have an owner now")
        return True
    return False


def _seats(ws: OpenCompany) -> dict[str, str]:
    """Name the field positions with who holds them."""
    team = roster.load_roster(ws)
    field = team.positions[team.positions["role"] == "rep"]
    return {
        str(seat): f"{title} · {team.owner_names.get(seat, '')}"
        for seat, title in field["title"].items()
    }


def _counted(n_chosen: int, n_deals: int, fmt: Formats) -> str:
    if n_chosen < n_deals:
        return f"the {fmt.number(n_chosen)} chosen"
    return "all of these" if n_deals > 1 else "this deal"
