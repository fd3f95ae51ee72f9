"""Scenarios and what they descend from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from planner.core.errors import NotFoundError
from planner.core.names import checked_name
from planner.store.audit.log import append_audit
from planner.store.rows.records import new_id, utc_now
from planner.store.rows.schema import scenario
from planner.store.scenarios import layers

FIELD = "Field"  # the team that owns accounts; all others work beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    The record of one scenario.

    Parameters
    ----------
    scenario_id, company_id, name
        Its id, whose it is, and the name shown.
    parent_id
        The scenario it was copied from; None: made new.
    version
        Counts its saves; an edit must name the version it was made on.
    status
        ``draft``, or ``published``: then it never changes again.
    effective_from
        First day it is in force; None: not published.
    note
        Free text.
    created_at, created_by, updated_at, updated_by
        Stamps and users.
    team
        Whose territories they are: each team has an alignment of its own over the same
        accounts.
    """

    scenario_id: str
    company_id: str
    name: str
    parent_id: str | None
    version: int
    status: str
    effective_from: dt.date | None
    note: str
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str
    team: str


def create_scenario(
    conn: sa.Connection,
    company_id: str,
    *,
    name: str,
    user: str,
    note: str = "",
    team: str = FIELD,
) -> Scenario:
    """Make an empty scenario of a team."""
    return _insert(
        conn,
        company_id,
        layer_id=layers.new_layer(conn, None),
        name=name,
        parent_id=None,
        user=user,
        note=note,
        team=team,
        action=f"create scenario {name}",
    )


def copy_scenario(
    conn: sa.Connection,
    scenario_id: str,
    *,
    name: str,
    user: str,
    note: str = "",
    team: str | None = None,
) -> Scenario:
    """
    Copy a scenario, at the same cost whatever its size.

    What the original says now becomes the layer below both; edits of either do not
    reach the other. The copy is of the same team, unless another is named.
    """
    original, top = _record_and_layer(conn, scenario_id)
    shared = layers.frozen_layer(conn, top)
    if shared == top:
        conn.execute(
            sa.update(scenario)
            .where(scenario.c.scenario_id == scenario_id)
            .values(layer_id=layers.new_layer(conn, shared))
        )
    return _insert(
        conn,
        original.company_id,
        layer_id=layers.new_layer(conn, shared),
        name=name,
        parent_id=scenario_id,
        user=user,
        note=note,
        team=original.team if team is None else team,
        action=f"copy scenario {original.name} as {name}",
    )


def load_scenario(conn: sa.Connection, scenario_id: str) -> Scenario:
    """
    Read the record of a scenario.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    """
    return _record_and_layer(conn, scenario_id)[0]


def load_with_chain(
    conn: sa.Connection, scenario_id: str
) -> tuple[Scenario, list[str]]:
    """Read the record of a scenario, and name its layers, the newest first."""
    record, layer_id = _record_and_layer(conn, scenario_id)
    return record, layers.chain_of(conn, layer_id)


def list_scenarios(conn: sa.Connection, company_id: str) -> list[Scenario]:
    """Read the records of a company's scenarios, the latest saved first."""
    query = (
        sa.select(*_record())
        .where(scenario.c.company_id == company_id)
        .order_by(scenario.c.updated_at.desc(), scenario.c.scenario_id)
    )
    return [Scenario(**row) for row in conn.execute(query).mappings()]


def chain_of(conn: sa.Connection, scenario_id: str) -> list[str]:
    """Name the layers of a scenario, the newest first."""
    return load_with_chain(conn, scenario_id)[1]


def _insert(
    conn: sa.Connection,
    company_id: str,
    *,
    layer_id: str,
    name: str,
    parent_id: str | None,
    user: str,
    note: str,
    team: str,
    action: str,
) -> Scenario:
    name, team = checked_name(name, "a scenario"), checked_name(team, "a team")
    now = utc_now()
    made = Scenario(
        scenario_id=new_id("S"),
        company_id=company_id,
        name=name,
        parent_id=parent_id,
        version=1,
        status="draft",
        effective_from=None,
        note=note,
        created_at=now,
        created_by=user,
        updated_at=now,
        updated_by=user,
        team=team,
    )
    values = {key: getattr(made, key) for key in Scenario.__slots__}
    conn.execute(sa.insert(scenario).values(layer_id=layer_id, **values))
    append_audit(
        conn,
        who=user,
        action=action,
        subject=f"scenario {made.scenario_id}",
        company_id=company_id,
        after={"name": made.name, "parent_id": parent_id, "team": made.team},
    )
    return made


def _record() -> list[sa.Column]:
    return [scenario.c[key] for key in Scenario.__slots__]


def _record_and_layer(conn: sa.Connection, scenario_id: str) -> tuple[Scenario, str]:
    """Read the record of a scenario and its top layer."""
    query = sa.select(*_record(), scenario.c.layer_id).where(
        scenario.c.scenario_id == scenario_id
    )
    row = conn.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no scenario {scenario_id!r} in this store")
    values = dict(row)
    layer_id = str(values.pop("layer_id"))
    return Scenario(**values), layer_id
