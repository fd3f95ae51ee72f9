"""Territories: look, move units by hand, balance, take or leave the proposal."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.core.formats import Formats
from planner.services import scenarios
from planner.services.balancing import measures_of
from planner.services.balancing import usual_measure
from planner.services.scenarios import Scenario
from planner.services.territory import MEASURES
from planner.services.territory import TerritoryView
from planner.services.workspace import Workspace
from planner.territory.workhours import HOURS
from planner.ui import session
from planner.ui import widgets
from planner.ui.maps.territory import COLOUR_BY
from planner.ui.maps.territory import deviation_fill
from planner.ui.maps.territory import territory_map
from planner.ui.planmap import MapEvent
from planner.ui.planmap import planmap
from planner.ui.planmap.data import EventKind
from planner.ui.views import reads
from planner.ui.views.balance_form import balance_form
from planner.ui.views.balance_table import MeasureColumn
from planner.ui.views.balance_table import balance_table
from planner.ui.views.districts import district_outlines
from planner.ui.views.districts import district_part
from planner.ui.views.downloads import export_menu
from planner.ui.views.frontier_view import frontier_panel
from planner.ui.views.headcount_view import headcount_panel
from planner.ui.views.headcount_view import with_next_head
from planner.ui.views.other_team import ask_other_team
from planner.ui.views.other_team import outlines_beside
from planner.ui.views.other_team import overlap_part
from planner.ui.views.pending_units import choose
from planner.ui.views.pending_units import pending_bar
from planner.ui.views.pending_units import spare_colours
from planner.ui.views.pending_units import units_table
from planner.ui.views.proposal import is_finished
from planner.ui.views.proposal import job_part
from planner.ui.views.proposal import moved_accounts
from planner.ui.views.proposal import offer_of
from planner.ui.views.proposal import pending_job
from planner.ui.views.proposal import proposal_bar
from planner.ui.views.stale import stale_note
from planner.ui.views.territory_figures import figures
from planner.ui.views.wanted_shares import shares_note

MAP_HEIGHT = 600
TOLERANCES = {0.03: "3 %", 0.05: "5 %", 0.1: "10 %", 0.15: "15 %", 0.2: "20 %"}
TOOLS: tuple[EventKind, ...] = ("unit", "box", "lasso", "polygon", "paint")
PANELS = {"frontier": frontier_panel, "headcount": headcount_panel}


def main() -> None:
    """Draw the page."""
    ws = session.workspace()
    fmt = session.formats(ws)
    scenario = session.scenario(ws)
    if scenario is None:
        _no_scenario(ws)
        return
    if "terr-colour" not in st.session_state:
        # The keyed widgets of a page are forgotten when it is left: a fresh look.
        session.look_at(scenario.scenario_id, scenario.version)
    view = reads.territory_view(ws, scenario)
    slot = widgets.page_header(
        "Territories",
        "Move units by hand or let them be balanced; nothing is saved until you "
        "apply it.",
        context=_context(scenario, fmt),
    )
    if view.units.empty:
        widgets.empty_state(
            "No units yet",
            "Units are the counties or cells that territories are made of. Import a "
            "list of accounts, or your own polygons.",
            key="no-units",
        )
        st.page_link("planner/ui/pages/import_data.py", label="Go to Import")
        return
    _header_button(ws, scenario, view, slot)
    kept = "Your choice of units is kept; the map shows what is saved now."
    stale_note(ws, scenario, kept, key="terr")
    _work(ws, fmt, scenario, view)


def _context(scenario: Scenario, fmt: Formats) -> str:
    saved = f"saved {fmt.day(scenario.updated_at[:10])} {scenario.updated_at[11:16]}"
    return (
        f"{scenario.name} · team {scenario.team} · version {scenario.version} · "
        f"{saved} UTC"
    )


def _no_scenario(ws: Workspace) -> None:
    widgets.page_header("Territories", "Which unit belongs to whom.")
    if widgets.empty_state(
        "No scenario yet",
        "A scenario is one way to draw the territories. Start one; it begins empty.",
        button="Start a scenario",
        key="no-scenario",
    ):
        made = scenarios.start(ws, "Draft 1")
        session.choose_scenario(made.scenario_id)
        st.rerun()


def _header_button(
    ws: Workspace, scenario: Scenario, view: TerritoryView, slot: Any
) -> None:
    with slot:
        what = ("territories", "units", "plan", "visits")
        export_menu(ws, what, key="terr", scenario_id=scenario.scenario_id)
        if scenario.status == "published":
            if st.button("Clone to change", type="primary", key="terr-clone"):
                _clone(ws, scenario)
        elif st.button("Balance", type="primary", key="terr-balance"):
            balance_form(ws, scenario, view)


def _clone(ws: Workspace, scenario: Scenario) -> None:
    names = {known.name for known in scenarios.scenarios(ws)}
    number = 1
    while f"{scenario.name}, draft {number}" in names:
        number += 1
    made = scenarios.clone(ws, scenario.scenario_id, f"{scenario.name}, draft {number}")
    session.choose_scenario(made.scenario_id)
    st.rerun()


# --- the map and the table -----------------------------------------------------------


def _work(ws: Workspace, fmt: Formats, scenario: Scenario, view: TerritoryView) -> None:
    """Show the tools, what is pending, the map and the table."""
    job = pending_job(ws, scenario)
    if job is not None:
        _look_at_what_was_asked(view, job)
    tools = _tools(ws, scenario, view)
    job_place, bar_place = st.empty(), st.container(key="terr-bars")
    if job is not None and not is_finished(job):
        with job_place.container():
            job_part(ws, fmt, view, job)
    pending: list[str] = st.session_state.setdefault("terr-pending", [])
    pending[:] = [name for name in pending if name in view.units.index]
    with bar_place:
        offer, chosen = None, None
        if is_finished(job):
            panel = PANELS.get(job.kind)
            chosen = panel(ws, fmt, job) if panel else None
            offer = offer_of(ws, scenario, job, chosen)
        is_editable = scenario.status == "draft" and offer is None
        after, shown = None, view
        if offer is not None:
            after = offer.proposal.after
            shown = proposal_bar(ws, fmt, scenario, offer)
        elif is_editable:
            after = pending_bar(ws, fmt, scenario, view, pending, tools["measure"])
            shown = after or view
        else:
            st.caption(
                f"Published from {fmt.day(scenario.effective_from)}: this scenario "
                "does not change any more. Clone it to work on."
            )
    before = view if offer is None else offer.proposal.before
    if is_finished(job) and job.kind == "headcount":
        shown = with_next_head(shown, job, chosen)
        tools["layers"] = [*tools["layers"], "homes"]
    colours = reads.colours(ws, view if offer is None else shown)
    if after is not None:
        colours = {**spare_colours(after), **colours}
    event = _map_and_table(ws, fmt, before, shown, after, tools, colours, is_editable)
    if len(shown.territories):
        figures(fmt, before, after, tools["measure"])
    district_part(fmt, shown, tools["measure"])
    shares_note(ws, fmt, scenario, shown, is_editable=is_editable)
    overlap_part(ws, fmt, shown, tools["beside"])
    if offer is not None:
        moved_accounts(fmt, offer)
    elif is_editable:
        units_table(fmt, view, pending)
    if event is not None and is_editable:
        choose(event, pending, view)


def _map_and_table(
    ws: Workspace,
    fmt: Formats,
    view: TerritoryView,
    shown: TerritoryView,
    after: TerritoryView | None,
    tools: dict[str, Any],
    colours: dict[str, str],
    is_editable: bool,
) -> MapEvent | None:
    """Show the map beside the balance table; return what was done on the map."""
    left, right = st.columns([3, 2], gap="small")
    look = {name: tools[name] for name in ("measure", "tolerance")}
    places = None
    if "accounts" in tools["layers"]:
        places = reads.account_places(ws, None, view.accounts, fmt, "territory")
    with left:
        event = planmap(
            territory_map(
                shown,
                fmt,
                shapes=reads.unit_shapes(ws, view, fmt),
                base=reads.state_shapes(ws, view),
                places=places,
                colours=colours,
                colour_by=tools["colour_by"],
                has_homes="homes" in tools["layers"],
                outlines=[
                    *district_outlines(shown),
                    *outlines_beside(ws, tools["beside"]),
                ],
                selected=st.session_state["terr-pending"] if is_editable else (),
                **look,
            ),
            key="territories",
            height=MAP_HEIGHT,
            events=TOOLS if is_editable else (),
        )
    if tools["colour_by"] == "Deviation":
        colours = deviation_fill(shown, **look)
    with right:
        if shown.territories.empty:
            widgets.empty_state(
                "No territories yet",
                "Press Balance to draw them, or choose units on the map and assign "
                "them to a first territory.",
                key="no-territories",
            )
            return event
        balance_table(
            view,
            fmt,
            measures=[
                MeasureColumn(column=tools["measure"], tolerance=tools["tolerance"])
            ],
            colours=colours,
            after=after,
            events=(),
            key="terr-balance-table",
            height=MAP_HEIGHT,
        )
    return event


def _look_at_what_was_asked(view: TerritoryView, job: Any) -> None:
    """Show a job's measure and tolerance when the page first meets the job."""
    is_met = st.session_state.get("terr-met") == job.job_id
    if is_met and "terr-measure" in st.session_state:
        return
    st.session_state["terr-met"] = job.job_id
    first = dict((job.params.get("measures") or [{}])[0])
    if first.get("column") == HOURS:
        first["column"] = "workload_min"  # what can be looked at without a plan
    if first.get("column") in measures_of(view):
        st.session_state["terr-measure"] = first["column"]
    if first.get("tolerance") in TOLERANCES:
        st.session_state["terr-tolerance"] = first["tolerance"]


