"""Scenarios: list, clone, rename, put two side by side, publish one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.services.company.settings import company_settings
from planner.services.scenarios import Scenario, listing
from planner.services.workspace import OpenCompany, Workspace
from planner.ui import session, tables, widgets
from planner.ui.downloads import export_menu
from planner.ui.maps.text import markdown_text
from planner.ui.views.balance.proposal import is_finished, pending_job
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
            draft = listing.start(ws, "Draft 1")
            session.choose_scenario(draft.scenario_id)
            st.rerun()
        return
    with slot:
        what = ("plan", "territories", "quotas", "visits")
        offers = what if current.status == "draft" else (*what, "changes")
        export_menu(ws, offers, key="scn", scenario_id=current.scenario_id)
        if current.status == "draft":
            if st.button("Publish", type="primary", key="scn-publish"):
                publish_form(ws, fmt, current)
        elif st.button("Clone", type="primary", key="scn-clone-top"):
            clone_form(ws, current)
    published_note(fmt)
    scenarios = listing.scenarios(ws)
    _list(ws, fmt, scenarios, current)
    side_by_side(ws, fmt, scenarios, current)
    publication_list(ws, fmt, scenarios)


def _context(current: Scenario) -> str:
    return f"working on {current.name} · team {current.team}"


# --- the list ------------------------------------------------------------------------


def _list(
    ws: OpenCompany, fmt: Formats, scenarios: list[Scenario], current: Scenario
) -> None:
    """Show the scenarios; choose one to work on, clone or rename it."""
    names = {scenario.scenario_id: scenario.name for scenario in scenarios}
    today_id = company_settings(ws).today_id
    scenarios = _of_team(scenarios)
    frame = pd.DataFrame(
        {
            "name": [scenario.name for scenario in scenarios],
            "working": [
                "open" if scenario.scenario_id == current.scenario_id else ""
                for scenario in scenarios
            ],
            "team": [scenario.team for scenario in scenarios],
            "status": [_status(ws, scenario, fmt) for scenario in scenarios],
            "version": [scenario.version for scenario in scenarios],
            "saved": [stamp_text(scenario.updated_at, fmt) for scenario in scenarios],
            "by": [scenario.updated_by for scenario in scenarios],
            "from": [
                names.get(
                    str(scenario.parent_id),
                    "the owners of the list"
                    if scenario.scenario_id == today_id
                    else "a blank map",
                )
                for scenario in scenarios
            ],
        },
        index=[scenario.scenario_id for scenario in scenarios],
    )
    rows = tables.table(
        frame,
        {
            "name": tables.Column("Scenario", width="medium"),
            "working": tables.Column("", width=60),
            "team": tables.Column("Team", width=90, of=()),
            "status": tables.Column("Status", width=200, of=()),
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
    selection = next(
        (
            scenario
            for scenario in scenarios
            if rows and scenario.scenario_id == rows[0]
        ),
        current,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{markdown_text(selection.name)}**", width="content")
        is_current = selection.scenario_id == current.scenario_id
        if st.button("Work on it", key="scn-open", disabled=is_current):
            session.choose_scenario(selection.scenario_id)
            session.look_at(selection.scenario_id, selection.version)
            st.rerun()
        if st.button("New", key="scn-new"):
            new_form(ws, selection)
        if st.button("Clone", key="scn-clone"):
            clone_form(ws, selection)
        if st.button("Rename", key="scn-rename", disabled=selection.status != "draft"):
            rename_form(ws, selection)
        if st.button("History", key="scn-history"):
            history(ws, fmt, selection)


def _of_team(scenarios: list[Scenario]) -> list[Scenario]:
    """Ask for a team if there are several; keep its scenarios."""
    teams = sorted({scenario.team for scenario in scenarios})
    if len(teams) < 2:
        return scenarios
    team = st.pills(
        "Team",
        teams,
        format_func=markdown_text,
        key="scn-team",
        label_visibility="collapsed",
    )
    return [scenario for scenario in scenarios if team in (None, scenario.team)]


def _status(ws: Workspace, scenario: Scenario, fmt: Formats) -> str:
    """Say whether it is published, and of a draft what waits in it."""
    if scenario.status == "published":
        return f"published from {fmt.day(scenario.effective_from)}"
    job = pending_job(ws, scenario)
    if is_finished(job):
        return "draft · an answer waits"
    return "draft" if job is None or job.state == "failed" else "draft · is balanced"


main()
