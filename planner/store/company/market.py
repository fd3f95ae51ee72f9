"""Market layers: a value for each unit, drawn over the map beside our own data."""

from __future__ import annotations

from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.core.errors import NotFoundError
from planner.core.names import checked_name
from planner.store.rows.bulk import insert_columns
from planner.store.rows.records import utc_now
from planner.store.rows.schema import market_layer, market_value


def save_layer(
    conn: sa.Connection,
    company_id: str,
    name: str,
    values: pd.Series,
    *,
    unit_of_measure: str,
    source: str,
    user: str,
) -> int:
    """
    Keep a layer; one of the same name is replaced.

    Parameters
    ----------
    conn
        Inside a transaction.
    company_id, name
        Of which company, and what the layer is called.
    values : shape (n_units,)
        Float by unit_id.
    unit_of_measure, source
        What the numbers are, and where they come from; shown in the legend.
    user
        Who saves.
    """
    name = checked_name(name, "a market layer")
    delete_layer(conn, company_id, name)
    conn.execute(
        sa.insert(market_layer).values(
            company_id=company_id,
            name=name,
            unit_of_measure=unit_of_measure,
            source=source,
            created_at=utc_now(),
            created_by=user,
        )
    )
    if len(values):
        cells: dict[str, list[Any]] = {
            "company_id": [company_id] * len(values),
            "name": [name] * len(values),
            "unit_id": [str(unit_id) for unit_id in values.index],
            "value": [float(value) for value in values],
        }
        insert_columns(conn, market_value, cells)
    return len(values)


def list_layers(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read unit_of_measure, source, n_units and stamps by layer name."""
    columns = market_layer.c
    counts = (
        sa.select(market_value.c.name, sa.func.count().label("n_units"))
        .where(market_value.c.company_id == company_id)
        .group_by(market_value.c.name)
        .subquery()
    )
    query = (
        sa.select(
            columns.name,
            columns.unit_of_measure,
            columns.source,
            sa.func.coalesce(counts.c.n_units, 0),
            columns.created_at,
            columns.created_by,
        )
        .join(counts, counts.c.name == columns.name, isouter=True)
        .where(columns.company_id == company_id)
        .order_by(columns.name)
    )
    names = ["name", "unit_of_measure", "source", "n_units", "created_at", "created_by"]
    return pd.DataFrame(conn.execute(query).all(), columns=names).set_index("name")


def load_values(conn: sa.Connection, company_id: str, name: str) -> pd.Series:
    """
    Read the values of a layer by unit_id.

    Raises
    ------
    NotFoundError
        If there is no layer of this name.
    """
    if name not in list_layers(conn, company_id).index:
        raise NotFoundError(f"there is no market layer {name!r}")
    query = (
        sa.select(market_value.c.unit_id, market_value.c.value)
        .where(market_value.c.company_id == company_id, market_value.c.name == name)
        .order_by(market_value.c.unit_id)
    )
    rows = conn.execute(query).all()
    index = pd.Index([row[0] for row in rows], dtype="str", name="unit_id")
    return pd.Series([row[1] for row in rows], index=index, dtype=float, name="value")


def delete_layer(conn: sa.Connection, company_id: str, name: str) -> int:
    """Remove a layer and its values; return how many layers there were."""
    for table in (market_value, market_layer):
        of_layer = (table.c.company_id == company_id, table.c.name == name)
        n_rows = conn.execute(sa.delete(table).where(*of_layer)).rowcount
    return int(n_rows)
