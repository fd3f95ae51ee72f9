"""What importing any kind of table has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd
import pandera.pandas as pa

from planner.accounts.context import ImportContext
from planner.accounts.findings import FindingLog, ImportReport, make_report
from planner.accounts.mapping.addresses import in_turn
from planner.accounts.mapping.guess import (
    check_mapping,
    guess_mapping,
    is_sure,
    readings_of,
)
from planner.accounts.mapping.readings import Reading, factor_of
from planner.accounts.reading.cells import CellReader
from planner.accounts.reading.coercions import describe_coercions, no_coercions
from planner.accounts.reading.mending import mend
from planner.accounts.reading.non_data_rows import without_furniture
from planner.accounts.reading.tables import RawTable
from planner.core.schemas import check

SAMPLE_ROWS = 200  # that the guess of the columns looks at
VALUE_COLUMNS = ("target", "column", "value", "ours", "n_rows", "is_known")
SHAPES = "shapes"  # stands in `one_of` for those of a geofile


def _nothing_along(_: CellReader, __: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {}


def _as_they_stand(
    raw: RawTable, _: Mapping[str, str], __: ImportContext, ___: FindingLog
) -> RawTable:
    return raw


def _complete(
    raw: RawTable, mapping: Mapping[str, str], _: FindingLog
) -> tuple[RawTable, dict[str, str]]:
    return raw, dict(mapping)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRules:
    """
    What rows of one kind must hold.

    Parameters
    ----------
    schema
        Schema of the accepted rows.
    required
        Our columns that must be there.
    one_of
        Groups of our columns, one of which must be there; empty: no such rule.
    read
        Reads all rows into a frame indexed by row number, with every fault in the
        reader's log; it holds the id of the schema as a column.
    complete
        Makes columns that the file can do without, and maps them.
    shape_rows
        Makes one row of several, before they are read.
    bring_along
        Makes frames of other kinds, by kind, of the reader's `extra` and the accepted
        rows.
    """

    schema: pa.DataFrameSchema
    required: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    read: Callable[[CellReader], pd.DataFrame]
    complete: Callable[
        [RawTable, Mapping[str, str], FindingLog], tuple[RawTable, dict[str, str]]
    ] = _complete
    shape_rows: Callable[
        [RawTable, Mapping[str, str], ImportContext, FindingLog], RawTable
    ] = _as_they_stand
    bring_along: Callable[[CellReader, pd.DataFrame], dict[str, pd.DataFrame]] = (
        _nothing_along
    )


def _key_of(rules: KindRules) -> str:
    """Name our column that tells the rows apart: totals and notes stand in it."""
    index = rules.schema.index
    return next(iter(rules.required), "") if index is None else str(index.name)


def run_import(raw: RawTable, context: ImportContext, rules: KindRules) -> ImportReport:
    """
    Do what every kind has in common: map, check the header, read, keep, report.

    Parameters
    ----------
    raw, context
        As of `import_table`.
    rules
        Of the context's kind.
    """
    guesses = FindingLog()  # of the file as it came: a mended cell changes no column
    mapping = _mapping(raw, context, guesses)
    raw, corrections = mend(raw, mapping, context.corrections)
    log = FindingLog.starting_with([*raw.notes, *guesses.findings])
    log.rejected &= set(raw.frame.index)
    raw, mapping = rules.complete(raw, mapping, log)
    rows_read = len(raw.frame) + _check_header(raw, context.kind, mapping, rules, log)
    readings, by_header = readings_of(context.mapping or {}, mapping)
    _report_units(readings, by_header, log)
    raw = _addresses_in_turn(raw, mapping, log)
    raw = without_furniture(raw, mapping, _key_of(rules), log)
    if rows_read and not log.has_file_reject:
        raw = rules.shape_rows(raw, mapping, context, log)
    cells = CellReader(raw, mapping, context, log, readings, required=rules.required)
    frame, coercions = pd.DataFrame(), no_coercions()
    if not log.has_file_reject and rows_read:
        frame = rules.read(cells)
        coercions = describe_coercions(cells, frame)
    if not log.has_file_reject and len(frame):
        frame = frame[~frame.index.isin(list(log.rejected))]
        if rules.schema.index is not None:
            frame = frame.set_index(str(rules.schema.index.name))
        frame = check(frame, rules.schema)
    report = make_report(
        file=raw.filename,
        kind=context.kind,
        rows_read=rows_read,
        log=log,
        frame=frame,
        mapping=mapping,
    )
    return replace(
        report,
        coercions=coercions,
        readings={name: reading.to_json() for name, reading in readings.items()},
        choices=pd.DataFrame(cells.values, columns=list(VALUE_COLUMNS)),
        extra=rules.bring_along(cells, report.frame) if report.is_usable else {},
        sha256=raw.sha256,
        currency=context.currency,
        corrections=corrections,
        rolled=dict(log.rolled),
    )


def _mapping(raw: RawTable, context: ImportContext, log: FindingLog) -> dict[str, str]:
    """Take the user's mapping, or guess one and say so."""
    if context.mapping is not None:
        return check_mapping(context.mapping, raw.columns, context.kind)
    mapping = guess_mapping(raw.columns, raw.frame.head(SAMPLE_ROWS), context.kind)
    _report_guesses(mapping, context.kind, log)
    return mapping


