"""A company of any size all over the United States, simulated, for timing the app."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.accounts.simulation.deals import simulate_deals
from planner.core.settings import ROOT, Settings
from planner.geography.adjacency import connect, find_edges
from planner.geography.distance import places_km
from planner.segmentation.rules import DEFAULT_RULES, apply_rules, rules_to_json
from planner.services.people.staffing import staff_territories
from planner.services.workspace import OpenCompany, create_company, open_workspace
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company.settings import CompanySettings, save_settings
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import plans as scenario_rows
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import build_problem
from planner.territory.model.unit_table import unit_table
from planner.territory.search.seeds import bisection_seed

SEED = 7
LONGEST_DAYS = 400  # since the last visit
VISITED_SHARE = 0.7


def make_company(
    store_url: str, *, n_accounts: int, n_territories: int, n_drafts: int = 1
) -> tuple[OpenCompany, list[str]]:
    """
    Fill an empty store with a company, its team and drafts of its territories.

    Parameters
    ----------
    store_url
        An empty store.
    n_accounts, n_territories
        Of the company; the accounts lie where people live, in all counties of `data`.
    n_drafts
        Equal scenarios, one for each planner that is to work at once.

    Returns
    -------
    The open workspace, and the ids of the drafts. Equal sizes give equal companies.
    """
    settings = replace(Settings.from_environment({}), store_url=store_url)
    accounts, units = _accounts_and_units(n_accounts)
    edges = connect(find_edges(units), places_km(units))
    as_of = _making().AS_OF
    opened = create_company(
        open_workspace(settings), f"{n_accounts:,} accounts", "own", "USD", as_of
    )
    company_id = opened.company_id
    segments = apply_rules(accounts, DEFAULT_RULES, pd.Timestamp(as_of), minor_digits=2)
    deals = simulate_deals(accounts, as_of=as_of, currency="USD", seed=SEED)
    with opened.store.transaction() as conn:
        company_rows.save_units(conn, company_id, units)
        company_rows.save_edges(conn, company_id, edges)
        account_rows.save_accounts(conn, company_id, accounts)
        rules = rules_to_json(DEFAULT_RULES)
        account_rows.save_segment_rules(conn, company_id, rules, user=opened.user)
        account_rows.save_segments(conn, company_id, segments)
        deal_rows.save_deals(conn, company_id, deals)
        # Its team is simulated, too: territories would have vacant seats else.
        save_settings(conn, company_id, CompanySettings(fills_gaps=True))
    by_unit = _divided(unit_table(accounts, units), edges, n_territories)
    first = _drawn(opened, by_unit)
    with opened.store.transaction() as conn:
        copies = [
            lineage.copy_scenario(
                conn, first, name=f"Draft {number}", user=opened.user
            ).scenario_id
            for number in range(2, n_drafts + 1)
        ]
    return opened, [first, *copies]


def _making() -> ModuleType:
    """Import what makes the sample's data; it lies outside of the package."""
    sys.path.insert(0, str(ROOT / "data"))
    from making import company

    return company


def _accounts_and_units(n_accounts: int) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Invent the accounts, each in its county, most of them visited before."""
    making = _making()
    country = making.read_country(ROOT / "data", None)
    accounts = making.make_accounts(country, n_accounts, SEED)
    rng = np.random.default_rng([SEED, n_accounts])
    days = pd.to_timedelta(rng.integers(1, LONGEST_DAYS, n_accounts), unit="D")
    visited = pd.Series(pd.Timestamp(making.AS_OF) - days, index=accounts.index)
    is_visited = rng.random(n_accounts) < VISITED_SHARE
    accounts["last_visit_on"] = visited.where(is_visited).astype("datetime64[s]")
    return accounts, country.counties


def _divided(table: pd.DataFrame, edges: pd.DataFrame, n_territories: int) -> pd.Series:
    """Cut the map into territories of about as many accounts each."""
    width = len(str(n_territories))
    ids = tuple(f"T{number:0{width}d}" for number in range(1, n_territories + 1))
    problem = build_problem(
        Instance.from_units(table, edges),
        BalanceParams(
            measures=(BalanceMeasure(column="accounts", tolerance=0.1),),
            n_territories=n_territories,
        ),
        ids,
    )
    labels = bisection_seed(problem)
    return pd.Series(np.array(ids)[labels], index=table.index, dtype="str")


def _drawn(ws: OpenCompany, by_unit: pd.Series) -> str:
    """Save a first draft with its positions and reps; return its id."""
    with ws.store.transaction() as conn:
        made = lineage.create_scenario(
            conn, ws.company_id, name="Draft 1", user=ws.user
        )
        with editing.editing(
            conn,
            made.scenario_id,
            version=made.version,
            user=ws.user,
            action="draw territories",
        ) as edit:
            staffed = staff_territories(conn, ws, made.scenario_id, by_unit)
            scenario_rows.save_territories(conn, edit, staffed)
            drawn = by_unit.rename("territory_id").rename_axis("unit_id").to_frame()
            scenario_rows.save_alignment(conn, edit, drawn)
    return made.scenario_id
