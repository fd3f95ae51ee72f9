"""What a checked list holds: its points on a map, and the way to a first balance."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from planner.accounts.findings import ImportReport
from planner.core.formats import Formats
from planner.geography.basemap import extent_of
from planner.services.balance.first import (
    MOST_TERRITORIES,
    measures_of_list,
    number_of_list,
)
from planner.services.workspace import Workspace
from planner.territory.model.unit_table import MEASURES
from planner.ui import cache
from planner.ui.components.planmap import (
    Entry,
    MapData,
    Points,
    codes_of,
    places_of,
    planmap,
)
from planner.ui.maps.palette import ACCENT

MAP_HEIGHT = 380


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstBalance:
    """
    The first balance as it is asked for.

    Parameters
    ----------
    n_territories
        How many.
    measure
        Column to share evenly.
    is_asked
        Whether the button was pressed just now.
    """

    n_territories: int
    measure: str
    is_asked: bool


def look_at(
    ws: Workspace,
    fmt: Formats,
    report: ImportReport,
    file_id: str,
    *,
    is_first: bool,
    people: pd.DataFrame | None = None,
) -> FirstBalance | None:
    """
    Show a list's points and offer to balance it.

    Parameters
    ----------
    ws
        Its settings name the reference geography.
    fmt
        The user's formats.
    report
        Of accounts, with rows that can be taken.
    file_id
        Keys the fields.
    is_first
        Whether the list begins a company: only then it can be balanced at once.
    people
        REPS frame that came with the list; None: none did.

    Returns
    -------
    What is asked for; None: nothing can be.
    """
    accounts = report.accounts
    left, right = st.columns([3, 2], gap="medium")
    with left:
        points_map(ws, fmt, accounts, file_id)
    with right:
        return _ask(fmt, accounts, file_id, people) if is_first else None


def points_map(
    ws: Workspace, fmt: Formats, accounts: pd.DataFrame, file_id: str
) -> None:
    """Draw the accounts that have a place over coasts, borders and towns."""
    placed = accounts.dropna(subset=["lat", "lon"])
    if placed.empty:
        st.caption("No row has a place that could be drawn.")
        return
    label = f"{fmt.number(len(placed))} accounts"
    data = MapData(
        label=label,
        base=cache.ground_around(ws, extent_of(placed)),
        points=Points(
            places=places_of(placed),
            codes=codes_of(pd.Series("Accounts", index=placed.index), ["Accounts"]),
        ),
        legend=[Entry(label="Accounts", colour=ACCENT, count=fmt.number(len(placed)))],
        legend_title="In the file",
        is_legend_open=False,
        has_borders=False,
        distance_unit=fmt.distance_unit,
    )
    planmap(data, key=f"imp-look-{file_id}", height=MAP_HEIGHT)


def _ask(
    fmt: Formats, accounts: pd.DataFrame, file_id: str, people: pd.DataFrame | None
) -> FirstBalance:
    measures = measures_of_list(accounts)
    with st.container(border=True, key="imp-first-balance"):
        st.markdown("**Balance it at once**")
        n_territories = st.number_input(
            "Into territories",
            min_value=1,
            max_value=min(MOST_TERRITORIES, max(1, len(accounts))),
            value=number_of_list(accounts, people),
            step=1,
            key=f"imp-{file_id}-first-n",
        )
        measure = st.selectbox(
            "Share evenly",
            measures,
            format_func=lambda name: MEASURES[name],
            key=f"imp-{file_id}-first-measure",
        )
        n_owners = int(accounts["owner_id"].nunique())
        if n_owners > 1:
            st.caption(
                f"{fmt.number(n_owners)} people own accounts in this list: each gets "
                "a territory."
            )
        is_asked = st.button(
            "Import and balance",
            type="primary",
            key="imp-first-go",
            help="Saves the accounts that can be taken, and looks for the plan with "
            "the least travel in which no territory is more than 10 % off.",
        )
    return FirstBalance(
        n_territories=int(n_territories), measure=str(measure), is_asked=is_asked
    )
