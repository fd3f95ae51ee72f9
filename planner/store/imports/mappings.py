"""Saved mappings: what the columns of a list mean, under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from planner.core.errors import NotFoundError
from planner.core.names import checked_name
from planner.store.rows.records import utc_now
from planner.store.rows.schema import import_mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMapping:
    """
    A mapping under its name.

    Parameters
    ----------
    kind, name
        Of which kind of file, and what it is called.
    columns
        Column of the file by column of ours, or an object that says how to read it.
    header
        The columns of the file it was made for.
    created_at, created_by
        Stamp and user.
    """

    kind: str
    name: str
    columns: dict[str, Any]
    header: list[str]
    created_at: str
    created_by: str


def save_mapping(
    conn: sa.Connection,
    company_id: str,
    kind: str,
    name: str,
    columns: dict[str, Any],
    header: list[str],
    *,
    user: str,
) -> None:
    """Keep a mapping; one of the same kind and name is replaced."""
    name = checked_name(name, "a mapping")
    delete_mapping(conn, company_id, kind, name)
    conn.execute(
        sa.insert(import_mapping).values(
            company_id=company_id,
            kind=kind,
            name=name,
            mapping={"columns": columns, "header": header},
            created_at=utc_now(),
            created_by=user,
        )
    )


def list_mappings(
    conn: sa.Connection, company_id: str, kind: str | None = None
) -> list[SavedMapping]:
    """Read the saved mappings, of one kind or of all, by name."""
    table = import_mapping.c
    query = (
        sa.select(import_mapping)
        .where(table.company_id == company_id)
        .order_by(table.kind, table.name)
    )
    if kind is not None:
        query = query.where(table.kind == kind)
    return [
        SavedMapping(
            kind=row.kind,
            name=row.name,
            columns=dict(row.mapping["columns"]),
            header=list(row.mapping["header"]),
            created_at=row.created_at,
            created_by=row.created_by,
        )
        for row in conn.execute(query)
    ]


def load_mapping(
    conn: sa.Connection, company_id: str, kind: str, name: str
) -> SavedMapping:
    """
    Read one saved mapping.

    Raises
    ------
    NotFoundError
        If there is none; the message names those there are.
    """
    mappings = list_mappings(conn, company_id, kind)
    for mapping in mappings:
        if mapping.name == name:
            return mapping
    names = ", ".join(mapping.name for mapping in mappings) or "none"
    raise NotFoundError(
        f"no mapping of {kind} is saved as {name!r}; there are: {names}"
    )


def delete_mapping(conn: sa.Connection, company_id: str, kind: str, name: str) -> int:
    """Remove a saved mapping; return how many there were."""
    table = import_mapping.c
    query = sa.delete(import_mapping).where(
        table.company_id == company_id, table.kind == kind, table.name == name
    )
    return int(conn.execute(query).rowcount)
