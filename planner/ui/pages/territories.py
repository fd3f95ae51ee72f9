"""Territories: draw, lock and balance; every change stays pending until accepted."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.core.formats import Formats
from planner.maps.sheet import MapSheet
from planner.services.balance import decisions
from planner.services.balance.accept import take
from planner.services.balance.request import measures_of, usual_measure
from planner.services.drafts.log import OpenDraft
from planner.services.drafts.problems import find_problems, fix_of
from planner.services.exports import sharing
from planner.services.imports import market as services_market
from planner.services.people.roster import Roster
from planner.services.scenarios import Scenario, listing
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany
from planner.territory.model.unit_table import MEASURES
from planner.territory.model.workhours import HOURS
from planner.territory.solve.proposal import Proposal
from planner.ui import cache, session, widgets
from planner.ui.components.grid import take as take_from_table
from planner.ui.components.planmap import Outline, planmap
from planner.ui.components.planmap import take as take_gestures
from planner.ui.components.planmap.events import EventKind
from planner.ui.downloads import export_menu
from planner.ui.faults import guarded
from planner.ui.maps.colouring import COLOUR_BY, colouring_of
from planner.ui.maps.drafting import draft_marks
from planner.ui.maps.market import circles
from planner.ui.maps.palette import PALETTES
from planner.ui.maps.sharing import territory_sheet
from planner.ui.maps.territory import territory_labels, territory_map
from planner.ui.pages import PAGES
from planner.ui.turns import let_tops_pass
from planner.ui.views.balance.form import balance_form
from planner.ui.views.balance.frontier import frontier_panel
from planner.ui.views.balance.headcount import headcount_panel, with_next_head
from planner.ui.views.balance.proposal import (
    answer_part,
    is_finished,
    job_part,
    offer_of,
    pending_job,
    proposal_bar,
)
from planner.ui.views.scenarios.what_if import what_if_button
from planner.ui.views.sharing import ground_of, share_button
from planner.ui.views.workbench.balance_figures import MeasureColumn
from planner.ui.views.workbench.balance_table import balance_table
from planner.ui.views.workbench.choice_bar import SHOW_ACCOUNTS, choice_bar
from planner.ui.views.workbench.coverage_table import coverage_table
from planner.ui.views.workbench.districts import district_outlines, district_part
from planner.ui.views.workbench.draft_history import history_part
from planner.ui.views.workbench.draft_notice import notice_part, watch
from planner.ui.views.workbench.list_part import list_part, take_lists
from planner.ui.views.workbench.other_team import (
    ask_other_team,
    outlines_beside,
    overlap_part,
)
from planner.ui.views.workbench.pending_changes import changes_part, pending_bar
from planner.ui.views.workbench.problem_list import problem_list
from planner.ui.views.workbench.territory_figures import figures
from planner.ui.views.workbench.wanted_shares import shares_note
from planner.ui.views.workbench.workbench import (
    TARGET,
    Workbench,
    drawn_line,
    note_codes,
    open_workbench,
    zoomed,
)

MAP, TABLE = "territories", "terr-balance-table"
MAP_HEIGHT = 620
TOLERANCES = {0.03: "3 %", 0.05: "5 %", 0.1: "10 %", 0.15: "15 %", 0.2: "20 %"}
GESTURES: tuple[EventKind, ...] = (
    "unit",
    "point",
    "box",
    "lasso",
    "polygon",
    "paint",
    "line",
    "drag",
    "key",
)
PANELS = {"frontier": frontier_panel, "headcount": headcount_panel}
CHANGES, PROBLEMS, COVERAGE = "Changes", "Problems", "Coverage"
HISTORY, LIST = "History", "List"
LINE_COLOUR = "#B45309"
QUICK_ACCOUNTS = 20_000  # with more, problems are looked for when they are asked


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
        for event in take_gestures(MAP):
            bench.on_map(event)
        while (made := take_from_table(TABLE)) is not None:
            bench.on_table(made)
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
    _work(bench)
    watch(ws, scenario.scenario_id, scenario.version)


def _context(scenario: Scenario, fmt: Formats) -> str:
    saved = f"saved {fmt.day(scenario.updated_at[:10])} {scenario.updated_at[11:16]}"
    return (
        f"{scenario.name} · team {scenario.team} · version {scenario.version} · "
        f"{saved} UTC"
    )


def _no_scenario(ws: OpenCompany) -> None:
    widgets.page_header("Territories", "Which unit belongs to whom.")
    if widgets.empty_state(
        "No scenario yet",
        "A scenario is one way to draw the territories. Start one; it begins empty.",
        button="Start a scenario",
        key="no-scenario",
    ):
        made = listing.start(ws, "Draft 1")
        session.choose_scenario(made.scenario_id)
        st.rerun()


def _header_button(bench: Workbench, slot: Any) -> None:
    ws, scenario = bench.ws, bench.scenario
    with slot:
        what = ("territories", "units", "plan", "visits")
        export_menu(ws, what, key="terr", scenario_id=scenario.scenario_id)
        share_button(
            ws, "territories", lambda: _shared(bench), key="terr", scenario=scenario
        )
        if scenario.status == "published":
            if st.button("Clone to change", type="primary", key="terr-clone"):
                _clone(ws, scenario)
        else:
            has_pending = bench.opened.pending is not None
            what_if_button(ws, scenario, bench.saved, has_pending=has_pending)
            if st.button("Balance", type="primary", key="terr-balance"):
                balance_form(bench)


def _shared(bench: Workbench) -> MapSheet:
    """Show in a page to send what the map shows: what is pending too, and says so."""
    ws, fmt, shown = bench.ws, bench.fmt, bench.shown
    note = draft_marks(bench.opened.draft, bench.saved, shown)["subtitle"]
    return territory_sheet(
        shown,
        cache.colours(ws, shown),
        fmt,
        subtitle=f"{note} · {fmt.day(bench.scenario.updated_at[:10])}",
        simulated=sharing.simulated_note(ws, shown.accounts),
        ground=ground_of(ws, shown.units),
    )


def _clone(ws: OpenCompany, scenario: Scenario) -> None:
    names = {known.name for known in listing.scenarios(ws)}
    number = 1
    while f"{scenario.name}, draft {number}" in names:
        number += 1
    made = listing.clone(ws, scenario.scenario_id, f"{scenario.name}, draft {number}")
    session.choose_scenario(made.scenario_id)
    st.rerun()


# --- the map and the table -----------------------------------------------------------


def _work(bench: Workbench) -> None:
    """Show the tools, what is pending, the map and the table, and what lies below."""
    ws, fmt, scenario = bench.ws, bench.fmt, bench.scenario
    job = pending_job(ws, scenario)
    if job is not None:
        _look_at_what_was_asked(bench.saved, job)
        if is_finished(job) and job.kind == "balance":
            if not _take_answer(bench, job):
                st.button(
                    "Dismiss the balance",
                    key="terr-dismiss-answer",
                    on_click=guarded(
                        decisions.discard, "Dismissing the balance", ws, job.job_id
                    ),
                )
            job = None
    tools = _tools(ws, scenario, bench.saved)
    job_place, bar_place = st.empty(), st.container(key="terr-bars")
    if job is not None and not is_finished(job):
        with job_place.container():
            job_part(ws, fmt, bench.saved, job)
    offer, chosen = None, None
    before, after, shown = bench.saved, bench.after, bench.shown
    with bar_place:
        if is_finished(job):
            panel = PANELS.get(job.kind)
            chosen = panel(ws, fmt, job) if panel else None
            offer = offer_of(ws, scenario, job, chosen)
        if offer is not None:
            before, after = offer.proposal.before, offer.proposal.after
            shown = proposal_bar(bench, offer)
        elif bench.is_editable:
            choice_bar(bench)
            is_saved_shown = pending_bar(bench, tools["measures"][0].column)
            shown = bench.saved if is_saved_shown else bench.shown
        else:
            st.caption(
                f"Published from {fmt.day(scenario.effective_from)}: this scenario "
                "does not change any more. Clone it to work on."
            )
    if is_finished(job) and job.kind == "headcount":
        shown = with_next_head(shown, job, chosen)
        tools["layers"] = [*tools["layers"], "homes"]
    _map_and_table(bench, before, shown, after, tools, is_offer=offer is not None)
    _below(bench, before, shown, after, tools, offer)


def _take_answer(bench: Workbench, job: Any) -> bool:
    """Let a finished balance arrive as pending changes."""
    opened = bench.opened

    def step() -> OpenDraft:
        proposal = Proposal.from_dict(job.result)
        return take(bench.ws, opened, proposal, job.job_id)

    return bench.change("Taking the balance's answer", step)


def _map_and_table(
    bench: Workbench,
    before: TerritoryView,
    shown: TerritoryView,
    after: TerritoryView | None,
    tools: dict[str, Any],
    *,
    is_offer: bool,
) -> None:
    """Show the map beside the balance table; gestures in either change the draft."""
    ws, fmt, draft = bench.ws, bench.fmt, bench.opened.draft
    is_editable = bench.is_editable and not is_offer
    colours = cache.colours(ws, after or shown)
    first: MeasureColumn = tools["measures"][0]
    left, right = st.columns([3, 2], gap="small")
    event = None
    # The table first: the browser draws it while the map is made ready here.
    with right:
        if shown.territories.empty:
            widgets.empty_state(
                "No territories yet",
                "Press Balance to draw them, or choose units on the map and assign "
                "them to a first territory.",
                key="no-territories",
            )
        else:
            event = balance_table(
                before,
                fmt,
                measures=tools["measures"],
                colours=colours,
                after=after,
                locked=draft.locks.territory,
                selected=st.session_state.get(TARGET),
                events=("lock", "unlock", "zoom", "select")
                if is_editable
                else ("zoom",),
                key=TABLE,
                height=MAP_HEIGHT,
            )
    colouring = colouring_of(
        shown,
        fmt,
        tools["colour_by"],
        labels=territory_labels(shown),
        colours=colours,
        measure=first.column,
        tolerance=first.tolerance or 0.1,
        before=before,
    )
    note_codes(colouring.unit_codes, colouring.point_codes)
    places = None
    if "accounts" in tools["layers"]:
        places = cache.account_places(ws, None, bench.saved.accounts, fmt, "territory")
    shapes = cache.unit_shapes(ws, bench.saved, fmt)
    more = draft_marks(draft, before, shown)
    if tools["market"]:
        layers, name = services_market.market_layers(ws), tools["market"]
        unit = str(layers.loc[name, "unit_of_measure"] or "")
        values = services_market.market_values(ws, name)
        more |= circles(shapes, values, name, unit, fmt)
    home = cache.home_bounds(ws, bench.saved)
    with left:
        planmap(
            territory_map(
                shown,
                fmt,
                shapes=shapes,
                base=cache.state_shapes(ws, bench.saved),
                places=places,
                colouring=colouring,
                has_homes="homes" in tools["layers"],
                outlines=[
                    *district_outlines(shown),
                    *outlines_beside(ws, tools["beside"]),
                    *_line_outline(),
                ],
                selected=[*bench.choice.units, *bench.choice.accounts]
                if is_editable
                else (),
                fit=zoomed(bench.scenario_id) or home,
                home=home,
                **more,
            ),
            key=MAP,
            height=MAP_HEIGHT,
            events=GESTURES if is_editable else (),
        )
    if event is not None:
        bench.on_table(event)
        st.rerun()


def _line_outline() -> list[Outline]:
    line = drawn_line()
    return [Outline(rings=[line], colour=LINE_COLOUR)] if line else []


def _below(
    bench: Workbench,
    before: TerritoryView,
    shown: TerritoryView,
    after: TerritoryView | None,
    tools: dict[str, Any],
    offer: Any,
) -> None:
    """Show what lies below the map: figures, changes, problems, history, lists."""
    let_tops_pass()
    ws, fmt = bench.ws, bench.fmt
    if len(shown.territories):
        figures(fmt, before, after, tools["measures"][0].column)
    district_part(fmt, shown, tools["measures"][0].column)
    shares_note(bench, is_editable=bench.is_editable and offer is None)
    overlap_part(ws, fmt, shown, tools["beside"])
    if offer is not None:
        return
    is_asked = st.session_state.get("terr-below") == PROBLEMS
    is_quick = len(bench.shown.accounts) <= QUICK_ACCOUNTS
    problems = _problems(bench) if is_quick or is_asked else None
    found = "" if problems is None else fmt.number(len(problems))
    part = st.segmented_control(
        "Below the map",
        [CHANGES, PROBLEMS, COVERAGE, HISTORY, LIST],
        default=CHANGES,
        key="terr-below",
        format_func=lambda name: (
            f"Problems {found}".strip() if name == PROBLEMS else name
        ),
        label_visibility="collapsed",
        required=True,
    )
    with st.container(key="terr-below-part"):
        if part == CHANGES:
            answer_part(bench)
            changes_part(bench)
        elif part == PROBLEMS:
            _problem_part(bench, _problems(bench))
        elif part == COVERAGE:
            coverage_table(fmt, bench.saved, _roster(bench), bench.after)
        elif part == HISTORY:
            history_part(bench)
        else:
            list_part(bench)


def _problems(bench: Workbench) -> Any:
    """Find what is wrong with the plan under work, once for each of its states."""
    kept: dict[Any, Any] = st.session_state.setdefault("wb-problems", {})
    key = (*cache.facts_key(bench.ws), bench.scenario.scenario_id, bench.opened.stamp)
    if key not in kept:
        kept.clear()
        kept[key] = find_problems(
            bench.shown,
            bench.opened.draft,
            _roster(bench),
            bench.opened.saved,
        )
    return kept[key]


def _roster(bench: Workbench) -> Roster:
    return cache.roster(bench.ws, bench.scenario)


def _problem_part(bench: Workbench, problems: Any) -> None:
    asked = problem_list(bench.fmt, problems, is_editable=bench.is_editable)
    if asked is None:
        return
    what, row = asked
    if what == "show":
        units = bench.shown.units.index.intersection(list(row["unit_ids"]))
        accounts = bench.shown.accounts.index.intersection(list(row["account_ids"]))
        if not len(units) and not len(accounts):
            by_unit = bench.shown.units["territory_id"]
            units = bench.shown.units.index[by_unit == row["territory_id"]]
        bench.zoom_to(units, accounts)
        bench.choice.clear()
        bench.choice.units |= dict.fromkeys(map(str, row["unit_ids"]))
        bench.choice.accounts |= dict.fromkeys(map(str, row["account_ids"]))
        st.rerun()
    edit = fix_of(row, bench.shown, bench.opened.draft)
    if edit is None:
        balance_form(bench)
        return
    bench.do(edit, f"Fix: {row['fix_label']}")
    st.rerun()


def _look_at_what_was_asked(view: TerritoryView, job: Any) -> None:
    """Show a job's measures and tolerances when the page first meets the job."""
    is_met = st.session_state.get("terr-met") == job.job_id
    if is_met and "terr-measures" in st.session_state:
        return
    st.session_state["terr-met"] = job.job_id
    known = measures_of(view)
    asked = []
    for measure in job.params.get("measures") or []:
        column = measure.get("column")
        column = "workload_min" if column == HOURS else column
        if column in known and column not in asked:
            asked.append(column)
            if measure.get("tolerance") in TOLERANCES:
                st.session_state[f"terr-tolerance-{column}"] = measure["tolerance"]
    if asked:
        st.session_state["terr-measures"] = asked[:3]


