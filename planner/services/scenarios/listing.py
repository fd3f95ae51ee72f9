"""Scenarios: list, clone, rename, compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.core import names
from planner.core.errors import InputError
from planner.core.schemas import QUOTAS, empty
from planner.scenarios.compare import compare as compare_plans
from planner.services.people.staffing import staff_territories
from planner.services.scenarios.figures import plan_reading, quotas_by_year
from planner.services.territories.view import TerritoryView, overview
from planner.services.workspace import OpenCompany, Workspace
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.store.company.settings import load_settings
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import plans as scenario_rows
from planner.store.scenarios import publications as publication_rows
from planner.store.scenarios import quotas as quota_rows
from planner.store.scenarios.lineage import FIELD, Scenario

USUAL_TEAMS = (FIELD, "Service", "Overlay")
MOST_OF_TEAM = 40  # characters


def scenarios(ws: OpenCompany) -> list[Scenario]:
    """List the scenarios of the open company, latest saved first."""
    with ws.store.reading() as conn:
        return lineage.list_scenarios(conn, ws.company_id)


def scenario(ws: Workspace, scenario_id: str) -> Scenario:
    """
    Return one scenario as it is now.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    with ws.store.reading() as conn:
        return lineage.load_scenario(conn, scenario_id)


def teams(ws: OpenCompany) -> list[str]:
    """List the teams that have scenarios, and usual ones; that of the owners first."""
    names = {scenario.team for scenario in scenarios(ws)} - set(USUAL_TEAMS)
    return [*USUAL_TEAMS, *sorted(names)]


def titles(all_scenarios: Sequence[Scenario]) -> dict[str, str]:
    """Name scenarios for a choice among them: with their teams if there are several."""
    is_many = len({scenario.team for scenario in all_scenarios}) > 1
    return {
        scenario.scenario_id: f"{scenario.name} · {scenario.team}"
        if is_many
        else scenario.name
        for scenario in all_scenarios
    }


def start(ws: OpenCompany, name: str, team: str = FIELD) -> Scenario:
    """
    Make an empty scenario of a team.

    Raises
    ------
    InputError
        If the name is empty or taken, or the team empty or too long.
    """
    title = checked_name(ws, name)
    with ws.store.transaction() as conn:
        return lineage.create_scenario(
            conn, ws.company_id, name=title, user=ws.user, team=_team(team)
        )


def last_years(ws: OpenCompany) -> str | None:
    """
    Find what a plan is compared with after a year.

    Returns
    -------
    The owners' published scenario that was in force a year before the company's date,
    else the one in force now, else the territories as the company's list had them;
    None if there is none.
    """
    with ws.store.reading() as conn:
        company_id = ws.company_id
        as_of = company_rows.load_company(conn, company_id).today
        year_ago = (pd.Timestamp(as_of) - pd.DateOffset(years=1)).date()
        publication = publication_rows.publication_in_force(
            conn, company_id, year_ago
        ) or publication_rows.publication_in_force(conn, company_id, as_of)
        today_id = load_settings(conn, company_id).today_id
    return today_id if publication is None else publication.scenario_id


def quota_total(ws: OpenCompany, scenario_id: str) -> tuple[str, int] | None:
    """
    Say what a scenario's quotas come to at the top.

    Returns
    -------
    The latest year and the sum over the positions without superior, minor units; None
    without quotas.
    """
    with ws.store.reading() as conn:
        quotas = quota_rows.load_quotas(conn, scenario_id)
        positions = team_rows.load_positions(conn, ws.company_id)
    yearly = quotas_by_year(quotas)
    if yearly.empty:
        return None
    year = str(yearly["period"].max())
    tops = positions.index[positions["parent_id"].isna()]
    rows = yearly[(yearly["period"] == year) & yearly["position_id"].isin(tops)]
    return year, int(rows["amount_minor"].sum())


def history(ws: Workspace, scenario_id: str) -> pd.DataFrame:
    """Read the saves of a scenario: `at`, `who`, `action`; newest first."""
    with ws.store.reading() as conn:
        return editing.history(conn, scenario_id)


