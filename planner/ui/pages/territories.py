"""Territories: draw, lock and balance; every change stays pending until accepted."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.core.formats import Formats
from planner.jobs import queue
from planner.services.scenarios import Scenario, listing
from planner.services.workspace import OpenCompany
from planner.ui import session, widgets
from planner.ui.components.grid import take as take_from_table
from planner.ui.components.planmap import take as take_gestures
from planner.ui.downloads import export_menu
from planner.ui.pages import PAGES
from planner.ui.views.balance.form import balance_form
from planner.ui.views.balance.proposal import is_finished, job_part
from planner.ui.views.freshness import older_note
from planner.ui.views.scenarios.what_if import what_if_button
from planner.ui.views.sharing import share_button
from planner.ui.views.territories.answer import open_job, stage_bars
from planner.ui.views.territories.below import below_part
from planner.ui.views.territories.map_part import (
    MAP,
    TABLE,
    map_and_table,
    sheet_of_map,
)
from planner.ui.views.territories.tools import ask_tools
from planner.ui.views.workbench.draft_notice import notice_part, watch
from planner.ui.views.workbench.list_part import take_lists
from planner.ui.views.workbench.workbench import Workbench, open_workbench


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    scenario = session.scenario(ws)
    if scenario is None:
        _no_scenario(ws)
        return
    session.note_in_address(scenario.scenario_id)
    bench = open_workbench(ws, fmt, scenario)
    if bench.is_editable:
        for gesture in take_gestures(MAP):
            bench.on_map(gesture)
        while (event := take_from_table(TABLE)) is not None:
            bench.on_table(event)
        take_lists(bench)
    scenario = bench.scenario
    slot = widgets.page_header(
        "Territories",
        "Draw, lock and balance; every change stays pending until you accept it.",
        context=_context(scenario, fmt),
    )
    if bench.saved.units.empty:
        widgets.empty_state(
            "No units yet",
            "Units are the counties or cells that territories are made of. Import a "
            "list of accounts, or your own polygons.",
            key="no-units",
        )
        st.page_link(f"{PAGES}/import_data.py", label="Go to Import")
        return
    _header_button(bench, slot)
    notice_part(bench)
    _older_balance(bench)
    _work(bench)
    watch(ws, scenario.scenario_id, scenario.version)


def _older_balance(bench: Workbench) -> None:
    """Say that the last balance was made before the data changed."""
    job = queue.latest(bench.ws.store, "balance", bench.scenario.scenario_id)
    if job is None or job.state != "done" or not bench.is_editable:
        return
    older_note(
        bench.ws,
        bench.fmt,
        "balance",
        job.created_at,
        what="The last balance is",
        repair="The figures below are those of today: balance again if they are off.",
    )


def _context(scenario: Scenario, fmt: Formats) -> str:
    stamp = f"saved {fmt.day(scenario.updated_at[:10])} {scenario.updated_at[11:16]}"
    return (
        f"{scenario.name} · team {scenario.team} · version {scenario.version} · "
        f"{stamp} UTC"
    )


def _no_scenario(ws: OpenCompany) -> None:
    widgets.page_header("Territories", "Which unit belongs to whom.")
    if widgets.empty_state(
        "No scenario yet",
        "A scenario is one way to draw the territories. Start one; it begins empty.",
        button="Start a scenario",
        key="no-scenario",
    ):
        draft = listing.start(ws, "Draft 1")
        session.choose_scenario(draft.scenario_id)
        st.rerun()


def _header_button(bench: Workbench, slot: Any) -> None:
    ws, scenario = bench.ws, bench.scenario
    with slot:
        what = ("territories", "units", "plan", "visits")
        export_menu(ws, what, key="terr", scenario_id=scenario.scenario_id)
        share_button(
            ws,
            "territories",
            lambda: sheet_of_map(bench),
            key="terr",
            scenario=scenario,
        )
        if scenario.status == "published":
            if st.button("Clone to change", type="primary", key="terr-clone"):
                _clone(ws, scenario)
        else:
            has_pending = bench.opened.pending is not None
            what_if_button(ws, scenario, bench.saved, has_pending=has_pending)
            if st.button("Balance", type="primary", key="terr-balance"):
                balance_form(bench)


def _clone(ws: OpenCompany, scenario: Scenario) -> None:
    names = {one.name for one in listing.scenarios(ws)}
    number = 1
    while f"{scenario.name}, draft {number}" in names:
        number += 1
    draft = listing.clone(ws, scenario.scenario_id, f"{scenario.name}, draft {number}")
    session.choose_scenario(draft.scenario_id)
    st.rerun()


def _work(bench: Workbench) -> None:
    """Show the tools, what is pending, the map and the table, and what lies below."""
    job = open_job(bench)
    tools = ask_tools(bench.ws, bench.scenario, bench.saved)
    job_place = st.empty()  # stands there without a job too, so that no map moves
    if job is not None and not is_finished(job):
        with job_place.container():
            job_part(bench.ws, bench.fmt, bench.saved, job)
    with st.container(key="terr-bars"):
        stage = stage_bars(bench, job, tools.measure)
    map_and_table(bench, stage, tools)
    below_part(bench, stage, tools)


main()
