"""Publishing: say what would change, freeze a scenario, hand it out from a day on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.core.errors import InputError
from planner.quotas.ownership import ownership_of
from planner.quotas.teams import (
    held_by,
    supersede_owners,
    supersede_team,
    team_ownership,
)
from planner.scenarios.publish import freeze
from planner.services.people.owners import present_positions
from planner.services.territories.alignments import alignment_of
from planner.services.territories.view import overview
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


@dataclass(frozen=True, kw_only=True)
class PublishPreview:
    """
    What publishing a scenario would change.

    Parameters
    ----------
    scenario
        The scenario and its version.
    effective_from
        First day of the new owners.
    changes
        Accounts whose owner changes: `name`, `from_owner`, `to_owner`,
        `our_sales_minor`, `potential_minor`.
    problems
        What should be looked at first, in words; publishing is still possible.
    n_accounts, n_owned
        Accounts in all, and those that will have an owner, or somebody of the team.
    """

    scenario: Scenario
    effective_from: dt.date
    changes: pd.DataFrame
    problems: tuple[str, ...]
    n_accounts: int
    n_owned: int


def suggested_start(ws: OpenCompany, team: str = FIELD) -> dt.date:
    """
    Suggest the first day of a team's next publication.

    Returns
    -------
    The first of January after the company's date; for a first publication of owners
    that of last year, so that this year's deals have owners, and what is taken back of
    last year's.
    """
    if team != FIELD:
        with ws.store.reading() as conn:
            as_of = company_rows.load_company(conn, ws.company_id).today
        return dt.date(as_of.year + 1, 1, 1)
    return dt.date(planned_year(ws) - (0 if publications(ws, FIELD) else 1), 1, 1)


def planned_year(ws: OpenCompany) -> int:
    """
    Name the year that quotas are set for next.

    Returns
    -------
    The year after the company's date; this year as long as nothing is published.
    """
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, ws.company_id).today
    return as_of.year + (1 if publications(ws, FIELD) else 0)


def preview_publish(
    ws: OpenCompany, scenario_id: str, effective_from: dt.date
) -> PublishPreview:
    """
    Say who would own what from a day on, before anything is published.

    Compared with the owners in force on that day; as long as none are, with those
    that the list names.
    """
    view = overview(ws, scenario_id)
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, ws.company_id).today
        new = _new_ownership(conn, ws, scenario_id, effective_from)
        old = quota_rows.load_ownership(conn, ws.company_id, on=effective_from)
        own = _team_positions(conn, ws, view.scenario)
        quotas = quota_rows.load_quotas(conn, scenario_id)
        present = present_positions(conn, ws.company_id, effective_from)
    is_field = view.scenario.team == FIELD
    was = _holders(old if is_field else old[held_by(old, own)], is_field=is_field)
    if is_field and was.empty:  # nothing was published: as the list has it
        was = present
    will = _holders(new, is_field=is_field)
    was, will = was.reindex(view.accounts.index), will.reindex(view.accounts.index)
    changes = view.accounts.loc[
        was.fillna("") != will.fillna(""),
        ["name", "our_sales_minor", "potential_minor"],
    ]
    changes = changes.assign(
        from_owner=was.reindex(changes.index), to_owner=will.reindex(changes.index)
    )
    vacant = view.territories.index[view.territories["rep_name"] == "vacant"]
    problems = []
    if view.n_unassigned_accounts:
        n_left = view.n_unassigned_accounts
        are = "1 account is" if n_left == 1 else f"{n_left:,} accounts are"
        whom = "an owner" if is_field else f"anybody of {view.scenario.team}"
        problems.append(f"{are} in no territory and will not have {whom}")
    if len(vacant):
        problems.append(f"{', '.join(vacant)}: the position is vacant")
    year = str(max(effective_from, as_of).year)
    if not is_field:
        pass  # quotas go with the owners' plan
    elif quotas.empty:
        problems.append("no quotas are set in this scenario")
    elif not quotas["period"].str.startswith(year).any():
        years = ", ".join(sorted({period[:4] for period in quotas["period"]}))
        problems.append(
            f"its quotas are for {years}: nobody has a quota to be paid against in "
            f"{year}. Set quotas for {year} first"
        )
    return PublishPreview(
        scenario=view.scenario,
        effective_from=effective_from,
        changes=changes,
        problems=tuple(problems),
        n_accounts=len(view.accounts),
        n_owned=int(will.notna().sum()),
    )


def _holders(ownership: pd.DataFrame, *, is_field: bool) -> pd.Series:
    """Name who holds each account: its owner, or who stands beside for a team."""
    role = "owner" if is_field else "overlay"
    owners = ownership[ownership["role"] == role]
    return owners.drop_duplicates("account_id").set_index("account_id")["position_id"]


def _new_ownership(
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


def _team_positions(conn: Connection, ws: OpenCompany, scenario: Scenario) -> set[str]:
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
    ws: OpenCompany, scenario_id: str, version: int, effective_from: dt.date
) -> Publication:
    """
    Freeze a scenario and hand it out from a day on.

    Raises
    ------
    ConflictError
        If someone saved since `version`.
    InputError
        If it has no territories, or an earlier publication starts on or after the day.
    """
    company_id = ws.company_id
    with (
        ws.store.transaction() as conn,
        editing.editing(
            conn, scenario_id, version=version, user=ws.user, action="publish"
        ) as edit,
    ):
        scenario = lineage.load_scenario(conn, scenario_id)
        team = scenario.team
        later = [
            publication.effective_from
            for publication in publication_rows.list_publications(
                conn, company_id, team
            )
            if publication.effective_from >= effective_from
        ]
        if later:
            raise InputError(
                f"a plan is already published from {max(later)}: choose a later day, "
                f"got {effective_from}"
            )
        old = quota_rows.load_ownership(conn, company_id)
        new = _new_ownership(conn, ws, scenario_id, effective_from)
        if team == FIELD:
            beside = _positions_of(conn, ws, None, but=FIELD)
            ownership = supersede_owners(old, new, effective_from, beside)
        else:
            own = _team_positions(conn, ws, scenario)
            ownership = supersede_team(old, new, effective_from, own)
        return publish_parts(
            conn, ws, edit, ownership=ownership, effective_from=effective_from
        )


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
        own = _team_positions(conn, ws, scenario)
        of_team = {"team": scenario.team, "held": ownership[held_by(ownership, own)]}
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
