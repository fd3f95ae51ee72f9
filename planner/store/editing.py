"""The record of a scenario, and the one way to edit it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.core.errors import ConflictError
from planner.core.errors import InputError
from planner.core.errors import NotFoundError
from planner.core.errors import StoreError
from planner.store import layers
from planner.store.audit import append_audit
from planner.store.records import new_id
from planner.store.records import utc_now
from planner.store.tables import audit
from planner.store.tables import scenario

_SHOWN_SAVES = 3


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


@dataclass(frozen=True, slots=True)
class Edit:
    """
    One gesture under way; see `editing`.

    Parameters
    ----------
    scenario_id, company_id
        What is edited.
    version
        The version it will have after.
    chain
        Its layers, the newest first; only that one is written to.
    user
        Who edits.
    is_draft
        Whether what publishing freezes may be written.
    before, after
        What the audit line will tell, by part.
    """

    scenario_id: str
    company_id: str
    version: int
    chain: tuple[str, ...]
    user: str
    is_draft: bool = True
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def require_draft(self) -> None:
        """Refuse to write what publishing has frozen."""
        if not self.is_draft:
            raise StoreError(
                f"scenario {self.scenario_id} is published: owners, territories and "
                "quotas do not change any more; copy it and edit the copy"
            )


def create_scenario(
    conn: sa.Connection, company_id: str, *, name: str, user: str, note: str = ""
) -> Scenario:
    """Make an empty scenario."""
    return _insert(
        conn,
        company_id,
        layer_id=layers.new_layer(conn, None),
        name=name,
        parent_id=None,
        user=user,
        note=note,
        action=f"create scenario {name}",
    )


def copy_scenario(
    conn: sa.Connection, scenario_id: str, *, name: str, user: str, note: str = ""
) -> Scenario:
    """
    Copy a scenario, at the same cost whatever its size.

    What the original says now becomes the layer below both; edits of either do not
    reach the other.
    """
    original = load_scenario(conn, scenario_id)
    top = _top_layer(conn, scenario_id)
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
    query = sa.select(*_record()).where(scenario.c.scenario_id == scenario_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no scenario {scenario_id!r} in this store")
    return Scenario(**row)


def list_scenarios(conn: sa.Connection, company_id: str) -> list[Scenario]:
    """Read the records of a company's scenarios, the latest saved first."""
    query = (
        sa.select(*_record())
        .where(scenario.c.company_id == company_id)
        .order_by(scenario.c.updated_at.desc(), scenario.c.scenario_id)
    )
    return [Scenario(**row) for row in conn.execute(query).mappings()]


@contextmanager
def editing(
    conn: sa.Connection,
    scenario_id: str,
    *,
    version: int,
    user: str,
    action: str,
    even_published: bool = False,
) -> Iterator[Edit]:
    """
    Edit a scenario: all saves of one gesture, one new version, one audit line.

    Parameters
    ----------
    conn
        Inside a transaction.
    scenario_id
        What to edit.
    version
        The version the user saw.
    user
        Who edits.
    action
        What is done, in a user's words: others read it if they come too late.
    even_published
        Whether a published scenario will do, for what publishing does not freeze:
        planned visits.

    Yields
    ------
    What the saves take.

    Raises
    ------
    ConflictError
        If someone saved since `version`; it tells who, when and what.
    StoreError
        If the scenario is published.
    """
    with conn.begin_nested():
        _claim(conn, scenario_id, version, user, even_published=even_published)
        found = load_scenario(conn, scenario_id)
        edit = Edit(
            scenario_id=scenario_id,
            company_id=found.company_id,
            version=version + 1,
            chain=tuple(chain_of(conn, scenario_id)),
            user=user,
            is_draft=found.status == "draft",
        )
        yield edit
        _tell(conn, edit, action)


def _claim(
    conn: sa.Connection,
    scenario_id: str,
    version: int,
    user: str,
    *,
    even_published: bool,
) -> None:
    """Take the next version, or say why not."""
    claim = (
        sa.update(scenario)
        .where(scenario.c.scenario_id == scenario_id, scenario.c.version == version)
        .values(version=version + 1, updated_at=utc_now(), updated_by=user)
    )
    if not even_published:
        claim = claim.where(scenario.c.status == "draft")
    if conn.execute(claim).rowcount != 1:
        raise _refusal(conn, scenario_id, version, even_published=even_published)


