"""A job about territories and its plan: follow it, see what it changes, decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import streamlit as st

from planner.core.errors import ConflictError
from planner.core.errors import PlannerError
from planner.core.formats import Formats
from planner.core.units import M_PER_KM
from planner.jobs import queue
from planner.services import proposals
from planner.services import territory
from planner.services.balancing import KINDS
from planner.services.balancing import LABELS
from planner.services.balancing import BalanceRequest
from planner.services.scenarios import Scenario
from planner.services.territory import Proposal
from planner.services.territory import TerritoryView
from planner.services.workspace import Workspace
from planner.ui import session
from planner.ui import widgets
from planner.ui.maps.text import markdown_text
from planner.ui.views import reads
from planner.ui.views.frontier_view import forget_point
from planner.ui.views.proposal_text import PROOF_HELP
from planner.ui.views.proposal_text import exceptions_text
from planner.ui.views.proposal_text import proof_text
from planner.ui.views.proposal_text import proposal_text
from planner.ui.views.proposal_text import unmet_lines

MOST_SAID, MOST_LINES = 3, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    A plan that can be accepted.

    Parameters
    ----------
    job
        That made it.
    plan
        The job's result, or one of its plans.
    key
        Tells it from the job's other plans.
    proposal
        The plan as a change of the scenario.
    """

    job: Any
    plan: Mapping[str, Any]
    key: str
    proposal: Proposal


def pending_job(ws: Workspace, scenario: Scenario) -> Any:
    """Find the latest job about a draft's territories while it is undecided."""
    if scenario.status != "draft":
        return None
    known = [queue.latest(ws.store, kind, scenario.scenario_id) for kind in KINDS]
    jobs = [job for job in known if job is not None]
    job = max(jobs, key=lambda one: str(one.created_at), default=None)
    if job is None or job.state in ("queued", "running"):
        return job
    if proposals.is_decided(ws, job.job_id):
        return None
    return job if job.state == "failed" or job.result else None


def is_finished(job: Any) -> bool:
    """Tell whether a job has plans to offer."""
    return job is not None and job.state in ("done", "cancelled") and bool(job.result)


def offer_of(
    ws: Workspace, scenario: Scenario, job: Any, chosen: str | None
) -> Offer | None:
    """Read the plan a finished job offers: its own, or the one that was chosen."""
    plan, key = job.result, str(job.job_id)
    if job.kind != "balance":
        plan, key = job.result["plans"].get(chosen), f"{job.job_id}-{chosen}"
    if plan is None:
        return None
    read = reads.proposal(ws, scenario, key, plan)
    return Offer(job=job, plan=plan, key=key, proposal=read)


def job_part(ws: Workspace, fmt: Formats, view: TerritoryView, job: Any) -> None:
    """Show a job that runs or failed."""

    def load(job_id: str) -> widgets.JobView:
        shown = session.job_view(ws, job_id)
        return replace(shown, best=best_text(fmt, view, job.params, shown.objective))

    session_job = widgets.job_panel(
        load,
        lambda job_id: queue.request_cancel(ws.store, job_id),
        job.job_id,
        key=job.kind,
    )
    if session_job.state == "failed" and st.button("Dismiss", key="terr-dismiss"):
        proposals.discard(ws, job.job_id)
        st.rerun()


def best_text(
    fmt: Formats, view: TerritoryView, params: Mapping[str, Any], best: float | None
) -> str:
    """
    Say how far the best plan so far travels.

    Parameters
    ----------
    best
        Σ weight · km², the weight being the first measure; None: no plan yet.
    """
    if best is None:
        return ""
    column = params["measures"][0]["column"]
    if column not in view.units:
        return ""  # hours depend on the plan, so there is no weight to divide by
    weight = view.units[column].sum()
    if weight <= 0:
        return ""
    root_mean_km = (best / float(weight)) ** 0.5
    return f"best so far: {fmt.distance(root_mean_km * M_PER_KM)} to the centre"


def proposal_bar(
    ws: Workspace, fmt: Formats, scenario: Scenario, offer: Offer
) -> TerritoryView:
    """Offer a finished plan: what it changes, and to take it or leave it."""
    job, proposal = offer.job, offer.proposal
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
        _too_big(ws, scenario, offer)
        st.markdown(f"**Proposal** · {proposal_text(fmt, proposal)}")
        proven = proof_text(fmt, proposal.report)
        if proven:
            st.markdown(markdown_text(proven, 300), help=PROOF_HELP)
        with st.container(horizontal=True, vertical_alignment="center"):
            side = st.segmented_control(
                "Map shows",
                ["Before", "After"],
                default="After",
                key=f"terr-side-{offer.key}",
                label_visibility="collapsed",
                required=True,
            )
            if st.button("Accept", type="primary", key="terr-accept"):
                _accept(ws, scenario, offer)
            st.button(
                "Discard", key="terr-discard", on_click=_discard, args=(ws, offer)
            )
        _notes(fmt, proposal)
    return proposal.before if side == "Before" else proposal.after


