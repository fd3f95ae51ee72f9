"""Positions and people for the territories of a scenario."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.simulation.team import simulate_team, territory_places
from planner.core.schemas import POSITIONS, empty
from planner.services.people.owners import field_seats, present_positions
from planner.services.people.seating import seat
from planner.services.people.vacancies import is_called_after_place, new_seat, vacancies
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.store.company.companies import Company
from planner.store.company.settings import load_settings, mark_simulated
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
    territory keeps its position; a new one takes the position that fits it best of
    those that work none here (`seating.seat`), else a new vacant one, called after its
    place. A company without positions gets a simulated team if its gaps are simulated.
    A team beside the field team works with overlay positions of its own, vacant until
    someone is given them.
    """
    company_id = ws.company_id
    ids = sorted(territory_by_unit.dropna().unique())
    team = lineage.load_scenario(conn, scenario_id).team
    territories = scenario_rows.load_territories(conn, scenario_id)
    if team != lineage.FIELD:
        seats = _seats_beside(conn, company_id, team, ids)
        kept = {} if is_new_team else dict(territories["position_id"].dropna())
        return _territories(ids, territories, seats | kept)
    by_territory = {} if is_new_team else dict(territories["position_id"].dropna())
    wanted = {*ids} - {*by_territory}
    if wanted:
        by_territory |= _seated(
            conn, ws, territory_by_unit, wanted, set(by_territory.values())
        )
    return _territories(ids, territories, by_territory)


def _seated(
    conn: Connection,
    ws: OpenCompany,
    territory_by_unit: pd.Series,
    wanted: set[str],
    taken: set[str],
) -> dict[str, str]:
    """Find or make a position for each territory that has none."""
    company = company_rows.load_company(conn, ws.company_id)
    accounts = account_rows.load_accounts(conn, ws.company_id)
    positions = team_rows.load_positions(conn, ws.company_id)
    territory = accounts["unit_id"].map(territory_by_unit)
    if positions.empty and load_settings(conn, ws.company_id).fills_gaps:
        positions = _simulated_team(conn, company, accounts, territory)
    reps = team_rows.load_reps(conn, ws.company_id)
    seats = field_seats(positions, reps, company.today)
    free = seats[~seats.index.isin(list(taken))]
    worked = present_positions(conn, ws.company_id, company.today, accounts)
    rows = _to_seat(accounts, territory, worked, positions, wanted)
    seated = seat(free, rows)
    vacant = {
        name: position_id
        for name, position_id in seated.items()
        if not free.at[position_id, "is_held"]
        and is_called_after_place(position_id, positions)
    }
    for name in sorted(wanted - {*seated}):
        vacant[name] = new_seat(name, positions.index.union(list(vacant.values())))
    if vacant:
        rows = vacancies(
            conn, ws.company_id, ws.settings, vacant, territory_by_unit, positions
        )
        others = positions[~positions.index.isin(rows.index)]
        team_rows.save_positions(conn, ws.company_id, pd.concat([others, rows]))
    return seated | vacant


def _simulated_team(
    conn: Connection, company: Company, accounts: pd.DataFrame, territory: pd.Series
) -> pd.DataFrame:
    """Simulate a team for the territories, and keep that it is one."""
    places = territory_places(accounts, territory)
    if places.empty:  # nobody knows yet where anybody would live
        return empty(POSITIONS)
    positions, reps = simulate_team(
        places, as_of=company.today, currency=company.currency
    )
    team_rows.save_positions(conn, company.company_id, positions)
    team_rows.save_reps(conn, company.company_id, reps)
    mark_simulated(conn, company.company_id, "team")
    return positions


def _to_seat(
    accounts: pd.DataFrame,
    territory: pd.Series,
    worked: pd.Series,
    positions: pd.DataFrame,
    wanted: set[str],
) -> pd.DataFrame:
    """
    List what decides who sits where: the accounts of the territories without a seat.

    A position that names a territory counts as one more account of it.
    """
    rows = accounts[["lat", "lon"]].assign(territory_id=territory, position_id=worked)
    named = positions["territory_id"].dropna()
    titles = pd.DataFrame({"territory_id": named, "position_id": named.index})
    empty_ones = pd.DataFrame({"territory_id": sorted(wanted)}, dtype="str")
    rows = pd.concat([rows, titles, empty_ones], ignore_index=True)
    return rows[rows["territory_id"].isin(wanted)]


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