def clone(
    ws: OpenCompany, scenario_id: str, name: str, team: str | None = None
) -> Scenario:
    """
    Copy a scenario under a new name; the copy can be changed, the original stays.

    Parameters
    ----------
    team
        Of the copy; None: that of the original. Territories of another team are worked
        from positions of its own, and begin without quotas.

    Raises
    ------
    InputError
        If the name is empty or taken, or the team empty or too long.
    """
    title = checked_name(ws, name)
    team = None if team is None else _team(team)
    with ws.store.transaction() as conn:
        original = lineage.load_scenario(conn, scenario_id)
        copy = lineage.copy_scenario(
            conn, scenario_id, name=title, user=ws.user, team=team
        )
        if copy.team == original.team:
            return copy
        with editing.editing(
            conn,
            copy.scenario_id,
            version=copy.version,
            user=ws.user,
            action=f"hand the territories to {copy.team}",
        ) as edit:
            _reseat(conn, ws, edit)
        return lineage.load_scenario(conn, copy.scenario_id)


def _reseat(conn: Connection, ws: OpenCompany, edit: Any) -> None:
    """Take positions and quotas of another team out of a copy."""
    territories = scenario_rows.load_territories(conn, edit.scenario_id)
    if len(territories):
        by_unit = scenario_rows.load_alignment(conn, edit.scenario_id)["territory_id"]
        ids = pd.Series(territories.index, dtype="str")  # also those that hold no unit
        seated = staff_territories(
            conn, ws, edit.scenario_id, pd.concat([by_unit, ids]), is_new_team=True
        ).assign(district=territories["district"], share_ppm=territories["share_ppm"])
        scenario_rows.save_territories(conn, edit, seated)
    if len(quota_rows.load_quotas(conn, edit.scenario_id)):
        quota_rows.save_quotas(conn, edit, empty(QUOTAS), {})


def _team(team: str) -> str:
    """Check the name of a team."""
    words = " ".join(team.split())
    if not 0 < len(words) <= MOST_OF_TEAM:
        raise InputError(
            f"the name of a team must have 1 to {MOST_OF_TEAM} characters, got "
            f"{len(words)}"
        )
    return names.checked_name(words, "a team")


def checked_name(ws: OpenCompany, name: str) -> str:
    """Check that a scenario can have this name; InputError if it cannot."""
    title = names.checked_name(name, "a scenario")
    if any(scenario.name == title for scenario in scenarios(ws)):
        raise InputError(f"a scenario named {title!r} exists: choose another name")
    return title


def rename(ws: OpenCompany, scenario_id: str, version: int, name: str) -> int:
    """
    Rename a scenario.

    Returns
    -------
    The new version.

    Raises
    ------
    ConflictError
        If someone saved since `version`.
    InputError
        If the name is empty or taken.
    """
    title = checked_name(ws, name)
    with (
        ws.store.transaction() as conn,
        editing.editing(
            conn,
            scenario_id,
            version=version,
            user=ws.user,
            action=f"rename to {title}",
        ) as edit,
    ):
        editing.rename_scenario(conn, edit, name=title)
        return edit.version


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """
    Two scenarios side by side.

    Parameters
    ----------
    a, b
        Their territories.
    metrics, moved
        Of `planner.scenarios.compare.PlanComparison`.
    """

    a: TerritoryView
    b: TerritoryView
    metrics: pd.DataFrame
    moved: pd.DataFrame


def compare(ws: OpenCompany, a_id: str, b_id: str) -> Comparison:
    """Put two scenarios of the open company side by side."""
    return compare_views(ws, overview(ws, a_id), overview(ws, b_id))


def compare_views(ws: OpenCompany, a: TerritoryView, b: TerritoryView) -> Comparison:
    """Put two scenarios side by side that were read already."""
    outcome = compare_plans(plan_reading(ws, a), plan_reading(ws, b))
    return Comparison(a=a, b=b, metrics=outcome.metrics, moved=outcome.moved)
