"""The doctor: every way we know a store can be wrong, looked for."""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from planner.core.errors import StoreError
from planner.store.audit.exports import export_faults
from planner.store.audit.log import has_hash, verify_audit
from planner.store.audit.trail import trail_faults
from planner.store.database.engine import Store, schema_version
from planner.store.database.migrations import KNOWN_VERSION
from planner.store.database.protections import trigger_faults
from planner.store.jobs import job_faults
from planner.store.pay.ledger import damaged_pay_tables, verify_ledger
from planner.store.rows import schema
from planner.store.rows.records import sha256_text
from planner.store.scenarios import layers
from planner.store.scenarios.publications import publication_faults
from planner.store.scenarios.quotas import ownership_is_whole
from planner.store.upkeep.blueprint import differences
from planner.store.upkeep.references import (
    lost_named_accounts,
    lost_references,
    orphans,
)

RESTORE = "restore the latest backup"
LOAD_AGAIN = "import what is missing again, or remove these rows"
UNNAME = "import these accounts again, or let the scenario name them no more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One thing that is wrong.

    Parameters
    ----------
    code
        Which check: structure, reference, version, missing_table, trigger, publication,
        ownership, pay, ledger, comp_plan, audit, export, trail, orphan, chain, job.
    subject
        What it is about.
    message
        What is wrong with it.
    repair
        What to do.
    """

    code: str
    subject: str
    message: str
    repair: str


Check = Callable[[sa.Connection], Iterator[Finding]]


def examine(store: Store) -> list[Finding]:
    """
    Look for everything that can be wrong in a store.

    Returns
    -------
    What was found; empty: the store is sound. A check that cannot be carried out is
    itself a finding.
    """
    findings: list[Finding] = []
    checks: tuple[Check, ...] = (
        _structure,
        _types,
        _encoding,
        _json_cells,
        _jobs,
        _references,
        _version,
        _triggers,
        _publications,
        _ownership,
        _pay,
        _comp_plans,
        _audit,
        _exports,
        _trail,
        _orphans,
        _chains,
    )
    for check in checks:
        try:
            with store.reading() as conn:
                findings.extend(check(conn))
        except (StoreError, sa.exc.SQLAlchemyError, ValueError, KeyError) as error:
            name = check.__name__.strip("_")
            findings.append(
                Finding(
                    code="structure",
                    subject=store.label,
                    message=f"the check of {name} could not read its rows: {error}",
                    repair=RESTORE,
                )
            )
    return findings


def _structure(conn: sa.Connection) -> Iterator[Finding]:
    if conn.dialect.name != "sqlite":
        return
    for verdict in conn.exec_driver_sql("PRAGMA integrity_check").scalars():
        if verdict != "ok":
            yield Finding(
                code="structure", subject="file", message=str(verdict), repair=RESTORE
            )


def _types(conn: sa.Connection) -> Iterator[Finding]:
    """Cells of another type than their column's, which SQLite would let pass."""
    if conn.dialect.name != "sqlite":
        return
    # As text: SQLAlchemy takes longer to write these out than SQLite to answer them.
    for table in schema.metadata.sorted_tables:
        wrong = ", ".join(
            f'sum(typeof("{column.name}") NOT IN {_kinds(column.type)})'
            for column in table.columns
        )
        query = f'SELECT {wrong} FROM "{table.name}"'  # noqa: S608 - our own names
        counts = conn.exec_driver_sql(query).one()
        for column, count in zip(table.columns, counts, strict=True):
            if count:
                yield Finding(
                    code="structure",
                    subject=f"table {table.name}",
                    message=f"{count} cells of {column.name} are of the wrong type",
                    repair=RESTORE,
                )


def _encoding(conn: sa.Connection) -> Iterator[Finding]:
    """Text that is no UTF-8, which SQLite keeps and nobody can read."""
    if conn.dialect.name != "sqlite":
        return
    for table in schema.metadata.sorted_tables:
        texts = [c for c in table.columns if isinstance(c.type, sa.Text | sa.JSON)]
        names = ", ".join(f'"{column.name}"' for column in texts)
        query = f'SELECT {names} FROM "{table.name}"'  # noqa: S608 - our own names
        driver: Any = conn.connection.driver_connection
        try:
            deque(driver.execute(query), maxlen=0)
        except sqlite3.OperationalError as error:
            yield Finding(
                code="structure",
                subject=f"table {table.name}",
                message=f"a text in it cannot be read: {error}",
                repair=RESTORE,
            )


