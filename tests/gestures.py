"""What a planner does with a few clicks, for tests of what comes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from planner.commissions.plans.template import PlanForm
from planner.jobs import queue
from planner.services.balance.accept import accept_proposal
from planner.services.balance.proposal import ProposalView, view_proposal
from planner.services.drafts import editing
from planner.services.drafts.gestures import assign_edit
from planner.services.pay import terms
from planner.services.territories.view import TerritoryView, as_if, overview
from planner.services.workspace import OpenCompany, Workspace
from planner.territory.solve.proposal import Proposal


def assign(
    ws: Workspace, scenario_id: str, unit_ids: Sequence[str], to: str | None
) -> int:
    """Give units to a territory, also a new one or none, and save; the new version."""
    opened = editing.open_draft(ws, scenario_id)
    view = overview(ws, scenario_id)
    edit = assign_edit(view, opened.draft, to, unit_ids)
    drawn = editing.do(ws, opened, edit, f"{len(unit_ids)} to {to}")
    return editing.accept(ws, drawn).scenario.version


def moved(view: TerritoryView, unit_ids: Sequence[str], to: str | None):
    """Show a scenario with units, and accounts that follow them, elsewhere."""
    by_unit = view.units["territory_id"].copy()
    follows = view.accounts["unit_id"].map(by_unit) == view.accounts["territory_id"]
    follows &= view.accounts["unit_id"].isin(list(unit_ids))
    by_unit.loc[list(unit_ids)] = to
    by_account = view.accounts["territory_id"].mask(follows.to_numpy(), to)
    return as_if(view, by_unit, by_account)


def a_job(ws: Workspace, scenario_id: str, kind: str = "balance") -> str:
    """Queue a job about a scenario; its id."""
    return queue.submit(ws.store, ws.company_id, scenario_id, kind, {}, ws.user)


def accepted(
    ws: Workspace,
    scenario_id: str,
    version: int,
    result: Mapping[str, Any],
    job_id: str | None = None,
) -> int:
    """Accept what a balance's row would hold; the new version."""
    proposal = Proposal.from_dict(result)
    return accept_proposal(ws, scenario_id, version, proposal, job_id)


def looked_at(
    ws: Workspace, scenario_id: str, result: Mapping[str, Any]
) -> ProposalView:
    """Look at what a balance's row would hold as a change of a scenario."""
    return view_proposal(ws, scenario_id, Proposal.from_dict(result))


def give_terms(ws: OpenCompany, rate: str = "0.05", **more: Any) -> terms.Terms:
    """Give a company pay terms of its own: a share of bookings, in 2025 and 2026."""
    form = PlanForm(
        currency=terms.terms_view(ws).currency,
        valid_from=dt.date(2025, 1, 1),
        valid_to=dt.date(2027, 1, 1),
        base_rate=Decimal(rate),
        **more,
    )
    return terms.save_form(ws, form)