def _tools(ws: OpenCompany, scenario: Scenario, view: TerritoryView) -> dict[str, Any]:
    """Ask what to look at."""
    known = {known.scenario_id: known for known in listing.scenarios(ws)}
    measures = measures_of(view)
    with st.container(horizontal=True, vertical_alignment="bottom", key="terr-tools"):
        chosen = st.selectbox(
            "Scenario",
            list(known),
            index=list(known).index(scenario.scenario_id),
            format_func=listing.titles(list(known.values())).get,
            key=f"terr-scenario-{scenario.scenario_id}",
            width=190,
        )
        beside = ask_other_team(ws, scenario)
        looked_at = _measures(measures)
        colour_by = st.selectbox(
            "Colour by",
            COLOUR_BY,
            key="terr-colour",
            width=130,
        )
        if st.session_state.pop(SHOW_ACCOUNTS, False):
            shown = st.session_state.get("terr-layers") or []
            st.session_state["terr-layers"] = list(dict.fromkeys([*shown, "accounts"]))
        layers = st.pills(
            "Show",
            ["accounts", "homes"],
            selection_mode="multi",
            default=[],
            format_func=str.capitalize,
            key="terr-layers",
        )
        market = _look(ws)
    if chosen != scenario.scenario_id:
        session.choose_scenario(chosen)
        st.rerun()
    return {
        "beside": beside,
        "measures": looked_at,
        "colour_by": colour_by or COLOUR_BY[0],
        "layers": list(layers or []),
        "market": market,
    }


