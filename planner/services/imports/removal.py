"""All that is simulated, removed from the open company in one step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.changes import ChangeSet, TableChange
from planner.accounts.health.rules import REMOVAL
from planner.core.errors import InputError
from planner.core.schemas import POSITIONS, check
from planner.services.accounts.simulated import load_simulated
from planner.services.imports.simulated_rows import account_changes, without_simulated
from planner.services.people.present_team import is_name_alone, without_homes
from planner.services.people.vacancies import PLACE_TITLE, place_names
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.company.settings import load_settings, save_settings
from planner.store.imports.changes import apply_changes
from planner.store.imports.repairs import list_repair_heads, save_repair
from planner.store.scenarios import lineage
from planner.store.scenarios import plans as scenario_rows
from planner.store.scenarios import publications as publication_rows
from planner.store.scenarios.editing import editing_company


@dataclass(frozen=True, kw_only=True)
class Removal:
    """
    What removing all that is simulated takes away.

    Parameters
    ----------
    version
        Of the company when it was looked at.
    columns
        Accounts that lose their value, by column.
    n_accounts
        Accounts that lose any.
    n_deals, n_reps, n_homes, n_managers
        Simulated deals, people, homes, and positions of superiors that go.
    notes
        What else changes, one sentence each.
    """

    version: int
    columns: dict[str, int]
    n_accounts: int
    n_deals: int
    n_reps: int
    n_homes: int
    n_managers: int
    notes: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is simulated."""
        return not (self.columns or self.n_deals or self.n_reps or self.n_homes)


def preview_removal(ws: OpenCompany) -> Removal:
    """
    Say what would go, before anything does.

    Raises
    ------
    InputError
        If the company itself is invented: nothing of it would be left.
    """
    with ws.store.reading() as conn:
        return _preview(conn, ws)


def remove_simulated(ws: OpenCompany, version: int) -> str:
    """
    Remove all that is simulated from the open company, in one change-set.

    Parameters
    ----------
    version
        Of the preview the user looked at.

    Returns
    -------
    The id of the change, by which `repairs.undo_repair` takes it back.

    Raises
    ------
    ConflictError
        If someone changed the company's data since.
    InputError
        If the company itself is invented, or nothing is simulated.

    Notes
    -----
    Simulated cells become empty, a simulated status what the sales of the list say,
    and later lists are no longer filled. Field positions stay, vacant and called after
    their place, so that plans, quotas and owners that name them hold.
    """
    with ws.store.transaction() as conn:
        removal = _preview(conn, ws)
        if removal.is_nothing:
            raise InputError("nothing is simulated, so there is nothing to remove")
        with editing_company(
            conn,
            ws.company_id,
            version=version,
            user=ws.user,
            action="remove what is simulated",
        ) as edit:
            changes = _changes(conn, ws)
            settings = load_settings(conn, ws.company_id)
            bare = replace(settings, fills_gaps=False, simulated=())
            apply_changes(conn, ws.company_id, changes)
            save_settings(conn, ws.company_id, bare)
            repair_id = save_repair(
                conn,
                ws.company_id,
                kind=REMOVAL,
                code=REMOVAL,
                params={"n_accounts": removal.n_accounts},
                changes=changes,
                before={"settings": settings.of_simulation},
                after={"settings": bare.of_simulation},
                user=ws.user,
            )
            edit.after.update(
                repair_id=repair_id,
                columns=removal.columns,
                deals=removal.n_deals,
                reps=removal.n_reps,
                homes=removal.n_homes,
                managers=removal.n_managers,
            )
    return repair_id


def last_removal(ws: OpenCompany) -> str | None:
    """Name the removal that can be taken back: the last change, and not undone."""
    with ws.store.reading() as conn:
        heads = list_repair_heads(conn, ws.company_id)
    standing = heads[heads["undone_at"].isna()]
    if standing.empty or standing["kind"].iloc[0] != REMOVAL:
        return None
    return str(standing.index[0])


