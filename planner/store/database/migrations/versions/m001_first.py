"""Version 1: the first that was released; older stores there are none."""

from __future__ import annotations

revision = "1"
down_revision = None


def upgrade() -> None:
    """Do nothing: new stores are made from `store.rows.schema`, at the newest."""
