"""Companies of the store: the sample, one's own file, an empty one."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.sample import SampleCompany, load_sample
from planner.accounts.simulation.rollforward import sample_on
from planner.core import clock
from planner.core.money import minor_digits
from planner.core.settings import Settings
from planner.segmentation.rules import DEFAULT_RULES, apply_rules, rules_to_json
from planner.services.company.sample import roll_forward
from planner.services.workspace import (
    OpenCompany,
    Workspace,
    latest_company,
    open_workspace,
    turn_to,
)
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.company.companies import Company
from planner.store.pay import comp_plans
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import plans as scenario_rows
from planner.store.scenarios import quotas as quota_rows

BASE_SCENARIO = "Alignment in force"
FIRST_DRAFT = "Next year, draft 1"


def ensure_company(settings: Settings) -> tuple[OpenCompany, bool]:
    """
    Open the store and its latest company; an empty store gets the sample company.

    Returns
    -------
    The company, and whether the sample was loaded just now.
    """
    ws = open_workspace(settings)
    try:
        company = latest_company(ws)
        if company is not None:
            roll_forward(company)
            return company, False
        return _sample_or_latest(ws)
    except BaseException:
        ws.store.close()
        raise


def company(ws: OpenCompany) -> Company:
    """Return the company that is open."""
    with ws.store.reading() as conn:
        return company_rows.load_company(conn, ws.company_id)


def facts_stamp(ws: OpenCompany) -> str:
    """
    Name the state of a company's facts: accounts, segments, team, deals.

    Returns
    -------
    Equal as long as nobody imported a file or changed the rules; cheap to ask.
    """
    with ws.store.reading() as conn:
        return company_rows.load_facts_stamp(conn, ws.company_id)


def start_empty_company(
    ws: Workspace, name: str, currency: str, as_of: dt.date
) -> OpenCompany:
    """Make a company without accounts, with the default segment rules."""
    with ws.store.transaction() as conn:
        company_id = company_rows.create_company(
            conn, name=name, kind="empty", currency=currency, as_of=as_of, user=ws.user
        ).company_id
        account_rows.save_segment_rules(
            conn, company_id, rules_to_json(DEFAULT_RULES), user=ws.user
        )
    return turn_to(ws, company_id)


def load_sample_company(ws: Workspace, *, stays: bool = False) -> OpenCompany:
    """
    Load the sample company as a new company of the store.

    Parameters
    ----------
    ws
        The open store.
    stays
        Whether it stays on the day its figures reach to; else it stands on the day of
        the clock and keeps up with it.

    Returns
    -------
    The sample, open: accounts, segments, last year's alignment published with its
    owners and quotas, and a first draft of next year on top of it.
    """
    sample = load_sample(ws.settings.data_dir)
    if not stays:
        sample = sample_on(sample, clock.today())
    with ws.store.transaction() as conn:
        return _save_sample(conn, ws, sample, stays=stays)


def _sample_or_latest(ws: Workspace) -> tuple[OpenCompany, bool]:
    """Load the sample into an empty store, unless another app was first."""
    sample = sample_on(load_sample(ws.settings.data_dir), clock.today())
    with ws.store.transaction() as conn:
        newest = next(iter(company_rows.list_companies(conn)), None)
        if newest is not None:
            return turn_to(ws, newest.company_id), False
        return _save_sample(conn, ws, sample), True


def _save_sample(
    conn: Connection, ws: Workspace, sample: SampleCompany, *, stays: bool = False
) -> OpenCompany:
    """Save the sample with its published alignment and a draft on top of it."""
    from planner.services.scenarios.publishing import publish_parts

    details = sample.company
    as_of = dt.date.fromisoformat(details["as_of"])
    effective_from = dt.date.fromisoformat(details["base_effective_from"])
    company_id = company_rows.create_company(
        conn,
        name=details["name"],
        kind="sample",
        currency=details["currency"],
        as_of=as_of,
        user=ws.user,
        details={"is_simulated": True, "day": details["as_of"] if stays else None},
    ).company_id
    _save_facts(conn, company_id, sample, as_of, ws.user)
    base = lineage.create_scenario(conn, company_id, name=BASE_SCENARIO, user=ws.user)
    with editing.editing(
        conn,
        base.scenario_id,
        version=base.version,
        user=ws.user,
        action="load last year's alignment",
    ) as edit:
        territories = territories_of(sample.positions)
        scenario_rows.save_territories(conn, edit, territories)
        scenario_rows.save_alignment(conn, edit, sample.alignment)
        named = named_accounts(
            sample.accounts, sample.alignment["territory_id"], territories
        )
        scenario_rows.save_named_accounts(conn, edit, named)
        quota_rows.save_quotas(conn, edit, sample.quotas, {"source": "sample company"})
        publish_parts(
            conn,
            turn_to(ws, company_id),
            edit,
            ownership=sample.ownership,
            effective_from=effective_from,
        )
    lineage.copy_scenario(conn, base.scenario_id, name=FIRST_DRAFT, user=ws.user)
    return turn_to(ws, company_id)


def _save_facts(
    conn: Connection, company_id: str, sample: SampleCompany, as_of: dt.date, user: str
) -> None:
    """Save everything of the sample that no scenario changes."""
    company_rows.save_units(conn, company_id, sample.units)
    company_rows.save_edges(conn, company_id, sample.edges)
    team_rows.save_positions(conn, company_id, sample.positions)
    team_rows.save_reps(conn, company_id, sample.reps)
    team_rows.save_overlays(conn, company_id, sample.overlays)
    account_rows.save_accounts(conn, company_id, sample.accounts)
    deal_rows.save_deals(conn, company_id, sample.deals)
    deal_rows.save_splits(conn, company_id, sample.splits)
    deal_rows.save_visits_made(conn, company_id, sample.visits_made)
    comp_plans.save_comp_plan(conn, company_id, sample.plan_text, user=user)
    account_rows.save_segment_rules(
        conn, company_id, rules_to_json(DEFAULT_RULES), user=user
    )
    segments = apply_rules(
        sample.accounts,
        DEFAULT_RULES,
        pd.Timestamp(as_of),
        minor_digits=minor_digits(sample.company["currency"]),
    )
    account_rows.save_segments(conn, company_id, segments)


def territories_of(positions: pd.DataFrame) -> pd.DataFrame:
    """
    List the territories that positions work.

    Returns
    -------
    Indexed `territory_id`: `name` (the position's title) and `position_id`.
    """
    field = positions[positions["territory_id"].notna()].sort_values("territory_id")
    return pd.DataFrame(
        {
            "name": field["territory_id"].to_numpy(),
            "position_id": field.index.to_numpy(),
        },
        index=pd.Index(field["territory_id"], name="territory_id", dtype="str"),
    )


def named_accounts(
    accounts: pd.DataFrame, territory_by_unit: pd.Series, territories: pd.DataFrame
) -> pd.DataFrame:
    """
    Find the accounts whose owner is not the one of their unit.

    Returns
    -------
    Indexed `account_id`: `territory_id` worked by the account's owner.
    """
    territory_by_position = pd.Series(
        territories.index, index=territories["position_id"]
    )
    owned = accounts["owner_id"].map(territory_by_position)
    by_unit = accounts["unit_id"].map(territory_by_unit)
    differs = owned.notna() & (owned != by_unit)
    return pd.DataFrame({"territory_id": owned[differs].astype("str")})
