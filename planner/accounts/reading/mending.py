"""Rows mended in place: cells that the user typed anew, and which ones are at fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from planner.accounts.corrections import COLUMNS, Correction
from planner.accounts.findings import Finding, ImportReport
from planner.accounts.reading.tables import RawTable
from planner.core.errors import InputError

NO_DATA = ("repeated_header", "total_row", "note_row")  # rows with nothing to mend
_PLACE = (
    *("lat", "lon", "coordinates"),
    *("street", "postcode", "city", "region", "country"),
)
_IDS = ("deal_id", "rep_id", "unit_id", "position_id", "account_id")
_LONGEST_CELL = 60
_MOST_COLUMNS = 12


def mend(
    raw: RawTable, mapping: Mapping[str, str], corrections: Iterable[Correction]
) -> tuple[RawTable, pd.DataFrame]:
    """
    Put the user's values into a table.

    Parameters
    ----------
    raw
        The table as read; it is left as it is.
    mapping
        Column of the file by column of ours.
    corrections
        The cells; of two of one cell the later counts.

    Returns
    -------
    The table with these cells, and what was changed: row, column, was, value. Each is
    noted; what the reading said against the cell, or against the form of its row, is
    lifted, for the user has looked at it.

    Raises
    ------
    InputError
        If a correction names a column that the file does not have.
    """
    frame, changes = raw.frame, []
    notes: list[Finding] = []
    cells = {(c.row, _column_of(c, raw, mapping)): c.value for c in corrections}
    if cells:
        frame = frame.copy()
    for (row, column), value in cells.items():
        if row not in frame.index:
            notes.append(_no_such_row(row, column, raw))
            continue
        was = str(frame.at[row, column])
        if was == value:
            continue
        frame.loc[row, column] = value
        changes.append((row, column, was, value))
        notes.append(_typed(row, column, was, value))
    if not notes:
        return raw, pd.DataFrame(changes, columns=list(COLUMNS))
    mended = {(row, column) for row, column, *_ in changes}
    rows = {row for row, *_ in changes}
    before = [note for note in raw.notes if not _is_lifted(note, mended, rows)]
    changed = replace(raw, frame=frame, notes=(*before, *notes))
    return changed, pd.DataFrame(changes, columns=list(COLUMNS))


def _column_of(
    correction: Correction, raw: RawTable, mapping: Mapping[str, str]
) -> str:
    if correction.column in raw.columns:
        return correction.column
    column = mapping.get(correction.column, "")
    if column not in raw.columns:
        raise InputError(
            f"a correction of row {correction.row} names column "
            f"{correction.column!r}; {raw.filename} has {', '.join(raw.columns[:30])}"
        )
    return column


def _is_lifted(note: Finding, mended: set[tuple[int, str]], rows: set[int]) -> bool:
    if note.severity == "notice" or note.row is None:
        return False
    if note.column:
        return (note.row, note.column) in mended
    return note.row in rows


def _typed(row: int, column: str, was: str, value: str) -> Finding:
    return Finding(
        code="mended",
        severity="notice",
        row=row,
        column=column,
        value=_short(was),
        message=f"{_short(value)!r} was typed in place of {_short(was)!r}; the file "
        "itself is as it was",
    )


def _no_such_row(row: int, column: str, raw: RawTable) -> Finding:
    return Finding(
        code="correction_aside",
        severity="warn",
        row=row,
        column=column,
        message=f"a correction names row {row}, which is not among the "
        f"{len(raw.frame):,} rows read of {raw.filename}; it was left aside",
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


@dataclass(frozen=True, kw_only=True, eq=False)
class RowsToMend:
    """
    Rows that were refused or asked about, with the cells in which to mend them.

    Parameters
    ----------
    cells : shape (n_rows, n_columns)
        Cells of the file by row number: the columns at fault, behind what names a row.
        Refused rows come first.
    reasons : shape (n_rows,)
        Why, in words.
    is_refused : shape (n_rows,)
        Whether the row is refused; else it is taken and only asked about.
    """

    cells: pd.DataFrame
    reasons: pd.Series
    is_refused: pd.Series


def rows_to_mend(report: ImportReport, raw: RawTable) -> RowsToMend:
    """
    List the rows of a report that the user can mend by typing.

    Parameters
    ----------
    report
        Of the check.
    raw
        The table it is of, as read. The cells are those the check saw, corrections in
        their place.
    """
    findings = report.findings
    is_open = findings["row"].notna() & findings["severity"].isin(["reject", "warn"])
    is_open &= ~findings["code"].isin(NO_DATA) & findings["row"].isin(raw.frame.index)
    findings = findings[is_open].assign(row=findings["row"][is_open].astype("int64"))
    is_refused = (findings["severity"] == "reject").groupby(findings["row"]).any()
    order = is_refused.sort_index().sort_values(ascending=False, kind="stable").index
    reasons = findings.groupby("row")["message"].agg(
        lambda texts: "; ".join(dict.fromkeys(texts))
    )
    columns = _columns_at_fault(findings, report.mapping, raw)
    cells = raw.frame.loc[order, columns].copy()
    for row, column, _, value in report.corrections.itertuples(index=False, name=None):
        if row in cells.index and column in cells:
            cells.loc[row, column] = value
    return RowsToMend(
        cells=cells,
        reasons=reasons.reindex(order).astype("str"),
        is_refused=is_refused.reindex(order).astype(bool),
    )


def edits_of(shown: pd.DataFrame, edited: pd.DataFrame) -> list[Correction]:
    """List the cells that differ between what was shown and what came back."""
    after = edited.reindex(index=shown.index, columns=shown.columns).fillna("")
    differs = shown.astype("str").ne(after.astype("str"))
    rows, places = differs.to_numpy().nonzero()
    return [
        Correction(
            row=int(shown.index[row]),
            column=str(shown.columns[place]),
            value=str(after.iloc[row, place]),
        )
        for row, place in zip(rows.tolist(), places.tolist(), strict=True)
    ]


def _columns_at_fault(
    findings: pd.DataFrame, mapping: Mapping[str, str], raw: RawTable
) -> list[str]:
    """Choose the columns to show: what names a row, and all that is at fault."""
    ours = {
        target: column for target, column in mapping.items() if column in raw.columns
    }
    named_by = ["name"] if "name" in ours else []
    if not named_by or findings["column"].isin(["name", ours["name"]]).any():
        # Without a name, or where it is at fault, an id and a town tell rows apart.
        named_by = [*[name for name in _IDS if name in ours][:1], *named_by, "city"]
    columns = dict.fromkeys(ours[name] for name in named_by if name in ours)
    place = [ours[name] for name in _PLACE if name in ours]
    for code, column in dict.fromkeys(
        zip(findings["code"], findings["column"], strict=True)
    ):
        if code == "ragged_row":
            columns |= dict.fromkeys(raw.columns)
        elif column in raw.columns:
            columns[column] = None
        elif column in ours:
            columns[ours[column]] = None
        else:
            columns |= dict.fromkeys(place or list(ours.values()))
    if "no_place" in set(findings["code"]):
        columns |= dict.fromkeys(place)
    return list(columns)[:_MOST_COLUMNS]
