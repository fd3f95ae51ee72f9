"""Companies and their map: units and which of them touch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from planner.core import clock, schemas
from planner.core.errors import InputError, NotFoundError
from planner.core.money import minor_digits
from planner.core.names import checked_name
from planner.store.audit.log import append_audit
from planner.store.rows import frames, schema
from planner.store.rows.records import new_id, utc_now
from planner.store.rows.schema import company

KINDS = ("sample", "own", "empty")
ARCHIVED = "archived_at"  # of the details
COLOURS = "colours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """
    One company; a store holds several.

    Parameters
    ----------
    company_id, name
        Its id and the name shown.
    kind
        ``sample``, ``own`` (from the user's files) or ``empty``.
    currency
        ISO code; all its amounts are in it.
    as_of
        The day it was made for; of the sample the one its figures reach to.
    details
        What its source says besides, such as the measures offered for balancing.
    note
        Free text.
    created_at, created_by, opened_at
        Stamps and user.
    version
        Counts the edits of its data; see `editing.editing_company`.
    """

    company_id: str
    name: str
    kind: str
    currency: str
    as_of: dt.date
    details: dict[str, Any]
    note: str
    created_at: str
    created_by: str
    opened_at: str
    version: int = 1

    @property
    def today(self) -> dt.date:
        """Return its day: one set on purpose, else that of the clock."""
        return day_set(self.details) or clock.today()

    @property
    def is_archived(self) -> bool:
        """Tell whether it was put aside: not opened by itself any more."""
        return ARCHIVED in self.details


def day_set(details: Mapping[str, Any]) -> dt.date | None:
    """Read the day that was set on purpose for a company; None: it has the clock's."""
    day = details.get("day")
    return None if day is None else dt.date.fromisoformat(str(day))


def create_company(
    conn: sa.Connection,
    *,
    name: str,
    kind: str,
    currency: str,
    as_of: dt.date,
    user: str,
    note: str = "",
    details: dict[str, Any] | None = None,
) -> Company:
    """
    Add a company without data.

    Notes
    -----
    One of one's own that is made for another day than the clock's has that day set.

    Raises
    ------
    InputError
        If its name breaks the rule of names, or kind or currency are not known.
    """
    name = checked_name(name, "a company")
    if kind not in KINDS:
        raise InputError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    minor_digits(currency)
    now = utc_now()
    details = dict(details or {})
    if kind != "sample" and as_of != clock.today():
        details["day"] = as_of.isoformat()
    made = Company(
        company_id=new_id("C"),
        name=name,
        kind=kind,
        currency=currency,
        as_of=as_of,
        details=details,
        note=note,
        created_at=now,
        created_by=user,
        opened_at=now,
    )
    values = {field: getattr(made, field) for field in Company.__slots__}
    conn.execute(sa.insert(company).values(values))
    append_audit(
        conn,
        who=user,
        action=f"create company {made.name}",
        subject=f"company {made.company_id}",
        company_id=made.company_id,
        after={"name": made.name, "kind": kind, "currency": currency, "as_of": as_of},
    )
    return made


def list_companies(conn: sa.Connection) -> list[Company]:
    """Read all companies, the latest opened first."""
    query = sa.select(company).order_by(company.c.opened_at.desc())
    return [Company(**row) for row in conn.execute(query).mappings()]


def load_company(conn: sa.Connection, company_id: str) -> Company:
    """
    Read one company.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    """
    query = sa.select(company).where(company.c.company_id == company_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no company {company_id!r} in this store")
    return Company(**row)


def load_facts_stamp(conn: sa.Connection, company_id: str) -> str:
    """
    Name the state of a company's facts, in one query: each page asks for it often.

    Returns
    -------
    Equal as long as its day, its data, the segment rules, the calculated measures and
    the newest import are.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    """
    rules, run = schema.segment_rules.c, schema.import_run.c
    newest_rules = sa.select(sa.func.max(rules.version)).where(
        rules.company_id == company_id
    )
    newest_import = (
        sa.select(run.import_id)
        .where(run.company_id == company_id)
        .order_by(run.created_at.desc())
        .limit(1)
    )
    query = sa.select(
        company.c.details,
        company.c.version,
        newest_rules.scalar_subquery(),
        newest_import.scalar_subquery(),
    ).where(company.c.company_id == company_id)
    stamp = conn.execute(query).first()
    if stamp is None:
        raise NotFoundError(f"there is no company {company_id!r} in this store")
    details, version, rules_version, import_id = stamp
    today = day_set(details) or clock.today()
    state = f"{today}, version {version}, rules {rules_version}, import {import_id}"
    calculated = details.get("settings", {}).get("calculated")
    return f"{state}, calculated {calculated}" if calculated else state


def update_company(
    conn: sa.Connection,
    company_id: str,
    *,
    user: str,
    name: str | None = None,
    as_of: dt.date | None = None,
    note: str | None = None,
    details: dict[str, Any] | None = None,
) -> Company:
    """Change what is given of a company, and write it into the audit log."""
    before = load_company(conn, company_id)
    name = None if name is None else checked_name(name, "a company")
    changes = {"name": name, "as_of": as_of, "note": note, "details": details}
    values = {field: value for field, value in changes.items() if value is not None}
    if values:
        query = sa.update(company).where(company.c.company_id == company_id)
        conn.execute(query.values(values))
        append_audit(
            conn,
            who=user,
            action=f"change {', '.join(values)} of company {before.name}",
            subject=f"company {company_id}",
            company_id=company_id,
            before={field: getattr(before, field) for field in values},
            after=values,
        )
    return load_company(conn, company_id)


def load_colours(conn: sa.Connection, company_id: str, palette: str) -> dict[str, str]:
    """Read the colours of a palette that territories were first seen in."""
    details = load_company(conn, company_id).details
    return dict(details.get(COLOURS, {}).get(palette, {}))


def add_colours(
    conn: sa.Connection, company_id: str, palette: str, colours: Mapping[str, str]
) -> None:
    """Keep the colours of territories that have none of a palette yet."""
    details = load_company(conn, company_id).details
    by_palette = dict(details.get(COLOURS, {}))
    by_palette[palette] = {**colours, **by_palette.get(palette, {})}
    query = sa.update(company).where(company.c.company_id == company_id)
    conn.execute(query.values(details={**details, COLOURS: by_palette}))


def mark_opened(conn: sa.Connection, company_id: str) -> None:
    """Note that a user turned to this company now."""
    query = sa.update(company).where(company.c.company_id == company_id)
    if conn.execute(query.values(opened_at=utc_now())).rowcount != 1:
        raise NotFoundError(f"there is no company {company_id!r} in this store")


def save_units(conn: sa.Connection, company_id: str, units: gpd.GeoDataFrame) -> int:
    """Replace the units; geometry is brought to EPSG:4326."""
    if units.crs is not None and units.crs.to_epsg() != 4326:
        units = units.to_crs("EPSG:4326")
    return frames.save_rows(
        conn, schema.unit, schemas.UNITS, units, company_id=company_id
    )


def load_units(conn: sa.Connection, company_id: str) -> gpd.GeoDataFrame:
    """Read the units, in EPSG:4326."""
    return frames.load_rows(conn, schema.unit, schemas.UNITS, company_id=company_id)


def unit_ids(conn: sa.Connection, company_id: str) -> pd.Index:
    """Name the units of a company, sorted."""
    query = (
        sa.select(schema.unit.c.unit_id)
        .where(schema.unit.c.company_id == company_id)
        .order_by(schema.unit.c.unit_id)
    )
    ids = conn.execute(query).scalars().all()
    return pd.Index(ids, dtype="str", name="unit_id")


def save_edges(conn: sa.Connection, company_id: str, edges: pd.DataFrame) -> int:
    """Replace the pairs of touching units."""
    return frames.save_rows(
        conn, schema.edge, schemas.EDGES, edges, company_id=company_id
    )


def load_edges(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the pairs of touching units."""
    return frames.load_rows(conn, schema.edge, schemas.EDGES, company_id=company_id)
