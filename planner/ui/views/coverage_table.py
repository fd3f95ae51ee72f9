"""Coverage and gaps: hours needed and available, by organisation, region or rep."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.core.units import MIN_PER_HOUR
from planner.services.coverage import BY
from planner.services.coverage import coverage
from planner.services.roster import Roster
from planner.services.team import VACANT
from planner.services.territory import TerritoryView
from planner.ui import widgets
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
        by = st.segmented_control(
            "Coverage by",
            list(BY),
            default="manager",
            format_func=BY.get,
            key=f"{key}-coverage-by",
            required=True,
        )
        table = coverage(view, roster, by or "manager", after)
        if table.empty:
            st.caption("There are no accounts and no territories yet.")
            return
        st.markdown(markdown_text(_told(fmt, table, after or view), _LONGEST))
        widgets.table(
            table,
            _columns(BY[by or "manager"], has_before=after is not None),
            fmt=fmt,
            key=f"{key}-coverage",
            label=f"Coverage by {BY[by or 'manager'].lower()}",
        )

    show()


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


def _columns(head: str, *, has_before: bool) -> dict[str, widgets.Column]:
    """Choose the columns; beside those a plan changes, what they were."""
    told = {
        "label": widgets.Column(head, is_pinned=True),
        "accounts": widgets.Column("Accounts", "number"),
        "unassigned": widgets.Column("No territory", "number"),
        "needed_min": widgets.Column("Needed", "hours", help="Hours of work a year"),
        "capacity_min": widgets.Column(
            "Available", "hours", help="Hours a year that can be worked"
        ),
        "load_share": widgets.Column("Needed of available", "share"),
        "vacant": widgets.Column("Vacant", "number", help="Territories nobody works"),
        "never_visited": widgets.Column("Never visited", "number"),
        "overdue": widgets.Column(
            "Overdue",
            "number",
            help="Last visit longer ago than twice what the visit class asks",
        ),
    }
    if not has_before:
        return told
    shown = {}
    for name, column in told.items():
        if name in ("accounts", "unassigned", "needed_min"):
            shown[f"{name}_before"] = widgets.Column(
                f"{column.label} before", column.kind
            )
        shown[name] = column
    return shown
