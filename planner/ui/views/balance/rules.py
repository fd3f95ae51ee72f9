"""The folded part of the balance form: start, what stays, shares, travel, moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from planner.core.money import minor_digits
from planner.services.balance.baseline import Baseline
from planner.services.balance.request import (
    CAPACITY,
    CENTRE,
    EQUAL,
    HOME,
    parent_fields,
)
from planner.services.territories import wording
from planner.services.territories.view import TerritoryView
from planner.ui.views.workbench.districts import ask_districts

_LOW = {"moves": "Customers moved", "travel": "Travel", "cost": "Disturbance"}
MOST_OFFERED = 500  # accounts to choose from, those we sell most to


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    Answers of the folded part.

    Parameters
    ----------
    start
        Of `BalanceParams`: where to begin, what is kept low, most moves.
    own
        Of `BalanceRequest`.
    """

    start: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """
    What is kept low within the limits.

    Parameters
    ----------
    low
        ``moves`` (customers), ``cost`` (what their moves disturb) or ``travel``.
    counted_from
        Of `BalanceRequest`: whose territories moves are counted from.
    """

    low: str = "travel"
    counted_from: str = ""


def ask_goal(kind: str, offered: list[Baseline]) -> Goal:
    """
    Ask what comes first: that few customers change hands, or that ways are short.

    Parameters
    ----------
    kind
        ``balance`` or ``frontier``: what is asked about territories that are there.
    offered
        Plans that moves can be counted from beside the one at hand.
    """
    is_in_force = any(plan.is_in_force for plan in offered)
    low = "moves"
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    if kind == "balance":
        low = left.segmented_control(
            "Within the limits, keep low",
            list(_LOW),
            default="moves" if is_in_force else "travel",
            format_func=_LOW.get,
            key="bal-minimise",
            required=True,
            help="Customers moved: as few accounts as need be get another rep. Travel: "
            "the way to the accounts is shortest, whoever has to move. Disturbance: a "
            "moved account counts more the longer its rep has had it, the more is in "
            "its pipeline, the more it buys and the later it was visited.",
        )
    elif left.toggle(
        "Weigh each account by what its move disturbs",
        value=False,
        key="bal-weighed",
        help="The longer its rep has had it, the more is in its pipeline, the more it "
        "buys and the later it was visited. The curve then counts average accounts.",
    ):
        low = "cost"
    counted_from = ""
    if low != "travel" and offered:
        names = {plan.scenario_id: _baseline_text(plan) for plan in offered}
        counted_from = right.selectbox(
            "Moves are counted from",
            [*names, ""],
            index=0 if is_in_force else len(names),
            format_func=lambda name: names.get(name, "This scenario as it stands"),
            key="bal-counted",
        )
    return Goal(low=str(low), counted_from=str(counted_from))


def _baseline_text(plan: Baseline) -> str:
    is_said = "in force" in plan.name.lower()
    return f"{plan.name} (in force)" if plan.is_in_force and not is_said else plan.name


def ask_rules(
    view: TerritoryView,
    kind: str,
    n_territories: int | None,
    currency: str,
    low: str = "travel",
) -> Rules:
    """
    Ask what few balances need.

    Parameters
    ----------
    view
        The scenario.
    kind
        Of job; it decides what makes sense to ask.
    n_territories
        How many; None: those of today.
    currency
        Of what is asked in money.
    low
        What is kept low, of `Goal`.
    """
    n_today = int(view.units["territory_id"].nunique())
    if kind == "headcount":
        return Rules(own=_headcount(n_today, currency))
    start: dict[str, Any] = {}
    own: dict[str, Any] = {}
    if kind == "balance":
        own |= ask_districts()
    if own:
        return Rules(own=own)
    if kind == "balance" and n_today:
        start = _start(view, low)
    if n_today:
        is_as_today = n_territories in (None, n_today)
        usual = CAPACITY if view.has_shares else EQUAL
        own |= _shares(kind, usual, is_as_today=is_as_today)
        own |= _stays(view, is_as_today=is_as_today)
    own |= _map_rules(view)
    return Rules(start=start, own=own)


def _headcount(n_today: int, currency: str) -> dict[str, Any]:
    """Ask what the comparison of headcounts takes beside the measures."""
    left, right = st.columns(2)
    cost = left.number_input(
        f"Cost of an hour on the road, {currency}",
        min_value=0,
        value=0,
        step=5,
        key="bal-road",
        help="Beside what the reps cost a year: car, fuel, nights.",
    )
    own: dict[str, Any] = {
        "travel_minor_per_h": int(cost) * 10 ** minor_digits(currency)
    }
    if n_today:
        own |= {"travel_to": _travel(right)}
    return own


