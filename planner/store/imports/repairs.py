"""Repairs of a company's data: rows changed, logged with before and after, undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.core.errors import NotFoundError
from planner.store.rows import schema
from planner.store.rows.frames import plain_cells
from planner.store.rows.records import new_id, utc_now
from planner.store.rows.schema import repair
from planner.store.scenarios.lineage import chain_of, list_scenarios
from planner.store.scenarios.quotas import seal_ownership

CHANGEABLE = {
    table.name: table
    for table in (
        schema.account,
        schema.segment,
        schema.deal,
        schema.visit_made,
        schema.ownership,
        schema.account_source,
        schema.scenario_visit,
        schema.scenario_unserved,
    )
}
_ASKED = 400  # keys named in one question


@dataclass(frozen=True, slots=True)
class RowChange:
    """
    One row of one table that a repair changes.

    Parameters
    ----------
    table
        One of `CHANGEABLE`.
    key
        Its key without the company, as JSON values.
    before, after
        Of a changed row the cells that differ, else the whole row; None: there is, or
        was, no such row.
    """

    table: str
    key: tuple[Any, ...]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """
    The record of one repair; see the table `repair`.

    Parameters
    ----------
    repair_id, company_id
        Its id, and whose data.
    kind, code
        What was done, and to which finding.
    params
        What the user chose.
    before, after
        ``rows``: by table, pairs of key and cells; ``named``: by scenario, the
        territory of accounts that stand apart; ``kept``: fingerprint by account.
    created_at, created_by, undone_at, undone_by
        Stamps and users.
    """

    repair_id: str
    company_id: str
    kind: str
    code: str
    params: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]
    created_at: str
    created_by: str
    undone_at: str | None
    undone_by: str | None

    @property
    def changes(self) -> list[RowChange]:
        """The rows it changed."""
        return _paired(self.before.get("rows", {}), self.after.get("rows", {}))


def key_names(table_name: str) -> tuple[str, ...]:
    """Name the key of a table, without the company."""
    columns = CHANGEABLE[table_name].primary_key.columns
    return tuple(c.name for c in columns if c.name != "company_id")


def changes_of(
    table_name: str, before: pd.DataFrame, after: pd.DataFrame
) -> list[RowChange]:
    """
    Compare frames row by row.

    Parameters
    ----------
    table_name
        Which table they are of.
    before, after
        The rows touched, indexed by the key (levels in the order of `key_names`).

    Returns
    -------
    One change for each row that differs, is only in `before`, or only in `after`.
    """
    old, new = _rows(before), _rows(after)
    changes = []
    for key in sorted(old.keys() | new.keys(), key=str):
        was, now = old.get(key), new.get(key)
        if was is not None and now is not None:
            differing = [name for name in now if was[name] != now[name]]
            if not differing:
                continue
            was = {name: was[name] for name in differing}
            now = {name: now[name] for name in differing}
        changes.append(RowChange(table_name, key, was, now))
    return changes


def reversed_changes(changes: Iterable[RowChange]) -> list[RowChange]:
    """Turn changes around."""
    return [RowChange(c.table, c.key, c.after, c.before) for c in changes]


def write_changes(
    conn: sa.Connection, company_id: str, changes: Sequence[RowChange]
) -> None:
    """
    Make rows what the changes say; rows that stand in the way go first.

    Parameters
    ----------
    conn
        Inside a transaction, inside `editing.editing_company`.
    company_id
        Whose rows.
    changes
        Their `before` must be what is stored; see `faults_of`.
    """
    for table_name, mine in _by_table(changes):
        table = CHANGEABLE[table_name]
        deletions = [c for c in mine if c.after is None]
        if deletions:
            conn.execute(
                sa.delete(table).where(*_key_is(table, company_id)),
                [_key_values(table, change) for change in deletions],
            )
        updates: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for change in mine:
            if change.before is not None and change.after is not None:
                values = _cells(table, change.after) | _key_values(table, change)
                updates.setdefault(tuple(change.after), []).append(values)
        for rows in updates.values():  # the cells named in the rows are set
            conn.execute(sa.update(table).where(*_key_is(table, company_id)), rows)
        insertions = [_whole(table, company_id, c) for c in mine if c.before is None]
        if insertions:
            conn.execute(sa.insert(table), insertions)
        if table is schema.ownership:
            seal_ownership(conn, company_id)


def faults_of(
    conn: sa.Connection, company_id: str, changes: Sequence[RowChange]
) -> list[str]:
    """
    Tell what stands in the way of writing changes: rows that are not as `before` says.

    Returns
    -------
    One sentence for each such row; empty: nothing.
    """
    faults = []
    for table_name, mine in _by_table(changes):
        stored = _stored(conn, table_name, company_id, [c.key for c in mine])
        for change in mine:
            faults += _row_faults(change, stored.get(change.key))
    return faults


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
    for start in range(0, len(account_ids), _ASKED):
        part = list(account_ids[start : start + _ASKED])
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
    run_ids: set[str] = set()
    for scenario in list_scenarios(conn, company_id):
        query = sa.select(schema.visit_run.c.run_id).where(
            schema.visit_run.c.layer_id.in_(chain_of(conn, scenario.scenario_id))
        )
        run_ids |= set(conn.execute(query).scalars())
    return sorted(run_ids)


def save_repair(
    conn: sa.Connection,
    company_id: str,
    *,
    kind: str,
    code: str,
    params: Mapping[str, Any],
    changes: Sequence[RowChange],
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    user: str,
) -> str:
    """
    Keep what a repair did.

    Parameters
    ----------
    conn
        In the transaction of the repair.
    company_id, kind, code, params, user
        As of `Repair`.
    changes
        The rows it changed.
    before, after
        What else it changed, as of `Repair`.

    Returns
    -------
    The id of the repair.
    """
    repair_id = new_id("R")
    conn.execute(
        sa.insert(repair).values(
            repair_id=repair_id,
            company_id=company_id,
            kind=kind,
            code=code,
            params=dict(params),
            before={"rows": _side(changes, "before"), **(before or {})},
            after={"rows": _side(changes, "after"), **(after or {})},
            created_at=utc_now(),
            created_by=user,
        )
    )
    return repair_id


def load_repair(conn: sa.Connection, repair_id: str) -> Repair:
    """
    Read one repair.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    """
    query = sa.select(repair).where(repair.c.repair_id == repair_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no repair {repair_id!r} in this store")
    return Repair(**row)


def list_repairs(
    conn: sa.Connection, company_id: str, *, kind: str | None = None
) -> list[Repair]:
    """Read the repairs of a company, the latest first; only of one kind if named."""
    query = sa.select(repair).where(repair.c.company_id == company_id)
    if kind is not None:
        query = query.where(repair.c.kind == kind)
    query = query.order_by(repair.c.created_at.desc(), repair.c.repair_id)
    return [Repair(**row) for row in conn.execute(query).mappings()]


def list_repair_heads(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read the repairs without their rows: params and stamps, indexed repair_id."""
    names = [c.name for c in repair.c if c.name not in {"before", "after"}]
    query = (
        sa.select(*(repair.c[name] for name in names))
        .where(repair.c.company_id == company_id)
        .order_by(repair.c.created_at.desc(), repair.c.repair_id)
    )
    frame = pd.DataFrame(conn.execute(query).all(), columns=names)
    return frame.drop(columns="company_id").set_index("repair_id")


