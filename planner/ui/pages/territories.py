"""Territories: look, move units by hand, balance, take or leave the proposal."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from planner.core.errors import ConflictError
from planner.core.errors import ParamsError
from planner.core.errors import PlannerError
from planner.core.files import csv_bytes
from planner.core.files import xlsx_bytes
from planner.core.formats import Formats
from planner.core.formats import gap_text
from planner.jobs import queue
from planner.services import scenarios
from planner.services import territory
from planner.services.scenarios import Scenario
from planner.services.territory import MEASURES
from planner.services.territory import Proposal
from planner.services.territory import TerritoryView
from planner.services.workspace import Workspace
from planner.territory.params import BalanceMeasure
from planner.territory.params import BalanceParams
from planner.ui import session
from planner.ui import widgets
from planner.ui.maps.territory import COLOUR_BY
from planner.ui.maps.territory import territory_colours
from planner.ui.maps.territory import territory_labels
from planner.ui.maps.territory import territory_map
from planner.ui.maps.text import markdown_text
from planner.ui.planmap import MapEvent
from planner.ui.planmap import planmap
from planner.ui.views import reads
from planner.ui.views.balance_table import balance_table

UNASSIGNED = "No territory"
MAP_HEIGHT = 600
TOLERANCES = {0.03: "3 %", 0.05: "5 %", 0.1: "10 %", 0.15: "15 %", 0.2: "20 %"}
M_PER_KM = 1000


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
    _stale_note(scenario)
    _work(ws, fmt, scenario, view)


def _context(scenario: Scenario, fmt: Formats) -> str:
    saved = f"saved {fmt.day(scenario.updated_at[:10])} {scenario.updated_at[11:16]}"
    return f"{scenario.name} · version {scenario.version} · {saved} UTC"


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
        if scenario.status == "published":
            if st.button("Clone to change", type="primary", key="terr-clone"):
                _clone(ws, scenario)
        elif st.button("Balance", type="primary", key="terr-balance"):
            _balance_form(ws, scenario, view)


def _clone(ws: Workspace, scenario: Scenario) -> None:
    names = {known.name for known in scenarios.scenarios(ws)}
    number = 1
    while f"{scenario.name}, draft {number}" in names:
        number += 1
    made = scenarios.clone(ws, scenario.scenario_id, f"{scenario.name}, draft {number}")
    session.choose_scenario(made.scenario_id)
    st.rerun()


def _stale_note(scenario: Scenario) -> None:
    """Say that someone saved since this session looked, and offer to look again."""
    if session.seen_version(scenario) == scenario.version:
        return
    with st.container(key="terr-stale"):
        widgets.error_box(
            ConflictError(
                f"{scenario.updated_by} saved version {scenario.version} of "
                f"{scenario.name} at {scenario.updated_at[11:16]} UTC; you were "
                f"looking at version {session.seen_version(scenario)}. The map shows "
                "the saved state. Your choice of units is kept."
            ),
            where="Someone saved this scenario meanwhile",
        )
        if st.button("Reload", key="terr-reload"):
            session.look_at(scenario.scenario_id, scenario.version)
            st.rerun()


# --- balance -------------------------------------------------------------------------


@st.dialog("Balance the territories", width="medium")
def _balance_form(ws: Workspace, scenario: Scenario, view: TerritoryView) -> None:
    """Ask what to balance, and queue the job."""
    has_current = bool(view.units["territory_id"].notna().any())
    n_today = len(view.territories) if has_current else 0
    measures = [name for name in MEASURES if _total(view, name) > 0] or ["accounts"]
    first = "potential_minor" if "potential_minor" in measures else measures[0]
    chosen = st.session_state.get("terr-measure")
    left, right = st.columns(2)
    measure = left.selectbox(
        "Share evenly",
        measures,
        index=measures.index(chosen if chosen in measures else first),
        format_func=lambda name: MEASURES[name],
        key="bal-measure",
    )
    percent = right.number_input(
        "Within, %",
        1.0,
        50.0,
        float(100 * st.session_state.get("terr-tolerance", 0.1)),
        1.0,
        key="bal-tolerance",
        help="Largest deviation of a territory from its even share.",
    )
    second = left.selectbox(
        "And also",
        ["", *(name for name in measures if name != measure)],
        format_func=lambda name: MEASURES.get(name, "nothing else"),
        key="bal-second",
    )
    percent_2 = right.number_input(
        "Within, %", 1.0, 50.0, 10.0, 1.0, key="bal-tolerance-2", disabled=not second
    )
    n_territories = left.number_input(
        "Territories", 1, 254, n_today or 10, 1, key="bal-n"
    )
    begin = "new"
    minimise, max_moved = "travel", None
    if has_current:
        begin = right.segmented_control(
            "Start from",
            ["today", "new"],
            default="today",
            format_func={"today": "Today's", "new": "A blank map"}.get,
            key="bal-from",
        )
        minimise = left.segmented_control(
            "Then keep low",
            ["travel", "moves"],
            default="travel",
            format_func={"travel": "Travel", "moves": "Moves"}.get,
            key="bal-minimise",
        )
        limited = right.number_input(
            "Move at most, units",
            0,
            len(view.units),
            None,
            1,
            placeholder="no limit",
            key="bal-moved",
        )
        max_moved = None if limited is None else int(limited)
    wanted = [BalanceMeasure(column=measure, tolerance=percent / 100)]
    if second:
        wanted.append(BalanceMeasure(column=second, tolerance=percent_2 / 100))
    if st.button("Start", type="primary", key="bal-start"):
        with widgets.guard("Starting the balance"):
            if n_territories > len(view.units):
                raise ParamsError(
                    f"{n_territories} territories cannot be made of "
                    f"{len(view.units):,} units: each needs at least one. Ask for "
                    f"{len(view.units):,} at most"
                )
            params = BalanceParams(
                measures=tuple(wanted),
                n_territories=int(n_territories),
                minimise=minimise or "travel",
                max_moved=max_moved,
                is_started_from_current=begin == "today",
            )
            session.submit(ws, "balance", scenario.scenario_id, params.to_dict())
            st.rerun()


def _total(view: TerritoryView, measure: str) -> float:
    if measure in view.units:
        return float(view.units[measure].sum())
    return 0.0


def _offered(ws: Workspace, scenario: Scenario) -> tuple[Any, Proposal | None]:
    """Find the latest balance job, and its proposal while it is still undecided."""
    job = queue.latest(ws.store, "balance", scenario.scenario_id)
    hidden = st.session_state.setdefault("terr-decided", set())
    if job is None or job.job_id in hidden or scenario.status != "draft":
        return None, None
    if job.state in ("queued", "running"):
        return job, None
    if job.state == "failed":
        return job, None
    if not job.result or str(job.finished_at) < scenario.updated_at:
        return None, None
    return job, reads.proposal(ws, scenario, job.job_id, job.result)


def _job_part(ws: Workspace, job: Any) -> None:
    """Show a job that runs or failed."""
    session_job = widgets.job_panel(
        lambda job_id: session.job_view(ws, job_id),
        lambda job_id: queue.request_cancel(ws.store, job_id),
        job.job_id,
        key="balance",
    )
    if session_job.state == "failed" and st.button("Dismiss", key="terr-dismiss"):
        st.session_state["terr-decided"].add(job.job_id)
        st.rerun()


# --- the map and the table -----------------------------------------------------------


def _work(ws: Workspace, fmt: Formats, scenario: Scenario, view: TerritoryView) -> None:
    """Show the tools, what is pending, the map and the table."""
    job, proposal = _offered(ws, scenario)
    tools = _tools(ws, scenario, view)
    if job is not None and proposal is None:
        _job_part(ws, job)
    pending: list[str] = st.session_state.setdefault("terr-pending", [])
    pending[:] = [name for name in pending if name in view.units.index]
    is_editable = scenario.status == "draft" and proposal is None
    after = None
    shown = view
    if proposal is not None:
        after = proposal.after
        shown = _proposal_bar(ws, fmt, scenario, job, proposal)
    elif is_editable:
        after = _pending_bar(ws, fmt, scenario, view, pending, tools)
    elif scenario.status == "published":
        st.caption(
            f"Published from {fmt.day(scenario.effective_from)}: this scenario does "
            "not change any more. Clone it to work on."
        )
    left, right = st.columns([5, 3], gap="small")
    colours = territory_colours(shown if proposal is not None else view)
    if after is not None and proposal is None:
        shown = after
        colours = {**territory_colours(after), **colours}
    with left:
        event = planmap(
            territory_map(
                shown,
                fmt,
                shapes=reads.unit_shapes(ws, view, fmt),
                base=reads.state_shapes(ws, view),
                places=reads.account_places(ws, None, view.accounts, fmt, "territory")
                if "accounts" in tools["layers"]
                else None,
                colours=colours,
                colour_by=tools["colour_by"],
                measure=tools["measure"],
                tolerance=tools["tolerance"],
                has_homes="homes" in tools["layers"],
                selected=pending if is_editable else (),
            ),
            key="territories",
            height=MAP_HEIGHT,
            events=("unit", "box") if is_editable else (),
        )
    with right:
        balance_table(
            view,
            fmt,
            measure=tools["measure"],
            measure_label=MEASURES[tools["measure"]],
            tolerance=tools["tolerance"],
            colours=colours,
            after=after,
        )
    _figures(fmt, view, after, tools)
    if proposal is not None:
        _moved_accounts(fmt, proposal)
    elif is_editable:
        _units_table(fmt, view, pending)
    if event is not None and is_editable:
        _choose(event, pending)


def _tools(ws: Workspace, scenario: Scenario, view: TerritoryView) -> dict[str, Any]:
    """Ask what to look at."""
    measures = [name for name in MEASURES if _total(view, name) > 0] or ["accounts"]
    known = {known.scenario_id: known for known in scenarios.scenarios(ws)}
    with st.container(horizontal=True, vertical_alignment="bottom", key="terr-tools"):
        chosen = st.selectbox(
            "Scenario",
            list(known),
            index=list(known).index(scenario.scenario_id),
            format_func=lambda name: known[name].name,
            key=f"terr-scenario-{scenario.scenario_id}",
            width=260,
        )
        measure = st.selectbox(
            "Measure",
            measures,
            index=measures.index("potential_minor")
            if "potential_minor" in measures
            else 0,
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
        "measure": measure,
        "tolerance": float(tolerance),
        "colour_by": colour_by or COLOUR_BY[0],
        "layers": list(layers or []),
    }


def _choose(event: MapEvent, pending: list[str]) -> None:
    """Take a click or a box on the map into the choice of units."""
    if event.kind == "unit":
        for name in event.ids:
            if name in pending:
                pending.remove(name)
            else:
                pending.append(name)
    elif event.kind == "box":
        pending.extend(name for name in event.unit_ids if name not in pending)
    else:
        return
    st.rerun()


def _pending_bar(
    ws: Workspace,
    fmt: Formats,
    scenario: Scenario,
    view: TerritoryView,
    pending: list[str],
    tools: dict[str, Any],
) -> TerritoryView | None:
    """Offer to assign the chosen units; always in the same place."""
    labels = territory_labels(view)
    fresh = _next_id(list(labels))
    options = [*labels, fresh, UNASSIGNED]
    with st.container(horizontal=True, vertical_alignment="center", key="terr-bar"):
        st.markdown(_pending_text(fmt, view, pending, tools["measure"]), width=420)
        target = st.selectbox(
            "Assign to",
            options,
            index=None,
            placeholder="Assign to …",
            format_func=lambda name: (
                f"{name} (new)" if name == fresh else labels.get(name, name)
            ),
            key="terr-target",
            label_visibility="collapsed",
            width=220,
            disabled=not pending,
        )
        is_ready = bool(pending) and target is not None
        if st.button("Apply", key="terr-apply", disabled=not is_ready):
            _apply(ws, scenario, pending, target)
        if st.button("Clear", key="terr-clear", disabled=not pending):
            pending.clear()
            st.rerun()
    if not is_ready:
        return None
    to = None if target == UNASSIGNED else str(target)
    return territory.preview_move(view, pending, to)


def _pending_text(
    fmt: Formats, view: TerritoryView, pending: list[str], measure: str
) -> str:
    if not pending:
        return ":gray[Choose units: click them, or draw a box on the map.]"
    units = view.units.loc[pending]
    n_accounts = fmt.number(units["accounts"].sum())
    text = f"**{fmt.number(len(pending))} units** · {n_accounts} accounts"
    if measure != "accounts" and measure in units:
        total = units[measure].sum()
        amount = fmt.money_short(total) if "_minor" in measure else fmt.number(total)
        if measure == "workload_min":
            amount = fmt.duration(total)
        text += f" · {markdown_text(amount)} {MEASURES[measure].lower()}"
    return text


def _next_id(known: list[str]) -> str:
    number = 1
    while f"T{number:02d}" in known:
        number += 1
    return f"T{number:02d}"


def _apply(
    ws: Workspace, scenario: Scenario, pending: list[str], target: str | None
) -> None:
    to = None if target == UNASSIGNED else target
    try:
        version = territory.assign_units(
            ws, scenario.scenario_id, session.seen_version(scenario), pending, to
        )
    except ConflictError:
        st.rerun()  # the note at the top of the page says who and what
    except PlannerError as error:
        widgets.error_box(error, where="Moving the units")
        return
    session.look_at(scenario.scenario_id, version)
    pending.clear()
    st.rerun()


def _proposal_bar(
    ws: Workspace,
    fmt: Formats,
    scenario: Scenario,
    job: Any,
    proposal: Proposal,
) -> TerritoryView:
    """Offer a finished balance: what it changes, and to take it or leave it."""
    report = proposal.report
    if str(job.created_at) < scenario.updated_at:
        widgets.error_box(
            ConflictError(
                f"{scenario.updated_by} saved version {scenario.version} at "
                f"{scenario.updated_at[11:16]} UTC, after this balance was started. "
                "Accepting it replaces what was saved then."
            ),
            where="The scenario changed while this was computed",
        )
    with st.container(key="pl-job-proposal"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Proposal** · {_proposal_text(fmt, proposal)}")
            side = st.segmented_control(
                "Map shows",
                ["Before", "After"],
                default="After",
                key=f"terr-side-{job.job_id}",
                label_visibility="collapsed",
                required=True,
            )
            if st.button("Accept", type="primary", key="terr-accept"):
                _accept(ws, scenario, job)
            if st.button("Discard", key="terr-discard"):
                st.session_state["terr-decided"].add(job.job_id)
                st.rerun()
        blocking = report.get("blocking") or []
        if blocking:
            reasons = "\n".join(f"- {markdown_text(_reason(b), 300)}" for b in blocking)
            st.markdown(f"Not everything could be met:\n{reasons}")
    return proposal.before if side == "Before" else proposal.after


def _reason(blocking: dict[str, Any]) -> str:
    place = blocking.get("territory") or blocking.get("unit") or ""
    return f"{place}: {blocking.get('reason', '')}".strip(": ")


def _proposal_text(fmt: Formats, proposal: Proposal) -> str:
    report = proposal.report
    parts = []
    for name, found in report.get("measures", {}).items():
        if found.get("tolerance") is not None:
            worst = fmt.share(found["max_deviation"])
            parts.append(f"{MEASURES.get(name, name)} within {worst}")
    gap = gap_text(report.get("objective"), report.get("bound"))
    if gap:
        parts.append(f"travel {gap}")
    moved = fmt.number(len(proposal.moved_accounts))
    parts.append(
        f"{moved} of {fmt.number(len(proposal.before.accounts))} accounts move"
    )
    return markdown_text(" · ".join(parts), 400)


def _accept(ws: Workspace, scenario: Scenario, job: Any) -> None:
    try:
        version = territory.accept_proposal(
            ws, scenario.scenario_id, session.seen_version(scenario), job.result
        )
    except ConflictError as error:
        widgets.error_box(error, where="Accepting the balance")
        return
    except PlannerError as error:
        widgets.error_box(error, where="Accepting the balance")
        return
    session.look_at(scenario.scenario_id, version)
    st.session_state["terr-decided"].add(job.job_id)
    st.rerun()


def _figures(
    fmt: Formats,
    view: TerritoryView,
    after: TerritoryView | None,
    tools: dict[str, Any],
) -> None:
    """Show what the whole comes to, before → after."""
    measure = tools["measure"]
    now = after or view
    km = territory.travel_of(now)["weighted_mean_km"]
    was_km = territory.travel_of(view)["weighted_mean_km"]
    worst, was_worst = float(now.index[measure]), float(view.index[measure])
    pieces, was_pieces = _pieces(now), _pieces(view)
    is_new = after is None or view.territories.empty
    widgets.metric_row(
        [
            widgets.Metric(
                "Worst deviation",
                fmt.share(worst) if len(now.territories) else "–",
                before="" if is_new else fmt.share(was_worst),
                change="" if is_new else fmt.points(worst - was_worst),
                good=None if is_new else worst <= was_worst,
            ),
            widgets.Metric(
                "Travel to the centre",
                fmt.distance(km * M_PER_KM),
                before="" if is_new else fmt.distance(was_km * M_PER_KM),
                good=None if is_new else km <= was_km,
            ),
            widgets.Metric(
                "Territories in pieces",
                fmt.number(pieces),
                before="" if is_new else fmt.number(was_pieces),
                good=None if is_new else pieces <= was_pieces,
            ),
            widgets.Metric(
                "Accounts unassigned",
                fmt.number(now.n_unassigned_accounts),
                before="" if is_new else fmt.number(view.n_unassigned_accounts),
            ),
        ]
    )


def _pieces(view: TerritoryView) -> int:
    return int((view.territories["extra_pieces"] > 0).sum())


def _moved_accounts(fmt: Formats, proposal: Proposal) -> None:
    """List the accounts that change hands."""
    moved = proposal.moved_accounts
    st.subheader(f"Accounts that move: {fmt.number(len(moved))}")
    if moved.empty:
        st.caption("No account changes its territory.")
        return
    widgets.table(
        moved,
        {
            "name": widgets.Column("Account", is_pinned=True),
            "from_territory": widgets.Column("From"),
            "to_territory": widgets.Column("To"),
            "our_sales_minor": widgets.Column("Our sales", "money"),
            "potential_minor": widgets.Column("Potential", "money"),
            "open_pipeline_minor": widgets.Column("Open pipeline", "money"),
        },
        fmt=fmt,
        key="terr-moved",
        height=360,
        label="Accounts that move",
    )
    widgets.download_row(
        [
            widgets.Download("CSV", csv_bytes(moved), "moved_accounts.csv", "text/csv"),
            widgets.Download(
                "Excel", xlsx_bytes({"Moved accounts": moved}), "moved_accounts.xlsx"
            ),
        ],
        key="terr-moved-files",
    )


def _units_table(fmt: Formats, view: TerritoryView, pending: list[str]) -> None:
    """Offer the units as a table: the same choice without a map."""
    with st.expander("Choose units in a table"):
        frame = pd.DataFrame(view.units.drop(columns="geometry"))
        frame["unit"] = frame["name"] + ", " + frame["region"].fillna("")
        columns = {
            "unit": widgets.Column("Unit", is_pinned=True),
            "territory_id": widgets.Column("Territory"),
            "accounts": widgets.Column("Accounts", "number"),
        }
        for name in ("potential_minor", "our_sales_minor"):
            if name in frame:
                columns[name] = widgets.Column(MEASURES[name], "money")
        rows = widgets.table(
            frame,
            columns,
            fmt=fmt,
            key="terr-units",
            height=320,
            select="multi",
            label="Units",
        )
        if st.button("Add to the choice", key="terr-add", disabled=not rows):
            pending.extend(str(name) for name in rows if name not in pending)
            st.rerun()


main()
