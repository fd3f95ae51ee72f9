"""Publishing: freeze a scenario and hand it out from a day on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.core.errors import InputError
from planner.quotas.ownership import as_day, ownership_of
from planner.quotas.spans import Supersede, extend_back, insert_until
from planner.quotas.teams import (
    held_by,
    supersede_owners,
    supersede_team,
    team_ownership,
)
from planner.scenarios.publish import freeze
from planner.services.pay import runs
from planner.services.territories.alignments import alignment_of
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import plans as scenario_rows
from planner.store.scenarios import publications as publication_rows
from planner.store.scenarios import quotas as quota_rows
from planner.store.scenarios.lineage import FIELD, Scenario
from planner.store.scenarios.publications import Publication
from planner.store.scenarios.reading import load_saved_plan

NOT_CREDITED, BY_LIST, BY_PLAN = "nobody", "list", "plan"
PAST = (NOT_CREDITED, BY_LIST, BY_PLAN)  # who is credited with earlier deals


def suggested_start(ws: OpenCompany, team: str = FIELD) -> dt.date:
    """
    Suggest the first day of a team's next publication.

    Returns
    -------
    The first of the next month for the first plan of the owners; else the first of
    January after the company's date.
    """
    today = _today(ws)
    if team == FIELD and not publications(ws, FIELD):
        return (pd.Period(today, "M") + 1).start_time.date()
    return dt.date(today.year + 1, 1, 1)


def planned_year(ws: OpenCompany) -> int:
    """Name the year that quotas are set for next: that of the suggested start."""
    return suggested_start(ws).year


def past_start(effective_from: dt.date) -> dt.date:
    """
    Say from when past deals can be credited too.

    Returns
    -------
    The first of January of the year before: attainment counts from the year's first
    day, and a cancellation goes by the owner at its deal's date.
    """
    return dt.date(effective_from.year - 1, 1, 1)


def _today(ws: OpenCompany) -> dt.date:
    with ws.store.reading() as conn:
        return company_rows.load_company(conn, ws.company_id).today


def new_ownership(
    conn: Connection, ws: OpenCompany, scenario_id: str, effective_from: dt.date
) -> pd.DataFrame:
    """
    Turn the scenario's alignment into ownership from a day on.

    The field team's positions own; those of another team stand beside as overlays.
    """
    company_id = ws.company_id
    accounts = account_rows.load_accounts(conn, company_id)
    plan = load_saved_plan(conn, scenario_id)
    scenario, territories = plan.scenario, plan.territories
    if territories.empty:
        raise InputError(
            "this scenario has no territories yet: balance it or assign units first"
        )
    overlays = team_rows.load_overlays(conn, company_id)
    _refuse_shared_seats(conn, ws, scenario, territories, overlays)
    by_account = alignment_of(plan).territory_of(accounts["unit_id"])
    seats = dict(territories["position_id"])
    if scenario.team != FIELD:
        return team_ownership(by_account, seats, effective_from, accounts)
    return ownership_of(
        by_account, seats, effective_from, overlays=overlays, accounts=accounts
    )


def team_positions(conn: Connection, ws: OpenCompany, scenario: Scenario) -> set[str]:
    """Name the positions of a scenario's team: its own, and those published before."""
    territories = scenario_rows.load_territories(conn, scenario.scenario_id)
    of_this = set(territories["position_id"].dropna())
    return of_this | _positions_of(conn, ws, scenario.team)


def _positions_of(
    conn: Connection, ws: OpenCompany, team: str | None, *, but: str | None = None
) -> set[str]:
    """Name the positions in what a team, or every team but one, has published."""
    company_id = ws.company_id
    position_ids: set[str] = set()
    for publication in publication_rows.list_publications(conn, company_id, team):
        if lineage.load_scenario(conn, publication.scenario_id).team != but:
            territories = scenario_rows.load_territories(conn, publication.scenario_id)
            position_ids |= set(territories["position_id"].dropna())
    return position_ids


def _refuse_shared_seats(
    conn: Connection,
    ws: OpenCompany,
    scenario: Scenario,
    territories: pd.DataFrame,
    overlays: pd.DataFrame,
) -> None:
    """Refuse a plan whose positions stand for another team: it would be paid twice."""
    in_use = _positions_of(conn, ws, None, but=scenario.team)
    if scenario.team != FIELD and len(overlays):
        in_use |= set(overlays["position_id"])
    shared = sorted(set(territories["position_id"].dropna()) & in_use)
    if shared:
        raise InputError(
            f"position {shared[0]} already stands for another team than "
            f"{scenario.team}; a team needs positions of its own: clone the scenario "
            f"for {scenario.team}, which gives it some"
        )