def _preview(conn: Connection, ws: OpenCompany) -> Removal:
    company = company_rows.load_company(conn, ws.company_id)
    simulated = load_simulated(conn, ws.company_id)
    if simulated.is_everything:
        raise InputError(
            f"{company.name} is invented as a whole, so nothing of it would be left: "
            "begin a company with a list of your own instead"
        )
    is_team = "team" in simulated.parts
    reps = team_rows.load_reps(conn, ws.company_id)
    deals = deal_rows.load_deals(conn, ws.company_id)
    labels = account_rows.count_simulated(conn, ws.company_id)
    notes = []
    if publication_rows.list_publications(conn, ws.company_id, None):
        notes.append(
            "Plans that are published and months that are closed keep what they say."
        )
    if simulated.columns or simulated.parts:
        notes.append(
            "Quotas, visit plans and trial pay made from these figures stay as they "
            "are until you make them again."
        )
    return Removal(
        version=company.version,
        columns=dict(simulated.columns),
        n_accounts=sum(n_rows for text, n_rows in labels.items() if text),
        n_deals=len(deals) if "deals" in simulated.parts else 0,
        n_reps=len(reps) if is_team else 0,
        n_homes=_n_homes(reps) if "homes" in simulated.parts else 0,
        n_managers=len(_superiors(conn, ws.company_id)) if is_team else 0,
        notes=tuple(notes),
    )


def _changes(conn: Connection, ws: OpenCompany) -> ChangeSet:
    """Work out which rows go, and which become others."""
    company = company_rows.load_company(conn, ws.company_id)
    parts = load_settings(conn, ws.company_id).simulated
    accounts = account_rows.load_accounts(conn, ws.company_id)
    bare = without_simulated(accounts)
    changes = list(account_changes(conn, company, accounts, bare).tables)
    if "deals" in parts:
        deals = deal_rows.load_deals(conn, ws.company_id)
        changes.append(TableChange.removal("deal", deals))
    if "team" in parts:
        changes += _team_changes(conn, ws)
    elif "homes" in parts:
        reps = team_rows.load_reps(conn, ws.company_id)
        changes.append(TableChange.between("rep", reps, without_homes(reps)))
    return ChangeSet(tuple(changes))


def _n_homes(reps: pd.DataFrame) -> int:
    return int((is_name_alone(reps) & reps["lat"].notna()).sum())


def _superiors(conn: Connection, company_id: str) -> pd.Index:
    """Name the simulated superiors that no published plan freezes."""
    if publication_rows.list_publications(conn, company_id, None):
        return pd.Index([], dtype="str")
    positions = team_rows.load_positions(conn, company_id)
    return positions.index[positions["role"].isin(["vp", "manager"])]


def _team_changes(conn: Connection, ws: OpenCompany) -> list[TableChange]:
    """Take a simulated team away; the seats of its territories become vacant."""
    stored = team_rows.load_positions(conn, ws.company_id)
    gone = _superiors(conn, ws.company_id)
    positions = stored.drop(index=gone)
    positions["parent_id"] = positions["parent_id"].mask(
        positions["parent_id"].isin(gone)
    )
    titles = _place_titles(conn, ws)
    is_field = positions["role"] == "rep"
    named = positions.index.to_series().map(titles).astype("str")
    positions["title"] = positions["title"].mask(is_field & named.notna(), named)
    check(positions, POSITIONS)
    return [
        TableChange.between("position", stored, positions),
        TableChange.removal("rep", team_rows.load_reps(conn, ws.company_id)),
    ]


def _place_titles(conn: Connection, ws: OpenCompany) -> dict[str, str]:
    """Call the field positions after their places in the newest plan that has them."""
    titles: dict[str, str] = {}
    for scenario in lineage.list_scenarios(conn, ws.company_id):
        territories = scenario_rows.load_territories(conn, scenario.scenario_id)
        seats = territories["position_id"].dropna()
        if seats.empty or set(seats) <= set(titles):
            continue
        by_unit = scenario_rows.load_alignment(conn, scenario.scenario_id)
        places = place_names(conn, ws.company_id, ws.settings, by_unit["territory_id"])
        for territory_id, position_id in seats.items():
            place = places.get(str(territory_id), str(territory_id))
            titles.setdefault(str(position_id), f"{PLACE_TITLE}{place}")
    return titles
