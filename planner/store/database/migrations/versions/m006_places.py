"""Version 6: an account may wait for its place, so latitude and longitude may lack."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6"
down_revision = "5"


def upgrade() -> None:
    """Let both be null; SQLite copies the table, PostgreSQL only notes it."""
    with op.batch_alter_table("account") as table:
        for name in ("lat", "lon"):
            table.alter_column(name, existing_type=sa.Double, nullable=True)
