"""A change-set written into the store, put down with before and after, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.accounts.changes import ChangeSet, TableChange, differing
from planner.store.rows import schema
from planner.store.rows.bulk import insert_columns
from planner.store.rows.frames import plain_cells
from planner.store.scenarios.lineage import chain_of, list_scenarios
from planner.store.scenarios.quotas import seal_ownership

CHANGEABLE = {
    table.name: table
    for table in (
        schema.account,
        schema.segment,
        schema.unit,
        schema.edge,
        schema.position,
        schema.rep,
        schema.deal,
        schema.split,
        schema.visit_made,
        schema.ownership,
        schema.account_source,
        schema.scenario_visit,
        schema.scenario_unserved,
    )
}
_KEYS = 400  # named in one question

Key = tuple[Any, ...]
Cells = dict[str, Any]
Record = dict[str, list[tuple[list[Any], Cells | None]]]  # by table: key and cells


def key_names(table_name: str) -> tuple[str, ...]:
    """Name the key of a table, without the company."""
    columns = CHANGEABLE[table_name].primary_key.columns
    return tuple(c.name for c in columns if c.name != "company_id")


def apply_changes(conn: sa.Connection, company_id: str, changes: ChangeSet) -> None:
    """
    Make rows what the changes say.

    Parameters
    ----------
    conn
        Inside a transaction, inside `editing.editing_company`.
    company_id
        Whose rows.
    changes
        Their `before` must be what is stored.
    """
    for change in changes.tables:
        if not len(change):
            continue
        table = CHANGEABLE[change.table]
        if len(change.before):
            query = sa.delete(table).where(*_key_is(table, company_id))
            conn.execute(query, _bound_keys(table, change.before))
        if len(change.after):
            insert_columns(conn, table, _columns(table, company_id, change.after))
        if table is schema.ownership:
            seal_ownership(conn, company_id)


def recorded(changes: ChangeSet) -> tuple[Record, Record]:
    """
    Write changes as JSON values: rows before, and after, by table.

    Returns
    -------
    Of a changed row the cells that differ, else the whole row; None: there was, or is,
    no such row.
    """
    before: Record = {}
    after: Record = {}
    for change in changes.tables:
        if not len(change):
            continue
        was, now = _rows(change.before), _rows(change.after)
        is_other = _differing_names(change)
        before[change.table], after[change.table] = [], []
        for key in sorted(was.keys() | now.keys(), key=str):
            names = is_other.get(key)
            for side, rows in ((before, was), (after, now)):
                cells = rows.get(key)
                if cells is not None and names is not None:
                    cells = {name: cells[name] for name in names}
                side[change.table].append((list(key), cells))
    return before, after


def way_back(
    conn: sa.Connection, company_id: str, before: Record, after: Record
) -> tuple[ChangeSet, list[str]]:
    """
    Work out what takes recorded changes back.

    Parameters
    ----------
    before, after
        As of `recorded`.

    Returns
    -------
    The changes, and what stands in their way: a sentence for each row that is no more
    as it was left. With any, the changes are not whole and must not be written.
    """
    tables, faults = [], []
    for name in before:
        keys = [tuple(key) for key, _ in before[name]]
        stored = _stored(conn, name, company_id, keys)
        target: dict[Key, Cells] = {}
        for key, (_, was), (_, now) in zip(
            keys, before[name], after[name], strict=True
        ):
            row_faults = _row_faults(name, key, now, stored.get(key))
            faults += row_faults
            if was is not None and not row_faults:
                target[key] = stored.get(key, {}) | was
        sides = (_frame(name, rows) for rows in (stored, target))
        tables.append(TableChange.between(name, *sides))
    return ChangeSet(tuple(tables)), faults


def load_rows_by_key(
    conn: sa.Connection,
    table_name: str,
    company_id: str,
    account_ids: Sequence[str],
) -> pd.DataFrame:
    """
    Read the rows of a table that belong to accounts.

    Parameters
    ----------
    conn
        Any connection.
    table_name
        One of `CHANGEABLE`.
    company_id
        Whose rows; of planned visits, those of the company's scenarios.
    account_ids
        Of which accounts.

    Returns
    -------
    The columns of the table without the company, indexed by its key.
    """
    table = CHANGEABLE[table_name]
    names = [c.name for c in table.c if c.name != "company_id"]
    query = sa.select(*(table.c[name] for name in names))
    if "company_id" in table.c:
        query = query.where(table.c.company_id == company_id)
    else:
        query = query.where(table.c.run_id.in_(_visit_runs(conn, company_id)))
    rows: list[Any] = []
    for start in range(0, len(account_ids), _KEYS):
        part = list(account_ids[start : start + _KEYS])
        rows += conn.execute(query.where(table.c.account_id.in_(part))).all()
    frame = pd.DataFrame(rows, columns=names, dtype=object)
    return frame.set_index(list(key_names(table_name)), drop=True).sort_index()


def first_free_row(conn: sa.Connection, company_id: str) -> int:
    """Tell the number that the next row of ownership may have."""
    query = sa.select(sa.func.max(schema.ownership.c.row_no)).where(
        schema.ownership.c.company_id == company_id
    )
    last = conn.execute(query).scalar()
    return 0 if last is None else int(last) + 1


def _visit_runs(conn: sa.Connection, company_id: str) -> list[str]:
    """Find the visit plans of all layers of a company's scenarios."""
    runs: set[str] = set()
    for scenario in list_scenarios(conn, company_id):
        query = sa.select(schema.visit_run.c.run_id).where(
            schema.visit_run.c.layer_id.in_(chain_of(conn, scenario.scenario_id))
        )
        runs |= set(conn.execute(query).scalars())
    return sorted(runs)


