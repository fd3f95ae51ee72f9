"""Geometry that PostGIS can search, beside the bytes we read; only where it exists."""

from __future__ import annotations

import sqlalchemy as sa

_STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS postgis",
    "ALTER TABLE unit ADD COLUMN geom geometry(geometry, 4326) "
    "GENERATED ALWAYS AS (ST_SetSRID(ST_GeomFromWKB(geometry), 4326)) STORED",
    "CREATE INDEX unit_by_place ON unit USING gist (geom)",
)


def add_geometry(conn: sa.Connection) -> bool:
    """
    Give the table of units a column `geom` made from its WKB, and an index on it.

    Parameters
    ----------
    conn
        Inside the transaction that makes the tables.

    Returns
    -------
    Whether it was added: only on PostgreSQL, if the server has PostGIS and the user
    may have it in this database. Nothing of ours reads the column; other programs do.
    """
    if conn.dialect.name != "postgresql":
        return False
    offered = "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"
    if conn.exec_driver_sql(offered).first() is None:
        return False
    try:
        with conn.begin_nested():
            for statement in _STATEMENTS:
                conn.exec_driver_sql(statement)
    except sa.exc.ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == "42501":  # lacks the right
            return False
        raise
    return True
