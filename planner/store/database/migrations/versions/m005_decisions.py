"""Version 5: what was decided about a job's answer stands in its row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from planner.store.rows.bulk import Text

revision = "5"
down_revision = "4"

# As the audit log told it before.
_DECISIONS = {"accept a proposal": "accepted", "discard a proposal": "discarded"}


def upgrade() -> None:
    """Add the column, and fill it from the log; the latest line of a job wins."""
    op.add_column("job", sa.Column("decision", Text))
    conn = op.get_bind()
    decide = sa.text("UPDATE job SET decision = :decision WHERE job_id = :job_id")
    lines = sa.text(
        "SELECT subject, action FROM audit"
        " WHERE action IN ('accept a proposal', 'discard a proposal')"
        " AND subject LIKE 'job %' ORDER BY sequence"
    )
    for subject, action in conn.execute(lines).all():
        job_id = str(subject).removeprefix("job ")
        conn.execute(decide, {"decision": _DECISIONS[action], "job_id": job_id})
