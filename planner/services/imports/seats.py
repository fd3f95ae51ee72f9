"""People of a list take the seats that waited for them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection

from planner.services.people.owners import (
    SEAT,
    field_seats,
    person_keys,
    present_positions,
)
from planner.services.people.present_team import is_name_alone
from planner.services.people.seating import seat
from planner.services.people.vacancies import is_called_after_place
from planner.services.territories.alignments import alignment_of
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.store.company.companies import Company
from planner.store.company.settings import load_settings, mark_simulated
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import plans as scenario_rows
from planner.store.scenarios import publications as publication_rows
from planner.store.scenarios.lineage import FIELD
from planner.store.scenarios.reading import SavedPlan, load_saved_plan


def without_stand_ins(
    conn: Connection, company_id: str, stored: pd.DataFrame, loaded: pd.DataFrame
) -> pd.DataFrame:
    """
    Take out of the stored people those who only stood for people of a list.

    Parameters
    ----------
    stored, loaded
        REPS frames: of the company, and of the list.

    Returns
    -------
    `stored` without a simulated team, and without those of whom an account list gave
    the name alone if `loaded` has somebody of that name.
    """
    if "team" in load_settings(conn, company_id).simulated:
        return stored.iloc[:0]
    names = pd.Series(person_keys(stored["name"]), index=stored.index, dtype="str")
    return stored[~(is_name_alone(stored) & names.isin(person_keys(loaded["name"])))]


def seat_people(conn: Connection, company_id: str, user: str) -> None:
    """
    Seat the people of a list that was saved just now.

    Parameters
    ----------
    conn
        Inside the transaction that saved them.

    Notes
    -----
    The seats that wait are those made for owners and territories nobody was known for,
    and those of a simulated team. Who sits where is `seating.seat`'s answer for the
    plan in force, else for the territories as the list had them, else for the newest
    draft. A person's own seat is given up: title and superior go to the seat that
    waited, so that plans, quotas and owners that name it stay true. Where the list
    names a seat itself, the drafts take that one instead.
    """
    company = company_rows.load_company(conn, company_id)
    _give_seats(conn, company_id)
    saved = _deciding_plan(conn, company)
    if saved is not None:
        _fill(conn, company, saved, user)
    mark_simulated(conn, company_id, "team", is_simulated=False)
    reps = team_rows.load_reps(conn, company_id)
    if not (is_name_alone(reps) & reps["lat"].notna()).any():
        mark_simulated(conn, company_id, "homes", is_simulated=False)


def _give_seats(conn: Connection, company_id: str) -> None:
    """Give people whose list names no position one of their own."""
    reps = team_rows.load_reps(conn, company_id)
    standing = reps.index[reps["position_id"].isna()]
    if standing.empty:
        return
    positions = team_rows.load_positions(conn, company_id)
    own = pd.DataFrame(
        {
            "title": reps.loc[standing, "name"].to_numpy(),
            "role": "rep",
            "parent_id": pd.Series(None, index=range(len(standing)), dtype="str"),
            "territory_id": None,
        },
        index=pd.Index(SEAT + standing, name="position_id", dtype="str"),
    )
    own = own[~own.index.isin(positions.index)]
    team_rows.save_positions(conn, company_id, pd.concat([positions, own]))
    seats = reps["position_id"].fillna(SEAT + reps.index.to_series())
    team_rows.save_reps(conn, company_id, reps.assign(position_id=seats))


def _deciding_plan(conn: Connection, company: Company) -> SavedPlan | None:
    """Choose the plan by whose territories people are seated; None: there is none."""
    company_id = company.company_id
    in_force = publication_rows.publication_in_force(conn, company_id, company.today)
    today_id = load_settings(conn, company_id).today_id
    ids = [] if in_force is None else [in_force.scenario_id]
    ids += [] if today_id is None else [today_id]
    ids += [one.scenario_id for one in _drafts(conn, company_id)]
    plans = (load_saved_plan(conn, scenario_id) for scenario_id in ids)
    return next((plan for plan in plans if len(plan.territories)), None)


def _drafts(conn: Connection, company_id: str) -> list[lineage.Scenario]:
    scenarios = lineage.list_scenarios(conn, company_id)
    return [one for one in scenarios if one.status == "draft" and one.team == FIELD]


@dataclass(frozen=True, slots=True)
class _Move:
    """Somebody on the position `own` takes the seat `waiting`."""

    own: str
    waiting: str


def _fill(conn: Connection, company: Company, saved: SavedPlan, user: str) -> None:
    company_id = company.company_id
    positions = team_rows.load_positions(conn, company_id)
    reps = team_rows.load_reps(conn, company_id)
    seats = field_seats(positions, reps, company.today)
    held = seats[seats["is_held"]]
    is_team_simulated = "team" in load_settings(conn, company_id).simulated
    waiting = {
        str(territory_id): str(position_id)
        for territory_id, position_id in saved.territories["position_id"].items()
        if position_id in positions.index
        and position_id not in held.index
        and (is_team_simulated or _is_made_here(str(position_id), positions))
    }
    accounts = account_rows.load_accounts(conn, company_id)
    rows = accounts[["lat", "lon"]].assign(
        territory_id=alignment_of(saved).territory_of(accounts["unit_id"]),
        position_id=present_positions(conn, company_id, company.today, accounts),
    )
    blank = pd.DataFrame({"territory_id": list(waiting)}, dtype="str")
    rows = pd.concat([rows, blank], ignore_index=True)
    free = held[~held.index.isin(saved.territories["position_id"])]
    seated = seat(free, rows[rows["territory_id"].isin(list(waiting))])
    moves = [_Move(own, waiting[name]) for name, own in seated.items()]
    titles = positions["title"].to_dict()
    own_seats = set(SEAT + reps.index)
    _take_seats(conn, company_id, [move for move in moves if move.own in own_seats])
    explicit = {m.waiting: m.own for m in moves if m.own not in own_seats}
    if is_team_simulated:
        _dismiss_simulated_managers(conn, company_id)
    _name_territories(conn, company, explicit, titles, user)
    _drop_unused(conn, company_id, explicit)


def _is_made_here(position_id: str, positions: pd.DataFrame) -> bool:
    """Tell whether a seat was made for an owner or for a territory without one."""
    is_owners = position_id == SEAT + str(positions.at[position_id, "title"])
    return is_owners or is_called_after_place(position_id, positions)


def _take_seats(conn: Connection, company_id: str, moves: list[_Move]) -> None:
    """Move people to the seats that waited, with their title and superior."""
    if not moves:
        return
    positions = team_rows.load_positions(conn, company_id)
    reps = team_rows.load_reps(conn, company_id)
    own, waiting = [m.own for m in moves], [m.waiting for m in moves]
    for column in ("title", "parent_id", "custom"):
        positions.loc[waiting, column] = positions.loc[own, column].to_numpy()
    new_by_old = dict(zip(own, waiting, strict=True))
    positions["parent_id"] = positions["parent_id"].replace(new_by_old)
    positions = positions.drop(index=own)
    reps["position_id"] = reps["position_id"].replace(new_by_old)
    team_rows.save_positions(conn, company_id, positions)
    team_rows.save_reps(conn, company_id, reps)


def _dismiss_simulated_managers(conn: Connection, company_id: str) -> None:
    """Take the superiors of a simulated team away, unless a plan was published."""
    if publication_rows.list_publications(conn, company_id, None):
        return
    positions = team_rows.load_positions(conn, company_id)
    reps = team_rows.load_reps(conn, company_id)
    is_leading = positions["role"].isin(["vp", "manager"])
    is_empty = ~positions.index.isin(reps["position_id"])
    gone = positions.index[is_leading & is_empty]
    positions = positions.drop(index=gone)
    lost = positions["parent_id"].isin(gone)
    positions["parent_id"] = positions["parent_id"].mask(lost)
    team_rows.save_positions(conn, company_id, positions)


def _name_territories(
    conn: Connection,
    company: Company,
    explicit: dict[str, str],
    titles: dict[str, str],
    user: str,
) -> None:
    """Let drafts name seats that lists name, and people where owners stood as codes."""
    reps = team_rows.load_reps(conn, company.company_id)
    holders = reps.dropna(subset="position_id").drop_duplicates("position_id")
    names = holders.set_index("position_id")["name"]
    for draft in _drafts(conn, company.company_id):
        before = scenario_rows.load_territories(conn, draft.scenario_id)
        if before.empty:
            continue
        seats = before["position_id"].replace(explicit)
        is_code = before["name"] == before["position_id"].map(titles)
        after = before.assign(
            position_id=seats,
            name=before["name"].mask(
                is_code & seats.isin(names.index), seats.map(names)
            ),
        )
        if after.equals(before):
            continue
        with editing.editing(
            conn,
            draft.scenario_id,
            version=draft.version,
            user=user,
            action="seat the people of a list",
        ) as edit:
            scenario_rows.save_territories(conn, edit, after)


def _drop_unused(conn: Connection, company_id: str, explicit: dict[str, str]) -> None:
    """Take away seats that waited and that no plan names any more."""
    if not explicit or publication_rows.list_publications(conn, company_id, None):
        return
    in_use: set[str] = set()
    for scenario in lineage.list_scenarios(conn, company_id):
        territories = scenario_rows.load_territories(conn, scenario.scenario_id)
        in_use |= set(territories["position_id"].dropna())
    positions = team_rows.load_positions(conn, company_id)
    gone = positions.index.intersection(list({*explicit} - in_use))
    if len(gone):
        team_rows.save_positions(conn, company_id, positions.drop(index=gone))
