"""A job about territories and its plan: follow it, see what it changes, decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from planner.core.formats import Formats
from planner.core.units import M_PER_KM
from planner.jobs import queue
from planner.services.balance import decisions
from planner.services.balance.accept import take
from planner.services.balance.proposal import ProposalView
from planner.services.balance.request import KINDS, LABELS, BalanceRequest
from planner.services.balance.studies import proposal_in
from planner.services.scenarios import Scenario
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany, Workspace
from planner.territory.solve.proposal import Proposal
from planner.ui import cache, session, widgets
from planner.ui.faults import guarded
from planner.ui.maps.text import markdown_text
from planner.ui.views.balance.frontier import forget_point
from planner.ui.views.balance.proposal_text import (
    PROOF_HELP,
    by_travel_text,
    exceptions_text,
    proof_text,
    proposal_text,
    unmet_lines,
)
from planner.ui.views.workbench.pending_changes import job_result
from planner.ui.views.workbench.workbench import Workbench

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
        Its answer, or one of its plans.
    key
        Tells it from the job's other plans.
    proposal
        The plan as a change of the scenario.
    """

    job: Any
    plan: Proposal
    key: str
    proposal: ProposalView


def pending_job(ws: Workspace, scenario: Scenario) -> Any:
    """Find the user's latest job about a draft's territories while it is undecided."""
    if scenario.status != "draft":
        return None
    latest = [
        queue.latest(ws.store, kind, scenario.scenario_id, ws.user) for kind in KINDS
    ]
    jobs = [job for job in latest if job is not None]
    job = max(jobs, key=lambda one: str(one.created_at), default=None)
    if job is None or job.state in ("queued", "running"):
        return job
    if job.decision is not None:
        return None
    return job if job.state == "failed" or job.result else None


def is_finished(job: Any) -> bool:
    """Tell whether a job has plans to offer."""
    return job is not None and job.state in ("done", "cancelled") and bool(job.result)


def offer_of(
    ws: OpenCompany, scenario: Scenario, job: Any, choice: str | None
) -> Offer | None:
    """Read the plan a finished job offers: its own, or the one that was chosen."""
    name = "" if job.kind == "balance" else str(choice)
    plan = proposal_in(job.result, name)
    key = f"{job.job_id}/{name}" if name else str(job.job_id)
    if plan is None:
        return None
    view = cache.proposal(ws, scenario, key, plan)
    return Offer(job=job, plan=plan, key=key, proposal=view)


def job_part(ws: OpenCompany, fmt: Formats, view: TerritoryView, job: Any) -> None:
    """Show a job that runs or failed."""

    def load(job_id: str) -> widgets.JobView:
        panel = session.job_view(ws, job_id)
        return replace(panel, best=best_text(fmt, view, job.params, panel.objective))

    session_job = widgets.job_panel(
        load,
        lambda job_id: queue.request_cancel(ws.store, job_id),
        job.job_id,
        key=job.kind,
    )
    if session_job.state == "failed" and st.button("Dismiss", key="terr-dismiss"):
        decisions.discard(ws, job.job_id)
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


def proposal_bar(bench: Workbench, offer: Offer) -> TerritoryView:
    """Offer one plan of several: what it changes, and to take it or leave it."""
    ws, fmt, proposal = bench.ws, bench.fmt, offer.proposal
    with st.container(key="pl-job-proposal"):
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
            st.button(
                "Take as my changes",
                type="primary",
                key="terr-take",
                on_click=guarded(_take, "Taking the plan", bench, offer),
                help="It becomes pending: accept or reject all of it or single moves.",
            )
            st.button(
                "Another point",
                key="terr-discard",
                on_click=guarded(
                    forget_point, "Going back to the points", offer.job.job_id
                ),
            )
            st.button(
                "Close",
                key="terr-close-offer",
                on_click=guarded(
                    decisions.discard, "Closing the proposal", ws, offer.job.job_id
                ),
            )
        _notes(fmt, proposal)
    return proposal.before if side == "Before" else proposal.after