def mark_undone(conn: sa.Connection, repair_id: str, *, user: str) -> None:
    """Note that a repair was taken back."""
    query = sa.update(repair).where(
        repair.c.repair_id == repair_id, repair.c.undone_at.is_(None)
    )
    conn.execute(query.values(undone_at=utc_now(), undone_by=user))


def load_kept(conn: sa.Connection, company_id: str) -> pd.DataFrame:
    """Read what users accepted as it is: code, account_id, fingerprint."""
    rows = [
        (record.code, account_id, mark)
        for record in list_repairs(conn, company_id, kind="keep")
        if record.undone_at is None
        for account_id, mark in record.after.get("kept", {}).items()
    ]
    names = ["code", "account_id", "fingerprint"]
    return pd.DataFrame(rows, columns=names, dtype="str")


def merged_into(conn: sa.Connection, company_id: str) -> dict[str, str]:
    """
    Tell where merged accounts went: the surviving id by the one that is gone.

    A later load of the same source still brings the ids that are gone.
    """
    merged: dict[str, str] = {}
    for merge in reversed(list_repairs(conn, company_id, kind="merge")):
        if merge.undone_at is None:
            merged |= merge.params.get("survivors", {})
    ends = {}
    for account_id in merged:
        at, steps = merged[account_id], 0
        while at in merged and steps < len(merged):
            at, steps = merged[at], steps + 1
        ends[account_id] = at
    return ends


