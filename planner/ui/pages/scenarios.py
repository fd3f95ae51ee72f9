"""Scenarios: list, clone, rename, put two side by side, publish one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.services.scenarios import Scenario, listing
from planner.services.workspace import Workspace
from planner.ui import session, tables, widgets
from planner.ui.downloads import export_menu
from planner.ui.maps.text import markdown_text
from planner.ui.views.scenarios.comparison import side_by_side
from planner.ui.views.scenarios.forms import clone_form, history, new_form, rename_form
from planner.ui.views.scenarios.publishing import (
    publication_list,
    publish_form,
    published_note,
    stamp_text,
)


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    current = session.scenario(ws)
    slot = widgets.page_header(
        "Scenarios",
        "Try several plans, put two side by side, publish the one that holds.",
        context=_context(current) if current else "",
    )
    if current is None:
        if widgets.empty_state(
            "No scenario yet",
            "A scenario is one way to draw the territories. Start one; it begins "
            "empty.",
            button="Start a scenario",
            key="no-scenario",
        ):
            made = listing.start(ws, "Draft 1")
            session.choose_scenario(made.scenario_id)
            st.rerun()
        return
    with slot:
        what = ("plan", "territories", "quotas", "visits")
        shown = what if current.status == "draft" else (*what, "changes")
        export_menu(ws, shown, key="scn", scenario_id=current.scenario_id)
        if current.status == "draft":
            if st.button("Publish", type="primary", key="scn-publish"):
                publish_form(ws, fmt, current)
        elif st.button("Clone", type="primary", key="scn-clone-top"):
            clone_form(ws, current)
    published_note(fmt)
    known = listing.scenarios(ws)
    _list(ws, fmt, known, current)
    side_by_side(ws, fmt, known, current)
    publication_list(ws, fmt, known)


def _context(current: Scenario) -> str:
    return f"working on {current.name} · team {current.team}"


# --- the list ------------------------------------------------------------------------


def _list(
    ws: Workspace, fmt: Formats, known: list[Scenario], current: Scenario
) -> None:
    """Show the scenarios; choose one to work on, clone or rename it."""
    names = {scenario.scenario_id: scenario.name for scenario in known}
    known = _of_team(known)
    frame = pd.DataFrame(
        {
            "name": [scenario.name for scenario in known],
            "working": [
                "open" if scenario.scenario_id == current.scenario_id else ""
                for scenario in known
            ],
            "team": [scenario.team for scenario in known],
            "status": [_status(scenario, fmt) for scenario in known],
            "version": [scenario.version for scenario in known],
            "saved": [stamp_text(scenario.updated_at, fmt) for scenario in known],
            "by": [scenario.updated_by for scenario in known],
            "from": [
                names.get(str(scenario.parent_id), "a blank map") for scenario in known
            ],
        },
        index=[scenario.scenario_id for scenario in known],
    )
    rows = tables.table(
        frame,
        {
            "name": tables.Column("Scenario", width="medium"),
            "working": tables.Column("", width=60),
            "team": tables.Column("Team", width=90),
            "status": tables.Column("Status", width=200),
            "version": tables.Column("Version", "number", width=80),
            "saved": tables.Column("Saved"),
            "by": tables.Column("By", width=80),
            "from": tables.Column("Made from"),
        },
        fmt=fmt,
        key="scn-list",
        select="single",
        label="Scenarios",
    )
    chosen = next(
        (scenario for scenario in known if rows and scenario.scenario_id == rows[0]),
        current,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{markdown_text(chosen.name)}**", width="content")
        is_current = chosen.scenario_id == current.scenario_id
        if st.button("Work on it", key="scn-open", disabled=is_current):
            session.choose_scenario(chosen.scenario_id)
            session.look_at(chosen.scenario_id, chosen.version)
            st.rerun()
        if st.button("New", key="scn-new"):
            new_form(ws, chosen)
        if st.button("Clone", key="scn-clone"):
            clone_form(ws, chosen)
        if st.button("Rename", key="scn-rename", disabled=chosen.status != "draft"):
            rename_form(ws, chosen)
        if st.button("History", key="scn-history"):
            history(ws, fmt, chosen)


def _of_team(known: list[Scenario]) -> list[Scenario]:
    """Ask for a team if there are several; keep its scenarios."""
    teams = sorted({scenario.team for scenario in known})
    if len(teams) < 2:
        return known
    chosen = st.pills(
        "Team",
        teams,
        format_func=markdown_text,
        key="scn-team",
        label_visibility="collapsed",
    )
    return [scenario for scenario in known if chosen in (None, scenario.team)]


def _status(scenario: Scenario, fmt: Formats) -> str:
    if scenario.status == "published":
        return f"published from {fmt.day(scenario.effective_from)}"
    return "draft"


main()
