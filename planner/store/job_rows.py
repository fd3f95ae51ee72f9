"""Reading rows of jobs: one that is damaged is told as such and stops nothing."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from planner.store.rows.schema import job

ACCEPTED, DISCARDED = "accepted", "discarded"
DECISIONS = (ACCEPTED, DISCARDED)
STATES = ("queued", "running", "done", "failed", "cancelled")
NEVER = "1970-01-01T00:00:00.000000Z"  # stands for a stamp that cannot be read


def job_columns(conn: sa.Connection) -> list[sa.ColumnElement[Any]]:
    """Ask for the cells of a job as they lie there, so that none stops the reading."""
    return [_as_it_lies(conn, column).label(column.name) for column in job.columns]


def checked_cells(row: sa.RowMapping) -> tuple[dict[str, Any], str | None]:
    """
    Read the cells of `job_columns`.

    Returns
    -------
    The values, what cannot be read as if it were not there; and what is wrong with the
    row, in words, or None.
    """
    values: dict[str, Any] = {}
    faults = []
    for name, (read, otherwise) in _READERS.items():
        try:
            values[name] = read(row[name])
        except (ValueError, TypeError, RecursionError, OverflowError) as error:
            values[name] = otherwise
            faults.append(f"its {name} {_rule_of(error)}, got {_shown(row[name])}")
    return values, "; ".join(faults) or None


def _as_it_lies(conn: sa.Connection, column: sa.Column) -> sa.ColumnElement[Any]:
    if conn.dialect.name != "sqlite":  # the server has checked all but the JSON
        return sa.cast(column, sa.Text) if isinstance(column.type, sa.JSON) else column
    if isinstance(column.type, sa.Text | sa.JSON):
        return sa.cast(column, sa.LargeBinary)
    return sa.type_coerce(column, sa.types.NullType())


def _rule_of(error: BaseException) -> str:
    if isinstance(error, json.JSONDecodeError | RecursionError | UnicodeDecodeError):
        return "must be JSON"
    return str(error)


def _shown(cell: Any) -> str:
    text = cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def _text(cell: Any) -> str:
    if isinstance(cell, bytes | memoryview):
        return bytes(cell).decode(errors="replace")
    if not isinstance(cell, str):
        raise TypeError("must be text")
    return cell


def _state(cell: Any) -> str:
    state = _text(cell)
    if state not in STATES:
        raise ValueError(f"must be one of {', '.join(STATES)}")
    return state


def _decision(cell: Any) -> str:
    decision = _text(cell)
    if decision not in DECISIONS:
        raise ValueError(f"must be one of {', '.join(DECISIONS)}")
    return decision


def _stamp(cell: Any) -> str:
    text = _text(cell)
    try:
        is_aware = dt.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        is_aware = False
    if not is_aware:
        raise ValueError("must be a time such as 2026-11-30T08:00:00Z")
    return text


def _number(cell: Any) -> float:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise TypeError("must be a number")
    if not math.isfinite(cell):
        raise ValueError("must be a finite number")
    return float(cell)


def _count(cell: Any) -> int:
    if isinstance(cell, bool) or not isinstance(cell, int) or cell < 0:
        raise TypeError("must be a whole number from 0")
    return cell


def _truth(cell: Any) -> bool:
    if cell not in (0, 1):
        raise ValueError("must be true or false")
    return bool(cell)


def _mapping(cell: Any) -> dict[str, Any]:
    content = bytes(cell) if isinstance(cell, memoryview) else cell
    value = json.loads(content)
    if not isinstance(value, dict):
        raise TypeError("must be a JSON object")
    return value


def _params(cell: Any) -> dict[str, Any]:
    params = _mapping(cell)
    limit_s = params.get("time_limit_s")
    try:
        is_limit = limit_s is None or _number(limit_s) >= 0
    except (TypeError, ValueError, OverflowError):
        is_limit = False
    if not is_limit:
        raise ValueError("must have a time_limit_s of 0 or more seconds")
    return params


def _maybe(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda cell: None if cell is None else reader(cell)


_READERS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "job_id": (_text, ""),
    "company_id": (_text, ""),
    "scenario_id": (_maybe(_text), None),
    "kind": (_text, ""),
    "params": (_params, {}),
    "state": (_state, "failed"),
    "fraction": (_number, 0.0),
    "note": (_text, ""),
    "best": (_maybe(_number), None),
    "bound": (_maybe(_number), None),
    "heartbeat_at": (_maybe(_stamp), None),
    "cancel_requested": (_truth, False),
    "result": (_maybe(_mapping), None),
    "error": (_maybe(_text), None),
    "error_number": (_maybe(_text), None),
    "attempts": (_count, 0),
    "worker": (_maybe(_text), None),
    "created_at": (_stamp, NEVER),
    "created_by": (_text, ""),
    "started_at": (_maybe(_stamp), None),
    "finished_at": (_maybe(_stamp), None),
    "decision": (_maybe(_decision), None),
}
