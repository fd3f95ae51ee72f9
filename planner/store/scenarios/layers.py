"""Differences over differences: what a scenario says, read down its layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow
import pyarrow.compute as pc
import sqlalchemy as sa

from planner.store.rows import schema
from planner.store.rows.bulk import insert_columns
from planner.store.rows.columns import TEXT, read_columns
from planner.store.rows.records import new_id
from planner.store.rows.schema import scenario_layer

DEEPEST = 1000  # a chain beyond this is broken: it runs in a circle
CONTENT = (
    schema.scenario_unit,
    schema.scenario_account,
    schema.scenario_territory,
    schema.scenario_mark,
    schema.quota_set,
    schema.visit_run,
)
_FEW = 20_000  # changes up to this many read only their own rows
_ASKED = 500  # keys named in one question

Values = tuple[Any, ...]


def new_layer(conn: sa.Connection, parent_id: str | None) -> str:
    """Lay an empty layer over another, or start a chain."""
    layer_id = new_id("L")
    conn.execute(
        sa.insert(scenario_layer).values(layer_id=layer_id, parent_id=parent_id)
    )
    return layer_id


def frozen_layer(conn: sa.Connection, layer_id: str) -> str:
    """Find the layer that two scenarios can share: this one, or if empty its parent."""
    parent_id = conn.execute(
        sa.select(scenario_layer.c.parent_id).where(
            scenario_layer.c.layer_id == layer_id
        )
    ).scalar()
    if parent_id is None or any(
        conn.execute(
            sa.select(sa.literal(1)).where(table.c.layer_id == layer_id).limit(1)
        ).first()
        for table in CONTENT
    ):
        return layer_id
    return str(parent_id)


def chain_of(conn: sa.Connection, layer_id: str) -> list[str]:
    """Follow a layer down to its base; the newest first."""
    top = sa.select(
        scenario_layer.c.layer_id,
        scenario_layer.c.parent_id,
        sa.literal(0).label("depth"),
    ).where(scenario_layer.c.layer_id == layer_id)
    chain = top.cte("chain", recursive=True)
    below = (
        sa.select(
            scenario_layer.c.layer_id,
            scenario_layer.c.parent_id,
            (chain.c.depth + 1).label("depth"),
        )
        .join(chain, scenario_layer.c.layer_id == chain.c.parent_id)
        .where(chain.c.depth < DEEPEST)
    )
    whole = chain.union_all(below)
    query = sa.select(whole.c.layer_id).order_by(whole.c.depth)
    return [str(layer) for layer in conn.execute(query).scalars()]


def resolve(
    conn: sa.Connection,
    table: sa.Table,
    chain: Sequence[str],
    keys: Sequence[str] | None = None,
) -> dict[str, Values]:
    """
    Read what a chain of layers says: for each key the newest layer wins.

    Parameters
    ----------
    conn
        Any connection.
    table
        Its key is `layer_id` and one more column; ``is_removed`` hides older rows.
    chain
        Layers, the newest first.
    keys
        Only these; None: all.

    Returns
    -------
    Values by key, without those removed.
    """
    newest = _newest_rows(conn, table, chain, keys)
    return {key: values for key, values in newest.items() if values is not None}


def resolved_columns(
    conn: sa.Connection, table: sa.Table, chain: Sequence[str]
) -> list[pyarrow.Array]:
    """
    Read all that a chain says as columns of key and values, in the order of the key.

    Parameters
    ----------
    conn, table, chain
        As for `resolve`; all value columns hold text.

    Notes
    -----
    The oldest layer that holds anything is read in its order and only the differences
    to it are looked up, so that a long chain over a million rows costs what the million
    costs: `resolve` builds a mapping of all of them first.
    """
    key, values = _columns(table)
    names = [key.name, *(column.name for column in values)]
    conditions = [~table.c.is_removed] if "is_removed" in table.c else []
    rest = list(chain)
    base = [pyarrow.array([], TEXT)] * len(names)
    while rest and not len(base[0]):
        base = read_columns(
            conn, table, names, table.c.layer_id == rest.pop(), *conditions
        )
    newest = _newest_rows(conn, table, rest)
    return _changed_columns(base, newest) if newest else base


def holding_layers(
    conn: sa.Connection, chain: Sequence[str], tables: Sequence[sa.Table]
) -> dict[str, list[str]]:
    """
    Find which layers of a chain hold anything, in one question.

    Returns
    -------
    Layers by the name of the table, the newest first.
    """
    holds = [
        sa.exists()
        .where(table.c.layer_id == scenario_layer.c.layer_id)
        .label(table.name)
        for table in tables
    ]
    query = sa.select(scenario_layer.c.layer_id, *holds).where(
        scenario_layer.c.layer_id.in_(chain)
    )
    row_by_layer = {row["layer_id"]: row for row in conn.execute(query).mappings()}
    return {
        table.name: [
            layer_id for layer_id in chain if row_by_layer[layer_id][table.name]
        ]
        for table in tables
    }


def _newest_rows(
    conn: sa.Connection,
    table: sa.Table,
    chain: Sequence[str],
    keys: Sequence[str] | None = None,
) -> dict[str, Values | None]:
    """Read the newest row of each key in a chain; None: it is removed."""
    if not chain:
        return {}
    age = {layer_id: place for place, layer_id in enumerate(chain)}
    newest: dict[str, Values | None] = {}
    age_of_newest: dict[str, int] = {}
    for layer_id, key, values, is_removed in rows_of(conn, table, chain, keys):
        if age[layer_id] <= age_of_newest.get(key, age[layer_id]):
            age_of_newest[key] = age[layer_id]
            newest[key] = None if is_removed else values
    return newest


def _changed_columns(
    base: list[pyarrow.Array], changes: Mapping[str, Values | None]
) -> list[pyarrow.Array]:
    """Put changed values into columns sorted by key; None: the row goes."""
    names = pyarrow.array(changes, TEXT)
    hits = pc.index_in(base[0], value_set=names)
    is_hit, places = hits.is_valid(), hits.drop_null()
    nothing = (None,) * (len(base) - 1)
    cells = zip(*(values or nothing for values in changes.values()), strict=True)
    new = [pyarrow.array(column, TEXT) for column in cells]
    is_gone = pyarrow.array([values is None for values in changes.values()])
    rows_before = [
        pc.replace_with_mask(old, is_hit, column.take(places))
        for old, column in zip(base[1:], new, strict=True)
    ]
    rows = [base[0], *rows_before]
    is_kept = pc.invert(pc.fill_null(is_gone.take(hits), fill_value=False))
    rows = [column.filter(is_kept) for column in rows]
    is_known = pc.is_in(names, value_set=base[0].filter(is_hit))
    is_added = pc.invert(pc.or_(is_known, is_gone))
    if not pc.any(is_added).as_py():
        return rows
    rows = [
        pyarrow.concat_arrays([column, more.filter(is_added)])
        for column, more in zip(rows, [names, *new], strict=True)
    ]
    order = pc.sort_indices(rows[0])
    return [column.take(order) for column in rows]


def rows_of(
    conn: sa.Connection,
    table: sa.Table,
    layer_ids: Sequence[str],
    keys: Sequence[str] | None = None,
) -> Iterator[tuple[str, str, Values, bool]]:
    """Read layer, key, values and whether it is removed, of some layers."""
    key, values = _columns(table)
    is_removable = "is_removed" in table.c
    removal = table.c.is_removed if is_removable else sa.literal(value=False)
    is_of_layers = table.c.layer_id.in_(layer_ids)
    query = sa.select(table.c.layer_id, key, *values, removal).where(is_of_layers)
    if keys is None:
        queries = [query]
    else:
        starts = range(0, len(keys), _ASKED)
        queries = [query.where(key.in_(keys[at : at + _ASKED])) for at in starts]
    for part in queries:
        for layer_id, row_key, *cells, is_gone in conn.execute(part):
            yield layer_id, row_key, tuple(cells), bool(is_gone)


def save_differences(
    conn: sa.Connection,
    table: sa.Table,
    chain: Sequence[str],
    target: Mapping[str, Values],
    *,
    is_whole: bool,
) -> tuple[dict[str, Values | None], dict[str, Values | None]]:
    """
    Make a chain say what is wanted, writing only to its top layer.

    Parameters
    ----------
    conn
        Inside a transaction.
    table
        As for `resolve`.
    chain
        Layers, the newest first.
    target
        Values by key.
    is_whole
        Whether keys not named in `target` are to be gone; else they stay.

    Returns
    -------
    The keys that changed with their values before, and after; None: there was, or is,
    no such row.
    """
    keys = None if is_whole or len(target) > _FEW else list(target)
    below = resolve(conn, table, chain[1:], keys)
    top = {
        key: (values, is_gone)
        for _, key, values, is_gone in rows_of(conn, table, chain[:1], keys)
    }
    now = {key: values for key, values in below.items() if key not in top}
    now |= {key: values for key, (values, is_gone) in top.items() if not is_gone}
    after: dict[str, Values | None] = {
        key: values for key, values in target.items() if now.get(key) != values
    }
    if is_whole:
        after |= {key: None for key in now if key not in target}
    _rewrite(conn, table, chain[0], after, below, top)
    return {key: now.get(key) for key in after}, after


def _rewrite(
    conn: sa.Connection,
    table: sa.Table,
    layer_id: str,
    changes: Mapping[str, Values | None],
    below: Mapping[str, Values],
    top: Mapping[str, Any],
) -> None:
    """Put changed rows into a layer, leaving out what the layers below say anyway."""
    key, values = _columns(table)
    stale = [{"gone_key": name} for name in changes if name in top]
    if stale:
        deletion = sa.delete(table).where(
            table.c.layer_id == layer_id, key == sa.bindparam("gone_key")
        )
        conn.execute(deletion, stale)
    differences = {
        name: cells for name, cells in changes.items() if below.get(name) != cells
    }
    if not differences:
        return
    columns: dict[str, list[Any]] = {
        "layer_id": [layer_id] * len(differences),
        key.name: list(differences),
    }
    for place, column in enumerate(values):
        columns[column.name] = [
            cells and cells[place] for cells in differences.values()
        ]
    if "is_removed" in table.c:
        columns["is_removed"] = [cells is None for cells in differences.values()]
    insert_columns(conn, table, columns)


def _columns(table: sa.Table) -> tuple[sa.Column, list[sa.Column]]:
    """Tell the key column of a layered table, and its value columns."""
    (key,) = (c for c in table.primary_key.columns if c.name != "layer_id")
    values = [c for c in table.columns if not c.primary_key and c.name != "is_removed"]
    return key, values
