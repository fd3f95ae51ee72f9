"""Accounts with their territory, as lists and cards show them."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from planner.core.units import PPM
from planner.services.accounts.known import known_accounts, owned
from planner.services.people.holders import owner_names
from planner.services.territories.alignments import alignment_of
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import quotas as quota_rows
from planner.store.scenarios.reading import load_saved_plan


def account_list(
    ws: OpenCompany, scenario_id: str | None, facts: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    List the accounts with all that is known of them in a scenario.

    Parameters
    ----------
    ws
        The open company.
    scenario_id
        Whose owners; None: nobody's.
    facts
        `known_accounts` of the company as it is now; None: they are read.

    Returns
    -------
    `known_accounts` with what `owned` adds.
    """
    company_id = ws.company_id
    with ws.store.reading() as conn:
        company = company_rows.load_company(conn, company_id)
        as_of = company.today
        accounts = known_accounts(conn, company) if facts is None else facts
        names = owner_names(
            team_rows.load_positions(conn, company_id),
            team_rows.load_reps(conn, company_id),
            as_of,
        )
        territory = pd.Series(pd.NA, index=accounts.index, dtype="str")
        positions = pd.Series(dtype="str")
        if scenario_id is not None:
            plan = load_saved_plan(conn, scenario_id)
            territory = alignment_of(plan).territory_of(accounts["unit_id"])
            positions = plan.territories["position_id"]
    return owned(accounts, territory, positions, names)


@dataclass(frozen=True, kw_only=True)
class AccountFacts:
    """
    Everything about one account.

    Parameters
    ----------
    row
        Its row of `account_list`.
    deals, visits_made, ownership
        Its rows of those frames, newest first.
    custom
        Custom fields kept from the import.
    """

    row: pd.Series
    deals: pd.DataFrame
    visits_made: pd.DataFrame
    ownership: pd.DataFrame
    custom: dict[str, str]


def account_facts(ws: OpenCompany, account_id: str, row: pd.Series) -> AccountFacts:
    """
    Collect the facts of one account.

    Parameters
    ----------
    ws
        The open company.
    account_id
        The account.
    row
        Its row of `account_list`.

    Notes
    -----
    Visits carry `rep_name`, ownership rows `owner_name` (who holds the position on the
    company's date) and `share`.
    """
    company_id = ws.company_id
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, company_id).today
        deals = deal_rows.load_deals(conn, company_id)
        visits = deal_rows.load_visits_made(conn, company_id)
        ownership = quota_rows.load_ownership(conn, company_id)
        reps = team_rows.load_reps(conn, company_id)
        names = owner_names(team_rows.load_positions(conn, company_id), reps, as_of)
    custom = row["custom"]

    def of_account(frame: pd.DataFrame, newest: str) -> pd.DataFrame:
        mine = frame[frame["account_id"] == account_id]
        return mine.sort_values(newest, ascending=False)

    visits_made, owned = (
        of_account(visits, "visited_on"),
        of_account(ownership, "valid_from"),
    )
    return AccountFacts(
        row=row,
        deals=of_account(deals, "close_on"),
        visits_made=visits_made.assign(
            rep_name=visits_made["rep_id"].map(reps["name"])
        ),
        ownership=owned.assign(
            owner_name=owned["position_id"].map(names),
            share=owned["share_ppm"].astype(float) / PPM,
        ),
        custom=json.loads(custom) if isinstance(custom, str) and custom else {},
    )
