"""
Rows that name what is not there: foreign keys, and those no database knows.

Most is asked as text of our own names: SQLAlchemy takes longer to write such questions
out than a database to answer them.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from planner.store.rows import schema
from planner.store.scenarios import layers
from planner.store.scenarios.lineage import chain_of

Lost = tuple[str, str]  # where, and what is wrong

_LOGICAL = (  # names of the same company that carry no foreign key
    ((schema.segment, "account_id"), (schema.account, "account_id")),
    ((schema.account, "unit_id"), (schema.unit, "unit_id")),
    ((schema.deal, "account_id"), (schema.account, "account_id")),
    ((schema.visit_made, "account_id"), (schema.account, "account_id")),
    ((schema.split, "deal_id"), (schema.deal, "deal_id")),
    ((schema.split, "position_id"), (schema.position, "position_id")),
    ((schema.rep, "position_id"), (schema.position, "position_id")),
    ((schema.position, "parent_id"), (schema.position, "position_id")),
    ((schema.edge, "unit_id"), (schema.unit, "unit_id")),
    ((schema.edge, "neighbour_id"), (schema.unit, "unit_id")),
    ((schema.account_source, "account_id"), (schema.account, "account_id")),
    ((schema.market_value, "name"), (schema.market_layer, "name")),
    ((schema.job, "scenario_id"), (schema.scenario, "scenario_id")),
)


def lost_references(conn: sa.Connection) -> Iterator[Lost]:
    """Find rows whose foreign key leads to nothing, whatever switched it off."""
    for table in schema.metadata.sorted_tables:
        for key in table.foreign_keys:
            target, cell = key.column, f'"{table.name}"."{key.parent.name}"'
            count = conn.exec_driver_sql(
                f'SELECT count(*) FROM "{table.name}" '  # noqa: S608
                f"WHERE {cell} IS NOT NULL AND NOT EXISTS ("
                f'SELECT 1 FROM "{target.table.name}" AS held '
                f'WHERE held."{target.name}" = {cell})'
            ).scalar()
            if count:
                yield (
                    f"table {table.name}",
                    f"{count} rows refer to rows of {target.table.name} that do not "
                    "exist",
                )


def orphans(conn: sa.Connection) -> Iterator[Lost]:
    """Find rows that name an account, unit or person that the company lacks."""
    for (table, name), (held_table, held_name) in _LOGICAL:
        company, cell = f'"{table.name}".company_id', f'"{table.name}"."{name}"'
        rows = conn.exec_driver_sql(
            f"SELECT {company}, count(*), min({cell}) "  # noqa: S608
            f'FROM "{table.name}" WHERE {cell} IS NOT NULL AND NOT EXISTS ('
            f'SELECT 1 FROM "{held_table.name}" AS held '
            f'WHERE held.company_id = {company} AND held."{held_name}" = {cell}) '
            f"GROUP BY {company}"
        )
        for company_id, count, example in rows:
            yield (
                f"{table.name} of company {company_id}",
                f"{count} rows name a {name} that does not exist, such as {example}",
            )


def lost_named_accounts(conn: sa.Connection) -> Iterator[Lost]:
    """Find accounts that a draft names and its company lost; published ones may."""
    query = sa.select(
        schema.scenario.c.scenario_id, schema.scenario.c.company_id
    ).where(schema.scenario.c.status == "draft")
    for scenario_id, company_id in conn.execute(query).all():
        chain = chain_of(conn, scenario_id)
        account, named = schema.account.c, schema.scenario_account.c
        is_held = sa.exists().where(
            account.company_id == company_id, account.account_id == named.account_id
        )
        missing = (
            sa.select(named.account_id)
            .where(named.layer_id.in_(chain), ~is_held)
            .distinct()
        )
        unknown = list(conn.execute(missing).scalars())
        # Only those a newer layer has not taken back are said.
        lost_ids = layers.resolve(conn, schema.scenario_account, chain, unknown)
        if lost_ids:
            yield (
                f"scenario {scenario_id}",
                f"{len(lost_ids)} named accounts do not exist in its company, "
                f"such as {min(lost_ids)}",
            )
