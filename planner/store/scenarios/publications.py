"""Published scenarios: frozen, dated, and sealed by content hashes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from planner.core.errors import InputError, NotFoundError, StoreError
from planner.store.audit.log import append_audit
from planner.store.rows.records import frame_hash, json_text, sha256_text, utc_now
from planner.store.rows.schema import publication, publication_part, scenario
from planner.store.scenarios.editing import Edit
from planner.store.scenarios.lineage import FIELD, load_scenario
from planner.store.scenarios.quotas import load_quotas
from planner.store.scenarios.reading import load_saved_plan

_NEWER = ("district", "share_ppm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """
    One publishing of a scenario.

    Parameters
    ----------
    scenario_id, company_id
        What was published, and whose it is.
    effective_from
        First day it is in force.
    content_hash
        SHA-256 of its content, as publishing gave it.
    published_at, published_by
        Stamp and user.
    """

    scenario_id: str
    company_id: str
    effective_from: dt.date
    content_hash: str
    published_at: str
    published_by: str


def save_publication(
    conn: sa.Connection,
    edit: Edit,
    *,
    effective_from: dt.date,
    content_hash: str,
    parts: Mapping[str, bytes],
) -> Publication:
    """
    Freeze a scenario and keep what was handed out.

    Parameters
    ----------
    conn
        Inside a transaction.
    edit
        From `editing`; the last save in it.
    effective_from
        First day it is in force.
    content_hash
        SHA-256 of the content.
    parts
        The frozen content by name.

    Raises
    ------
    InputError
        If nothing is to be frozen.
    """
    if not parts:
        raise InputError("a publication must have at least one part, got none")
    made = Publication(
        scenario_id=edit.scenario_id,
        company_id=edit.company_id,
        effective_from=effective_from,
        content_hash=content_hash,
        published_at=utc_now(),
        published_by=edit.user,
    )
    conn.execute(
        sa.update(scenario)
        .where(scenario.c.scenario_id == edit.scenario_id)
        .values(status="published", effective_from=effective_from)
    )
    audit_hash = append_audit(
        conn,
        who=edit.user,
        action=f"publish from {effective_from}",
        subject=f"publication {edit.scenario_id}",
        company_id=edit.company_id,
        after={"content_hash": content_hash, "effective_from": effective_from},
    )
    sums = {name: sha256_text(body) for name, body in parts.items()}
    values = {name: getattr(made, name) for name in Publication.__slots__}
    state = state_hash(conn, edit.scenario_id)
    conn.execute(
        sa.insert(publication).values(
            state_hash=state,
            audit_hash=audit_hash,
            record_hash=_record_hash(values, state, sums),
            **values,
        )
    )
    conn.execute(
        sa.insert(publication_part),
        [
            {
                "scenario_id": edit.scenario_id,
                "name": name,
                "body": body,
                "sha256": sums[name],
            }
            for name, body in parts.items()
        ],
    )
    return made


def list_publications(
    conn: sa.Connection, company_id: str, team: str | None = None
) -> list[Publication]:
    """Read what a company, or a team of it, published, the latest in force first."""
    query = (
        sa.select(*_record())
        .join(scenario, scenario.c.scenario_id == publication.c.scenario_id)
        .where(publication.c.company_id == company_id)
        .where(sa.true() if team is None else scenario.c.team == team)
        .order_by(
            publication.c.effective_from.desc(), publication.c.published_at.desc()
        )
    )
    return [Publication(**row) for row in conn.execute(query).mappings()]


def load_publication(conn: sa.Connection, scenario_id: str) -> Publication:
    """
    Read the publishing of a scenario.

    Raises
    ------
    NotFoundError
        If it is not published.
    """
    query = sa.select(*_record()).where(publication.c.scenario_id == scenario_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(f"scenario {scenario_id!r} is not published")
    return Publication(**row)


def publication_in_force(
    conn: sa.Connection, company_id: str, on: dt.date, team: str = FIELD
) -> Publication | None:
    """Find a team's publication in force on a day; None: nothing is yet."""
    return next(
        (
            candidate
            for candidate in list_publications(conn, company_id, team)
            if candidate.effective_from <= on
        ),
        None,
    )


def load_publication_parts(conn: sa.Connection, scenario_id: str) -> dict[str, bytes]:
    """
    Read the frozen content.

    Raises
    ------
    StoreError
        If a byte of it changed since it was published.
    """
    load_publication(conn, scenario_id)
    faults = publication_faults(conn, scenario_id)
    if faults:
        raise StoreError(
            f"publication {scenario_id} is damaged: {'; '.join(faults)}. "
            "Restore the latest backup"
        )
    query = sa.select(publication_part.c.name, publication_part.c.body).where(
        publication_part.c.scenario_id == scenario_id
    )
    return {name: bytes(body) for name, body in conn.execute(query)}


def publication_faults(conn: sa.Connection, scenario_id: str) -> list[str]:
    """
    Recompute all hashes of a publication.

    Returns
    -------
    One phrase for each thing that changed since it was published; empty: whole.
    """
    query = sa.select(publication).where(publication.c.scenario_id == scenario_id)
    row = conn.execute(query).mappings().one()
    of_parts = sa.select(publication_part).where(
        publication_part.c.scenario_id == scenario_id
    )
    faults, sums = [], {}
    for part in conn.execute(of_parts.order_by(publication_part.c.name)).mappings():
        sums[part["name"]] = sha256_text(bytes(part["body"]))
        if sums[part["name"]] != part["sha256"]:
            faults.append(f"part {part['name']} changed")
    values = {name: row[name] for name in Publication.__slots__}
    if (
        not faults
        and _record_hash(values, row["state_hash"], sums) != row["record_hash"]
    ):
        faults.append("its record changed, or a part is missing or was added")
    if state_hash(conn, scenario_id) != row["state_hash"]:
        faults.append("its team, territories, named accounts or quotas changed")
    if load_scenario(conn, scenario_id).status != "published":
        faults.append("its scenario is not frozen any more")
    return faults


def state_hash(conn: sa.Connection, scenario_id: str) -> str:
    """
    Hash what a scenario says, as it is read now.

    What version 2 could not say counts only where it is said: older hashes still hold.
    """
    plan = load_saved_plan(conn, scenario_id)
    territories = plan.territories
    unsaid = [name for name in _NEWER if territories[name].isna().all()]
    parts = [
        frame_hash(plan.alignment),
        frame_hash(plan.named_accounts),
        frame_hash(territories.drop(columns=unsaid)),
        frame_hash(load_quotas(conn, scenario_id)),
    ]
    team = plan.scenario.team
    return sha256_text(json_text(parts if team == FIELD else [*parts, team]))


def _record_hash(
    values: Mapping[str, object], state: str, sums: Mapping[str, str]
) -> str:
    return sha256_text(json_text([dict(values), state, dict(sums)]))


def _record() -> list[sa.Column]:
    return [publication.c[name] for name in Publication.__slots__]
