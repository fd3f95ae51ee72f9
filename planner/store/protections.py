"""What the database itself refuses: rows once written for good stay as they are."""

from __future__ import annotations

import sqlalchemy as sa

from planner.store import tables

_APPEND_ONLY = (
    tables.audit,
    tables.publication,
    tables.publication_part,
    tables.comp_plan,
    tables.ledger_entry,
)
_FINAL_RUN = {
    tables.pay_run: "OLD.kind = 'final'",
    tables.pay_table: (
        "(SELECT kind FROM pay_run WHERE pay_run.run_id = OLD.run_id) = 'final'"
    ),
}


def protect(conn: sa.Connection) -> None:
    """Add the triggers to new tables; SQLite's dialect, others get their own here."""
    for table in _APPEND_ONLY:
        _refuse(conn, table, "UPDATE")
        _refuse(conn, table, "DELETE")
    for table, is_final in _FINAL_RUN.items():
        _refuse(conn, table, "UPDATE")
        _refuse(conn, table, "DELETE", is_final)


def _refuse(
    conn: sa.Connection, table: sa.Table, verb: str, condition: str = ""
) -> None:
    """Add a trigger that refuses a verb."""
    when = f"WHEN {condition} " if condition else ""
    conn.exec_driver_sql(
        f"CREATE TRIGGER {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name} "
        f"{when}BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
    )
