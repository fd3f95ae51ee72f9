"""Positions and people for the territories of a scenario."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.simulation.team import simulate_team
from planner.accounts.simulation.team import territory_places
from planner.services.workspace import Workspace
from planner.store import accounts as account_rows
from planner.store import companies as company_rows
from planner.store import scenarios as scenario_rows
from planner.store import team as team_rows


def staff_territories(
    conn: Connection, ws: Workspace, scenario_id: str, territory_by_unit: pd.Series
) -> pd.DataFrame:
    """
    Give every territory of an alignment a position.

    Parameters
    ----------
    territory_by_unit : shape (n_units,)
        The alignment to be staffed.

    Returns
    -------
    The scenario's territories, indexed `territory_id`: `name`, `position_id`. A
    territory keeps its position; a new one takes a position that works none here, else
    a new vacant one. A company without positions gets a simulated team.
    """
    company_id = str(ws.company_id)
    ids = sorted(territory_by_unit.dropna().unique())
    positions = team_rows.load_positions(conn, company_id)
    if positions.empty:
        accounts = account_rows.load_accounts(conn, company_id)
        by_account = accounts["unit_id"].map(territory_by_unit)
        company = company_rows.load_company(conn, company_id)
        positions, reps = simulate_team(
            territory_places(accounts, by_account),
            as_of=company.as_of,
            currency=company.currency,
        )
        team_rows.save_positions(conn, company_id, positions)
        team_rows.save_reps(conn, company_id, reps)
    known = scenario_rows.load_territories(conn, scenario_id)
    by_territory = dict(known["position_id"])
    field = positions[positions["role"] == "rep"]
    if known.empty:
        by_territory = {
            str(row.territory_id): str(row.Index) for row in field.itertuples()
        }
    free = [p for p in field.index if p not in set(by_territory.values())]
    added = []
    for territory_id in ids:
        if territory_id in by_territory:
            continue
        if free:
            by_territory[territory_id] = free.pop(0)
            continue
        position_id = f"P-{territory_id}"
        added.append(_vacant(position_id, territory_id, positions))
        by_territory[territory_id] = position_id
    if added:
        team_rows.save_positions(conn, company_id, pd.concat([positions, *added]))
    return pd.DataFrame(
        {
            "name": [
                str(known["name"].get(territory_id, territory_id))
                for territory_id in ids
            ],
            "position_id": [by_territory[territory_id] for territory_id in ids],
        },
        index=pd.Index(ids, name="territory_id", dtype="str"),
    )


def _vacant(
    position_id: str, territory_id: str, positions: pd.DataFrame
) -> pd.DataFrame:
    """Make a vacant field position under the manager with the fewest reps."""
    managers = positions.index[positions["role"] == "manager"]
    n_reps = positions["parent_id"].value_counts().reindex(managers).fillna(0)
    parent_id = n_reps.idxmin() if len(managers) else None
    return pd.DataFrame(
        {
            "title": [f"Field rep {territory_id}"],
            "role": ["rep"],
            "parent_id": [parent_id],
            "territory_id": [territory_id],
        },
        index=pd.Index([position_id], name="position_id", dtype="str"),
    )
