"""Positions and people for the territories of a scenario."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.simulation.team import simulate_team, territory_places
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import lineage
from planner.store.scenarios import plans as scenario_rows


def staff_territories(
    conn: Connection,
    ws: OpenCompany,
    scenario_id: str,
    territory_by_unit: pd.Series,
    *,
    is_new_team: bool = False,
) -> pd.DataFrame:
    """
    Give every territory of an alignment a position.

    Parameters
    ----------
    territory_by_unit : shape (n_units,)
        The alignment to be staffed.
    is_new_team
        Whether the positions it has belong to another team and are given up.

    Returns
    -------
    The scenario's territories, indexed `territory_id`: `name`, `position_id`. A
    territory keeps its position; a new one takes a position that works none here, else
    a new vacant one. A company without positions gets a simulated team. A team beside
    the field team works with overlay positions of its own, vacant until someone is
    given them.
    """
    company_id = ws.company_id
    ids = sorted(territory_by_unit.dropna().unique())
    team = lineage.load_scenario(conn, scenario_id).team
    territories = scenario_rows.load_territories(conn, scenario_id)
    if team != lineage.FIELD:
        seats = _seats_beside(conn, company_id, team, ids)
        holders = {} if is_new_team else dict(territories["position_id"].dropna())
        return _territories(ids, territories, seats | holders)
    positions = team_rows.load_positions(conn, company_id)
    if positions.empty:
        accounts = account_rows.load_accounts(conn, company_id)
        by_account = accounts["unit_id"].map(territory_by_unit)
        company = company_rows.load_company(conn, company_id)
        places = territory_places(accounts, by_account)
        if len(places):  # else nobody knows yet where anybody would live
            positions, reps = simulate_team(
                places, as_of=company.today, currency=company.currency
            )
            team_rows.save_positions(conn, company_id, positions)
            team_rows.save_reps(conn, company_id, reps)
    by_territory = dict(territories["position_id"])
    field = positions[positions["role"] == "rep"]
    if territories.empty or is_new_team:
        by_territory = {
            str(row.territory_id): str(row.Index) for row in field.itertuples()
        }
    free = [p for p in field.index if p not in set(by_territory.values())]
    rows = []
    for territory_id in ids:
        if territory_id in by_territory:
            continue
        if free:
            by_territory[territory_id] = free.pop(0)
            continue
        position_id = f"P-{territory_id}"
        rows.append(_vacant(position_id, territory_id, positions))
        by_territory[territory_id] = position_id
    if rows:
        team_rows.save_positions(conn, company_id, pd.concat([positions, *rows]))
    return _territories(ids, territories, by_territory)


def _territories(
    ids: list[str], stored: pd.DataFrame, by_territory: dict[str, str]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [
                str(stored["name"].get(territory_id, territory_id))
                for territory_id in ids
            ],
            "position_id": [by_territory[territory_id] for territory_id in ids],
        },
        index=pd.Index(ids, name="territory_id", dtype="str"),
    )


def _seats_beside(
    conn: Connection, company_id: str, team: str, ids: list[str]
) -> dict[str, str]:
    """Name a team's position of each territory; make those that do not exist yet."""
    positions = team_rows.load_positions(conn, company_id)
    tops = positions.index[positions["role"] == "vp"]
    seats = {territory_id: f"P-{team}-{territory_id}" for territory_id in ids}
    new = {k: seat for k, seat in seats.items() if seat not in positions.index}
    if new:
        rows = pd.DataFrame(
            {
                "title": [f"{team} {territory_id}" for territory_id in new],
                "role": "overlay",
                "parent_id": tops[0] if len(tops) else None,
                "territory_id": list(new),
            },
            index=pd.Index(list(new.values()), name="position_id", dtype="str"),
        )
        team_rows.save_positions(conn, company_id, pd.concat([positions, rows]))
    return seats


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
