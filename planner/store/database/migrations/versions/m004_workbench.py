"""Version 4: marks of a scenario (locks, homes, barriers); drafts and their steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Boolean, Column, Double, ForeignKey, Integer

from planner.store.rows.bulk import Text

revision = "4"
down_revision = "3"


# Written out as the tables were in version 4: `store.rows.schema` may have moved on.
def _key(name: str, kind: type | sa.types.TypeEngine = Text) -> Column:
    return Column(name, kind, primary_key=True)


def _part_of(target: str) -> Column:
    """Refer to a table's key, as the first part of one's own."""
    return Column(target.split(".")[1], Text, ForeignKey(target), primary_key=True)


def _text(name: str) -> Column:
    return Column(name, Text, nullable=False)


def _whole(name: str) -> Column:
    return Column(name, Integer, nullable=False)


def upgrade() -> None:
    """Make the three tables, empty."""
    op.create_table(
        "scenario_mark",
        _part_of("scenario_layer.layer_id"),
        _key("mark_id"),
        Column("kind", Text),
        Column("thing", Text),
        Column("other", Text),
        Column("lat", Double),
        Column("lon", Double),
        Column("is_removed", Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "draft",
        _part_of("scenario.scenario_id"),
        _key("who"),
        *map(_whole, ("version", "serial", "position", "n_saved")),
        _text("plan_hash"),
        Column("back", sa.JSON),
        Column("pending", sa.JSON),
        Column("notice", sa.JSON),
        _text("updated_at"),
    )
    op.create_table(
        "draft_step",
        _part_of("scenario.scenario_id"),
        _key("who"),
        _key("step", Integer),
        Column("edit", sa.JSON, nullable=False),
        _text("label"),
        _text("at"),
        Column("job_id", Text),
    )
