"""What publishing a scenario would freeze and change, before anything is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.quotas.crediting import credit_deals
from planner.quotas.setting import equity
from planner.quotas.spans import extend_back
from planner.quotas.teams import held_by
from planner.services.drafts.editing import open_draft
from planner.services.drafts.view import pending_changes
from planner.services.people.owners import present_positions
from planner.services.quotas.setting import QuotaView, quota_view
from planner.services.quotas.weights import EVENLY
from planner.services.scenarios.publishing import (
    BY_LIST,
    BY_PLAN,
    new_ownership,
    past_ownership,
    past_start,
    team_positions,
)
from planner.services.territories.view import TerritoryView, overview
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import publications as publication_rows
from planner.store.scenarios import quotas as quota_rows
from planner.store.scenarios.lineage import FIELD, Scenario

_SAME_SPREAD = 0.005  # of the mean: less is no other spread


@dataclass(frozen=True, kw_only=True)
class PublishPreview:
    """
    What publishing a scenario would change.

    Parameters
    ----------
    scenario
        The scenario and its version.
    effective_from
        First day of the new owners.
    is_first
        Whether the team has published nothing yet.
    changes
        Accounts whose owner changes: `name`, `from_owner`, `to_owner`,
        `our_sales_minor`, `potential_minor`. Before a first publication those are their
        owners whom the list names; an account it gives no owner does not change one.
    pending
        Moves of the user's draft that are not part of the plan, as of
        `pending_changes`.
    problems
        What should be looked at first; publishing is still possible.
    n_accounts, n_owned
        Accounts in all, and those that will have an owner, or somebody of the team.
    past
        Only of a first publication of owners: deals and their amount that would be
        credited besides, by the choice of `publish`; empty: there is no such deal.
    """

    scenario: Scenario
    effective_from: dt.date
    is_first: bool
    changes: pd.DataFrame
    pending: pd.DataFrame
    problems: tuple[Reason, ...]
    n_accounts: int
    n_owned: int
    past: Mapping[str, PastCredit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCredit:
    """Past deals that a choice credits: how many, what they come to, since when."""

    n_deals: int
    amount_minor: int
    since: dt.date


def preview_publish(
    ws: OpenCompany, scenario_id: str, effective_from: dt.date
) -> PublishPreview:
    """Say who would own what from a day on, before anything is published."""
    view = overview(ws, scenario_id)
    is_field = view.scenario.team == FIELD
    with ws.store.reading() as conn:
        today = company_rows.load_company(conn, ws.company_id).today
        new = new_ownership(conn, ws, scenario_id, effective_from)
        old = quota_rows.load_ownership(conn, ws.company_id, on=effective_from)
        own = team_positions(conn, ws, view.scenario)
        listed = present_positions(conn, ws.company_id, effective_from)
        known = publication_rows.list_publications(
            conn, ws.company_id, view.scenario.team
        )
    will = _holders(new, is_field=is_field).reindex(view.accounts.index)
    was = _holders(old if is_field else old[held_by(old, own)], is_field=is_field)
    was = was.reindex(view.accounts.index)
    if not known and is_field:
        was = listed.reindex(view.accounts.index)
    days = [publication.effective_from for publication in known]
    later = [day for day in days if day > effective_from]
    pending = pending_changes(open_draft(ws, scenario_id))
    problems = [
        *_of_moves(pending, view, int(will.notna().sum()), is_field=is_field),
        *(_of_quotas(ws, view, max(effective_from, today)) if is_field else ()),
    ]
    if later:
        problems.append(Reason("publish_earlier", {"following": str(min(later))}))
    return PublishPreview(
        scenario=view.scenario,
        effective_from=effective_from,
        is_first=not known,
        changes=_changes(view.accounts, was, will, is_first=not known),
        pending=pending,
        problems=tuple(problems),
        n_accounts=len(view.accounts),
        n_owned=int(will.notna().sum()),
        past=_past(ws, new, effective_from) if is_field and not known else {},
    )


def _changes(
    accounts: pd.DataFrame, was: pd.Series, will: pd.Series, *, is_first: bool
) -> pd.DataFrame:
    differs = was.fillna("") != will.fillna("")
    if is_first:
        differs &= was.notna()
    columns = ["name", "our_sales_minor", "potential_minor"]
    changes = accounts.loc[differs, columns]
    return changes.assign(
        from_owner=was.reindex(changes.index), to_owner=will.reindex(changes.index)
    )


def _holders(ownership: pd.DataFrame, *, is_field: bool) -> pd.Series:
    """Name who holds each account: its owner, or who stands beside for a team."""
    role = "owner" if is_field else "overlay"
    owners = ownership[ownership["role"] == role]
    return owners.drop_duplicates("account_id").set_index("account_id")["position_id"]


def _of_moves(
    pending: pd.DataFrame, view: TerritoryView, n_owned: int, *, is_field: bool
) -> Iterator[Reason]:
    """Find what of the map is not settled."""
    if len(pending):
        yield Reason("publish_pending", {"n_moves": len(pending)})
    n_left = len(view.accounts) - n_owned
    if n_left:
        code = "publish_unowned" if is_field else "publish_unserved"
        values: dict[str, Any] = {"n_accounts": n_left, "team": view.scenario.team}
        yield Reason(code, values)
    vacant = view.territories.index[view.territories["rep_name"] == "vacant"]
    if len(vacant):
        yield Reason("publish_vacant", {"territories": list(map(str, vacant))})


def _of_quotas(ws: OpenCompany, view: TerritoryView, day: dt.date) -> Iterator[Reason]:
    """Find what is wrong with the quotas that go with the owners' plan."""
    scenario_id, year = view.scenario.scenario_id, str(day.year)
    with ws.store.reading() as conn:
        quotas = quota_rows.load_quotas(conn, scenario_id)
        params = quota_rows.load_quota_params(conn, scenario_id)
    if quotas.empty:
        yield Reason("publish_no_quotas")
        return
    if not quotas["period"].str.startswith(year).any():
        years = ", ".join(sorted({period[:4] for period in quotas["period"]}))
        yield Reason("publish_other_year", {"years": years, "year": year})
    stale = _older_than_territories(quota_view(ws, scenario_id), params)
    if stale is not None:
        yield stale


