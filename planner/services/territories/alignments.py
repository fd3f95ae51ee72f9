"""Which territory each unit and account is in."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from planner.store.scenarios import plans as scenario_rows
from planner.territory.model.alignment import Alignment


def load_alignment(conn: Connection, scenario_id: str) -> Alignment:
    """Load a scenario's alignment with its named accounts."""
    units = scenario_rows.load_alignment(conn, scenario_id)["territory_id"]
    named = scenario_rows.load_named_accounts(conn, scenario_id)["territory_id"]
    return Alignment(units, named.dropna())


def territory_by_account(
    conn: Connection, scenario_id: str, accounts: pd.DataFrame
) -> pd.Series:
    """Find the territory of each account in a scenario."""
    return load_alignment(conn, scenario_id).territory_of(accounts["unit_id"])