def _take(bench: Workbench, offer: Offer) -> None:
    opened, (job_id, _, plan) = bench.opened, offer.key.partition("/")
    bench.change(
        "Taking the plan", lambda: take(bench.ws, opened, offer.plan, job_id, plan)
    )


def answer_part(bench: Workbench) -> None:
    """Say how good the balance is whose moves are pending, and what it could not do."""
    log = bench.opened.history
    entries = log.entries[bench.opened.n_saved : log.position]
    key = next((entry.job_id for entry in reversed(entries) if entry.job_id), None)
    plan = None if key is None else job_result(bench, key)
    if key is None or plan is None or bench.opened.pending is None:
        return
    proposal = cache.proposal(bench.ws, bench.scenario, key, plan)
    with st.container(key="pl-job-answer"):
        _too_big(bench, plan, proposal)
        st.markdown(f"**Balance** · {proposal_text(bench.fmt, proposal)}")
        proven = proof_text(bench.fmt, proposal.report)
        if proven:
            st.markdown(markdown_text(proven, 300), help=PROOF_HELP)
        _by_travel(bench, plan)
        _notes(bench.fmt, proposal)


def _by_travel(bench: Workbench, plan: Proposal) -> None:
    """Say beside few moves what the shortest way would move, and offer it."""
    text = by_travel_text(bench.fmt, plan)
    if not text:
        return
    log = bench.opened.history
    is_last = log.position > 0 and log.entries[log.position - 1].job_id is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(markdown_text(text, 300), width="stretch")
        if (
            bench.is_editable
            and is_last
            and st.button("Balance by travel", key="terr-by-travel")
        ):
            request = BalanceRequest.from_dict(plan.params)
            request = replace(
                request,
                params=replace(
                    request.params, minimise="travel", is_started_from_current=True
                ),
                weighs_moves=False,
                replaces=log.entries[log.position - 1].job_id,
            )
            session.submit(bench.ws, "balance", bench.scenario_id, request.to_dict())
            st.rerun()


def _too_big(bench: Workbench, plan: Proposal, proposal: ProposalView) -> None:
    """Say first which units alone are too big, and offer to divide them."""
    units = proposal.report.get("too_big") or []
    if not units:
        return
    text = "; ".join(
        f"{row['unit_name']} alone is {row['share'] * 100:.0f} % of a territory's "
        f"share of {LABELS.get(row['measure'], row['measure']).lower()}"
        for row in units[:MOST_SAID]
    )
    st.markdown(
        f"**Too big to be kept whole:** {markdown_text(text, 300)}. No plan of whole "
        "units can be within the limit."
    )
    finer = [row["unit_id"] for row in units if row["n_finer"]]
    n_accounts = sum(int(row["n_finer"]) for row in units)
    log = bench.opened.history
    is_last = log.position > 0 and log.entries[log.position - 1].job_id is not None
    if finer and bench.is_editable and is_last:
        label = "Divide it" if len(finer) == 1 else "Divide them"
        label += f" by {n_accounts:,} accounts and balance again"
        if st.button(label, key="terr-divide"):
            request = BalanceRequest.from_dict(plan.params)
            request = replace(
                request,
                split_units=(*request.split_units, *finer),
                replaces=log.entries[log.position - 1].job_id,
            )
            # The plan at hand stays pending until the answer takes its place.
            session.submit(bench.ws, "balance", bench.scenario_id, request.to_dict())
            st.rerun()


def _notes(fmt: Formats, proposal: ProposalView) -> None:
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
    unmet = unmet_lines(proposal.report)
    if unmet:
        lines = "\n".join(
            f"- {markdown_text(text, 400)}" for text in unmet[:MOST_LINES]
        )
        more = len(unmet) - MOST_LINES
        rest = f"\n- and {more} more" if more > 0 else ""
        st.markdown(f"Not everything could be met:\n{lines}{rest}")
