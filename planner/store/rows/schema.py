"""
The tables.

Every row of company data carries its company. What a scenario says hangs on layers:
a scenario points to its top layer, a layer holds only its differences to its parent.
Copying gives both scenarios a new, empty top layer over the old one, which nobody
writes to again; so a copy costs the same whatever the size, and later edits of the
original do not reach the copy.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
)

from planner.core import schemas
from planner.store.rows.bulk import Text
from planner.store.rows.frames import sql_columns

metadata = sa.MetaData()


def _id(name: str) -> Column:
    return Column(name, Text, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> Column:
    return Column(name, Text, nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> Column:
    return Column(name, sa.JSON(none_as_null=True), nullable=nullable)


def _of(target: str, *, key: bool = False, nullable: bool = False) -> Column:
    """Refer to another table's key."""
    name = target.split(".")[1]
    return Column(
        name, Text, ForeignKey(target), primary_key=key, nullable=nullable and not key
    )


def _company(*, key: bool = True) -> Column:
    return _of("company.company_id", key=key)


def _made() -> list[Column]:
    return [_text("created_at"), _text("created_by")]


meta = Table("meta", metadata, _id("name"), _text("value"))

company = Table(
    "company",
    metadata,
    _id("company_id"),
    _text("name"),
    _text("kind"),
    _text("currency"),
    Column("as_of", Date, nullable=False),
    _json("details"),
    _text("note"),
    *_made(),
    _text("opened_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("kind IN ('sample', 'own', 'empty')", name="company_kind"),
)

account = Table("account", metadata, _company(), *sql_columns(schemas.ACCOUNTS))
unit = Table("unit", metadata, _company(), *sql_columns(schemas.UNITS))
edge = Table(
    "edge",
    metadata,
    _company(),
    *sql_columns(schemas.EDGES, key=("unit_id", "neighbour_id")),
    sqlite_with_rowid=False,
)
position = Table("position", metadata, _company(), *sql_columns(schemas.POSITIONS))
rep = Table("rep", metadata, _company(), *sql_columns(schemas.REPS))
overlay = Table("overlay", metadata, _company(), _json("frame"))
deal = Table("deal", metadata, _company(), *sql_columns(schemas.DEALS))
split = Table(
    "split",
    metadata,
    _company(),
    *sql_columns(schemas.SPLITS, key=("deal_id", "position_id")),
)
visit_made = Table(
    "visit_made", metadata, _company(), *sql_columns(schemas.VISITS_MADE)
)

segment_rules = Table(
    "segment_rules",
    metadata,
    _company(),
    Column("version", Integer, primary_key=True),
    _json("rules"),
    *_made(),
)
segment = Table(
    "segment",
    metadata,
    _company(),
    _id("account_id"),
    _text("segment"),
    _text("visit_class"),
    _text("rule"),
    sqlite_with_rowid=False,
)
import_run = Table(
    "import_run",
    metadata,
    _id("import_id"),
    _company(key=False),
    _text("file_name"),
    _text("kind"),
    _json("mapping"),
    Column("rows_read", Integer, nullable=False),
    Column("rows_accepted", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False),
    _text("verdict"),
    _json("findings"),
    *_made(),
    _text("source", nullable=True),
    _text("sha256", nullable=True),
)
import_mapping = Table(
    "import_mapping",
    metadata,
    _company(),
    _id("kind"),
    _id("name"),
    _json("mapping"),
    *_made(),
)
account_source = Table(
    "account_source",
    metadata,
    _company(),
    _id("source"),
    _id("account_id"),
    _of("import_run.import_id"),
    sqlite_with_rowid=False,
)
repair = Table(
    "repair",
    metadata,
    _id("repair_id"),
    _company(key=False),
    _text("kind"),
    _text("code"),
    _json("params"),
    _json("before"),
    _json("after"),
    *_made(),
    _text("undone_at", nullable=True),
    _text("undone_by", nullable=True),
)
market_layer = Table(
    "market_layer",
    metadata,
    _company(),
    _id("name"),
    _text("unit_of_measure"),
    _text("source"),
    *_made(),
)
market_value = Table(
    "market_value",
    metadata,
    _company(),
    _id("name"),
    _id("unit_id"),
    Column("value", Double, nullable=False),
    sqlite_with_rowid=False,
)
geocode = Table(
    "geocode",
    metadata,
    _id("provider"),
    _id("query"),
    Column("lat", Double),
    Column("lon", Double),
    _text("geo_precision"),
    _text("found_at"),
)

scenario_layer = Table(
    "scenario_layer",
    metadata,
    _id("layer_id"),
    Column("parent_id", Text, ForeignKey("scenario_layer.layer_id")),
)
scenario = Table(
    "scenario",
    metadata,
    _id("scenario_id"),
    _company(key=False),
    _of("scenario_layer.layer_id"),
    _text("name"),
    Column("parent_id", Text, ForeignKey("scenario.scenario_id")),
    Column("version", Integer, nullable=False),
    _text("status"),
    Column("effective_from", Date),
    _text("note"),
    *_made(),
    _text("updated_at"),
    _text("updated_by"),
    Column("team", Text, nullable=False, server_default="Field"),
    sa.CheckConstraint("status IN ('draft', 'published')", name="scenario_status"),
)
scenario_unit = Table(
    "scenario_unit",
    metadata,
    _of("scenario_layer.layer_id", key=True),
    _id("unit_id"),
    _text("territory_id", nullable=True),
    sqlite_with_rowid=False,
)
scenario_account = Table(
    "scenario_account",
    metadata,
    _of("scenario_layer.layer_id", key=True),
    _id("account_id"),
    _text("territory_id", nullable=True),
    Column("is_removed", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
scenario_territory = Table(
    "scenario_territory",
    metadata,
    _of("scenario_layer.layer_id", key=True),
    _id("territory_id"),
    _text("name", nullable=True),
    _text("position_id", nullable=True),
    Column("is_removed", Boolean, nullable=False),
    _text("district", nullable=True),
    Column("share_ppm", sa.BigInteger),
    sqlite_with_rowid=False,
)
scenario_mark = Table(
    "scenario_mark",
    metadata,
    _of("scenario_layer.layer_id", key=True),
    _id("mark_id"),
    _text("kind", nullable=True),
    _text("thing", nullable=True),
    _text("other", nullable=True),
    Column("lat", Double),
    Column("lon", Double),
    Column("is_removed", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
draft = Table(
    "draft",
    metadata,
    _of("scenario.scenario_id", key=True),
    _id("who"),
    Column("version", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("n_saved", Integer, nullable=False),
    _text("plan_hash"),
    _json("back", nullable=True),
    _json("pending", nullable=True),
    _json("notice", nullable=True),
    _text("updated_at"),
)
draft_step = Table(
    "draft_step",
    metadata,
    _of("scenario.scenario_id", key=True),
    _id("who"),
    Column("step", Integer, primary_key=True),
    _json("edit"),
    _text("label"),
    _text("at"),
    _text("job_id", nullable=True),
)
quota_set = Table(
    "quota_set",
    metadata,
    _of("scenario_layer.layer_id", key=True),
    _json("params"),
    *_made(),
)
scenario_quota = Table(
    "scenario_quota",
    metadata,
    _of("quota_set.layer_id", key=True),
    *sql_columns(schemas.QUOTAS, key=("position_id", "measure", "period")),
)
visit_run = Table(
    "visit_run",
    metadata,
    _id("run_id"),
    _of("scenario_layer.layer_id"),
    _json("params"),
    _json("summary"),
    *_made(),
)
scenario_visit = Table(
    "scenario_visit",
    metadata,
    _of("visit_run.run_id", key=True),
    *sql_columns(schemas.VISITS, key=("rep_id", "visit_on", "sequence")),
)
scenario_unserved = Table(
    "scenario_unserved",
    metadata,
    _of("visit_run.run_id", key=True),
    Column("row_no", Integer, primary_key=True),
    *sql_columns(schemas.UNSERVED),
)

publication = Table(
    "publication",
    metadata,
    _of("scenario.scenario_id", key=True),
    _company(key=False),
    Column("effective_from", Date, nullable=False),
    _text("content_hash"),
    _text("state_hash"),
    _text("audit_hash"),
    _text("record_hash"),
    _text("published_at"),
    _text("published_by"),
)
publication_part = Table(
    "publication_part",
    metadata,
    _of("publication.scenario_id", key=True),
    _id("name"),
    Column("body", LargeBinary, nullable=False),
    _text("sha256"),
)
ownership = Table(
    "ownership",
    metadata,
    _company(),
    Column("row_no", Integer, primary_key=True),
    *sql_columns(schemas.OWNERSHIP),
)
seal = Table(
    "seal", metadata, _company(), _id("name"), _text("sha256"), _text("sealed_at")
)

comp_plan = Table(
    "comp_plan",
    metadata,
    _company(),
    Column("version", Integer, primary_key=True),
    _text("document"),
    _text("sha256"),
    *_made(),
)
pay_run = Table(
    "pay_run",
    metadata,
    _id("run_id"),
    _company(key=False),
    _text("period"),
    _text("kind"),
    _text("content_hash"),
    _json("summary"),
    *_made(),
    sa.CheckConstraint("kind IN ('trial', 'final')", name="pay_run_kind"),
)
sa.Index(
    "one_final_pay_run",
    pay_run.c.company_id,
    pay_run.c.period,
    unique=True,
    sqlite_where=pay_run.c.kind == "final",
    postgresql_where=pay_run.c.kind == "final",
)
pay_table = Table(
    "pay_table",
    metadata,
    _of("pay_run.run_id", key=True),
    _id("name"),
    Column("n_rows", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _text("sha256"),
)
ledger_entry = Table(
    "ledger_entry",
    metadata,
    _company(),
    Column("entry_no", Integer, primary_key=True),
    Column("run_id", Text, ForeignKey("pay_run.run_id")),
    _text("cells"),
    _text("types"),
    *_made(),
    _text("prev_hash"),
    _text("hash"),
)

export = Table(
    "export",
    metadata,
    _id("export_id"),
    _company(key=False),
    _of("scenario.scenario_id", nullable=True),
    _text("what"),
    _text("format"),
    _text("file_name"),
    Column("n_rows", Integer, nullable=False),
    _text("sha256"),
    _text("content_hash"),
    _text("audit_hash"),
    *_made(),
)
sa.Index("export_by_sha256", export.c.sha256)

job = Table(
    "job",
    metadata,
    _id("job_id"),
    _company(key=False),
    _text("scenario_id", nullable=True),
    _text("kind"),
    _json("params"),
    _text("state"),
    Column("fraction", Double, nullable=False),
    _text("note"),
    Column("best", Double),
    Column("bound", Double),
    _text("heartbeat_at", nullable=True),
    Column("cancel_requested", Boolean, nullable=False),
    _json("result", nullable=True),
    _text("error", nullable=True),
    _text("error_number", nullable=True),
    Column("attempts", Integer, nullable=False),
    _text("worker", nullable=True),
    *_made(),
    _text("started_at", nullable=True),
    _text("finished_at", nullable=True),
    _text("decision", nullable=True),
    sa.CheckConstraint(
        "state IN ('queued', 'running', 'done', 'failed', 'cancelled')",
        name="job_state",
    ),
)
sa.Index("job_by_state", job.c.state, job.c.created_at)
worker = Table(
    "worker",
    metadata,
    _id("worker_id"),
    Column("pid", Integer, nullable=False),
    _text("host"),
    _text("started_at"),
    _text("beat_at"),
    Column("stop_requested", Boolean, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _text("at"),
    _text("who"),
    _text("company_id", nullable=True),
    _text("action"),
    _text("subject"),
    _text("before", nullable=True),
    _text("after", nullable=True),
    _text("prev_hash"),
    _text("hash"),
)
sa.Index("audit_by_subject", audit.c.subject, audit.c.sequence)