def _tell(conn: sa.Connection, edit: Edit, action: str) -> None:
    """Write the audit line of an edit."""
    append_audit(
        conn,
        who=edit.user,
        action=action,
        subject=f"scenario {edit.scenario_id}",
        company_id=edit.company_id,
        before={"version": edit.version - 1, **edit.before},
        after={"version": edit.version, **edit.after},
    )


def rename_scenario(
    conn: sa.Connection, edit: Edit, name: str | None = None, note: str | None = None
) -> None:
    """Change name or note, inside `editing`."""
    values = {
        key: value
        for key, value in (("name", name), ("note", note))
        if value is not None
    }
    if not values:
        return
    old = load_scenario(conn, edit.scenario_id)
    edit.before.update({key: getattr(old, key) for key in values})
    edit.after.update(values)
    query = sa.update(scenario).where(scenario.c.scenario_id == edit.scenario_id)
    conn.execute(query.values(values))


def chain_of(conn: sa.Connection, scenario_id: str) -> list[str]:
    """Name the layers of a scenario, the newest first."""
    return layers.chain_of(conn, _top_layer(conn, scenario_id))


def history(conn: sa.Connection, scenario_id: str) -> pd.DataFrame:
    """Read the saves of a scenario: at, who, action; newest first."""
    query = (
        sa.select(audit.c.at, audit.c.who, audit.c.action)
        .where(audit.c.subject == f"scenario {scenario_id}")
        .order_by(audit.c.sequence.desc())
    )
    rows = conn.execute(query).all()
    return pd.DataFrame(rows, columns=["at", "who", "action"], dtype="str")


def _refusal(
    conn: sa.Connection, scenario_id: str, version: int, *, even_published: bool
) -> StoreError:
    """Say why an edit cannot be saved."""
    found = load_scenario(conn, scenario_id)
    if found.status != "draft" and not even_published:
        return StoreError(
            f"scenario {found.name} is {found.status} and does not change any more; "
            "copy it and edit the copy"
        )
    saves = history(conn, scenario_id).head(min(found.version - version, _SHOWN_SAVES))
    told = "; ".join(
        f"{who} at {at[:16].replace('T', ' ')} UTC: {action}"
        for at, who, action in saves.itertuples(index=False)
    )
    return ConflictError(
        f"scenario {found.name} was saved by someone else since you opened it "
        f"(version {found.version}, yours is {version}). {told}. "
        "Your change was not saved: load the scenario again and redo it"
    )


def _insert(
    conn: sa.Connection,
    company_id: str,
    *,
    layer_id: str,
    name: str,
    parent_id: str | None,
    user: str,
    note: str,
    action: str,
) -> Scenario:
    if not name.strip():
        raise InputError("a scenario must have a name, got an empty one")
    now = utc_now()
    made = Scenario(
        scenario_id=new_id("S"),
        company_id=company_id,
        name=name.strip(),
        parent_id=parent_id,
        version=1,
        status="draft",
        effective_from=None,
        note=note,
        created_at=now,
        created_by=user,
        updated_at=now,
        updated_by=user,
    )
    values = {key: getattr(made, key) for key in Scenario.__slots__}
    conn.execute(sa.insert(scenario).values(layer_id=layer_id, **values))
    append_audit(
        conn,
        who=user,
        action=action,
        subject=f"scenario {made.scenario_id}",
        company_id=company_id,
        after={"name": made.name, "parent_id": parent_id},
    )
    return made


def _record() -> list[sa.Column]:
    return [scenario.c[key] for key in Scenario.__slots__]


def _top_layer(conn: sa.Connection, scenario_id: str) -> str:
    query = sa.select(scenario.c.layer_id).where(scenario.c.scenario_id == scenario_id)
    found = conn.execute(query).scalar()
    if found is None:
        raise NotFoundError(f"there is no scenario {scenario_id!r} in this store")
    return str(found)
