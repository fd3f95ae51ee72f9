"""Version 2: saved mappings, sources, repairs, market layers and found addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, Text

revision = "2"
down_revision = "1"

_WITH_CUSTOM = ("unit", "position", "rep", "deal", "visit_made")


# Written out as the tables were in version 2: `store.rows.schema` has moved on since.
def _of_company(*, key: bool = True) -> Column:
    company = ForeignKey("company.company_id")
    return Column("company_id", Text, company, primary_key=key, nullable=False)


def _key(name: str) -> Column:
    return Column(name, Text, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> Column:
    return Column(name, Text, nullable=nullable)


def _json(name: str) -> Column:
    return Column(name, sa.JSON, nullable=False)


def _origin() -> list[Column]:
    return [_text("created_at"), _text("created_by")]


def upgrade() -> None:
    """Add the tables, what an import says of its source, and columns not ours."""
    _create_import_tables()
    _create_market_tables()
    _create_export_table()
    for name in ("source", "sha256"):
        op.add_column("import_run", _text(name, nullable=True))
    for table in _WITH_CUSTOM:
        op.add_column(table, _text("custom", nullable=True))
    version = Column("version", sa.Integer, server_default="1", nullable=False)
    op.add_column("company", version)


def _create_import_tables() -> None:
    op.create_table(
        "import_mapping",
        _of_company(),
        _key("kind"),
        _key("name"),
        _json("mapping"),
        *_origin(),
    )
    op.create_table(
        "account_source",
        _of_company(),
        _key("source"),
        _key("account_id"),
        Column("import_id", Text, ForeignKey("import_run.import_id"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "repair",
        _key("repair_id"),
        _of_company(key=False),
        _text("kind"),
        _text("code"),
        _json("params"),
        _json("before"),
        _json("after"),
        *_origin(),
        _text("undone_at", nullable=True),
        _text("undone_by", nullable=True),
    )


def _create_market_tables() -> None:
    op.create_table(
        "market_layer",
        _of_company(),
        _key("name"),
        _text("unit_of_measure"),
        _text("source"),
        *_origin(),
    )
    op.create_table(
        "market_value",
        _of_company(),
        _key("name"),
        _key("unit_id"),
        Column("value", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "geocode",
        _key("provider"),
        _key("query"),
        Column("lat", sa.Double),
        Column("lon", sa.Double),
        _text("geo_precision"),
        _text("found_at"),
    )


def _create_export_table() -> None:
    op.create_table(
        "export",
        _key("export_id"),
        _of_company(key=False),
        Column("scenario_id", Text, ForeignKey("scenario.scenario_id")),
        _text("what"),
        _text("format"),
        _text("file_name"),
        Column("n_rows", sa.Integer, nullable=False),
        _text("sha256"),
        _text("content_hash"),
        _text("audit_hash"),
        *_origin(),
    )
    op.create_index("export_by_sha256", "export", ["sha256"])