def stale_quotas(ws: OpenCompany, quotas: QuotaView, scenario_id: str) -> Reason | None:
    """Say that quotas are older than what they were split by; None: they are not."""
    with ws.store.reading() as conn:
        params = quota_rows.load_quota_params(conn, scenario_id)
    return _older_than_territories(quotas, params)


def _older_than_territories(
    quotas: QuotaView, params: Mapping[str, Any]
) -> Reason | None:
    by = str(params.get("by", ""))
    if params.get("weights") and by not in quotas.weights:
        return Reason("quotas_of_nothing", {"measure": by})
    stale = stale_spread(quotas, params)
    if stale is None:
        return None
    before, after = stale
    values = {"measure": by, "before": before, "after": after}
    return Reason("publish_stale_quotas", values)


def stale_spread(
    quotas: QuotaView, params: Mapping[str, Any]
) -> tuple[float, float] | None:
    """
    Tell how evenly quotas lay on what they were split by, and lie on it now.

    Parameters
    ----------
    quotas
        The quotas of a scenario.
    params
        What they were made with.

    Returns
    -------
    Standard deviation ÷ mean of quota ÷ weight, then and now; None: the territories
    are the same, or quotas were split by nothing that changes.
    """
    by, before = str(params.get("by", "")), params.get("weights")
    if not before or by == EVENLY or by not in quotas.weights:
        return None
    amount = quotas.positions["quota_minor"].dropna()
    spreads = []
    for weight in (pd.Series(before, dtype=float), quotas.weights[by]):
        both = amount[amount.index.isin(weight.index[weight > 0])]
        try:
            spreads.append(equity(both, weight.reindex(both.index)).variation_share)
        except InputError:  # nobody has both any more: the seats are others
            spreads.append(1.0)
    then, now = spreads
    seats_differ = set(before) != set(quotas.weights[by].index)
    if not seats_differ and abs(then - now) < _SAME_SPREAD:
        return None
    return then, now


def _past(
    ws: OpenCompany, new: pd.DataFrame, effective_from: dt.date
) -> dict[str, PastCredit]:
    """Weigh each choice of who is credited with past deals."""
    since = past_start(effective_from)
    with ws.store.reading() as conn:
        deals = deal_rows.load_deals(conn, ws.company_id)
        splits = deal_rows.load_splits(conn, ws.company_id)
        positions = team_rows.load_positions(conn, ws.company_id)
        rows = {
            past: past_ownership(conn, ws, new, effective_from, past)
            for past in (BY_LIST, BY_PLAN)
        }
    choices = {}
    for past, earlier in rows.items():
        owners = extend_back(new, earlier)
        credits_ = credit_deals(
            deals, owners, splits, positions, since, effective_from
        ).credits
        own = credits_[credits_["rule"] == "owner"]
        if len(own):
            choices[past] = PastCredit(
                n_deals=int(own["deal_id"].nunique()),
                amount_minor=int(own["amount_minor"].sum()),
                since=since,
            )
    return choices
