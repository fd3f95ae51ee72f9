"""What a scenario says: who lies in which territory, and who works it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow
import sqlalchemy as sa

from planner.core import schemas
from planner.core.errors import InputError
from planner.store.rows import schema
from planner.store.rows.frames import plain_cells
from planner.store.rows.records import sha256_text
from planner.store.scenarios import layers
from planner.store.scenarios.editing import Edit
from planner.store.scenarios.lineage import chain_of

_TEXT = pd.api.types.pandas_dtype("str")
_TERRITORY_COLUMNS = {
    "name": "str",
    "position_id": "str",
    "district": "str",
    "share_ppm": "Int64",
}
_MARK_COLUMNS = {
    "kind": "str",
    "thing": "str",
    "other": "str",
    "lat": "float64",
    "lon": "float64",
}
LOCK, HOME, BARRIER = "lock_", "home", "barrier"  # kinds of marks; locks of what
TOLD_CHANGES = 2000  # more are told to the audit log as a count and a hash


def load_alignment(conn: sa.Connection, scenario_id: str) -> pd.DataFrame:
    """Read which territory each unit lies in: an ALIGNMENT frame, sorted by unit."""
    return alignment_in(conn, chain_of(conn, scenario_id))


def alignment_in(conn: sa.Connection, chain: Sequence[str]) -> pd.DataFrame:
    """Read what `load_alignment` does, down layers that are known."""
    cells = layers.resolved_columns(conn, schema.scenario_unit, chain)
    return _frame(cells, "unit_id", ["territory_id"])


def save_alignment(conn: sa.Connection, edit: Edit, alignment: pd.DataFrame) -> int:
    """
    Put units into territories; units not named stay where they are.

    Parameters
    ----------
    conn
        Inside a transaction.
    edit
        From `editing`.
    alignment
        ALIGNMENT frame, of all units or of those that move.

    Returns
    -------
    The number of units that changed.
    """
    checked = schemas.check(alignment, schemas.ALIGNMENT)
    return _save(conn, edit, schema.scenario_unit, checked, is_whole=False)


def load_territories(conn: sa.Connection, scenario_id: str) -> pd.DataFrame:
    """
    Read the territories of a scenario.

    Returns
    -------
    `name`, `position_id` (empty: nobody works it), `district` (empty: in none) and
    `share_ppm` (what it is to have of each measure; empty: an equal share), indexed
    and sorted by `territory_id`.
    """
    return territories_in(conn, chain_of(conn, scenario_id))


def territories_in(conn: sa.Connection, chain: Sequence[str]) -> pd.DataFrame:
    """Read what `load_territories` does, down layers that are known."""
    rows = layers.resolve(conn, schema.scenario_territory, chain)
    return _typed_frame(rows, "territory_id", _TERRITORY_COLUMNS)


def save_territories(conn: sa.Connection, edit: Edit, territories: pd.DataFrame) -> int:
    """
    Replace the list of territories; those not named are gone.

    Parameters
    ----------
    conn
        Inside a transaction.
    edit
        From `editing`.
    territories
        As `load_territories` returns them; without `district` or `share_ppm`: none.

    Returns
    -------
    The number of territories that changed.
    """
    _with_columns(territories, "territory_id", ["name", "position_id"])
    frame = territories.reindex(columns=list(_TERRITORY_COLUMNS))
    frame = frame.astype(_TERRITORY_COLUMNS)
    return _save(conn, edit, schema.scenario_territory, frame, is_whole=True)


def load_named_accounts(conn: sa.Connection, scenario_id: str) -> pd.DataFrame:
    """Read the accounts that do not follow their unit: territory_id by account_id."""
    return named_accounts_in(conn, chain_of(conn, scenario_id))


def named_accounts_in(conn: sa.Connection, chain: Sequence[str]) -> pd.DataFrame:
    """Read what `load_named_accounts` does, down layers that are known."""
    cells = layers.resolved_columns(conn, schema.scenario_account, chain)
    return _frame(cells, "account_id", ["territory_id"])


def save_named_accounts(conn: sa.Connection, edit: Edit, named: pd.DataFrame) -> int:
    """
    Replace the list of named accounts; those not named follow their unit again.

    Parameters
    ----------
    conn
        Inside a transaction.
    edit
        From `editing`.
    named
        `territory_id` (empty: in none) by `account_id`.

    Returns
    -------
    The number of accounts that changed.
    """
    frame = _with_columns(named, "account_id", ["territory_id"])
    return _save(conn, edit, schema.scenario_account, frame, is_whole=True)


def load_marks(conn: sa.Connection, scenario_id: str) -> pd.DataFrame:
    """
    Read what planners marked in a scenario: locks, moved homes, barriers.

    Returns
    -------
    `kind`, `thing`, `other`, `lat`, `lon`, indexed and sorted by `mark_id`; see
    docs/data-model.md.
    """
    return marks_in(conn, chain_of(conn, scenario_id))


def marks_in(conn: sa.Connection, chain: Sequence[str]) -> pd.DataFrame:
    """Read what `load_marks` does, down layers that are known."""
    rows = layers.resolve(conn, schema.scenario_mark, chain)
    return _typed_frame(rows, "mark_id", _MARK_COLUMNS)


def save_marks(conn: sa.Connection, edit: Edit, marks: pd.DataFrame) -> int:
    """
    Replace the marks of a scenario; those not named are gone.

    Parameters
    ----------
    conn
        Inside a transaction.
    edit
        From `editing`.
    marks
        As `load_marks` returns them.

    Returns
    -------
    The number of marks that changed.
    """
    frame = _with_columns(marks, "mark_id", list(_MARK_COLUMNS))
    frame = frame.astype(_MARK_COLUMNS)
    return _save(conn, edit, schema.scenario_mark, frame, is_whole=True)


def _with_columns(frame: pd.DataFrame, key: str, columns: list[str]) -> pd.DataFrame:
    """Check that a frame has a unique key and the columns, and keep those."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise InputError(f"{key} frame lacks the column {', '.join(missing)}")
    if not frame.index.is_unique or frame.index.hasnans:
        raise InputError(f"{key} must be unique and not empty")
    return frame[columns]


