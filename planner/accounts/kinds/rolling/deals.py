"""The rows of a list of several rows an account, kept as deals."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from planner.accounts.context import ImportContext, References
from planner.accounts.findings import Finding, ImportReport
from planner.accounts.kinds.records import DEAL_RULES
from planner.accounts.kinds.rolling.columns import day_columns, number_columns
from planner.accounts.pipeline import run_import
from planner.accounts.reading.mending import mend
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.values.texts import clean_text
from planner.core.errors import ParamsError

MADE = "deal_id (made)"
_DIGITS = 12  # of the hash


def deal_columns(
    raw: RawTable, report: ImportReport
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    List what the rows of a rolled up list can be dated and valued by.

    Parameters
    ----------
    raw
        The table.
    report
        Its check as accounts.

    Returns
    -------
    Columns of days, and columns of numbers that were not averaged, those of money
    first; both empty where no account has several rows.
    """
    if not report.rolled:
        return (), ()
    numbers = [name for name, how in report.rolled.items() if how != "mean"]
    money = [report.mapping.get(name, "") for name in ("our_sales", "annual_revenue")]
    numbers.sort(key=lambda name: name not in money)
    names = [name for name in raw.columns if name not in report.rolled]
    return tuple(day_columns(raw.frame, names)), tuple(numbers)


def deals_of_rows(
    raw: RawTable,
    context: ImportContext,
    report: ImportReport,
    *,
    date: str,
    amount: str,
) -> ImportReport:
    """
    Keep each row of the accepted accounts as a deal that was won.

    Parameters
    ----------
    raw, context, report
        The table, and its check as accounts.
    date, amount
        Columns of the day it closed and of what it brought.

    Returns
    -------
    The check of the deals, row numbers those of the file. An id is made of account,
    day and the words that differ within an account, the same whenever the list is
    loaded; what differs besides is kept in `custom`.

    Raises
    ------
    ParamsError
        If the file lacks one of the columns, or the list has no ids of accounts.
    """
    for what, name in (("day", date), ("amount", amount)):
        if name not in raw.columns:
            raise ParamsError(
                f"rows are kept as deals by their {what}, but {raw.filename} has no "
                f"column {name!r}; it has {', '.join(raw.columns[:30])}"
            )
    raw, _ = mend(raw, report.mapping, context.corrections)
    column = report.mapping.get("account_id", "")
    if column not in raw.columns:
        raise ParamsError(
            "rows can be kept as deals only where the list has a column of ids"
        )
    ids = clean_text(raw.frame[column])
    frame = raw.frame[ids.isin(report.frame.index)]
    ids = ids[frame.index]
    differs = frame.groupby(ids).agg("nunique").gt(1).any()
    own = [str(name) for name in differs.index[differs] if name not in {date, amount}]
    numbers = number_columns(frame, report.mapping)
    words = [name for name in own if name not in numbers]
    keys = frame[[column, date, *words]].agg("\x1f".join, axis=1)
    turn = keys.groupby(keys).cumcount().astype("str")
    deal_ids = (keys + "\x1f" + turn).map(_id)
    frame = frame[[column, date, amount, *own]].assign(**{MADE: deal_ids})
    table = replace(
        raw,
        frame=frame,
        columns=tuple(frame.columns),
        notes=tuple(note for note in raw.notes if _keeps_out(note, frame.index)),
    )
    return run_import(
        table, _context(context, report, column, date, amount, words), DEAL_RULES
    )


def _context(
    context: ImportContext,
    report: ImportReport,
    column: str,
    date: str,
    amount: str,
    words: list[str],
) -> ImportContext:
    """Read the rows as their accounts were read: the same signs, forms and units."""
    mapping: dict[str, Any] = {"deal_id": MADE, "account_id": column}
    mapping |= {"close_on": date, "amount": _reading(report.readings, amount)}
    if words:
        mapping["product"] = words[0]
    return replace(
        context,
        kind="deals",
        mapping=mapping,
        references=References(account_ids=report.frame.index),
        roll_up={},
        corrections=(),
    )


def _reading(readings: Mapping[str, Any], column: str) -> Any:
    """Find how a column was read where it is one of ours."""
    return next(
        (
            entry
            for entry in readings.values()
            if isinstance(entry, dict) and entry["column"] == column
        ),
        column,
    )


def _keeps_out(note: Finding, rows: pd.Index) -> bool:
    return note.severity == "reject" and note.row in rows


def _id(text: str) -> str:
    return f"D-{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS].upper()}"