def _rows(frame: pd.DataFrame) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Turn a frame into plain cells by key."""
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


def _side(changes: Sequence[RowChange], side: str) -> dict[str, list[Any]]:
    return {
        name: [[list(c.key), getattr(c, side)] for c in mine]
        for name, mine in _by_table(changes)
    }


def _paired(
    before: Mapping[str, list[Any]], after: Mapping[str, list[Any]]
) -> list[RowChange]:
    return [
        RowChange(name, tuple(key), was, now)
        for name in before
        for (key, was), (_, now) in zip(before[name], after[name], strict=True)
    ]


def _by_table(
    changes: Iterable[RowChange],
) -> Iterator[tuple[str, list[RowChange]]]:
    grouped: dict[str, list[RowChange]] = {}
    for change in changes:
        grouped.setdefault(change.table, []).append(change)
    yield from grouped.items()


def _key_is(table: sa.Table, company_id: str) -> list[sa.ColumnElement[bool]]:
    conditions = [table.c[n] == sa.bindparam(f"key_{n}") for n in key_names(table.name)]
    if "company_id" in table.c:
        conditions.append(table.c.company_id == company_id)
    return conditions


def _key_values(table: sa.Table, change: RowChange) -> dict[str, Any]:
    pairs = zip(key_names(table.name), change.key, strict=True)
    return {f"key_{name}": _typed(table.c[name], value) for name, value in pairs}


def _cells(table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _typed(table.c[name], value) for name, value in values.items()}


def _whole(table: sa.Table, company_id: str, change: RowChange) -> dict[str, Any]:
    key = dict(zip(key_names(table.name), change.key, strict=True))
    scope = {"company_id": company_id} if "company_id" in table.c else {}
    return _cells(table, {**(change.after or {}), **key}) | scope


def _stored(
    conn: sa.Connection, table_name: str, company_id: str, keys: list[tuple[Any, ...]]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Read rows by key."""
    table = CHANGEABLE[table_name]
    names = key_names(table_name)
    others = [c.name for c in table.c if c.name not in {"company_id", *names}]
    query = sa.select(*(table.c[name] for name in (*names, *others)))
    if "company_id" in table.c:
        query = query.where(table.c.company_id == company_id)
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    key_set = set(keys)
    first = table.c[names[0]]
    firsts = sorted({_typed(first, key[0]) for key in keys})
    for start in range(0, len(firsts), _ASKED):
        part = query.where(first.in_(firsts[start : start + _ASKED]))
        for row in conn.execute(part):
            key = tuple(_json(cell) for cell in row[: len(names)])
            if key in key_set:
                cells = [_json(cell) for cell in row[len(names) :]]
                rows[key] = dict(zip(others, cells, strict=True))
    return rows


def _row_faults(change: RowChange, stored: dict[str, Any] | None) -> list[str]:
    label = f"{change.table} {' '.join(map(str, change.key))}"
    if change.before is None:
        return [] if stored is None else [f"{label} exists again"]
    if stored is None:
        return [f"{label} is gone"]
    return [
        f"{label}: {name} is {stored[name]!r} now, not {value!r}"
        for name, value in change.before.items()
        if stored[name] != value
    ]


def _typed(column: sa.Column, value: Any) -> Any:
    if isinstance(column.type, sa.Date) and isinstance(value, str):
        return dt.date.fromisoformat(value)
    return value


def _json(cell: Any) -> Any:
    return cell.isoformat() if hasattr(cell, "isoformat") else cell
