"""What the audit log must know of: every record of it stands there, as it was made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from planner.store.rows import schema
from planner.store.rows.records import json_text
from planner.store.rows.schema import audit

Fault = tuple[str, str]  # where, and what is wrong

GONE = "the audit log does not tell of it: its last lines are missing"


def trail_faults(conn: sa.Connection) -> Iterator[Fault]:
    """
    Hold scenarios, companies, pay runs and comp plans against their audit lines.

    A log cut off at its end is whole in itself; what it should tell of gives it away.
    """
    yield from _scenarios(conn)
    yield from _companies(conn)
    yield from _pay_runs(conn)
    yield from _comp_plans(conn)


def _scenarios(conn: sa.Connection) -> Iterator[Fault]:
    rows = schema.scenario.c
    query = sa.select(rows.scenario_id, rows.version, rows.name)
    for scenario_id, version, name in conn.execute(query).all():
        subject = f"scenario {scenario_id}"
        state: dict[str, Any] = {}
        for _, _, after in _lines(conn, subject):
            state |= json.loads(after or "{}")
        if not state or state.get("version", 1) < version:
            yield subject, GONE
        elif state.get("version", 1) > version or state.get("name", name) != name:
            yield subject, "its version or name differs from the audit log"


def _companies(conn: sa.Connection) -> Iterator[Fault]:
    query = sa.select(schema.company.c.company_id, schema.company.c.version)
    for company_id, version in conn.execute(query).all():
        lines = _lines(conn, f"data of company {company_id}")
        state = json.loads(lines[-1][2] or "{}") if lines else {}
        if state.get("version", 1) != version:
            yield f"data of company {company_id}", GONE
        if not _lines(conn, f"company {company_id}"):
            yield f"company {company_id}", GONE


def _pay_runs(conn: sa.Connection) -> Iterator[Fault]:
    parts: dict[str, dict[str, Any]] = {}
    of_tables = schema.pay_table.c
    query = sa.select(
        of_tables.run_id, of_tables.name, of_tables.n_rows, of_tables.sha256
    )
    for run_id, name, n_rows, sha256 in conn.execute(query):
        parts.setdefault(run_id, {})[name] = [n_rows, sha256]
    for run in conn.execute(sa.select(schema.pay_run)).mappings().all():
        subject = f"pay run {run['run_id']}"
        lines = _lines(conn, subject)
        if not lines:
            yield subject, GONE
            continue
        who, action, after = lines[0]
        line = json.loads(after or "{}")
        hashes = {"content_hash": run["content_hash"], "summary": run["summary"]}
        if "tables" in line:  # version 1 did not tell them
            hashes["tables"] = parts.get(run["run_id"], {})
        is_same = json_text(hashes) == json_text(line)
        label = f"{run['kind']} pay run of {run['period']}"
        if not is_same or (who, action) != (run["created_by"], label):
            yield subject, "its record or its tables differ from the audit log"


def _comp_plans(conn: sa.Connection) -> Iterator[Fault]:
    plan = schema.comp_plan.c
    for company_id in conn.execute(sa.select(schema.company.c.company_id)).scalars():
        subject = f"comp plan {company_id}"
        query = sa.select(plan.created_by, plan.version, plan.sha256).where(
            plan.company_id == company_id
        )
        stored = {
            (who, f"save comp plan, version {version}", json_text({"sha256": sha256}))
            for who, version, sha256 in conn.execute(query)
        }
        if stored != set(_lines(conn, subject)):
            yield subject, "its versions differ from those the audit log tells of"


def _lines(conn: sa.Connection, subject: str) -> list[tuple[str, str, str | None]]:
    """Read who, action and after of a subject's lines, the oldest first."""
    query = (
        sa.select(audit.c.who, audit.c.action, audit.c.after)
        .where(audit.c.subject == subject)
        .order_by(audit.c.sequence)
    )
    return [(who, action, after) for who, action, after in conn.execute(query)]
