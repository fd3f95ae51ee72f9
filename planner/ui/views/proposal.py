"""A balance job and its proposal: follow it, see what it changes, take or leave it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from planner.core.errors import ConflictError
from planner.core.errors import PlannerError
from planner.core.formats import Formats
from planner.core.formats import gap_text
from planner.jobs import queue
from planner.services import proposals
from planner.services import territory
from planner.services.scenarios import Scenario
from planner.services.territory import MEASURES
from planner.services.territory import Proposal
from planner.services.territory import TerritoryView
from planner.services.workspace import Workspace
from planner.ui import session
from planner.ui import widgets
from planner.ui.maps.text import markdown_text
from planner.ui.views import reads

M_PER_KM = 1000


def offered(ws: Workspace, scenario: Scenario) -> tuple[Any, Proposal | None]:
    """Find the latest balance job, and its proposal while it is still undecided."""
    job = queue.latest(ws.store, "balance", scenario.scenario_id)
    if job is None or scenario.status != "draft":
        return None, None
    if job.state in ("queued", "running"):
        return job, None
    if proposals.is_decided(ws, job.job_id):
        return None, None
    if job.state == "failed":
        return job, None
    if not job.result:
        return None, None
    return job, reads.proposal(ws, scenario, job.job_id, job.result)


def job_part(ws: Workspace, fmt: Formats, view: TerritoryView, job: Any) -> None:
    """Show a job that runs or failed."""

    def load(job_id: str) -> widgets.JobView:
        shown = session.job_view(ws, job_id)
        return replace(shown, best=_best_text(fmt, view, job.params, shown.objective))

    session_job = widgets.job_panel(
        load,
        lambda job_id: queue.request_cancel(ws.store, job_id),
        job.job_id,
        key="balance",
    )
    if session_job.state == "failed" and st.button("Dismiss", key="terr-dismiss"):
        proposals.discard(ws, job.job_id)
        st.rerun()


def _best_text(
    fmt: Formats, view: TerritoryView, params: dict[str, Any], best: float | None
) -> str:
    """Say what the best plan so far costs, in a planner's unit."""
    if best is None:
        return ""
    if params.get("minimise") == "moves":
        return f"best so far: {fmt.number(best)} units move"
    weight = view.units[params["measures"][0]["column"]].sum()
    if weight <= 0:
        return ""
    root_mean_km = (best / float(weight)) ** 0.5
    return f"best so far: {fmt.distance(root_mean_km * M_PER_KM)} to the centre"


def proposal_bar(
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
        st.markdown(f"**Proposal** · {_proposal_text(fmt, proposal)}")
        with st.container(horizontal=True, vertical_alignment="center"):
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
                proposals.discard(ws, job.job_id)
                st.rerun()
        if proposal.n_exceptions:
            st.caption(_exceptions_text(fmt, proposal.n_exceptions))
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
    of_all = fmt.number(len(proposal.before.accounts))
    if proposal.before.territories.empty:
        n_placed = len(proposal.after.accounts) - proposal.after.n_unassigned_accounts
        parts.append(f"{fmt.number(n_placed)} of {of_all} accounts get a territory")
    else:
        moved = fmt.number(len(proposal.moved_accounts))
        parts.append(f"{moved} of {of_all} accounts move")
    return markdown_text(" · ".join(parts), 400)


def _exceptions_text(fmt: Formats, n_exceptions: int) -> str:
    if n_exceptions == 1:
        return (
            "1 account is kept apart from its unit by name; accepting ends this "
            "exception, and it follows its unit."
        )
    return (
        f"{fmt.number(n_exceptions)} accounts are kept apart from their unit by name; "
        "accepting ends these exceptions, and they follow their units."
    )


def _accept(ws: Workspace, scenario: Scenario, job: Any) -> None:
    try:
        version = territory.accept_proposal(
            ws,
            scenario.scenario_id,
            session.seen_version(scenario),
            job.result,
            job.job_id,
        )
    except PlannerError as error:
        widgets.error_box(error, where="Accepting the balance")
        return
    session.look_at(scenario.scenario_id, version)
    st.rerun()


def moved_accounts(fmt: Formats, proposal: Proposal, job_id: str) -> None:
    """List the accounts that change hands."""
    if proposal.before.territories.empty:
        return
    moved = proposal.moved_accounts
    st.subheader(f"Accounts that move: {fmt.number(len(moved))}")
    if moved.empty:
        st.caption("No account changes its territory.")
        return
    widgets.table(
        moved,
        {
            "name": widgets.Column("Account"),
            "from_territory": widgets.Column("From"),
            "to_territory": widgets.Column("To"),
            "our_sales_minor": widgets.Column("Our sales", "money"),
            "potential_minor": widgets.Column("Potential", "money"),
            "open_pipeline_minor": widgets.Column("Open pipeline", "money"),
            "reason": widgets.Column("Why", width="large"),
        },
        fmt=fmt,
        key="terr-moved",
        height=360,
        label="Accounts that move",
    )
    scenario = proposal.before.scenario
    key = (scenario.scenario_id, str(scenario.version), job_id)
    as_csv, as_xlsx = reads.table_files(key, {"Moved accounts": moved}, fmt.currency)
    widgets.download_row(
        [
            widgets.Download("CSV", as_csv, "moved_accounts.csv", "text/csv"),
            widgets.Download("Excel", as_xlsx, "moved_accounts.xlsx"),
        ],
        key="terr-moved-files",
    )
