"""The doctor: every way we know a store can be wrong, looked for."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from planner.core.errors import StoreError
from planner.store import layers
from planner.store import tables
from planner.store.audit import has_hash
from planner.store.audit import verify_audit
from planner.store.engine import Store
from planner.store.engine import schema_version
from planner.store.ledger import damaged_pay_tables
from planner.store.ledger import verify_ledger
from planner.store.migrations import KNOWN_VERSION
from planner.store.publications import publication_faults
from planner.store.quotas import ownership_is_whole
from planner.store.records import sha256_text

RESTORE = "restore the latest backup"
LOAD_AGAIN = "import the accounts or units again, or remove these rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One thing that is wrong.

    Parameters
    ----------
    code
        Which check: structure, reference, version, missing_table, publication,
        ownership, pay, ledger, comp_plan, audit, orphan, chain.
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
        _references,
        _version,
        _publications,
        _ownership,
        _pay,
        _comp_plans,
        _audit,
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
                    subject=str(store.path),
                    message=f"the check of {name} could not read its rows: {error}",
                    repair=RESTORE,
                )
            )
    return findings


def _structure(conn: sa.Connection) -> Iterator[Finding]:
    if conn.dialect.name != "sqlite":
        return
    for said in conn.exec_driver_sql("PRAGMA integrity_check").scalars():
        if said != "ok":
            yield Finding(
                code="structure", subject="file", message=str(said), repair=RESTORE
            )


def _references(conn: sa.Connection) -> Iterator[Finding]:
    if conn.dialect.name != "sqlite":
        return
    rows = conn.exec_driver_sql("PRAGMA foreign_key_check").all()
    for table, target in sorted({(row[0], row[2]) for row in rows}):
        count = sum(row[0] == table and row[2] == target for row in rows)
        yield Finding(
            code="reference",
            subject=f"table {table}",
            message=f"{count} rows refer to rows of {target} that do not exist",
            repair=RESTORE,
        )


def _version(conn: sa.Connection) -> Iterator[Finding]:
    found = schema_version(conn)
    if found != KNOWN_VERSION:
        yield Finding(
            code="version",
            subject="meta",
            message=f"tables have version {found}, this planner has {KNOWN_VERSION}",
            repair="open the store once with this planner",
        )
    missing = set(tables.metadata.tables) - set(sa.inspect(conn).get_table_names())
    for name in sorted(missing):
        yield Finding(
            code="missing_table",
            subject=f"table {name}",
            message="does not exist",
            repair=RESTORE,
        )


def _publications(conn: sa.Connection) -> Iterator[Finding]:
    query = sa.select(tables.publication.c.scenario_id, tables.publication.c.audit_hash)
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
    plan = tables.comp_plan.c
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


def _orphans(conn: sa.Connection) -> Iterator[Finding]:
    """Rows that name an account, unit, position or rep that the company lacks."""
    pairs = (
        (tables.segment.c.account_id, tables.account.c.account_id),
        (tables.account.c.unit_id, tables.unit.c.unit_id),
        (tables.deal.c.account_id, tables.account.c.account_id),
        (tables.visit_made.c.account_id, tables.account.c.account_id),
        (tables.split.c.deal_id, tables.deal.c.deal_id),
        (tables.split.c.position_id, tables.position.c.position_id),
        (tables.rep.c.position_id, tables.position.c.position_id),
        (tables.position.c.parent_id, tables.position.c.position_id),
        (tables.edge.c.unit_id, tables.unit.c.unit_id),
        (tables.edge.c.neighbour_id, tables.unit.c.unit_id),
    )
    for column, target in pairs:
        held = target.table.alias("held")
        is_held = sa.exists().where(
            held.c.company_id == column.table.c.company_id,
            held.c[target.name] == column,
        )
        query = (
            sa.select(column.table.c.company_id, sa.func.count(), sa.func.min(column))
            .where(column.is_not(None), ~is_held)
            .group_by(column.table.c.company_id)
        )
        for company_id, count, example in conn.execute(query):
            yield Finding(
                code="orphan",
                subject=f"{column.table.name} of company {company_id}",
                message=(
                    f"{count} rows name a {column.name} that does not exist, "
                    f"such as {example}"
                ),
                repair=LOAD_AGAIN,
            )


def _chains(conn: sa.Connection) -> Iterator[Finding]:
    """Scenarios whose layers run in a circle or end in nothing."""
    layer = tables.scenario_layer.c
    roots = set(
        conn.execute(
            sa.select(layer.layer_id).where(layer.parent_id.is_(None))
        ).scalars()
    )
    query = sa.select(tables.scenario.c.scenario_id, tables.scenario.c.layer_id)
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
        str(found)
        for found in conn.execute(sa.select(tables.company.c.company_id)).scalars()
    ]
