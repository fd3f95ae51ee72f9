"""Comp plans as documents, one version after the other."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from planner.store.audit.log import append_audit
from planner.store.rows.records import sha256_text, utc_now
from planner.store.rows.schema import comp_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CompPlanVersion:
    """
    A comp plan as it stood at one time.

    Parameters
    ----------
    version
        Counts up from 1.
    document, sha256
        Its text and the hash of it.
    created_at, created_by
        Stamp and user.
    """

    version: int
    document: str
    sha256: str
    created_at: str
    created_by: str


def save_comp_plan(
    conn: sa.Connection, company_id: str, document: str, *, user: str
) -> CompPlanVersion:
    """Keep a comp plan as a new version, unless it is the newest one already."""
    newest = load_comp_plan(conn, company_id)
    sha256 = sha256_text(document)
    if newest is not None and newest.sha256 == sha256:
        return newest
    version = CompPlanVersion(
        version=1 if newest is None else newest.version + 1,
        document=document,
        sha256=sha256,
        created_at=utc_now(),
        created_by=user,
    )
    values = {name: getattr(version, name) for name in CompPlanVersion.__slots__}
    conn.execute(sa.insert(comp_plan).values(company_id=company_id, **values))
    append_audit(
        conn,
        who=user,
        action=f"save comp plan, version {version.version}",
        subject=f"comp plan {company_id}",
        company_id=company_id,
        before=None if newest is None else {"sha256": newest.sha256},
        after={"sha256": sha256},
    )
    return version


def load_comp_plan(
    conn: sa.Connection, company_id: str, version: int | None = None
) -> CompPlanVersion | None:
    """Read a version of the comp plan, the newest if none is named; None: no plan."""
    query = (
        sa.select(*(comp_plan.c[name] for name in CompPlanVersion.__slots__))
        .where(comp_plan.c.company_id == company_id)
        .order_by(comp_plan.c.version.desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(comp_plan.c.version == version)
    row = conn.execute(query).mappings().first()
    return None if row is None else CompPlanVersion(**row)


def list_comp_plans(conn: sa.Connection, company_id: str) -> list[CompPlanVersion]:
    """Read all versions of the comp plan, the newest first."""
    query = (
        sa.select(*(comp_plan.c[name] for name in CompPlanVersion.__slots__))
        .where(comp_plan.c.company_id == company_id)
        .order_by(comp_plan.c.version.desc())
    )
    return [CompPlanVersion(**row) for row in conn.execute(query).mappings()]
