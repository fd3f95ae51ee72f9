"""Accounts, their segments, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pandera.pandas as pa
import sqlalchemy as sa

from planner.core import schemas
from planner.core.errors import NotFoundError
from planner.store.rows import frames, schema
from planner.store.rows.records import json_text, new_id, utc_now
from planner.store.rows.schema import account, import_run, segment_rules

SEGMENTS = pa.DataFrameSchema(
    {
        "segment": pa.Column("str", coerce=True),
        "visit_class": pa.Column("str", coerce=True),
        "rule": pa.Column("str", coerce=True),
    },
    index=pa.Index("str", unique=True, name="account_id", coerce=True),
    name="segments",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """
    Segment rules as they stood at one time.

    Parameters
    ----------
    version
        Counts up from 1.
    rules
        One mapping a rule, in their order.
    created_at, created_by
        Stamp and user.
    """

    version: int
    rules: list[dict[str, Any]]
    created_at: str
    created_by: str


def save_accounts(conn: sa.Connection, company_id: str, accounts: pd.DataFrame) -> int:
    """Replace all accounts of a company."""
    return frames.save_rows(
        conn, account, schemas.ACCOUNTS, accounts, company_id=company_id
    )


def update_accounts(
    conn: sa.Connection, company_id: str, accounts: pd.DataFrame
) -> int:
    """Insert these accounts, or replace those of the same id; others stay."""
    return frames.update_rows(
        conn, account, schemas.ACCOUNTS, accounts, company_id=company_id
    )


def account_ids(conn: sa.Connection, company_id: str) -> list[str]:
    """Name the accounts of a company, in order."""
    query = sa.select(schema.account.c.account_id).where(
        schema.account.c.company_id == company_id
    )
    return sorted(conn.execute(query).scalars())


def load_accounts(
    conn: sa.Connection, company_id: str, account_ids: Sequence[str] | None = None
) -> pd.DataFrame:
    """
    Read accounts, sorted by id.

    Parameters
    ----------
    conn
        Any connection.
    company_id
        Of which company.
    account_ids
        Only these, those unknown left out; None: all.
    """
    condition = frames.ids_among(account.c.account_id, account_ids)
    loaded = frames.load_rows(
        conn, account, schemas.ACCOUNTS, *condition, company_id=company_id
    )
    if account_ids is not None and not condition:
        return loaded[loaded.index.isin(list(account_ids))]
    return loaded


def count_simulated(conn: sa.Connection, company_id: str) -> dict[str, int]:
    """Count the accounts by their label of simulated columns; "": none are."""
    label = sa.func.coalesce(account.c.simulated, "")
    query = (
        sa.select(label, sa.func.count())
        .where(account.c.company_id == company_id)
        .group_by(label)
    )
    return {str(text): int(n_rows) for text, n_rows in conn.execute(query)}


def save_segment_rules(
    conn: sa.Connection,
    company_id: str,
    rules: Sequence[Mapping[str, Any]],
    *,
    user: str,
) -> int:
    """
    Keep the rules as a new version, unless they are the newest one already.

    Returns
    -------
    The number of the version.
    """
    newest = load_segment_rules(conn, company_id)
    if newest is not None and json_text(newest.rules) == json_text(list(rules)):
        return newest.version
    version = 1 if newest is None else newest.version + 1
    conn.execute(
        sa.insert(segment_rules).values(
            company_id=company_id,
            version=version,
            rules=list(rules),
            created_at=utc_now(),
            created_by=user,
        )
    )
    return version


def load_segment_rules(
    conn: sa.Connection, company_id: str, version: int | None = None
) -> RuleSet | None:
    """Read a version of the rules, the newest if none is named; None: there is none."""
    columns = segment_rules.c
    query = (
        sa.select(
            columns.version, columns.rules, columns.created_at, columns.created_by
        )
        .where(columns.company_id == company_id)
        .order_by(columns.version.desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(columns.version == version)
    row = conn.execute(query).mappings().first()
    return None if row is None else RuleSet(**row)


def save_segments(conn: sa.Connection, company_id: str, segments: pd.DataFrame) -> int:
    """Replace which segment, visit class and rule each account has."""
    return frames.save_rows(
        conn, schema.segment, SEGMENTS, segments, company_id=company_id
    )


def load_segments(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read segment, visit_class and rule, indexed by account_id."""
    return frames.load_rows(conn, schema.segment, SEGMENTS, company_id=company_id)


def record_import(
    conn: sa.Connection,
    company_id: str,
    *,
    file_name: str,
    kind: str,
    mapping: Mapping[str, Any],
    rows_read: int,
    rows_accepted: int,
    rows_rejected: int,
    verdict: str,
    findings: pd.DataFrame,
    user: str,
    source: str | None = None,
    sha256: str | None = None,
) -> str:
    """
    Keep what an import said.

    Parameters
    ----------
    conn
        Inside a transaction.
    company_id
        Of which company.
    file_name, kind
        Which file, and of what.
    mapping
        Column of the file by column of ours.
    rows_read, rows_accepted, rows_rejected
        Counts.
    verdict, findings
        As the import gave them.
    user
        Who imported.
    source, sha256
        The list it is a load of, and the hash of the file; None: not known.

    Returns
    -------
    The id of the import.
    """
    import_id = new_id("I")
    conn.execute(
        sa.insert(import_run).values(
            import_id=import_id,
            company_id=company_id,
            file_name=file_name,
            kind=kind,
            mapping=dict(mapping),
            rows_read=rows_read,
            rows_accepted=rows_accepted,
            rows_rejected=rows_rejected,
            verdict=verdict,
            findings=frames.frame_json(findings),
            created_at=utc_now(),
            created_by=user,
            source=source,
            sha256=sha256,
        )
    )
    return import_id


def list_imports(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the imports of a company, newest first, indexed by import_id."""
    names = [
        column.name
        for column in import_run.c
        if column.name not in {"company_id", "mapping", "findings"}
    ]
    query = (
        sa.select(*(import_run.c[name] for name in names))
        .where(import_run.c.company_id == company_id)
        .order_by(import_run.c.created_at.desc())
    )
    rows = conn.execute(query).all()
    return pd.DataFrame(rows, columns=names).set_index("import_id")


def mapped_columns(conn: sa.Connection, company_id: str, kind: str) -> set[str]:
    """Name our columns that any list of a kind has brought to a company."""
    query = sa.select(import_run.c.mapping).where(
        import_run.c.company_id == company_id, import_run.c.kind == kind
    )
    return {name for mapping in conn.execute(query).scalars() for name in mapping or ()}


def load_findings(conn: sa.Connection, import_id: str) -> pd.DataFrame:
    """
    Read what an import found.

    Raises
    ------
    NotFoundError
        If there is no such import.
    """
    query = sa.select(import_run.c.findings).where(import_run.c.import_id == import_id)
    content = conn.execute(query).scalar()
    if content is None:
        raise NotFoundError(f"there is no import {import_id!r} in this store")
    return frames.json_frame(content)
