"""Version 2: saved mappings, sources, repairs, market layers and found addresses."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Text

# As they were in version 2: `store.rows.schema` may have moved on since.
_then = sa.MetaData()
_company = sa.Table("company", _then, Column("company_id", Text, primary_key=True))
_scenario = sa.Table("scenario", _then, Column("scenario_id", Text, primary_key=True))
_import_run = sa.Table("import_run", _then, Column("import_id", Text, primary_key=True))


def _of_company(*, key: bool = True) -> Column:
    return Column(
        "company_id",
        Text,
        sa.ForeignKey("company.company_id"),
        primary_key=key,
        nullable=False,
    )


def _key(name: str) -> Column:
    return Column(name, Text, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> Column:
    return Column(name, Text, nullable=nullable)


def _json(name: str) -> Column:
    return Column(name, sa.JSON, nullable=False)


def _made() -> list[Column]:
    return [_text("created_at"), _text("created_by")]


_NEW = (
    sa.Table(
        "import_mapping",
        _then,
        _of_company(),
        _key("kind"),
        _key("name"),
        _json("mapping"),
        *_made(),
    ),
    sa.Table(
        "account_source",
        _then,
        _of_company(),
        _key("source"),
        _key("account_id"),
        Column(
            "import_id", Text, sa.ForeignKey("import_run.import_id"), nullable=False
        ),
        sqlite_with_rowid=False,
    ),
    sa.Table(
        "repair",
        _then,
        _key("repair_id"),
        _of_company(key=False),
        _text("kind"),
        _text("code"),
        _json("params"),
        _json("before"),
        _json("after"),
        *_made(),
        _text("undone_at", nullable=True),
        _text("undone_by", nullable=True),
    ),
    sa.Table(
        "market_layer",
        _then,
        _of_company(),
        _key("name"),
        _text("unit_of_measure"),
        _text("source"),
        *_made(),
    ),
    sa.Table(
        "market_value",
        _then,
        _of_company(),
        _key("name"),
        _key("unit_id"),
        Column("value", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    ),
    sa.Table(
        "geocode",
        _then,
        _key("provider"),
        _key("query"),
        Column("lat", sa.Double),
        Column("lon", sa.Double),
        _text("geo_precision"),
        _text("found_at"),
    ),
    sa.Table(
        "export",
        _then,
        _key("export_id"),
        _of_company(key=False),
        Column("scenario_id", Text, sa.ForeignKey("scenario.scenario_id")),
        _text("what"),
        _text("format"),
        _text("file_name"),
        Column("n_rows", sa.Integer, nullable=False),
        _text("sha256"),
        _text("content_hash"),
        _text("audit_hash"),
        *_made(),
    ),
)
_EXPORT_BY_SHA256 = "CREATE INDEX export_by_sha256 ON export (sha256)"


_WITH_CUSTOM = ("unit", "position", "rep", "deal", "visit_made")


def up(conn: sa.Connection) -> None:
    """Add the tables, what an import says of its source, and columns not ours."""
    for made in _NEW:
        conn.execute(sa.schema.CreateTable(made))
    conn.exec_driver_sql(_EXPORT_BY_SHA256)
    for column in ("source", "sha256"):
        conn.exec_driver_sql(f"ALTER TABLE import_run ADD COLUMN {column} TEXT")
    for table in _WITH_CUSTOM:
        conn.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN custom TEXT")
    conn.exec_driver_sql(
        "ALTER TABLE company ADD COLUMN version INTEGER DEFAULT '1' NOT NULL"
    )
