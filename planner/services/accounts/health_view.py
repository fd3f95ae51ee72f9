"""Reading what the health report needs from the store."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.health.report import HealthReport, Surroundings, check_health
from planner.accounts.health.rules import HealthParams
from planner.accounts.linkage.duplicates import find_duplicates
from planner.accounts.placing import Gazetteer
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.store.company.companies import Company
from planner.store.imports import repairs as repair_rows
from planner.store.scenarios import lineage
from planner.store.scenarios.reading import load_saved_plan


@dataclass(frozen=True, eq=False, kw_only=True)
class HealthView:
    """
    The health report of the open company.

    Parameters
    ----------
    company
        The company; its version is the one looked at.
    scenario_id, scenario_name
        The plan in which accounts are unassigned; None and empty: there is none.
    accounts
        ACCOUNTS frame: those looked at.
    report
        What was found.
    has_fuzzy
        Whether accounts that are only alike were looked for.
    """

    company: Company
    scenario_id: str | None
    scenario_name: str
    accounts: pd.DataFrame
    report: HealthReport
    has_fuzzy: bool


def look(
    conn: Connection,
    ws: OpenCompany,
    scenario_id: str | None = None,
    *,
    needed_precision: str = "postcode",
    fuzzy: bool = False,
    codes: Collection[str] | None = None,
) -> HealthView:
    """Do what `health.health` does, on an open connection."""
    company_id = ws.company_id
    company = company_rows.load_company(conn, company_id)
    accounts = account_rows.load_accounts(conn, company_id)
    scenario_id = scenario_id or _scenario_looked_at(conn, company_id)
    territory_by_unit = territory_by_account = None
    scenario_name = ""
    if scenario_id is not None:
        plan = load_saved_plan(conn, scenario_id)
        scenario_name = plan.scenario.name
        territory_by_unit = plan.alignment["territory_id"]
        territory_by_account = plan.named_accounts["territory_id"]
    around = Surroundings(
        gazetteer=gazetteer_of(ws.settings.data_dir),
        units=company_rows.load_units(conn, company_id),
        positions=team_rows.load_positions(conn, company_id),
        reps=team_rows.load_reps(conn, company_id),
        territory_by_unit=territory_by_unit,
        named=territory_by_account,
        pairs=find_duplicates(accounts).pairs if fuzzy else None,
        kept=repair_rows.load_kept(conn, company_id),
    )
    params = HealthParams(as_of=company.today, needed_precision=needed_precision)
    return HealthView(
        company=company,
        scenario_id=scenario_id,
        scenario_name=scenario_name,
        accounts=accounts,
        report=check_health(accounts, around, params, codes),
        has_fuzzy=fuzzy,
    )


@lru_cache(maxsize=2)
def gazetteer_of(data_dir: Path) -> Gazetteer:
    """Read the places known offline, once for each folder."""
    return Gazetteer.load(data_dir)


def _scenario_looked_at(conn: Connection, company_id: str) -> str | None:
    scenarios = lineage.list_scenarios(conn, company_id)
    owners = [scenario for scenario in scenarios if scenario.team == lineage.FIELD]
    drafts = [scenario for scenario in owners if scenario.status == "draft"]
    return next((s.scenario_id for s in [*drafts, *owners, *scenarios]), None)
