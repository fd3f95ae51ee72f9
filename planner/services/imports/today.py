"""The first scenarios of a company whose list names its owners."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from sqlalchemy import Connection

from planner.services.people.present_plan import PresentPlan, present_plan
from planner.services.people.present_team import present_team
from planner.services.workspace import Workspace
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.store.company.settings import (
    load_settings,
    mark_simulated,
    save_settings,
)
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import plans as scenario_rows

TODAY = "Today"
FIRST_DRAFT = "Draft 1"
# A share of named accounts that a balance can leave where they are; where owners are
# mixed in each unit, the draft lets all accounts follow their units instead.
MOST_NAMED_SHARE = 0.1


def begin_scenarios(
    conn: Connection,
    ws: Workspace,
    company_id: str,
    accounts: pd.DataFrame,
    *,
    fills_gaps: bool = False,
) -> bool:
    """
    Make the first scenarios of a company.

    Parameters
    ----------
    conn
        Inside a transaction; units, edges and accounts are saved.
    accounts
        The company's, with units.
    fills_gaps
        Whether homes of the people are simulated; see `present_team`.

    Returns
    -------
    Whether the list names owners. Then there are the territories as they are worked
    now, under the name `TODAY`, with the positions and people the list names, and a
    draft as a copy of it; else an empty draft.
    """
    team = present_team(
        accounts,
        team_rows.load_positions(conn, company_id),
        team_rows.load_reps(conn, company_id),
        fills_gaps=fills_gaps,
    )
    units = company_rows.unit_ids(conn, company_id)
    edges = company_rows.load_edges(conn, company_id)
    plan = present_plan(accounts, units, edges, team)
    if plan is None:
        lineage.create_scenario(conn, company_id, name=FIRST_DRAFT, user=ws.user)
        return False
    by_position = pd.Series(
        plan.territories.index, index=plan.territories["position_id"]
    )
    own = team.positions.index.to_series().map(by_position).astype("str")
    seated = team.positions["territory_id"]
    positions = team.positions.assign(territory_id=seated.where(seated.notna(), own))
    team_rows.save_positions(conn, company_id, positions)
    team_rows.save_reps(conn, company_id, team.reps)
    if fills_gaps:
        mark_simulated(conn, company_id, "homes")
    today = lineage.create_scenario(conn, company_id, name=TODAY, user=ws.user)
    _save(conn, ws, today, plan)
    settings = replace(load_settings(conn, company_id), today_id=today.scenario_id)
    save_settings(conn, company_id, settings)
    draft = lineage.copy_scenario(
        conn, today.scenario_id, name=FIRST_DRAFT, user=ws.user
    )
    if len(plan.territory_by_account) > MOST_NAMED_SHARE * len(accounts):
        with editing.editing(
            conn,
            draft.scenario_id,
            version=draft.version,
            user=ws.user,
            action="let all accounts follow their units",
        ) as edit:
            none = plan.territory_by_account.to_frame().iloc[:0]
            scenario_rows.save_named_accounts(conn, edit, none)
    return True


def _save(
    conn: Connection, ws: Workspace, today: lineage.Scenario, plan: PresentPlan
) -> None:
    with editing.editing(
        conn,
        today.scenario_id,
        version=today.version,
        user=ws.user,
        action="take the owners of the list",
    ) as edit:
        scenario_rows.save_territories(conn, edit, plan.territories)
        scenario_rows.save_alignment(conn, edit, plan.territory_by_unit.to_frame())
        named = plan.territory_by_account.to_frame()
        scenario_rows.save_named_accounts(conn, edit, named)
