"""All that is simulated, removed from the open company in one step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import Connection

from planner.core.errors import InputError
from planner.core.schemas import DEALS, REPS, empty
from planner.services.accounts.simulated import load_simulated
from planner.services.imports.simulated_rows import save_accounts, without_simulated
from planner.services.people.vacancies import PLACE_TITLE, place_names
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.company.settings import load_settings, save_settings
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
    n_deals, n_reps, n_managers
        Simulated deals, people, and positions of superiors that go.
    notes
        What else changes, one sentence each.
    """

    version: int
    columns: dict[str, int]
    n_accounts: int
    n_deals: int
    n_reps: int
    n_managers: int
    notes: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is simulated."""
        return not (self.columns or self.n_deals or self.n_reps)


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


def remove_simulated(ws: OpenCompany, version: int) -> Removal:
    """
    Remove all that is simulated from the open company, in one transaction.

    Parameters
    ----------
    version
        Of the preview the user looked at.

    Returns
    -------
    What was removed.

    Raises
    ------
    ConflictError
        If someone changed the company's data since.
    InputError
        If the company itself is invented.

    Notes
    -----
    Simulated cells become empty, a simulated status what the sales of the list say,
    and later lists are no longer filled. Field positions stay, vacant and called after
    their place, so that plans, quotas and owners that name them hold.
    """
    with ws.store.transaction() as conn:
        removal = _preview(conn, ws)
        with editing_company(
            conn,
            ws.company_id,
            version=version,
            user=ws.user,
            action="remove what is simulated",
        ) as edit:
            _remove(conn, ws)
            edit.after.update(
                columns=removal.columns,
                deals=removal.n_deals,
                reps=removal.n_reps,
                managers=removal.n_managers,
            )
        return removal


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
        n_managers=len(_superiors(conn, ws.company_id)) if is_team else 0,
        notes=tuple(notes),
    )


def _remove(conn: Connection, ws: OpenCompany) -> None:
    company = company_rows.load_company(conn, ws.company_id)
    settings = load_settings(conn, ws.company_id)
    accounts = account_rows.load_accounts(conn, ws.company_id)
    save_accounts(conn, company, accounts, without_simulated(accounts))
    if "deals" in settings.simulated:
        deal_rows.save_deals(conn, ws.company_id, empty(DEALS))
    if "team" in settings.simulated:
        _remove_team(conn, ws)
    save_settings(
        conn, ws.company_id, replace(settings, fills_gaps=False, simulated=())
    )


def _superiors(conn: Connection, company_id: str) -> pd.Index:
    """Name the simulated superiors that no published plan freezes."""
    if publication_rows.list_publications(conn, company_id, None):
        return pd.Index([], dtype="str")
    positions = team_rows.load_positions(conn, company_id)
    return positions.index[positions["role"].isin(["vp", "manager"])]


def _remove_team(conn: Connection, ws: OpenCompany) -> None:
    """Take a simulated team away; the seats of its territories become vacant."""
    positions = team_rows.load_positions(conn, ws.company_id)
    gone = _superiors(conn, ws.company_id)
    positions = positions.drop(index=gone)
    positions["parent_id"] = positions["parent_id"].mask(
        positions["parent_id"].isin(gone)
    )
    titles = _place_titles(conn, ws)
    is_field = positions["role"] == "rep"
    named = positions.index.to_series().map(titles).astype("str")
    positions["title"] = positions["title"].mask(is_field & named.notna(), named)
    team_rows.save_positions(conn, ws.company_id, positions)
    team_rows.save_reps(conn, ws.company_id, empty(REPS))


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