def _addresses_in_turn(
    raw: RawTable, mapping: Mapping[str, str], log: FindingLog
) -> RawTable:
    """Take the other address of the file, whole, where a row lacks the one mapped."""
    frame, n_taken = in_turn(raw.frame, mapping)
    for mark, number in n_taken.items():
        log.file(
            "other_address",
            "notice",
            f"in {number:,} rows the address mapped is empty; their {mark} address was "
            "taken, whole",
        )
    return replace(raw, frame=frame) if n_taken else raw


def _report_units(
    readings: Mapping[str, Reading], by_header: set[str], log: FindingLog
) -> None:
    """Say which units only the header names."""
    for target in sorted(by_header):
        reading = readings[target]
        if factor_of(target, reading.unit) != 1:
            log.file(
                "unit_of_header",
                "notice",
                f"column {reading.column!r} is read in {reading.unit!r}, as its name "
                f"says; map {target} with another unit if that is wrong",
                column=reading.column,
            )


def _report_guesses(mapping: Mapping[str, str], kind: str, log: FindingLog) -> None:
    sure = {
        column for target, column in mapping.items() if is_sure(target, column, kind)
    }
    for target, column in mapping.items():
        if column not in sure:
            log.file(
                "guessed_column",
                "notice",
                f"column {column!r} is taken as {target}; map it if that is wrong",
                column=column,
            )


def _check_header(
    raw: RawTable,
    kind: str,
    mapping: Mapping[str, str],
    rules: KindRules,
    log: FindingLog,
) -> int:
    """Refuse a file without its columns; return 1 if its header is a row of data."""
    if not raw.columns:
        return 0
    there = {*mapping} if raw.geometry is None else {*mapping, SHAPES}
    missing = [name for name in rules.required if name not in mapping]
    if rules.one_of and not any(there.issuperset(group) for group in rules.one_of):
        missing.append(" or ".join("+".join(group) for group in rules.one_of))
    if not missing:
        return 0
    columns = ", ".join(raw.columns[:30])
    if not mapping and any(_is_value(name) for name in raw.columns):
        log.file(
            "no_header",
            "reject",
            f"the first line looks like data, not like a header: {columns}. Add a "
            f"first line with the names; {kind} need {', '.join(missing)}",
        )
        return 1
    log.file(
        "missing_column",
        "reject",
        f"missing: {', '.join(missing)}; the file has {columns}. "
        "Rename a column or map it",
    )
    return 0


def _is_value(name: str) -> bool:
    return bool(pd.Series([name]).str.fullmatch(r"[+-]?[\d.,/-]*\d[\d.,/-]*").iloc[0])
