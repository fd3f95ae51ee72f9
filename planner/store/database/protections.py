"""What the database itself refuses: rows once written for good stay as they are."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from planner.store.rows import schema

_APPEND_ONLY = (
    schema.audit,
    schema.publication,
    schema.publication_part,
    schema.comp_plan,
    schema.ledger_entry,
)
_FINAL_RUN = {
    schema.pay_run: "OLD.kind = 'final'",
    schema.pay_table: (
        "(SELECT kind FROM pay_run WHERE pay_run.run_id = OLD.run_id) = 'final'"
    ),
}


_FOR_ROW, _BEFORE = 1, 2  # bits of PostgreSQL's pg_trigger.tgtype
_TRIGGERS = """
SELECT tgname, relname, tgenabled, tgtype,
       tgqual IS NULL AND tgnargs = 0 AND tgattr::text = '' AND proname = tgname, prosrc
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE NOT tgisinternal AND pg_table_is_visible(pg_class.oid)
  AND relnamespace = current_schema()::regnamespace
ORDER BY relname, tgname
"""
_RULES = """
SELECT rulename, relname FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class
WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
"""


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


def unprotect(conn: sa.Connection) -> None:
    """Take the triggers away; who does puts them back in the same transaction."""
    is_postgresql = conn.dialect.name == "postgresql"
    verbs = ("UPDATE", "DELETE", *(("TRUNCATE",) if is_postgresql else ()))
    for table in (*_APPEND_ONLY, *_FINAL_RUN):
        for verb in verbs:
            on = f" ON {table.name}" if is_postgresql else ""
            conn.exec_driver_sql(f"DROP TRIGGER {_name(table, verb)}{on}")


def trigger_faults(conn: sa.Connection) -> list[tuple[str, str]]:
    """
    Find what is wrong with the triggers of a PostgreSQL database and their functions.

    Returns
    -------
    Table and message: a trigger of `protect` that is gone, switched off or does
    something else, and one that is none of ours, or a rule, on our tables.
    """
    expected = {
        (_name(table, verb), table.name): (kind, _body(table, condition))
        for table, verb, condition, kind in _in_postgresql()
    }
    triggers, faults = {}, []
    for name, table, enabled, kind, is_plain, body in conn.exec_driver_sql(_TRIGGERS):
        if (name, table) not in expected:
            faults.append((table, f"its trigger {name} is none of ours"))
        elif enabled in {"O", "A"}:
            triggers[name, table] = (kind if is_plain else None, body)
    for (name, table), definition in expected.items():
        if (name, table) not in triggers:
            faults.append((table, f"its protection {name} is gone"))
        elif triggers[name, table] != definition:
            faults.append((table, f"its protection {name} was changed"))
    for name, table in conn.exec_driver_sql(_RULES):
        if table in schema.metadata.tables:
            faults.append((table, f"its rule {name} is none of ours"))
    return faults


def _in_postgresql() -> Iterator[tuple[sa.Table, str, str, int]]:
    """Name the table, verb, condition and kind (PostgreSQL's bits) of each trigger."""
    for table in (*_APPEND_ONLY, *_FINAL_RUN):
        yield table, "UPDATE", "TRUE", _FOR_ROW | _BEFORE | 16
        is_final = _FINAL_RUN.get(table, "TRUE")
        yield table, "DELETE", is_final, _FOR_ROW | _BEFORE | 8
        yield table, "TRUNCATE", "TRUE", _BEFORE | 32


def _name(table: sa.Table, verb: str) -> str:
    return f"{table.name}_no_{verb.lower()}"


def _body(table: sa.Table, condition: str) -> str:
    """Write the function of a trigger in PostgreSQL."""
    return (
        f" BEGIN IF {condition} THEN RAISE EXCEPTION '{table.name} is append-only' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN OLD; END "
    )


def _refuse(
    conn: sa.Connection, table: sa.Table, verb: str, condition: str = "TRUE"
) -> None:
    """Add a trigger that refuses a verb."""
    if conn.dialect.name == "postgresql":
        _refuse_in_postgresql(conn, table, verb, condition, "ROW")
        return
    conn.exec_driver_sql(
        f"CREATE TRIGGER {_name(table, verb)} BEFORE {verb} ON {table.name} "
        f"WHEN {condition} BEGIN "
        f"SELECT RAISE(ABORT, '{table.name} is append-only'); END"
    )


def _refuse_in_postgresql(
    conn: sa.Connection, table: sa.Table, verb: str, condition: str, each: str
) -> None:
    """Add a function that raises and its trigger, whose WHEN could ask no table."""
    name = _name(table, verb)
    conn.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $${_body(table, condition)}$$"
    )
    conn.exec_driver_sql(
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table.name} "
        f"FOR EACH {each} EXECUTE FUNCTION {name}()"
    )
