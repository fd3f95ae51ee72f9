"""Which store a database holds, and of which version: looked at in each transaction."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa

from planner.core.errors import StoreError
from planner.store.database.migrations import KNOWN_VERSION, writing_connection
from planner.store.rows.schema import meta

STORE_ID = "store_id"  # rows of `meta` that each store writes itself
VERSION = "schema_version"
OWN_ROWS = (VERSION, STORE_ID)
_QUERY = f"SELECT name, value FROM meta WHERE name IN ('{VERSION}', '{STORE_ID}')"  # noqa: S608


def store_id_of(engine: sa.Engine, *, may_write: bool) -> str | None:
    """
    Read the id of a store, under its lock for opening; one without gets one.

    Returns
    -------
    The id; None: it has none and cannot be given one.
    """
    query = sa.select(meta.c.value).where(meta.c.name == STORE_ID)
    with engine.connect() as conn, conn.begin():
        store_id = conn.execute(query).scalar()
    if store_id is not None or not may_write:
        return None if store_id is None else str(store_id)
    store_id = uuid4().hex
    with writing_connection(engine) as conn, conn.begin():
        conn.execute(sa.insert(meta).values(name=STORE_ID, value=store_id))
    return store_id


def require_same(
    conn: sa.Connection, label: str, store_id: str | None, *, writes: bool
) -> None:
    """
    Refuse a database that holds another store, or for writing one of another version.

    Raises
    ------
    StoreError
        Saying what to do.
    """
    rows = {str(name): str(value) for name, value in conn.exec_driver_sql(_QUERY)}
    if rows.get(STORE_ID) != store_id:
        raise StoreError(
            f"store {label} was replaced by another while it was open, so nothing is "
            "saved; restart the app"
        )
    if writes and rows.get(VERSION) != str(KNOWN_VERSION):
        raise StoreError(
            f"store {label} was brought up to date by a newer planner, so nothing is "
            f"saved: its tables have version {rows.get(VERSION)}, this planner knows "
            f"{KNOWN_VERSION}; restart the app"
        )
