"""The hierarchy of positions, the reps who fill them, and overlays."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from planner.core import schemas
from planner.store.rows import frames, schema


def save_positions(
    conn: sa.Connection, company_id: str, positions: pd.DataFrame
) -> int:
    """Replace the positions."""
    return frames.save_rows(
        conn, schema.position, schemas.POSITIONS, positions, company_id=company_id
    )


def load_positions(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the positions."""
    return frames.load_rows(
        conn, schema.position, schemas.POSITIONS, company_id=company_id
    )


def save_reps(conn: sa.Connection, company_id: str, reps: pd.DataFrame) -> int:
    """Replace the reps."""
    return frames.save_rows(conn, schema.rep, schemas.REPS, reps, company_id=company_id)


def load_reps(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the reps."""
    return frames.load_rows(conn, schema.rep, schemas.REPS, company_id=company_id)


def save_overlays(conn: sa.Connection, company_id: str, overlays: pd.DataFrame) -> int:
    """
    Replace the overlay rules.

    Parameters
    ----------
    conn
        Inside a transaction.
    company_id
        Of which company.
    overlays
        `position_id`, and `account_id` or `territory_id`; any further columns.
    """
    query = sa.delete(schema.overlay).where(schema.overlay.c.company_id == company_id)
    conn.execute(query)
    content = frames.frame_json(overlays)
    conn.execute(sa.insert(schema.overlay).values(company_id=company_id, frame=content))
    return len(overlays)


def load_overlays(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the overlay rules with the columns they were given; empty if none."""
    query = sa.select(schema.overlay.c.frame).where(
        schema.overlay.c.company_id == company_id
    )
    content = conn.execute(query).scalar()
    if content is None:
        return pd.DataFrame({"position_id": pd.Series(dtype="str")})
    return frames.json_frame(content)
