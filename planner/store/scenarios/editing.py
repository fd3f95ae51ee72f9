"""The one way to edit a scenario or a company's data: nobody overwrites anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.core.errors import ConflictError, StoreError
from planner.core.names import checked_name
from planner.store.audit.log import append_audit
from planner.store.company.companies import load_company
from planner.store.rows.records import utc_now
from planner.store.rows.schema import audit, company, scenario
from planner.store.scenarios.flattening import flattened
from planner.store.scenarios.lineage import chain_of, load_scenario

_SHOWN_SAVES = 3


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
    before, after
        What the audit line will tell, by part.
    """

    scenario_id: str
    company_id: str
    version: int
    chain: tuple[str, ...]
    user: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@contextmanager
def editing(
    conn: sa.Connection,
    scenario_id: str,
    *,
    version: int,
    user: str,
    action: str,
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
        _claim(conn, scenario_id, version, user)
        edit = Edit(
            scenario_id=scenario_id,
            company_id=load_scenario(conn, scenario_id).company_id,
            version=version + 1,
            chain=tuple(flattened(conn, chain_of(conn, scenario_id))),
            user=user,
        )
        yield edit
        _tell(conn, edit, action)


@dataclass(frozen=True, slots=True)
class CompanyEdit:
    """
    One change of a company's data under way; see `editing_company`.

    Parameters
    ----------
    company_id
        What is edited.
    version
        The version it will have after.
    user
        Who edits.
    before, after
        What the audit line will tell, by part.
    """

    company_id: str
    version: int
    user: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@contextmanager
def editing_company(
    conn: sa.Connection,
    company_id: str,
    *,
    version: int,
    user: str,
    action: str,
) -> Iterator[CompanyEdit]:
    """
    Change accounts, units, people or deals: one new version, one audit line.

    Parameters
    ----------
    conn
        Inside a transaction.
    company_id
        Whose data.
    version
        The version of the company the user saw.
    user, action
        As of `editing`.

    Yields
    ------
    Where to tell what was changed: fill `before` and `after` with JSON values.

    Raises
    ------
    ConflictError
        If someone changed the data since `version`; it tells who, when and what.
    NotFoundError
        If there is no such company.
    """
    with conn.begin_nested():
        load_company(conn, company_id)  # NotFoundError if there is none
        claim = (
            sa.update(company)
            .where(company.c.company_id == company_id, company.c.version == version)
            .values(version=version + 1)
        )
        if conn.execute(claim).rowcount != 1:
            raise _company_refusal(conn, company_id, version)
        edit = CompanyEdit(company_id=company_id, version=version + 1, user=user)
        yield edit
        append_audit(
            conn,
            who=user,
            action=action,
            subject=_data_of(company_id),
            company_id=company_id,
            before={"version": version, **edit.before},
            after={"version": edit.version, **edit.after},
        )


def data_changes(
    conn: sa.Connection, company_id: str, since: str
) -> list[dict[str, Any]]:
    """
    Read the changes of a company's data after a moment, the oldest first.

    Parameters
    ----------
    since
        A stamp, as of `utc_now`.

    Returns
    -------
    `at`, `who`, `action`, `after` (JSON text) of each audit line.
    """
    query = (
        sa.select(audit.c.at, audit.c.who, audit.c.action, audit.c.after)
        .where(audit.c.subject == _data_of(company_id), audit.c.at > since)
        .order_by(audit.c.sequence)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def _company_refusal(
    conn: sa.Connection, company_id: str, version: int
) -> ConflictError:
    """Say who changed the data of a company since a version."""
    current = load_company(conn, company_id)
    query = (
        sa.select(audit.c.at, audit.c.who, audit.c.action)
        .where(audit.c.subject == _data_of(company_id))
        .order_by(audit.c.sequence.desc())
        .limit(min(max(current.version - version, 1), _SHOWN_SAVES))
    )
    return ConflictError(
        f"the data of {current.name} was changed by someone else since you opened it "
        f"(version {current.version}, yours is {version}). "
        f"{_saves_told(conn.execute(query).all())}. "
        "Your change was not saved: look at the new state and redo it"
    )


def _data_of(company_id: str) -> str:
    return f"data of company {company_id}"


def _saves_told(saves: Iterable[Any]) -> str:
    return "; ".join(
        f"{who} at {at[:16].replace('T', ' ')} UTC: {action}"
        for at, who, action in saves
    )


def refuse_other_version(conn: sa.Connection, scenario_id: str, version: int) -> None:
    """
    Refuse what was asked of a version of a scenario that is no longer its newest.

    Raises
    ------
    ConflictError
        If someone saved since `version`; it tells who, when and what.
    """
    if load_scenario(conn, scenario_id).version != version:
        raise _refusal(conn, scenario_id, version)


def _claim(conn: sa.Connection, scenario_id: str, version: int, user: str) -> None:
    """Take the next version, or say why not."""
    claim = (
        sa.update(scenario)
        .where(
            scenario.c.scenario_id == scenario_id,
            scenario.c.version == version,
            scenario.c.status == "draft",
        )
        .values(version=version + 1, updated_at=utc_now(), updated_by=user)
    )
    if conn.execute(claim).rowcount != 1:
        raise _refusal(conn, scenario_id, version)


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
    name = None if name is None else checked_name(name, "a scenario")
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


def history(conn: sa.Connection, scenario_id: str) -> pd.DataFrame:
    """Read the saves of a scenario: at, who, action; newest first."""
    query = (
        sa.select(audit.c.at, audit.c.who, audit.c.action)
        .where(audit.c.subject == f"scenario {scenario_id}")
        .order_by(audit.c.sequence.desc())
    )
    rows = conn.execute(query).all()
    return pd.DataFrame(rows, columns=["at", "who", "action"], dtype="str")


def _refusal(conn: sa.Connection, scenario_id: str, version: int) -> StoreError:
    """Say why an edit cannot be saved."""
    current = load_scenario(conn, scenario_id)
    if current.status != "draft":
        return StoreError(
            f"scenario {current.name} is {current.status} and does not change any "
            "more; copy it and edit the copy"
        )
    saves = history(conn, scenario_id).head(
        min(current.version - version, _SHOWN_SAVES)
    )
    words = _saves_told(saves.itertuples(index=False))
    return ConflictError(
        f"scenario {current.name} was saved by someone else since you opened it "
        f"(version {current.version}, yours is {version}). {words}. "
        "Your change was not saved: load the scenario again and redo it"
    )
