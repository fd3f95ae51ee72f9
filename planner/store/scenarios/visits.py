"""Planned visits of a scenario, and what could not be served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.core import schemas
from planner.store.audit.log import append_audit
from planner.store.rows import frames
from planner.store.rows.records import new_id, utc_now
from planner.store.rows.schema import scenario_unserved, scenario_visit, visit_run
from planner.store.scenarios.lineage import chain_of, load_scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPlan:
    """
    One planning of visits.

    Parameters
    ----------
    run_id
        Its id.
    params, summary
        What it was made with, and what came out in figures.
    created_at, created_by
        Stamp and user.
    visits, unserved
        VISITS and UNSERVED frames.
    """

    run_id: str
    params: dict[str, Any]
    summary: dict[str, Any]
    created_at: str
    created_by: str
    visits: pd.DataFrame
    unserved: pd.DataFrame


def save_visit_plan(
    conn: sa.Connection,
    scenario_id: str,
    visits: pd.DataFrame,
    unserved: pd.DataFrame,
    *,
    params: Mapping[str, Any],
    summary: Mapping[str, Any],
    user: str,
) -> str:
    """
    Add a planning of visits to a scenario; it is the one shown from now on.

    A new planning replaces nothing and is no edit: it needs no version, and a published
    scenario, which must be driven week after week, takes it too.

    Parameters
    ----------
    conn
        Inside a transaction.
    scenario_id
        Draft or published.
    visits, unserved
        VISITS and UNSERVED frames.
    params, summary
        What it was made with, and what came out in figures.
    user
        Who planned.

    Returns
    -------
    The id of the run.
    """
    run_id = new_id("V")
    conn.execute(
        sa.insert(visit_run).values(
            run_id=run_id,
            layer_id=chain_of(conn, scenario_id)[0],
            params=dict(params),
            summary=dict(summary),
            created_at=utc_now(),
            created_by=user,
        )
    )
    frames.save_rows(conn, scenario_visit, schemas.VISITS, visits, run_id=run_id)
    frames.save_rows(conn, scenario_unserved, schemas.UNSERVED, unserved, run_id=run_id)
    append_audit(
        conn,
        who=user,
        action=f"plan {len(visits)} visits",
        subject=f"visits {scenario_id}",
        company_id=load_scenario(conn, scenario_id).company_id,
        after={"run_id": run_id, "summary": summary},
    )
    return run_id


def load_visit_plan(conn: sa.Connection, scenario_id: str) -> VisitPlan | None:
    """Read the newest planning of visits; None: there is none."""
    run = _newest_run(conn, scenario_id)
    if run is None:
        return None
    run_id = run["run_id"]
    return VisitPlan(
        **run,
        visits=frames.load_rows(conn, scenario_visit, schemas.VISITS, run_id=run_id),
        unserved=frames.load_rows(
            conn, scenario_unserved, schemas.UNSERVED, run_id=run_id
        ),
    )


def load_visits(
    conn: sa.Connection, scenario_id: str, rep_id: str | None = None
) -> pd.DataFrame:
    """
    Read the planned visits, of one rep if named.

    Returns
    -------
    VISITS frame by rep, date and sequence; empty if nothing is planned.
    """
    run = _newest_run(conn, scenario_id)
    run_id = "" if run is None else run["run_id"]
    conditions = [] if rep_id is None else [scenario_visit.c.rep_id == rep_id]
    return frames.load_rows(
        conn, scenario_visit, schemas.VISITS, *conditions, run_id=run_id
    )


def _newest_run(conn: sa.Connection, scenario_id: str) -> dict[str, Any] | None:
    """Find the newest run of the newest layer that has one."""
    names = ("run_id", "params", "summary", "created_at", "created_by")
    columns = [visit_run.c[name] for name in names]
    for layer_id in chain_of(conn, scenario_id):
        query = (
            sa.select(*columns)
            .where(visit_run.c.layer_id == layer_id)
            .order_by(visit_run.c.created_at.desc(), visit_run.c.run_id)
            .limit(1)
        )
        row = conn.execute(query).mappings().first()
        if row is not None:
            return dict(row)
    return None
