"""Quotas of a scenario, and the published, dated ownership."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.core import schemas
from planner.store.rows import frames, schema
from planner.store.rows.records import frame_hash, utc_now
from planner.store.rows.schema import ownership, quota_set, seal
from planner.store.scenarios.editing import Edit
from planner.store.scenarios.lineage import chain_of

OWNERSHIP_SEAL = "ownership"


def save_quotas(
    conn: sa.Connection, edit: Edit, quotas: pd.DataFrame, params: Mapping[str, Any]
) -> int:
    """
    Replace the quotas of a scenario.

    Parameters
    ----------
    conn
        Inside a transaction.
    edit
        From `editing`.
    quotas
        QUOTAS frame, of all positions and periods.
    params
        What they were made with, to show and to make them again.
    """
    layer_id = edit.chain[0]
    schemas.check(quotas, schemas.QUOTAS)
    for table in (schema.scenario_quota, quota_set):
        conn.execute(sa.delete(table).where(table.c.layer_id == layer_id))
    conn.execute(
        sa.insert(quota_set).values(
            layer_id=layer_id,
            params=dict(params),
            created_at=utc_now(),
            created_by=edit.user,
        )
    )
    edit.after["quotas"] = {
        "n_rows": len(quotas),
        "total_minor": int(quotas["amount_minor"].sum()),
        "params": params,
    }
    return frames.save_rows(
        conn, schema.scenario_quota, schemas.QUOTAS, quotas, layer_id=layer_id
    )


def load_quotas(conn: sa.Connection, scenario_id: str) -> pd.DataFrame:
    """Read the quotas of a scenario, or those its copy began with; else none."""
    layer_id = _quota_layer(conn, scenario_id)
    return frames.load_rows(
        conn, schema.scenario_quota, schemas.QUOTAS, layer_id=layer_id or ""
    )


def load_quota_params(conn: sa.Connection, scenario_id: str) -> dict[str, Any]:
    """Read what the quotas of a scenario were made with; empty without quotas."""
    layer_id = _quota_layer(conn, scenario_id)
    query = sa.select(quota_set.c.params).where(quota_set.c.layer_id == layer_id)
    return dict(conn.execute(query).scalar() or {})


def _quota_layer(conn: sa.Connection, scenario_id: str) -> str | None:
    """Find the newest layer that holds quotas."""
    chain = chain_of(conn, scenario_id)
    query = sa.select(quota_set.c.layer_id).where(quota_set.c.layer_id.in_(chain))
    holding = set(conn.execute(query).scalars())
    return next((layer_id for layer_id in chain if layer_id in holding), None)


def save_ownership(conn: sa.Connection, company_id: str, owners: pd.DataFrame) -> int:
    """
    Replace the dated ownership of a company; only publishing does.

    Parameters
    ----------
    conn
        Inside a transaction.
    company_id
        Of which company.
    owners
        OWNERSHIP frame, with all history; a content hash is kept beside it.
    """
    n_rows = frames.save_rows(
        conn, ownership, schemas.OWNERSHIP, owners, company_id=company_id
    )
    seal_ownership(conn, company_id)
    return n_rows


def seal_ownership(conn: sa.Connection, company_id: str) -> None:
    """Keep the content hash of the ownership as it is now; a repair may change it."""
    of_company = seal.c.company_id == company_id
    conn.execute(sa.delete(seal).where(of_company, seal.c.name == OWNERSHIP_SEAL))
    conn.execute(
        sa.insert(seal).values(
            company_id=company_id,
            name=OWNERSHIP_SEAL,
            sha256=frame_hash(load_ownership(conn, company_id)),
            sealed_at=utc_now(),
        )
    )


def load_ownership(
    conn: sa.Connection, company_id: str, on: dt.date | None = None
) -> pd.DataFrame:
    """
    Read who owns which account when.

    Parameters
    ----------
    conn
        Any connection.
    company_id
        Of which company.
    on
        Only rows valid on that day, `valid_from` included and `valid_to` not; None:
        all.
    """
    conditions: list[sa.ColumnElement[bool]] = []
    if on is not None:
        is_open = ownership.c.valid_to.is_(None)
        conditions = [
            ownership.c.valid_from <= on,
            sa.or_(is_open, ownership.c.valid_to > on),
        ]
    return frames.load_rows(
        conn, ownership, schemas.OWNERSHIP, *conditions, company_id=company_id
    )


def ownership_is_whole(conn: sa.Connection, company_id: str) -> bool:
    """Tell whether the ownership still has the content hash it was saved with."""
    query = sa.select(seal.c.sha256).where(
        seal.c.company_id == company_id, seal.c.name == OWNERSHIP_SEAL
    )
    sealed = conn.execute(query).scalar()
    loaded = load_ownership(conn, company_id)
    return loaded.empty if sealed is None else sealed == frame_hash(loaded)
