"""A company taken out of the store: every row of it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from planner.core.errors import ConflictError
from planner.store.audit.log import append_audit
from planner.store.company.companies import load_company
from planner.store.database.protections import protect, unprotect
from planner.store.rows import schema

_RUNNING = ("queued", "running")


def company_counts(conn: sa.Connection, company_id: str) -> dict[str, int]:
    """Count what goes with a company: accounts, scenarios, plans published, closes."""
    tables = {
        "accounts": (schema.account, sa.true()),
        "scenarios": (schema.scenario, sa.true()),
        "publications": (schema.publication, sa.true()),
        "closed_months": (schema.pay_run, schema.pay_run.c.kind == "final"),
    }
    return {
        name: conn.execute(
            sa.select(sa.func.count())
            .select_from(table)
            .where(table.c.company_id == company_id, condition)
        ).scalar_one()
        for name, (table, condition) in tables.items()
    }


def delete_company(conn: sa.Connection, company_id: str, *, user: str) -> None:
    """
    Delete a company and everything that hangs on it; its audit lines stay.

    Parameters
    ----------
    conn
        Inside a transaction.
    company_id
        Whose rows.
    user
        Whose name stands in the audit log.

    Raises
    ------
    NotFoundError
        If there is no such company.
    ConflictError
        If one of its jobs waits or runs.

    Notes
    -----
    Published plans and closed months are append-only: the protections are lifted for
    this transaction alone, in which nobody else writes, and stand again at its end.
    """
    company = load_company(conn, company_id)
    _refuse_busy(conn, company_id, company.name)
    layers = _layers(conn, company_id)
    counts = company_counts(conn, company_id)
    with _without_protections(conn):
        for table in reversed(schema.metadata.sorted_tables):
            for condition in _rows_of(table, company_id, layers):
                conn.execute(sa.delete(table).where(condition))
    append_audit(
        conn,
        who=user,
        action=f"delete company {company.name}",
        subject=f"company {company_id}",
        company_id=company_id,
        before={"name": company.name, **counts},
    )


def _refuse_busy(conn: sa.Connection, company_id: str, name: str) -> None:
    job = schema.job
    query = sa.select(job.c.kind).where(
        job.c.company_id == company_id, job.c.state.in_(_RUNNING)
    )
    kind = conn.execute(query).scalar()
    if kind is not None:
        raise ConflictError(
            f"{name} cannot be deleted while a job of it waits or runs ({kind}): wait "
            "for it or cancel it on the page Store and jobs"
        )


def _layers(conn: sa.Connection, company_id: str) -> sa.Select:
    """Select the layers that a company's scenarios stand on, down to the first."""
    scenario, layer = schema.scenario, schema.scenario_layer
    tops = sa.select(scenario.c.layer_id).where(scenario.c.company_id == company_id)
    chain = tops.cte("chain", recursive=True)
    below = sa.select(layer.c.parent_id).join(
        chain, chain.c.layer_id == layer.c.layer_id
    )
    chain = chain.union(below.where(layer.c.parent_id.is_not(None)))
    # Read once: the scenarios are gone before their layers are.
    ids = conn.execute(sa.select(chain.c.layer_id)).scalars().all()
    return sa.select(layer.c.layer_id).where(layer.c.layer_id.in_(ids))


def _rows_of(
    table: sa.Table, company_id: str, layers: sa.Select
) -> Iterator[sa.ColumnElement[bool]]:
    """Say which rows of a table belong to a company; none: those of no company."""
    columns = table.c
    if table is schema.audit:
        return
    if "company_id" in columns:
        yield columns.company_id == company_id
    elif "scenario_id" in columns:
        yield columns.scenario_id.in_(_of_company(schema.scenario, company_id))
    elif "layer_id" in columns:
        yield columns.layer_id.in_(layers)
    elif table is schema.pay_table:
        yield columns.run_id.in_(_of_company(schema.pay_run, company_id))
    elif "run_id" in columns:
        visits = sa.select(schema.visit_run.c.run_id)
        yield columns.run_id.in_(visits.where(schema.visit_run.c.layer_id.in_(layers)))


def _of_company(table: sa.Table, company_id: str) -> sa.Select:
    key = next(iter(table.primary_key.columns))
    return sa.select(key).where(table.c.company_id == company_id)


@contextmanager
def _without_protections(conn: sa.Connection) -> Iterator[None]:
    unprotect(conn)
    yield
    protect(conn)
