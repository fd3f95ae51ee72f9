"""What happened: deals, who shares their credit, visits made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa

from planner.core import schemas
from planner.store.rows import frames, schema


def save_deals(conn: sa.Connection, company_id: str, deals: pd.DataFrame) -> int:
    """Replace the deals."""
    return frames.save_rows(
        conn, schema.deal, schemas.DEALS, deals, company_id=company_id
    )


def update_deals(conn: sa.Connection, company_id: str, deals: pd.DataFrame) -> int:
    """Insert deals, replacing those of the same id; the others stay."""
    return frames.update_rows(
        conn, schema.deal, schemas.DEALS, deals, company_id=company_id
    )


def load_deals(
    conn: sa.Connection, company_id: str, stages: Sequence[str] | None = None
) -> pd.DataFrame:
    """
    Read the deals.

    Parameters
    ----------
    conn
        Any connection.
    company_id
        Of which company.
    stages
        Only those in one of these; None: all.
    """
    conditions = () if stages is None else (schema.deal.c.stage.in_(stages),)
    return frames.load_rows(
        conn, schema.deal, schemas.DEALS, *conditions, company_id=company_id
    )


def save_splits(conn: sa.Connection, company_id: str, splits: pd.DataFrame) -> int:
    """Replace the agreed shares of credit."""
    return frames.save_rows(
        conn, schema.split, schemas.SPLITS, splits, company_id=company_id
    )


def load_splits(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the agreed shares of credit."""
    return frames.load_rows(conn, schema.split, schemas.SPLITS, company_id=company_id)


def load_last_visits(conn: sa.Connection, company_id: str, as_of: dt.date) -> pd.Series:
    """
    Read the last day each account was visited, by the visits made.

    Parameters
    ----------
    conn
        Any connection.
    company_id
        Of which company.
    as_of
        The company's today; visits entered for later days do not count.

    Returns
    -------
    Days (datetime64[s]) indexed `account_id`; accounts without a visit are not in it.
    """
    visit = schema.visit_made.c
    query = (
        sa.select(visit.account_id, sa.func.max(visit.visited_on))
        .where(visit.company_id == company_id, visit.visited_on <= as_of)
        .group_by(visit.account_id)
    )
    days = {str(name): day for name, day in conn.execute(query)}
    index = pd.Index(list(days), dtype="str", name="account_id")
    return pd.Series(
        list(days.values()), index, dtype="datetime64[s]", name="visited_on"
    )


def save_visits_made(conn: sa.Connection, company_id: str, visits: pd.DataFrame) -> int:
    """Replace the visits made."""
    return frames.save_rows(
        conn, schema.visit_made, schemas.VISITS_MADE, visits, company_id=company_id
    )


def update_visits_made(
    conn: sa.Connection, company_id: str, visits: pd.DataFrame
) -> int:
    """Insert visits made, replacing those of the same id; the others stay."""
    return frames.update_rows(
        conn, schema.visit_made, schemas.VISITS_MADE, visits, company_id=company_id
    )


def load_visits_made(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the visits made."""
    return frames.load_rows(
        conn, schema.visit_made, schemas.VISITS_MADE, company_id=company_id
    )
