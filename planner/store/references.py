"""
Rows that name what is not there: foreign keys, and those no database knows.

Most is asked as text of our own names: SQLAlchemy takes longer to write such questions
out than a database to answer them.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from planner.store import layers
from planner.store import tables
from planner.store.lineage import chain_of

Lost = tuple[str, str]  # where, and what is wrong

_LOGICAL = (  # names of the same company that carry no foreign key
    ((tables.segment, "account_id"), (tables.account, "account_id")),
    ((tables.account, "unit_id"), (tables.unit, "unit_id")),
    ((tables.deal, "account_id"), (tables.account, "account_id")),
    ((tables.visit_made, "account_id"), (tables.account, "account_id")),
    ((tables.split, "deal_id"), (tables.deal, "deal_id")),
    ((tables.split, "position_id"), (tables.position, "position_id")),
    ((tables.rep, "position_id"), (tables.position, "position_id")),
    ((tables.position, "parent_id"), (tables.position, "position_id")),
    ((tables.edge, "unit_id"), (tables.unit, "unit_id")),
    ((tables.edge, "neighbour_id"), (tables.unit, "unit_id")),
    ((tables.account_source, "account_id"), (tables.account, "account_id")),
    ((tables.market_value, "name"), (tables.market_layer, "name")),
    ((tables.job, "scenario_id"), (tables.scenario, "scenario_id")),
)


def lost_references(conn: sa.Connection) -> Iterator[Lost]:
    """Find rows whose foreign key leads to nothing, whatever switched it off."""
    for table in tables.metadata.sorted_tables:
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
        found = conn.exec_driver_sql(
            f"SELECT {company}, count(*), min({cell}) "  # noqa: S608
            f'FROM "{table.name}" WHERE {cell} IS NOT NULL AND NOT EXISTS ('
            f'SELECT 1 FROM "{held_table.name}" AS held '
            f'WHERE held.company_id = {company} AND held."{held_name}" = {cell}) '
            f"GROUP BY {company}"
        )
        for company_id, count, example in found:
            yield (
                f"{table.name} of company {company_id}",
                f"{count} rows name a {name} that does not exist, such as {example}",
            )


def lost_named_accounts(conn: sa.Connection) -> Iterator[Lost]:
    """Find accounts that a draft names and its company lost; published ones may."""
    query = sa.select(
        tables.scenario.c.scenario_id, tables.scenario.c.company_id
    ).where(tables.scenario.c.status == "draft")
    for scenario_id, company_id in conn.execute(query).all():
        chain = chain_of(conn, scenario_id)
        account, named = tables.account.c, tables.scenario_account.c
        is_held = sa.exists().where(
            account.company_id == company_id, account.account_id == named.account_id
        )
        asked = (
            sa.select(named.account_id)
            .where(named.layer_id.in_(chain), ~is_held)
            .distinct()
        )
        unknown = list(conn.execute(asked).scalars())
        # Only those a newer layer has not taken back are said.
        lost = layers.resolve(conn, tables.scenario_account, chain, unknown)
        if lost:
            yield (
                f"scenario {scenario_id}",
                f"{len(lost)} named accounts do not exist in its company, "
                f"such as {min(lost)}",
            )
