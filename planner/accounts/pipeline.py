"""What importing any kind of table has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd
import pandera.pandas as pa

from planner.accounts.findings import FindingLog, ImportReport, make_report
from planner.accounts.mapping.guess import (
    Mapped,
    check_mapping,
    guess_mapping,
    is_sure,
    readings_of,
)
from planner.accounts.mapping.params import ImportParams
from planner.accounts.mapping.readings import Reading, factor_of
from planner.accounts.reading.cells import CellReader
from planner.accounts.reading.coercions import describe_coercions, no_coercions
from planner.accounts.reading.non_data_rows import without_furniture
from planner.accounts.reading.tables import RawTable
from planner.core.schemas import check

_SAMPLE_ROWS = 200


def run_import(
    raw: RawTable,
    kind: str,
    mapping: Mapping[str, Mapped] | None,
    params: ImportParams | None,
    schema: pa.DataFrameSchema,
    required: tuple[str, ...],
    one_of: tuple[tuple[str, ...], ...],
    build: Callable[[CellReader], pd.DataFrame],
) -> ImportReport:
    """
    Do what every kind has in common: map, check the header, build, keep, report.

    Parameters
    ----------
    raw, kind, mapping, params
        As of `import_table`.
    schema
        Schema of the accepted rows.
    required
        Our columns that must be there.
    one_of
        Groups of our columns, one of which must be there; empty: no such rule.
    build
        Reads all rows into a frame indexed by row number, with every fault in the
        reader's log; it holds the id of the schema as a column.
    """
    log = FindingLog.starting_with(raw.notes)
    log.rejected &= set(raw.frame.index)
    if mapping is None:
        used = guess_mapping(raw.columns, raw.frame.head(_SAMPLE_ROWS), kind)
        _tell_guesses(used, kind, log)
    else:
        used = check_mapping(mapping, raw.columns, kind)
    rows_read = len(raw.frame) + _check_header(raw, kind, used, required, one_of, log)
    readings, by_header = readings_of(mapping or {}, used)
    _tell_units(readings, by_header, log)
    raw = without_furniture(raw, used, required[0] if required else "", log)
    cells = CellReader(raw, used, params or ImportParams(), log, readings)
    frame, coercions = pd.DataFrame(), None
    if not log.has_file_reject and rows_read:
        frame = build(cells)
        coercions = describe_coercions(
            raw, used, readings, frame, log.findings, cells.params
        )
    if not log.has_file_reject and len(frame):
        kept = frame[~frame.index.isin(list(log.rejected))]
        if schema.index is not None:
            kept = kept.set_index(str(schema.index.name))
        frame = check(kept, schema)
    report = make_report(
        file=raw.filename,
        kind=kind,
        rows_read=rows_read,
        log=log,
        frame=frame,
        mapping=used,
    )
    return replace(
        report,
        coercions=no_coercions() if coercions is None else coercions,
        readings={name: reading.to_json() for name, reading in readings.items()},
        sha256=raw.sha256,
    )


def _tell_units(
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


def _tell_guesses(mapping: Mapping[str, str], kind: str, log: FindingLog) -> None:
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
    required: tuple[str, ...],
    one_of: tuple[tuple[str, ...], ...],
    log: FindingLog,
) -> int:
    """Refuse a file without its columns; return 1 if its header is a row of data."""
    if not raw.columns:
        return 0
    missing = [name for name in required if name not in mapping]
    if one_of and not any(all(name in mapping for name in group) for group in one_of):
        missing.append(" or ".join("+".join(group) for group in one_of))
    if not missing:
        return 0
    found = ", ".join(raw.columns[:30])
    if not mapping and any(_is_value(name) for name in raw.columns):
        log.file(
            "no_header",
            "reject",
            f"the first line looks like data, not like a header: {found}. Add a first "
            f"line with the names; {kind} need {', '.join(missing)}",
        )
        return 1
    log.file(
        "missing_column",
        "reject",
        f"missing: {', '.join(missing)}; the file has {found}. "
        "Rename a column or map it",
    )
    return 0


def _is_value(name: str) -> bool:
    return bool(pd.Series([name]).str.fullmatch(r"[+-]?[\d.,/-]*\d[\d.,/-]*").iloc[0])