def _json_cells(conn: sa.Connection) -> Iterator[Finding]:
    """Cells that are to hold JSON and do not; most servers would not take them."""
    for table in schema.metadata.sorted_tables:
        if table.name == "job":
            continue  # `_jobs` looks at more than this
        for column in table.columns:
            if isinstance(column.type, sa.JSON) and (
                count := _n_without_json(conn, column)
            ):
                yield Finding(
                    code="structure",
                    subject=f"table {table.name}",
                    message=f"{count} cells of {column.name} are no JSON",
                    repair=RESTORE,
                )


def _n_without_json(conn: sa.Connection, column: sa.Column) -> int:
    """Count the cells that Python, which wrote them, cannot read again."""
    as_text = sa.cast(column, sa.Text)
    if conn.dialect.name == "sqlite":
        as_text = sa.cast(column, sa.LargeBinary)  # type: ignore[arg-type]
        is_unread = sa.func.json_valid(column) == 0
        # Some versions call what is missing no JSON either.
        query = sa.select(as_text).where(is_unread, as_text.is_not(None))
    else:
        kind = sa.select(sa.func.pg_typeof(column).cast(sa.Text)).limit(1)
        if conn.execute(kind).scalar() in {None, "json", "jsonb"}:
            return 0
        query = sa.select(as_text).where(as_text.is_not(None))
    count = 0
    for cell in conn.execute(query).scalars():
        try:
            json.loads(cell)
        except (ValueError, RecursionError):
            count += 1
    return count


def _jobs(conn: sa.Connection) -> Iterator[Finding]:
    """Rows of jobs that cannot be read; they stop nobody, but say what went wrong."""
    for job_id, fault in job_faults(conn):
        yield Finding(
            code="job",
            subject=f"job {job_id}",
            message=f"its row is damaged: {fault}",
            repair="ask for it again; this row runs no more",
        )


def _kinds(kind: sa.types.TypeEngine) -> tuple[str, ...]:
    """Name what SQLite may hold in a column of a type."""
    if isinstance(kind, sa.LargeBinary):
        return ("blob", "null")
    if isinstance(kind, sa.JSON):  # it keeps a bare number as one
        return ("text", "integer", "real", "null")
    if isinstance(kind, sa.Float):
        return ("real", "null")
    if isinstance(kind, sa.Integer | sa.Boolean):
        return ("integer", "null")
    return ("text", "null")


def _references(conn: sa.Connection) -> Iterator[Finding]:
    for subject, message in lost_references(conn):
        yield Finding(
            code="reference", subject=subject, message=message, repair=RESTORE
        )


def _version(conn: sa.Connection) -> Iterator[Finding]:
    version = schema_version(conn)
    if version != KNOWN_VERSION:
        yield Finding(
            code="version",
            subject="meta",
            message=f"tables have version {version}, this planner has {KNOWN_VERSION}",
            repair="open the store once with this planner",
        )
    look = sa.inspect(conn)
    columns = {
        name: {column["name"] for column in columns_of_table}
        for (_, name), columns_of_table in look.get_multi_columns().items()
    }
    for name, table in sorted(schema.metadata.tables.items()):
        if name not in columns:
            message = "does not exist"
        elif absent := {column.name for column in table.columns} - columns[name]:
            message = f"lacks the columns {', '.join(sorted(absent))}"
        else:
            continue
        yield Finding(
            code="missing_table",
            subject=f"table {name}",
            message=message,
            repair=RESTORE,
        )


def _triggers(conn: sa.Connection) -> Iterator[Finding]:
    """Protections that are gone or hollow, and what is none of ours."""
    if conn.dialect.name == "postgresql":
        for table_name, message in trigger_faults(conn):
            yield _trigger(f"table {table_name}", message)
        return
    for fault in differences(conn):
        if fault.kind == "trigger":
            what = "protection" if "_no_" in fault.name else "trigger"
            words = "is gone" if fault.message == "does not exist" else fault.message
            yield _trigger(f"table {fault.table}", f"its {what} {fault.name} {words}")
        elif fault.kind != "table" or fault.message == "is none of ours":
            yield Finding(
                code="structure",
                subject=f"{fault.kind} {fault.name}",
                message=f"{fault.message}; this planner made no such {fault.kind}",
                repair=RESTORE,
            )