def _tools(ws: Workspace, scenario: Scenario, view: TerritoryView) -> dict[str, Any]:
    """Ask what to look at."""
    measures = measures_of(view)
    known = {known.scenario_id: known for known in scenarios.scenarios(ws)}
    with st.container(horizontal=True, vertical_alignment="bottom", key="terr-tools"):
        chosen = st.selectbox(
            "Scenario",
            list(known),
            index=list(known).index(scenario.scenario_id),
            format_func=scenarios.titles(list(known.values())).get,
            key=f"terr-scenario-{scenario.scenario_id}",
            width=260,
        )
        beside = ask_other_team(ws, scenario)
        measure = st.selectbox(
            "Measure",
            measures,
            index=measures.index(usual_measure(measures)),
            format_func=lambda name: MEASURES[name],
            key="terr-measure",
            width=170,
        )
        tolerance = st.selectbox(
            "Tolerance",
            list(TOLERANCES),
            index=2,
            format_func=TOLERANCES.get,
            key="terr-tolerance",
            width=110,
        )
        colour_by = st.segmented_control(
            "Colour by",
            COLOUR_BY,
            default=COLOUR_BY[0],
            key="terr-colour",
            required=True,
        )
        layers = st.pills(
            "Show",
            ["accounts", "homes"],
            selection_mode="multi",
            default=[],
            format_func=str.capitalize,
            key="terr-layers",
        )
    if chosen != scenario.scenario_id:
        session.choose_scenario(chosen)
        st.session_state["terr-pending"] = []
        picked = known[chosen]
        session.look_at(picked.scenario_id, picked.version)
        st.rerun()
    return {
        "beside": beside,
        "measure": measure,
        "tolerance": float(tolerance),
        "colour_by": colour_by or COLOUR_BY[0],
        "layers": list(layers or []),
    }


main()
