"""Version 4: marks of a scenario (locks, homes, barriers); drafts and their steps."""

from __future__ import annotations

import sqlalchemy as sa


def up(conn: sa.Connection) -> None:
    """Make the three tables, empty."""
    is_server = conn.dialect.name == "postgresql"
    text = 'TEXT COLLATE "C"' if is_server else "TEXT"
    number = "DOUBLE PRECISION" if is_server else "DOUBLE"
    rowless = "" if is_server else " WITHOUT ROWID"
    conn.exec_driver_sql(
        f"CREATE TABLE scenario_mark (layer_id {text} NOT NULL"
        f" REFERENCES scenario_layer (layer_id), mark_id {text} NOT NULL,"
        f" kind {text}, thing {text}, other {text}, lat {number}, lon {number},"
        f" is_removed BOOLEAN NOT NULL, PRIMARY KEY (layer_id, mark_id)){rowless}"
    )
    conn.exec_driver_sql(
        f"CREATE TABLE draft (scenario_id {text} NOT NULL"
        f" REFERENCES scenario (scenario_id), who {text} NOT NULL,"
        " version INTEGER NOT NULL, serial INTEGER NOT NULL,"
        " position INTEGER NOT NULL, n_saved INTEGER NOT NULL,"
        f" plan_hash {text} NOT NULL, back JSON, pending JSON, notice JSON,"
        f" updated_at {text} NOT NULL,"
        " PRIMARY KEY (scenario_id, who))"
    )
    conn.exec_driver_sql(
        f"CREATE TABLE draft_step (scenario_id {text} NOT NULL"
        f" REFERENCES scenario (scenario_id), who {text} NOT NULL,"
        f" step INTEGER NOT NULL, edit JSON NOT NULL, label {text} NOT NULL,"
        f" at {text} NOT NULL, job_id {text}, PRIMARY KEY (scenario_id, who, step))"
    )