def _trigger(subject: str, message: str) -> Finding:
    return Finding(
        code="trigger",
        subject=subject,
        message=f"{message}: rows may have been changed",
        repair=RESTORE,
    )


def _publications(conn: sa.Connection) -> Iterator[Finding]:
    query = sa.select(schema.publication.c.scenario_id, schema.publication.c.audit_hash)
    for scenario_id, audit_hash in conn.execute(query).all():
        faults = publication_faults(conn, scenario_id)
        if not has_hash(conn, audit_hash):
            faults.append("its line in the audit log is gone")
        for fault in faults:
            yield Finding(
                code="publication",
                subject=f"publication {scenario_id}",
                message=fault,
                repair=RESTORE,
            )


def _ownership(conn: sa.Connection) -> Iterator[Finding]:
    for company_id in _companies(conn):
        if not ownership_is_whole(conn, company_id):
            yield Finding(
                code="ownership",
                subject=f"company {company_id}",
                message="its published ownership differs from its content hash",
                repair=RESTORE,
            )


def _pay(conn: sa.Connection) -> Iterator[Finding]:
    for name in damaged_pay_tables(conn):
        yield Finding(
            code="pay",
            subject=f"pay run {name}",
            message="differs from its content hash",
            repair=RESTORE,
        )
    for company_id in _companies(conn):
        for fault in verify_ledger(conn, company_id):
            yield Finding(
                code="ledger",
                subject=f"company {company_id}",
                message=fault,
                repair=RESTORE,
            )


def _comp_plans(conn: sa.Connection) -> Iterator[Finding]:
    plan = schema.comp_plan.c
    query = sa.select(plan.company_id, plan.version, plan.document, plan.sha256)
    for company_id, version, document, sha256 in conn.execute(query):
        if sha256_text(document) != sha256:
            yield Finding(
                code="comp_plan",
                subject=f"comp plan {company_id} version {version}",
                message="differs from its content hash",
                repair=RESTORE,
            )


def _audit(conn: sa.Connection) -> Iterator[Finding]:
    for fault in verify_audit(conn):
        yield Finding(code="audit", subject="log", message=fault, repair=RESTORE)


def _exports(conn: sa.Connection) -> Iterator[Finding]:
    for export_id, message in export_faults(conn):
        yield Finding(
            code="export",
            subject=f"export {export_id}",
            message=message,
            repair=RESTORE,
        )


def _trail(conn: sa.Connection) -> Iterator[Finding]:
    for subject, message in trail_faults(conn):
        yield Finding(code="trail", subject=subject, message=message, repair=RESTORE)


def _orphans(conn: sa.Connection) -> Iterator[Finding]:
    for subject, message in orphans(conn):
        yield Finding(
            code="orphan", subject=subject, message=message, repair=LOAD_AGAIN
        )
    for subject, message in lost_named_accounts(conn):
        yield Finding(code="orphan", subject=subject, message=message, repair=UNNAME)


def _chains(conn: sa.Connection) -> Iterator[Finding]:
    """Scenarios whose layers run in a circle or end in nothing."""
    layer = schema.scenario_layer.c
    roots = set(
        conn.execute(
            sa.select(layer.layer_id).where(layer.parent_id.is_(None))
        ).scalars()
    )
    query = sa.select(schema.scenario.c.scenario_id, schema.scenario.c.layer_id)
    for scenario_id, layer_id in conn.execute(query).all():
        chain = layers.chain_of(conn, layer_id)
        if len(chain) > layers.DEEPEST or not chain or chain[-1] not in roots:
            yield Finding(
                code="chain",
                subject=f"scenario {scenario_id}",
                message="its layers of differences do not lead to a base",
                repair=RESTORE,
            )


def _companies(conn: sa.Connection) -> list[str]:
    return [
        str(company_id)
        for company_id in conn.execute(sa.select(schema.company.c.company_id)).scalars()
    ]
