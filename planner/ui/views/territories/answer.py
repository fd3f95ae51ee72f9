"""What a job offers, what is pending: which plan stands on the page, beside which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from planner.services.balance import decisions
from planner.services.balance.accept import take
from planner.services.drafts.log import OpenDraft
from planner.services.territories.view import TerritoryView
from planner.territory.solve.proposal import Proposal
from planner.ui.faults import guarded
from planner.ui.views.balance.frontier import frontier_panel
from planner.ui.views.balance.headcount import headcount_panel, with_next_head
from planner.ui.views.balance.proposal import (
    Offer,
    is_finished,
    offer_of,
    pending_job,
    proposal_bar,
)
from planner.ui.views.territories.tools import look_at_job
from planner.ui.views.workbench.choice_bar import choice_bar
from planner.ui.views.workbench.pending_changes import pending_bar
from planner.ui.views.workbench.workbench import Workbench

PANELS = {"frontier": frontier_panel, "headcount": headcount_panel}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    The plans that stand on the page.

    Parameters
    ----------
    before
        The scenario without what is pending or offered.
    after
        With it; None: nothing is pending.
    shown
        What map and figures show of the two.
    offer
        The plan of a job that can be accepted; None: there is none.
    has_homes
        Whether homes are shown even unasked: one to look for is among them.
    """

    before: TerritoryView
    after: TerritoryView | None
    shown: TerritoryView
    offer: Offer | None = None
    has_homes: bool = False


def open_job(bench: Workbench) -> Any:
    """
    Find the user's job that is not decided; a finished balance is pending at once.

    Returns
    -------
    The job that runs, failed or offers plans to choose from; None: there is none.
    """
    job = pending_job(bench.ws, bench.scenario)
    if job is None:
        return None
    look_at_job(bench.saved, job)
    if not is_finished(job) or job.kind != "balance":
        return job
    if not _take_answer(bench, job):
        st.button(
            "Dismiss the balance",
            key="terr-dismiss-answer",
            on_click=guarded(
                decisions.discard, "Dismissing the balance", bench.ws, job.job_id
            ),
        )
    return None


def _take_answer(bench: Workbench, job: Any) -> bool:
    """Let a finished balance arrive as pending changes."""
    opened = bench.opened

    def step() -> OpenDraft:
        proposal = Proposal.from_dict(job.result)
        return take(bench.ws, opened, proposal, job.job_id)

    return bench.change("Taking the balance's answer", step)


def stage_bars(bench: Workbench, job: Any, measure: str) -> Stage:
    """
    Draw the bars over the map: a job's plans, or what is chosen and pending.

    Parameters
    ----------
    job
        As of `open_job`.
    measure
        Column of the first measure.
    """
    if is_finished(job):
        return _stage_of_job(bench, job, measure)
    return _stage_of_draft(bench, measure)


def _stage_of_job(bench: Workbench, job: Any, measure: str) -> Stage:
    """Draw the panel of a finished study, and the bar of the plan chosen in it."""
    panel = PANELS.get(job.kind)
    choice = panel(bench.ws, bench.fmt, job) if panel else None
    offer = offer_of(bench.ws, bench.scenario, job, choice)
    if offer is None:
        stage = _stage_of_draft(bench, measure)
    else:
        proposal = offer.proposal
        shown = proposal_bar(bench, offer)
        stage = Stage(
            before=proposal.before, after=proposal.after, shown=shown, offer=offer
        )
    if job.kind != "headcount":
        return stage
    shown = with_next_head(stage.shown, job, choice)
    return replace(stage, shown=shown, has_homes=True)


def _stage_of_draft(bench: Workbench, measure: str) -> Stage:
    """Draw the bars of what is chosen and of what is pending."""
    shown = bench.shown
    if bench.is_editable:
        choice_bar(bench)
        if pending_bar(bench, measure):
            shown = bench.saved
    else:
        st.caption(
            f"Published from {bench.fmt.day(bench.scenario.effective_from)}: this "
            "scenario does not change any more. Clone it to work on."
        )
    return Stage(before=bench.saved, after=bench.after, shown=shown)