def publish(
    ws: OpenCompany,
    scenario_id: str,
    version: int,
    effective_from: dt.date,
    *,
    past: str = NOT_CREDITED,
) -> Publication:
    """
    Freeze a scenario and hand it out from a day on.

    Parameters
    ----------
    version
        Version of the scenario that the user was looking at.
    effective_from
        Its first day; before that of a later publication it holds until then.
    past
        Who is credited with earlier deals of accounts that had no owner then: nobody,
        the owners that the list names, or those of this plan.

    Raises
    ------
    ConflictError
        If someone saved since `version`.
    InputError
        If it has no territories, another publication starts on the same day, or the
        day lies in a month that is closed.
    """
    if past not in PAST:
        raise InputError(f"past must be one of {', '.join(PAST)}, got {past!r}")
    _refuse_closed(ws, effective_from)
    company_id = ws.company_id
    with (
        ws.store.transaction() as conn,
        editing.editing(
            conn, scenario_id, version=version, user=ws.user, action="publish"
        ) as edit,
    ):
        scenario = lineage.load_scenario(conn, scenario_id)
        team = scenario.team
        known = publication_rows.list_publications(conn, company_id, team)
        days = {publication.effective_from for publication in known}
        if effective_from in days:
            raise InputError(
                f"a plan is already published from {effective_from}: choose another day"
            )
        following = min((day for day in days if day > effective_from), default=None)
        old = quota_rows.load_ownership(conn, company_id)
        new = new_ownership(conn, ws, scenario_id, effective_from)
        take_over = _supersede(conn, ws, scenario, effective_from)
        ownership = insert_until(old, new, following, take_over)
        if team == FIELD and past != NOT_CREDITED:
            earlier = past_ownership(conn, ws, new, effective_from, past)
            ownership = extend_back(ownership, earlier)
        return publish_parts(
            conn, ws, edit, ownership=ownership, effective_from=effective_from
        )


def _refuse_closed(ws: OpenCompany, effective_from: dt.date) -> None:
    """Refuse a day in a month that is closed: what was paid is not rewritten."""
    closed = runs.closed_periods(ws)
    if closed and f"{effective_from:%Y-%m}" <= closed[-1]:
        first = (pd.Period(closed[-1], "M") + 1).start_time.date()
        raise InputError(
            f"pay is closed up to {closed[-1]}, so a plan cannot begin on "
            f"{effective_from}: publish it from {first} or later"
        )


def _supersede(
    conn: Connection, ws: OpenCompany, scenario: Scenario, effective_from: dt.date
) -> Supersede:
    """Choose how a team's plan takes over from a day."""
    if scenario.team == FIELD:
        beside = _positions_of(conn, ws, None, but=FIELD)
        return lambda old, new: supersede_owners(old, new, effective_from, beside)
    own = team_positions(conn, ws, scenario)
    return lambda old, new: supersede_team(old, new, effective_from, own)


def past_ownership(
    conn: Connection,
    ws: OpenCompany,
    new: pd.DataFrame,
    effective_from: dt.date,
    past: str,
) -> pd.DataFrame:
    """
    Say who is credited with deals closed before a plan begins.

    Parameters
    ----------
    new
        The plan's ownership.
    past
        As of `publish`.

    Returns
    -------
    OWNERSHIP rows from `past_start` up to the day.
    """
    owners = new[new["role"] == "owner"].assign(
        valid_from=as_day(past_start(effective_from)), valid_to=as_day(effective_from)
    )
    if past == BY_PLAN:
        return owners
    accounts = account_rows.load_accounts(conn, ws.company_id)
    seats = team_rows.load_positions(conn, ws.company_id).index
    listed = accounts["owner_id"].where(accounts["owner_id"].isin(seats)).dropna()
    rows = owners.assign(position_id=owners["account_id"].map(listed))
    return rows.dropna(subset=["position_id"])


def publish_parts(
    conn: Connection,
    ws: OpenCompany,
    edit: Any,
    *,
    ownership: pd.DataFrame,
    effective_from: dt.date,
) -> Publication:
    """
    Write the frozen parts of a scenario and the dated ownership, in one transaction.

    Parameters
    ----------
    edit
        The open edit of the scenario.
    ownership
        All ownership of the company, past and new.
    """
    plan = load_saved_plan(conn, edit.scenario_id)
    scenario = plan.scenario
    of_team = {}
    if scenario.team != FIELD:
        own = team_positions(conn, ws, scenario)
        of_team = {
            "team": scenario.team,
            "team_rows": ownership[held_by(ownership, own)],
        }
    frozen = freeze(
        scenario.name,
        alignment=plan.alignment,
        named_accounts=plan.named_accounts,
        territories=plan.territories,
        ownership=ownership,
        quotas=quota_rows.load_quotas(conn, edit.scenario_id),
        positions=team_rows.load_positions(conn, edit.company_id),
        effective_from=effective_from,
        **of_team,
    )
    quota_rows.save_ownership(conn, edit.company_id, ownership)
    return publication_rows.save_publication(
        conn,
        edit,
        effective_from=effective_from,
        content_hash=frozen.content_hash,
        parts=frozen.parts,
    )


def publications(ws: OpenCompany, team: str | None = None) -> list[Publication]:
    """List what was published, by a team or by all."""
    with ws.store.reading() as conn:
        return publication_rows.list_publications(conn, ws.company_id, team)


def in_force(ws: OpenCompany, on: dt.date) -> Publication | None:
    """Return the owners' publication in force on a day; None: none yet."""
    with ws.store.reading() as conn:
        return publication_rows.publication_in_force(conn, ws.company_id, on)
