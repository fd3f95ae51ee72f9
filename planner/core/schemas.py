"""
One schema per frame, checked at the borders: after import, after load, before a solver.

Inside the engine plain frames are passed. Money columns end in ``_minor`` and hold
whole minor units; dates are timezone-free midnights; ids are text.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from planner.core.errors import RowFault, SchemaError
from planner.core.passing import passed

# `list`: by other rows of the list; `none`: the account waits for a place.
GEO_SOURCES = ("given", "list", "postcode", "city", "geocoder", "set", "none")
GEO_PRECISIONS = ("exact", "street", "postcode", "city", "none")
STATUSES = ("customer", "prospect", "closed")
ROLES = ("vp", "manager", "rep", "overlay")
OPEN_STAGES = ("qualify", "propose", "negotiate")
CLOSED_STAGES = ("won", "lost")
STAGES = (*OPEN_STAGES, *CLOSED_STAGES)
DEAL_KINDS = ("new", "expansion", "renewal", "cancellation")
OWNER_ROLES = ("owner", "overlay")
DATE = "datetime64[s]"
CUSTOM = "custom"  # the columns of an import that are not ours, JSON as text
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _text(*, nullable: bool = False, allowed: tuple[str, ...] = ()) -> pa.Column:
    checks = [pa.Check.isin(list(allowed))] if allowed else []
    return pa.Column("str", checks, nullable=nullable, coerce=True)


def _count(*, nullable: bool = False) -> pa.Column:
    return pa.Column("Int64", pa.Check.ge(0), nullable=nullable, coerce=True)


def _minor(*, signed: bool = False, nullable: bool = True) -> pa.Column:
    checks = [] if signed else [pa.Check.ge(0)]
    return pa.Column("Int64", checks, nullable=nullable, coerce=True)


def _share(*, nullable: bool = True) -> pa.Column:
    return pa.Column(float, pa.Check.in_range(0, 1), nullable=nullable, coerce=True)


def _date(*, nullable: bool = True) -> pa.Column:
    return pa.Column(DATE, nullable=nullable, coerce=True)


def _seconds(*, nullable: bool = True) -> pa.Column:
    return pa.Column("Int64", pa.Check.ge(0), nullable=nullable, coerce=True)


def _degrees(limit: float, *, nullable: bool = False) -> pa.Column:
    return pa.Column(
        float, pa.Check.in_range(-limit, limit), nullable=nullable, coerce=True
    )


def _id(name: str) -> pa.Index:
    return pa.Index("str", unique=True, name=name, coerce=True)


ACCOUNTS = pa.DataFrameSchema(
    {
        "name": _text(),
        "street": _text(nullable=True),
        "city": _text(nullable=True),
        "region": _text(nullable=True),
        "postcode": _text(nullable=True),
        "country": _text(nullable=True),
        "lat": _degrees(90, nullable=True),
        "lon": _degrees(180, nullable=True),
        "geo_source": _text(allowed=GEO_SOURCES),
        "geo_precision": _text(allowed=GEO_PRECISIONS),
        "unit_id": _text(nullable=True),
        "status": _text(allowed=STATUSES),
        "industry": _text(nullable=True),
        "employees": _count(nullable=True),
        "annual_revenue_minor": _minor(),
        "our_sales_minor": _minor(),
        "potential_minor": _minor(),
        "rating": _text(nullable=True),
        "propensity_share": _share(),
        "products": _text(nullable=True),
        "last_visit_on": _date(),
        "owner_id": _text(nullable=True),
        "owned_since": _date(),
        "open_days": _text(nullable=True),
        "opens_s": _seconds(),
        "closes_s": _seconds(),
        "visit_class": _text(nullable=True),
        "simulated": _text(nullable=True),
        "custom": _text(nullable=True),
    },
    index=_id("account_id"),
    strict=True,
    name="accounts",
)

UNITS = pa.DataFrameSchema(
    {
        "name": _text(),
        "region": _text(nullable=True),
        "custom": _text(nullable=True),
        "geometry": pa.Column("geometry"),
    },
    index=_id("unit_id"),
    name="units",
)

EDGES = pa.DataFrameSchema(
    {
        "unit_id": _text(),
        "neighbour_id": _text(),
        "border_m": pa.Column(float, pa.Check.ge(0), coerce=True),
        "is_bridge": pa.Column(bool, coerce=True),
    },
    strict=True,
    name="edges",
)

POSITIONS = pa.DataFrameSchema(
    {
        "title": _text(),
        "role": _text(allowed=ROLES),
        "parent_id": _text(nullable=True),
        "territory_id": _text(nullable=True),
        "custom": _text(nullable=True),
    },
    index=_id("position_id"),
    strict=True,
    name="positions",
)

REPS = pa.DataFrameSchema(
    {
        "name": _text(),
        "position_id": _text(nullable=True),
        "lat": _degrees(90, nullable=True),
        "lon": _degrees(180, nullable=True),
        "work_start_s": _seconds(nullable=False),
        "work_end_s": _seconds(nullable=False),
        "cost_minor_per_year": _minor(),
        "ramp_share": _share(nullable=False),
        "hired_on": _date(),
        "left_on": _date(),
        "custom": _text(nullable=True),
    },
    index=_id("rep_id"),
    strict=True,
    name="reps",
)

ALIGNMENT = pa.DataFrameSchema(
    {"territory_id": _text(nullable=True)},
    index=_id("unit_id"),
    strict=True,
    name="alignment",
)

DEALS = pa.DataFrameSchema(
    {
        "account_id": _text(),
        "product": _text(),
        "kind": _text(allowed=DEAL_KINDS),
        "stage": _text(allowed=STAGES),
        "opened_on": _date(nullable=False),
        "close_on": _date(nullable=False),
        "amount_minor": _minor(signed=True, nullable=False),
        "currency": _text(),
        "term_months": _count(),
        "related_deal_id": _text(nullable=True),
        "custom": _text(nullable=True),
    },
    index=_id("deal_id"),
    strict=True,
    name="deals",
)

SPLITS = pa.DataFrameSchema(
    {
        "deal_id": _text(),
        "position_id": _text(),
        "share_ppm": pa.Column("Int64", pa.Check.in_range(1, 1_000_000), coerce=True),
    },
    unique=["deal_id", "position_id"],
    strict=True,
    name="splits",
)

OWNERSHIP = pa.DataFrameSchema(
    {
        "account_id": _text(),
        "position_id": _text(),
        "role": _text(allowed=OWNER_ROLES),
        "share_ppm": pa.Column("Int64", pa.Check.in_range(1, 1_000_000), coerce=True),
        "valid_from": _date(nullable=False),
        "valid_to": _date(),
    },
    strict=True,
    name="ownership",
)

QUOTAS = pa.DataFrameSchema(
    {
        "position_id": _text(),
        "measure": _text(),
        "period": pa.Column("str", pa.Check.str_matches(r"^\d{4}(-\d{2})?$")),
        "amount_minor": _minor(nullable=False),
        "currency": _text(),
    },
    unique=["position_id", "measure", "period"],
    strict=True,
    name="quotas",
)

VISITS_MADE = pa.DataFrameSchema(
    {
        "account_id": _text(),
        "rep_id": _text(),
        "visited_on": _date(nullable=False),
        "minutes": _count(),
        "outcome": _text(nullable=True),
        "custom": _text(nullable=True),
    },
    index=_id("visit_id"),
    strict=True,
    name="visits_made",
)

MARKET = pa.DataFrameSchema(
    {
        "unit_id": _text(),
        "value": pa.Column(float, coerce=True),
    },
    index=_id("area"),
    strict=True,
    name="market",
)

VISITS = pa.DataFrameSchema(
    {
        "rep_id": _text(),
        "visit_on": _date(nullable=False),
        "sequence": _count(),
        "account_id": _text(),
        "arrive_s": _seconds(nullable=False),
        "start_s": _seconds(nullable=False),
        "leave_s": _seconds(nullable=False),
        "travel_s": _seconds(nullable=False),
        "travel_m": _seconds(nullable=False),
    },
    unique=["rep_id", "visit_on", "sequence"],
    strict=True,
    name="visits",
)

UNSERVED = pa.DataFrameSchema(
    {
        "rep_id": _text(),
        "account_id": _text(),
        "missing": _count(),
        "reason": _text(),
        "repair": _text(),
    },
    strict=True,
    name="unserved",
)


def empty(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """
    Make a frame without rows that passes its schema.

    Parameters
    ----------
    schema
        One of the schemas above; not UNITS, which needs a geometry.
    """
    frame = pd.DataFrame(
        {
            name: pd.Series(dtype=_plain_kind(str(column.dtype)))
            for name, column in schema.columns.items()
        }
    )
    if schema.index is not None:
        frame.index = pd.Index([], dtype="str", name=schema.index.name)
    return frame


def _plain_kind(kind: str) -> str:
    """Name the pandas type of a column, as `check` leaves it."""
    if kind.startswith("datetime64"):
        return DATE
    return "str" if kind.startswith("str") else kind


def check(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """
    Check a frame against its schema and bring its columns to their types.

    Parameters
    ----------
    frame
        The frame to check; not changed.
    schema
        One of the schemas above.

    Returns
    -------
    The frame with coerced types, columns in the order given; without a column
    `custom` it gets an empty one, as nothing was kept.

    Raises
    ------
    SchemaError
        With one `RowFault` for each failing cell, or for each missing column.
    """
    if CUSTOM in schema.columns and CUSTOM not in frame.columns:
        frame = frame.assign(
            custom=pd.Series(None, index=frame.index, dtype="str"),
        )
    typed = passed(frame, schema)
    if typed is not None:
        return typed
    try:
        checked = schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        faults = [
            RowFault(
                row="" if pd.isna(case["index"]) else str(case["index"]),
                column=str(case["column"] or ""),
                value=str(case["failure_case"]),
                rule=_rule_text(str(case["check"])),
            )
            for case in error.failure_cases.to_dict("records")
        ]
        raise SchemaError(str(schema.name), faults) from error

    return _in_seconds(checked, schema)


def _in_seconds(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Keep dates at whole seconds, which pandera's coercion loses."""
    dates = {
        name: DATE
        for name, column in schema.columns.items()
        if str(column.dtype).startswith("datetime64") and frame[name].dtype != DATE
    }
    return frame.astype(dates) if dates else frame


def _rule_text(check_name: str) -> str:
    """Say a failed check in a user's words."""
    words = {
        "not_nullable": "must not be empty",
        "column_in_dataframe": "column is missing",
        "column_in_schema": "column is not known",
        "field_uniqueness": "must be unique",
        "multiple_fields_uniqueness": "must be unique",
    }
    name = check_name.split("(", maxsplit=1)[0]
    rest = check_name[len(name) :]
    spoken = {
        "isin": f"must be one of {rest.strip('()')}",
        "in_range": f"must lie in {rest}",
        "greater_than_or_equal_to": f"must be at least {rest.strip('()')}",
        "str_matches": "must be a year (2026) or a month (2026-03)",
    }
    return words.get(name) or spoken.get(name) or check_name
