"""Long chains made short, without changing what any scenario says."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from planner.store.rows import schema
from planner.store.rows.records import new_id
from planner.store.rows.schema import (
    quota_set,
    scenario,
    scenario_layer,
    scenario_quota,
    visit_run,
)
from planner.store.scenarios.layers import new_layer

DEEP = 10  # layers of a chain; judged, not measured: reading hardly slows down before
LARGE_SHARE = 0.3  # of the base: differences beyond are not worth keeping apart
_KEYED = (
    schema.scenario_unit,
    schema.scenario_account,
    schema.scenario_territory,
    schema.scenario_mark,
)


def flattened(conn: sa.Connection, chain: Sequence[str]) -> list[str]:
    """
    Shorten the chain of a draft that is about to be edited, if it is deep.

    Parameters
    ----------
    conn
        Inside a transaction.
    chain
        The layers of one scenario, the newest first.

    Returns
    -------
    The chain it has from now on: its own top layer, over one layer that says what all
    those between said, over the same base. If that one is large against the base, it
    takes the base in too.

    Notes
    -----
    No row that another scenario reads is touched: the layers between stay for those who
    share them, and only the top layer, which belongs to this scenario alone, is laid
    elsewhere. So published scenarios, their hashes and copies say what they said.
    """
    if len(chain) <= DEEP or not _is_own(conn, chain[0]):
        return list(chain)
    top, *between, base = chain
    merged = new_layer(conn, base)
    for table in _KEYED:
        _merge(conn, table, between, merged)
    _take_sets(conn, between, merged)
    chain_now = [top, merged, base]
    if _n_rows(conn, merged) > LARGE_SHARE * _n_rows(conn, base):
        for table in _KEYED:
            _take_in(conn, table, base, merged)
        _take_sets(conn, [base], merged)
        _lay(conn, merged, None)
        chain_now = [top, merged]
    _lay(conn, top, merged)
    return chain_now


def _is_own(conn: sa.Connection, layer_id: str) -> bool:
    """Tell whether one draft alone reads a layer."""
    over = sa.select(scenario_layer.c.layer_id).where(
        scenario_layer.c.parent_id == layer_id
    )
    users = sa.select(scenario.c.status).where(scenario.c.layer_id == layer_id)
    statuses = list(conn.execute(users).scalars())
    return statuses == ["draft"] and conn.execute(over).first() is None


def _merge(
    conn: sa.Connection, table: sa.Table, between: Sequence[str], merged: str
) -> None:
    """Copy the newest row of each key, also those that hide one below."""
    key = next(c for c in table.primary_key.columns if c.name != "layer_id")
    age = sa.case(
        {layer_id: place for place, layer_id in enumerate(between)},
        value=table.c.layer_id,
    )
    newest = sa.func.row_number().over(partition_by=key, order_by=age).label("newest")
    rest = [column for column in table.columns if column.name != "layer_id"]
    ranked = (
        sa.select(*rest, newest).where(table.c.layer_id.in_(between)).subquery("ranked")
    )
    cells = [ranked.c[column.name] for column in rest]
    query = sa.select(_named(merged), *cells).where(ranked.c.newest == 1)
    _insert(conn, table, rest, query)


def _take_in(conn: sa.Connection, table: sa.Table, base: str, merged: str) -> None:
    """Copy the rows of the base that nothing above replaces; drop what hides one."""
    key = next(c for c in table.primary_key.columns if c.name != "layer_id")
    above = table.alias("above")
    is_above = sa.exists().where(
        above.c.layer_id == merged, above.c[key.name] == table.c[key.name]
    )
    rest = [column for column in table.columns if column.name != "layer_id"]
    query = sa.select(_named(merged), *rest).where(table.c.layer_id == base, ~is_above)
    _insert(conn, table, rest, query)
    if "is_removed" in table.c:
        conn.execute(
            sa.delete(table).where(table.c.layer_id == merged, table.c.is_removed)
        )


def _take_sets(conn: sa.Connection, layers: Sequence[str], merged: str) -> None:
    """Copy quotas and visits, which are replaced as wholes: the newest of each."""
    for table in (quota_set, visit_run):
        query = sa.select(table.c.layer_id).where(
            table.c.layer_id.in_([*layers, merged])
        )
        holding = set(conn.execute(query).scalars())
        source = next((layer_id for layer_id in layers if layer_id in holding), None)
        if source is None or merged in holding:
            continue
        if table is quota_set:
            for part in (quota_set, scenario_quota):
                _copy_of(conn, part, "layer_id", source, merged)
        else:
            _copy_run(conn, source, merged)


def _copy_run(conn: sa.Connection, layer_id: str, merged: str) -> None:
    """Copy the newest run of a layer, under an id of its own."""
    newest = (
        sa.select(visit_run)
        .where(visit_run.c.layer_id == layer_id)
        .order_by(visit_run.c.created_at.desc(), visit_run.c.run_id)
        .limit(1)
    )
    run = dict(conn.execute(newest).mappings().one())
    copy = {**run, "run_id": new_id("V"), "layer_id": merged}
    conn.execute(sa.insert(visit_run).values(copy))
    for part in (schema.scenario_visit, schema.scenario_unserved):
        _copy_of(conn, part, "run_id", run["run_id"], copy["run_id"])


def _copy_of(
    conn: sa.Connection, table: sa.Table, name: str, old: str, new: str
) -> None:
    """Copy rows under another value of one column."""
    rest = [column for column in table.columns if column.name != name]
    query = sa.select(_named(new), *rest).where(table.c[name] == old)
    conn.execute(sa.insert(table).from_select([name, *(c.name for c in rest)], query))


def _insert(
    conn: sa.Connection, table: sa.Table, rest: list[sa.Column], query: sa.Select
) -> None:
    names = ["layer_id", *(column.name for column in rest)]
    conn.execute(sa.insert(table).from_select(names, query))


def _named(layer_id: str) -> sa.ColumnElement:
    return sa.cast(sa.literal(layer_id), sa.Text).label("owner")


def _lay(conn: sa.Connection, layer_id: str, parent_id: str | None) -> None:
    query = sa.update(scenario_layer).where(scenario_layer.c.layer_id == layer_id)
    conn.execute(query.values(parent_id=parent_id))


def _n_rows(conn: sa.Connection, layer_id: str) -> int:
    counts = (
        sa.select(sa.func.count())
        .select_from(table)
        .where(table.c.layer_id == layer_id)
        for table in _KEYED
    )
    return sum(conn.execute(count).scalar() or 0 for count in counts)