def _look(ws: OpenCompany) -> str:
    """Ask for the palette, and for a market layer to lay over the territories."""
    known = services_market.market_layers(ws)
    with st.popover("Look", width="content"):
        names = [palette.name for palette in PALETTES]
        st.selectbox(
            "Palette",
            names,
            key=cache.PALETTE,
            help="All can be told apart by people who see few colours; “Light to dark” "
            "also on a grey print.",
        )
        market = st.selectbox(
            "Market over the territories",
            ["", *known.index],
            format_func=lambda name: name or "none",
            key="terr-market",
            disabled=known.empty,
            help="Market data of the units, brought by Import, as circles.",
        )
    return str(market or "")


def _measures(known: list[str]) -> list[MeasureColumn]:
    """Ask up to three measures to look at, and the tolerance of each."""
    usual = usual_measure(known)
    names = st.multiselect(
        "Measures",
        known,
        default=None if "terr-measures" in st.session_state else [usual],
        format_func=lambda name: MEASURES[name],
        max_selections=3,
        key="terr-measures",
        width=230,
    )
    with st.popover("Tolerances", width="content"):
        limits = {
            name: st.selectbox(
                f"{MEASURES[name]} within",
                list(TOLERANCES),
                index=2,
                format_func=TOLERANCES.get,
                key=f"terr-tolerance-{name}",
            )
            for name in names or [usual]
        }
    return [
        MeasureColumn(column=name, tolerance=float(limit))
        for name, limit in limits.items()
    ]


main()