def _discard(ws: Workspace, offer: Offer) -> None:
    """Leave the plan; of several only the choice of this one ends."""
    if offer.job.kind == "balance":
        proposals.discard(ws, offer.job.job_id)
    else:
        forget_point(offer.job.job_id)


def _too_big(ws: Workspace, scenario: Scenario, offer: Offer) -> None:
    """Say first which units alone are too big, and offer to divide them."""
    found = offer.proposal.report.get("too_big") or []
    if not found:
        return
    told = "; ".join(
        f"{row['unit_name']} alone is {row['share'] * 100:.0f} % of a territory's "
        f"{LABELS.get(row['measure'], row['measure']).lower()}"
        for row in found[:MOST_SAID]
    )
    st.markdown(
        f"**Too big to be kept whole:** {markdown_text(told, 300)}. No plan of whole "
        "units can be within the limit."
    )
    finer = [row["unit_id"] for row in found if row["n_finer"]]
    n_accounts = sum(int(row["n_finer"]) for row in found)
    if offer.job.kind == "balance" and finer:
        label = "Divide it" if len(finer) == 1 else "Divide them"
        label += f" by {n_accounts:,} accounts and balance again"
        if st.button(label, key="terr-divide"):
            request = BalanceRequest.from_dict(offer.plan["params"])
            request = replace(request, split_units=(*request.split_units, *finer))
            session.submit(ws, "balance", scenario.scenario_id, request.to_dict())
            st.rerun()


def _notes(fmt: Formats, proposal: Proposal) -> None:
    """Say what else there is to know: exceptions, shares, what could not be met."""
    if proposal.n_exceptions:
        st.caption(exceptions_text(fmt, proposal.n_exceptions))
    if proposal.shares:
        least = min(proposal.shares, key=lambda name: proposal.shares[name])
        st.caption(
            "Deviations are from each territory's share by capacity: "
            f"{markdown_text(least)} is to have {fmt.share(proposal.shares[least], 0)} "
            "of an even one."
        )
    elif proposal.is_ending_shares:
        st.caption(
            "Deviations are from equal shares; accepting ends the wanted shares that "
            "this scenario has."
        )
    if proposal.note:
        st.caption(markdown_text(proposal.note, 300))
    said = unmet_lines(proposal.report)
    if said:
        lines = "\n".join(f"- {markdown_text(text, 400)}" for text in said[:MOST_LINES])
        more = len(said) - MOST_LINES
        rest = f"\n- and {more} more" if more > 0 else ""
        st.markdown(f"Not everything could be met:\n{lines}{rest}")


def _accept(ws: Workspace, scenario: Scenario, offer: Offer) -> None:
    try:
        version = territory.accept_proposal(
            ws,
            scenario.scenario_id,
            session.seen_version(scenario),
            offer.plan,
            offer.job.job_id,
        )
    except PlannerError as error:
        widgets.error_box(error, where="Accepting the balance")
        return
    session.look_at(scenario.scenario_id, version)
    st.rerun()


def moved_accounts(fmt: Formats, offer: Offer) -> None:
    """List the accounts that change hands."""
    proposal = offer.proposal
    if proposal.before.territories.empty:
        return
    moved = proposal.moved_accounts
    st.subheader(f"Accounts that move: {fmt.number(len(moved))}")
    if moved.empty:
        st.caption("No account changes its territory.")
        return
    chosen = widgets.table(
        moved,
        {
            "name": widgets.Column("Account"),
            "from_territory": widgets.Column("From", width=64),
            "to_territory": widgets.Column("To", width=64),
            "reason": widgets.Column("Why", width=440),
            "our_sales_minor": widgets.Column("Our sales", "money"),
            "potential_minor": widgets.Column("Potential", "money"),
            "open_pipeline_minor": widgets.Column("Open pipeline", "money"),
        },
        fmt=fmt,
        key="terr-moved",
        height=360,
        select="single",
        label="Accounts that move",
    )
    if chosen:
        row = moved.loc[chosen[0]]
        st.markdown(
            f"**{markdown_text(str(row['name']))}**: "
            f"{markdown_text(str(row['reason']), 600)}."
        )
    else:
        st.caption("Choose a row to read its reason in full.")
    scenario = proposal.before.scenario
    key = (scenario.scenario_id, str(scenario.version), offer.key)
    as_csv, as_xlsx = reads.table_files(key, {"Moved accounts": moved}, fmt.currency)
    widgets.download_row(
        [
            widgets.Download("CSV", as_csv, "moved_accounts.csv", "text/csv"),
            widgets.Download("Excel", as_xlsx, "moved_accounts.xlsx"),
        ],
        key="terr-moved-files",
    )