def _save(
    conn: sa.Connection,
    edit: Edit,
    table: sa.Table,
    frame: pd.DataFrame,
    *,
    is_whole: bool,
) -> int:
    columns = [plain_cells(frame[name]) for name in frame.columns]
    rows = zip(*columns, strict=True)
    target = dict(zip(frame.index.astype("str").tolist(), rows, strict=True))
    before, after = layers.save_differences(
        conn, table, edit.chain, target, is_whole=is_whole
    )
    if after:
        part = table.name.removeprefix("scenario_")
        edit.before[part] = _told(before)
        edit.after[part] = _told(after)
    return len(after)


def _told(changes: Mapping[str, layers.Values | None]) -> Any:
    """Write changes for the audit log: each, or their count and hash if many."""
    if len(changes) > TOLD_CHANGES:
        lines = "\n".join(f"{key}\t{values}" for key, values in changes.items())
        return {"n_changes": len(changes), "sha256": sha256_text(lines)}
    return {
        key: values[0] if values is not None and len(values) == 1 else values
        for key, values in changes.items()
    }


def _frame(
    cells: Sequence[pyarrow.Array], key: str, columns: list[str]
) -> pd.DataFrame:
    """Make a frame of a column of keys and columns of cells, all text."""
    texts = [_TEXT.__from_arrow__(column) for column in cells]
    index = pd.Index(texts[0], dtype="str", name=key)
    return pd.DataFrame(dict(zip(columns, texts[1:], strict=True)), index=index)


def _typed_frame(
    rows: Mapping[str, layers.Values], key: str, types: Mapping[str, str]
) -> pd.DataFrame:
    """Make a frame of values by key, sorted by it, each column of its type."""
    ids = sorted(rows)
    index = pd.Index(ids, dtype="str", name=key)
    columns = {
        name: pd.Series([rows[row_id][place] for row_id in ids], index, dtype=dtype)
        for place, (name, dtype) in enumerate(types.items())
    }
    return pd.DataFrame(columns)
