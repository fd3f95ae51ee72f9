"""Coverage and gaps: hours needed and available, by organisation, region or rep."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.core.units import MIN_PER_HOUR
from planner.services.people.holders import VACANT
from planner.services.people.roster import Roster
from planner.services.territories.coverage import BY, CoverageBy, coverage
from planner.services.territories.view import TerritoryView
from planner.ui import tables
from planner.ui.maps.text import markdown_text

_LONGEST = 300  # letters of the line that are shown


def coverage_table(
    fmt: Formats,
    view: TerritoryView,
    roster: Roster,
    after: TerritoryView | None = None,
    *,
    key: str = "terr",
) -> None:
    """
    Show who is covered and where the gaps are; only this part of the page reruns.

    Parameters
    ----------
    fmt
        How figures are written.
    view
        The plan.
    roster
        Who works it.
    after
        The plan as it would be; None: nothing is pending. What was before stands
        beside what changes.
    key
        Unique on the page.
    """

    @st.fragment
    def show() -> None:
        choice = st.segmented_control(
            "Coverage by",
            list(BY),
            default="manager",
            format_func=BY.get,
            key=f"{key}-coverage-by",
            required=True,
        )
        by: CoverageBy = choice or "manager"
        table = coverage(view, roster, by, after)
        if table.empty:
            st.caption("There are no accounts and no territories yet.")
            return
        st.markdown(markdown_text(_told(fmt, table, after or view), _LONGEST))
        tables.table(
            _in_hours(table),
            _columns(by, has_before=after is not None),
            fmt=fmt,
            key=f"{key}-coverage",
            label=f"Coverage by {BY[by].lower()}",
        )

    show()


def _in_hours(table: pd.DataFrame) -> pd.DataFrame:
    """Add what is told in minutes as hours."""
    minutes = table[[name for name in table if "_min" in str(name)]]
    hours = minutes / MIN_PER_HOUR
    names = {name: str(name).replace("_min", "_h") for name in hours}
    return table.join(hours.rename(columns=names))


def _told(fmt: Formats, table: pd.DataFrame, view: TerritoryView) -> str:
    """Say in one line how the hours, the seats and the accounts stand."""
    needed = fmt.number(table["needed_min"].sum() / MIN_PER_HOUR)
    can = fmt.number(table["capacity_min"].sum() / MIN_PER_HOUR)
    n_vacant = fmt.number(view.territories["rep_name"].eq(VACANT).sum())
    n_seats = fmt.number(len(view.territories))
    n_nobodys = fmt.number(table["unassigned"].sum())
    return (
        f"{needed} h of work a year for {can} h that can be worked · {n_vacant} of "
        f"{n_seats} territories vacant · {n_nobodys} accounts without a territory"
    )


def _columns(by: CoverageBy, *, has_before: bool) -> dict[str, tables.Column]:
    """Choose the columns; beside those a plan changes, what they were."""
    columns = {
        "label": tables.Column(BY[by], is_pinned=True),
        "accounts": tables.Column("Accounts", "number"),
        "unassigned": tables.Column("No territory", "number"),
        "needed_h": tables.Column("Needed, h", "number", help="Of work, a year"),
        "capacity_h": tables.Column(
            "Available, h", "number", help="That can be worked, a year"
        ),
        "load_share": tables.Column("Load", "share", help="Needed of available"),
        "vacant": tables.Column(
            "Vacant", "number", help="Territories nobody works", of=("team",)
        ),
        "never_visited": tables.Column("Never visited", "number"),
        "overdue": tables.Column(
            "Overdue",
            "number",
            help="Last visit longer ago than twice what the visit class asks",
        ),
    }
    if by != "region":
        del columns["unassigned"]  # they are a row of their own
    if not has_before:
        return columns
    places = {}
    for name, column in columns.items():
        if name in ("accounts", "unassigned", "needed_h"):
            places[f"{name}_before"] = tables.Column(
                f"{column.label}, was", "number", of=(name,)
            )
        places[name] = column
    return places
