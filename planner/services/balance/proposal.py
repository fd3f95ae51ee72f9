"""What a proposal would change in a scenario as it is, to be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from planner.services.territories import wording
from planner.services.territories.view import TerritoryView, overview, planned, targeted
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.territory.proof.explain import why_accounts_moved
from planner.territory.solve.proposal import Proposal
from planner.territory.studies.splitting import JOINT

DAYS_PER_MONTH = 30.44


@dataclass(frozen=True, kw_only=True)
class ProposalView:
    """
    What a proposal would change.

    Parameters
    ----------
    before, after
        The scenario as it is, and as it would be.
    moved_accounts
        Accounts that change territory: `name`, `from_territory`, `to_territory`,
        `our_sales_minor`, `potential_minor`, `open_pipeline_minor`, `reason`.
    n_exceptions
        Named accounts that would follow their unit again.
    report
        Of the solver, as in the contract's ``balance`` report.
    summary
        The same in words.
    shares
        Wanted load by territory, a multiple of the mean; empty: equal. Deviations of
        `before` and `after` are from these.
    note
        What else there is to say, such as whether hours settled.
    is_ending_shares
        Whether the scenario has wanted shares now, and would not after.
    """

    before: TerritoryView
    after: TerritoryView
    moved_accounts: pd.DataFrame
    n_exceptions: int
    report: dict[str, Any]
    summary: str
    shares: dict[str, float] = field(default_factory=dict)
    note: str = ""
    is_ending_shares: bool = False


def view_proposal(ws: OpenCompany, scenario_id: str, plan: Proposal) -> ProposalView:
    """Look at a proposal as a change of the scenario."""
    view = overview(ws, scenario_id)
    after = planned(view, plan)
    was, will = view.accounts["territory_id"], after.accounts["territory_id"]
    changes = (was != will) & will.notna() & was.notna()
    movers = view.accounts.loc[
        changes,
        ["name", "our_sales_minor", "potential_minor", "open_pipeline_minor"],
    ].assign(from_territory=was[changes], to_territory=will[changes])
    exceptions = wording.exceptions(view.accounts, view.units["territory_id"])
    exceptions &= ~view.accounts.index.isin(plan.territory_by_account.index)
    language = wording.language_of(ws, view.units)
    why = _reasons(ws, view.accounts[changes], plan)
    movers["reason"] = why.map(language.sentence)
    movers.loc[exceptions[changes], "reason"] = (
        "It was kept apart from its unit by name; it follows its unit again"
    )
    return ProposalView(
        before=targeted(view, plan.shares),
        after=after,
        moved_accounts=movers.sort_values("potential_minor", ascending=False),
        n_exceptions=int(exceptions.sum()),
        report=wording.report_in_words(plan.report, language),
        summary="\n".join(map(language.clause, plan.summary)),
        shares=dict(plan.shares),
        note=plan.note,
        is_ending_shares=view.has_shares and not plan.shares,
    )


def _reasons(ws: OpenCompany, movers: pd.DataFrame, plan: Proposal) -> pd.Series:
    """Find for each moved account why, with what is its own."""
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, ws.company_id).today
    split = plan.params.get("split_units") or []
    row = movers["unit_id"]
    is_piece = row.isin(split)
    row = row.mask(is_piece, row + JOINT + row.index.astype("str"))
    days = (pd.Timestamp(as_of) - pd.to_datetime(movers["owned_since"])).dt.days
    facts = pd.DataFrame(
        {
            "unit_id": row,
            "relationship_months": days.astype("Float64") / DAYS_PER_MONTH,
        }
    )
    if plan.move_cost:
        costs = pd.Series(dict(plan.move_cost), dtype=float)
        facts["move_cost"] = costs.reindex(movers.index)
    by_row = pd.Series(dict(plan.reasons), dtype=object)
    by_account = why_accounts_moved(by_row, facts).to_dict()
    return pd.Series(
        [by_account.get(account_id, ()) for account_id in movers.index],
        index=movers.index,
        dtype=object,
    )
