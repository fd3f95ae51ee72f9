"""Version 3: the team of a scenario; districts and wanted shares of territories."""

from __future__ import annotations

import sqlalchemy as sa


def up(conn: sa.Connection) -> None:
    """Add the columns; what was there is of the field team, without either."""
    # Compared by its bytes everywhere, as all text was made in version 2.
    text = 'TEXT COLLATE "C"' if conn.dialect.name == "postgresql" else "TEXT"
    conn.exec_driver_sql(
        f"ALTER TABLE scenario ADD COLUMN team {text} DEFAULT 'Field' NOT NULL"
    )
    conn.exec_driver_sql(f"ALTER TABLE scenario_territory ADD COLUMN district {text}")
    conn.exec_driver_sql("ALTER TABLE scenario_territory ADD COLUMN share_ppm BIGINT")