def _key_is(table: sa.Table, company_id: str) -> list[sa.ColumnElement[bool]]:
    equal = [table.c[n] == sa.bindparam(f"key_{n}") for n in key_names(table.name)]
    if "company_id" in table.c:
        equal.append(table.c.company_id == company_id)
    return equal


def _columns(
    table: sa.Table, company_id: str, rows: pd.DataFrame
) -> dict[str, list[Any]]:
    """Turn whole rows into the columns of a table, as plain values."""
    names = list(key_names(table.name))
    frame = rows.set_axis(rows.index.set_names(names), axis=0).reset_index()
    cells = {
        name: [_typed(table.c[name], cell) for cell in plain_cells(frame[name])]
        for name in frame.columns
        if name in table.c
    }
    if "company_id" in table.c:
        cells["company_id"] = [company_id] * len(rows)
    return cells


def _bound_keys(table: sa.Table, rows: pd.DataFrame) -> list[Cells]:
    cells = _columns(table, "", rows.iloc[:, :0])
    names = [f"key_{name}" for name in key_names(table.name)]
    keys = zip(*(cells[name] for name in key_names(table.name)), strict=True)
    return [dict(zip(names, key, strict=True)) for key in keys]


def _rows(frame: pd.DataFrame) -> dict[Key, Cells]:
    """Turn a frame into JSON values by key."""
    names = [str(name) for name in frame.columns]
    columns = [[_json(cell) for cell in plain_cells(frame[name])] for name in names]
    keys = [
        tuple(_json(part) for part in (key if isinstance(key, tuple) else (key,)))
        for key in frame.index.tolist()
    ]
    cells = zip(*columns, strict=True) if columns else [()] * len(keys)
    return {
        key: dict(zip(names, row, strict=True))
        for key, row in zip(keys, cells, strict=True)
    }


def _differing_names(change: TableChange) -> dict[Key, list[str]]:
    """Name the cells that differ, of each changed row."""
    is_other = differing(
        change.before.loc[change.changed], change.after.loc[change.changed]
    )
    return {
        key: [name for name, other in flags.items() if other]
        for key, flags in _rows(is_other).items()
    }


def _frame(table_name: str, rows: Mapping[Key, Cells]) -> pd.DataFrame:
    """Make a frame of plain cells by key."""
    names = key_names(table_name)
    others = [c.name for c in CHANGEABLE[table_name].c]
    others = [name for name in others if name not in {"company_id", *names}]
    cells = [[*key, *(row[name] for name in others)] for key, row in rows.items()]
    frame = pd.DataFrame(cells, columns=[*names, *others], dtype=object)
    return frame.set_index(list(names))


def _stored(
    conn: sa.Connection, table_name: str, company_id: str, keys: Sequence[Key]
) -> dict[Key, Cells]:
    """Read rows by key, as JSON values."""
    table = CHANGEABLE[table_name]
    names = key_names(table_name)
    others = [c.name for c in table.c if c.name not in {"company_id", *names}]
    query = sa.select(*(table.c[name] for name in (*names, *others)))
    if "company_id" in table.c:
        query = query.where(table.c.company_id == company_id)
    rows: dict[Key, Cells] = {}
    first = table.c[names[0]]
    firsts = sorted({_typed(first, key[0]) for key in keys})
    for start in range(0, len(firsts), _KEYS):
        part = query.where(first.in_(firsts[start : start + _KEYS]))
        for row in conn.execute(part):
            cells = [_json(cell) for cell in row]
            key = tuple(cells[: len(names)])
            rows[key] = dict(zip(others, cells[len(names) :], strict=True))
    return {key: rows[key] for key in keys if key in rows}


def _row_faults(
    table: str, key: Key, left: Cells | None, stored: Cells | None
) -> list[str]:
    """Say where a row is no more as it was left."""
    row = f"{table} {' '.join(map(str, key))}"
    if left is None:
        return [] if stored is None else [f"{row} exists again"]
    if stored is None:
        return [f"{row} is gone"]
    return [
        f"{row}: {name} is {stored[name]!r} now, not {value!r}"
        for name, value in left.items()
        if stored[name] != value
    ]


def _typed(column: sa.Column, value: Any) -> Any:
    if isinstance(column.type, sa.Date) and isinstance(value, str):
        return dt.date.fromisoformat(value)
    return value


def _json(cell: Any) -> Any:
    return cell.isoformat() if hasattr(cell, "isoformat") else cell
