"""Territories of a scenario: look, read a balance, accept it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import pandas as pd

from planner.services.balance import decisions
from planner.services.balance.accept import answer_of
from planner.services.territories import wording
from planner.services.territories.plan_rows import load_plan
from planner.services.territories.plan_rows import save_plan
from planner.services.territories.view import TerritoryView
from planner.services.territories.view import overview
from planner.services.territories.view import planned
from planner.services.territories.view import targeted
from planner.services.workspace import Workspace
from planner.store.company import companies as company_rows
from planner.store.scenarios import editing
from planner.territory.editing.apply import apply_edit
from planner.territory.files.wording import read_reason
from planner.territory.proof.explain import why_accounts_moved
from planner.territory.studies.splitting import JOINT

DAYS_PER_MONTH = 30.44


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """
    What a finished balance job would change.

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


def proposal(ws: Workspace, scenario_id: str, result: Mapping[str, Any]) -> Proposal:
    """
    Read a plan of a balance job as a change of the scenario.

    Parameters
    ----------
    result
        The job's result, or one of the `plans` of a frontier or headcount job.
    """
    saved = overview(ws, scenario_id)
    after = planned(saved, result)
    shares = {k: float(v) for k, v in (result.get("shares") or {}).items()}
    was, will = saved.accounts["territory_id"], after.accounts["territory_id"]
    changes = (was != will) & will.notna() & was.notna()
    moved = saved.accounts.loc[
        changes,
        ["name", "our_sales_minor", "potential_minor", "open_pipeline_minor"],
    ].assign(from_territory=was[changes], to_territory=will[changes])
    named = wording.exceptions(saved.accounts, saved.units["territory_id"])
    named &= ~saved.accounts.index.isin(result.get("territory_by_account") or {})
    language = wording.language_of(ws, saved.units)
    why = _reasons(ws, saved.accounts[changes], result)
    moved["reason"] = why.map(language.sentence)
    moved.loc[named[changes], "reason"] = (
        "It was kept apart from its unit by name; it follows its unit again"
    )
    return Proposal(
        before=targeted(saved, shares),
        after=after,
        moved_accounts=moved.sort_values("potential_minor", ascending=False),
        n_exceptions=int(named.sum()),
        report=wording.report_in_words(result["report"], language),
        summary=wording.lines_of(result["summary"], language),
        shares=shares,
        note=str(result.get("note") or ""),
        is_ending_shares=saved.has_shares and not shares,
    )


def _reasons(
    ws: Workspace, moved: pd.DataFrame, result: Mapping[str, Any]
) -> pd.Series:
    """Find for each moved account why, with what is its own."""
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, str(ws.company_id)).as_of
    split = (result.get("params") or {}).get("split_units") or []
    row = moved["unit_id"]
    is_piece = row.isin(split)
    row = row.mask(is_piece, row + JOINT + row.index.astype("str"))
    days = (pd.Timestamp(as_of) - pd.to_datetime(moved["owned_since"])).dt.days
    facts = pd.DataFrame(
        {
            "unit_id": row,
            "relationship_months": days.astype("Float64") / DAYS_PER_MONTH,
        }
    )
    costs = result.get("move_cost") or {}
    if costs:
        facts["move_cost"] = pd.Series(costs, dtype=float).reindex(moved.index)
    causes = {
        row: tuple(map(read_reason, [kept] if isinstance(kept, str) else kept))
        for row, kept in (result.get("reasons") or {}).items()
    }
    by_row = pd.Series(causes, dtype=object)
    by_account = why_accounts_moved(by_row, facts).to_dict()
    return pd.Series(
        [by_account.get(account_id, ()) for account_id in moved.index],
        index=moved.index,
        dtype=object,
    )


def accept_proposal(
    ws: Workspace,
    scenario_id: str,
    version: int,
    result: Mapping[str, Any],
    job_id: str | None = None,
) -> int:
    """
    Take a balance job's answer into the scenario.

    Parameters
    ----------
    version
        Version of the scenario that the user was looking at.
    result
        What the job returned.
    job_id
        The job, whose answer is then offered to nobody any more.

    Returns
    -------
    The new version.

    Raises
    ------
    ConflictError
        If someone saved since `version`.

    Notes
    -----
    An account that the plan does not name apart follows its unit again. The shares the
    plan was asked for stay with the scenario: later deviations are from them; so do its
    districts, and those of a territory that the plan says nothing of.
    Territories without a position get one; a company without any team gets a simulated
    one, labelled so.
    """
    with (
        ws.store.transaction() as conn,
        editing.editing(
            conn, scenario_id, version=version, user=ws.user, action="accept a balance"
        ) as edit,
    ):
        plan = load_plan(conn, scenario_id)
        answer = answer_of(plan, result)
        if answer.edit is not None:
            plan = apply_edit(plan, answer.edit)
        save_plan(conn, ws, edit, plan)
        if job_id is not None:
            decisions.note(conn, ws, job_id, decisions.ACCEPTED)
        return edit.version
