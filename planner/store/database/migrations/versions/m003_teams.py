"""Version 3: the team of a scenario; districts and wanted shares of territories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from planner.store.rows.bulk import Text

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Add the columns; what was there is of the field team, without either."""
    team = Column("team", Text, server_default="Field", nullable=False)
    op.add_column("scenario", team)
    op.add_column("scenario_territory", Column("district", Text))
    op.add_column("scenario_territory", Column("share_ppm", sa.BigInteger))