def _start(view: TerritoryView, low: str) -> dict[str, Any]:
    """Ask how near to today's territories the answer is to stay."""
    left, right = st.columns(2)
    begin = "today"
    if low == "travel":
        begin = left.segmented_control(
            "Start from",
            ["today", "new"],
            default="today",
            format_func={"today": "Today's", "new": "A blank map"}.get,
            key="bal-from",
            required=True,
        )
    limit = right.number_input(
        "Move at most, accounts",
        0,
        len(view.accounts),
        None,
        1,
        placeholder="no limit",
        key="bal-moved",
    )
    return {
        "is_started_from_current": begin == "today",
        "max_moved": None if limit is None else int(limit),
    }


def _shares(kind: str, usual: str, *, is_as_today: bool) -> dict[str, Any]:
    """Ask how much each territory is to get, and where it is worked from."""
    if not is_as_today:
        st.caption(
            "Shares by capacity, homes and named accounts need the number of "
            "territories of today."
        )
        return {}
    left, right = st.columns(2)
    shares = left.segmented_control(
        "Shares",
        [EQUAL, CAPACITY],
        default=usual,
        format_func={EQUAL: "Equal", CAPACITY: "By capacity"}.get,
        key="bal-shares",
        required=True,
        help="By capacity: as much as the rep can work, so less for a new one. A seat "
        "nobody holds counts like the others.",
    )
    own = {"shares": shares}
    if kind == "balance":
        own["travel_to"] = _travel(right)
    return own


def _travel(place: Any) -> Any:
    return place.segmented_control(
        "Travel from",
        [CENTRE, HOME],
        default=CENTRE,
        format_func={CENTRE: "The middle", HOME: "Reps' homes"}.get,
        key="bal-travel",
        required=True,
        help="Where the way to the accounts is measured from.",
    )


def _stays(view: TerritoryView, *, is_as_today: bool) -> dict[str, Any]:
    """Ask what must not change hands."""
    territories = view.territories
    labels = territories["name"] + " · " + territories["rep_name"]
    territory_ids = sorted(view.units["territory_id"].dropna().unique())
    choice = st.multiselect(
        "Territories that stay as they are",
        territory_ids,
        format_func=lambda name: str(labels.get(name, name)),
        placeholder="none",
        key="bal-kept",
    )
    owned = view.accounts[view.accounts["territory_id"].notna()]
    sales = owned["our_sales_minor"].astype("Float64").fillna(0)
    offered = sales.sort_values(ascending=False, kind="stable").index[:MOST_OFFERED]
    names = owned["name"] + " · " + owned["territory_id"]
    accounts = st.multiselect(
        "Accounts that stay with their rep",
        list(offered),
        format_func=lambda name: str(names.get(name, name)),
        placeholder="none",
        key="bal-kept-accounts",
        help=f"The {MOST_OFFERED} you sell most to. Their whole unit stays with them.",
    )
    own: dict[str, Any] = {
        "kept_territories": tuple(choice),
        "kept_accounts": tuple(accounts),
    }
    n_named = int(wording.exceptions(view.accounts, view.units["territory_id"]).sum())
    if n_named and is_as_today:
        one = "The account" if n_named == 1 else f"The {n_named} accounts"
        own["keeps_named"] = st.toggle(
            f"{one} named apart from their unit stay so",
            value=True,
            key="bal-named",
            help="They are in another territory than their unit; they count there. "
            "Off: they follow their unit again.",
        )
    return own


def _map_rules(view: TerritoryView) -> dict[str, Any]:
    """Ask what must lie together, and which borders hold."""
    own: dict[str, Any] = {}
    parents = parent_fields(view.accounts)
    if parents:
        column = st.selectbox(
            "Keep sites of a company together, by",
            ["", *parents],
            format_func=lambda name: name or "not asked",
            key="bal-together",
            help="Accounts with the same text in this column of your list share a "
            "territory, with their whole units.",
        )
        own["together_by"] = column or None
    if len(view.units["region"].dropna().unique()) > 1:
        own["is_within_regions"] = st.toggle(
            "No territory crosses a state border", value=False, key="bal-states"
        )
    return own
