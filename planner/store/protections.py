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
    """Add the triggers to new tables, in the words of their database."""
    for table in _APPEND_ONLY:
        _refuse(conn, table, "UPDATE")
        _refuse(conn, table, "DELETE")
    for table, is_final in _FINAL_RUN.items():
        _refuse(conn, table, "UPDATE")
        _refuse(conn, table, "DELETE", is_final)
    if conn.dialect.name == "postgresql":  # SQLite has no TRUNCATE
        for table in (*_APPEND_ONLY, *_FINAL_RUN):
            _refuse_in_postgresql(conn, table, "TRUNCATE", "TRUE", "STATEMENT")


def missing_triggers(conn: sa.Connection) -> list[tuple[str, str]]:
    """Name each trigger of `protect` that is gone or switched off, and its table."""
    verbs = ["UPDATE", "DELETE"]
    if conn.dialect.name == "postgresql":
        verbs.append("TRUNCATE")
        query = (
            "SELECT tgname, relname FROM pg_trigger "
            "JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE tgenabled IN ('O', 'A') AND pg_table_is_visible(pg_class.oid)"
        )
    else:
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    found = {(str(name), str(table)) for name, table in conn.exec_driver_sql(query)}
    wanted = [
        (f"{table.name}_no_{verb.lower()}", table.name)
        for table in (*_APPEND_ONLY, *_FINAL_RUN)
        for verb in verbs
    ]
    return [trigger for trigger in wanted if trigger not in found]


def _refuse(
    conn: sa.Connection, table: sa.Table, verb: str, condition: str = "TRUE"
) -> None:
    """Add a trigger that refuses a verb."""
    if conn.dialect.name == "postgresql":
        _refuse_in_postgresql(conn, table, verb, condition, "ROW")
        return
    conn.exec_driver_sql(
        f"CREATE TRIGGER {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name} "
        f"WHEN {condition} BEGIN "
        f"SELECT RAISE(ABORT, '{table.name} is append-only'); END"
    )


def _refuse_in_postgresql(
    conn: sa.Connection, table: sa.Table, verb: str, condition: str, each: str
) -> None:
    """Add a function that raises and its trigger, whose WHEN could ask no table."""
    name = f"{table.name}_no_{verb.lower()}"
    conn.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {condition} THEN RAISE EXCEPTION '{table.name} is append-only' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN OLD; END $$"
    )
    conn.exec_driver_sql(
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table.name} "
        f"FOR EACH {each} EXECUTE FUNCTION {name}()"
    )
