"""
Importing a list: read, map, coerce, accept or reject each row with its reason.

`check_file` does it for a path and any kind; `import_accounts` for a table of accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from planner.accounts.findings import FindingLog, ImportReport, SourceError, make_report
from planner.accounts.kinds.account_rows import read_rows
from planner.accounts.kinds.areas import import_units
from planner.accounts.kinds.market import import_market
from planner.accounts.kinds.people import import_positions, import_reps
from planner.accounts.kinds.records import (
    import_deals,
    import_quotas,
    import_visits_made,
)
from planner.accounts.kinds.references import Known
from planner.accounts.mapping.columns import KNOWN_COLUMNS
from planner.accounts.mapping.guess import Mapped
from planner.accounts.mapping.params import ImportParams
from planner.accounts.pipeline import run_import
from planner.accounts.placing import Gazetteer
from planner.accounts.reading.cells import CellReader
from planner.accounts.reading.sources import read_source
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.tables import where as keep_where
from planner.core.errors import InputError
from planner.core.schemas import ACCOUNTS, empty


def check_file(
    path: Path | str,
    kind: str,
    mapping: Mapping[str, Mapped] | None = None,
    *,
    where: str | None = None,
    gazetteer: Gazetteer | None = None,
    params: ImportParams | None = None,
    encoding: str | None = None,
    layer: str = "",
    known: Known | None = None,
) -> ImportReport:
    """
    Say what importing a file would do.

    Parameters
    ----------
    path
        The file.
    kind
        One of `columns.KINDS`.
    mapping
        Column of the file by column of ours, or an object that says how to read it, see
        `readings.reading_of`; None: guessed.
    where
        ``column=value``: rows to read; None: all.
    gazetteer
        Places for rows without coordinates; None: none is known.
    params
        The user's decisions.
    encoding
        Encoding of a CSV; None: found out.
    layer
        Sheet or layer to read; empty: the first.
    known
        What the company holds, for references; None: not looked up.

    Returns
    -------
    The report, also of a file that cannot be read; its frame holds the accepted rows.

    Raises
    ------
    InputError
        If the kind, the mapping or the condition names what does not exist.
    """
    _check_kind(kind)
    try:
        raw = read_source(path, encoding=encoding, layer=layer)
    except SourceError as error:
        if error.finding.code == "no_file":
            raise
        log = FindingLog.starting_with([error.finding])
        nothing = empty(ACCOUNTS)
        return make_report(
            file=Path(path).name, kind=kind, rows_read=0, log=log, frame=nothing
        )
    if where is not None:
        raw = keep_where(raw, where)
    return import_table(
        raw, kind, mapping, gazetteer=gazetteer, params=params, known=known
    )


def import_table(
    raw: RawTable,
    kind: str,
    mapping: Mapping[str, Mapped] | None = None,
    *,
    gazetteer: Gazetteer | None = None,
    params: ImportParams | None = None,
    known: Known | None = None,
) -> ImportReport:
    """
    Import a table of any kind.

    Parameters
    ----------
    raw
        As `read_source` gives it.
    kind, mapping, gazetteer, params, known
        As of `check_file`.
    """
    _check_kind(kind)
    if kind == "units":
        return import_units(raw, mapping, params=params)
    of_records = {
        "positions": import_positions,
        "deals": import_deals,
        "visits_made": import_visits_made,
        "quotas": import_quotas,
    }
    if kind in of_records:
        return of_records[kind](raw, mapping, params=params, known=known)
    of_places = {
        "accounts": import_accounts,
        "reps": import_reps,
        "market": import_market,
    }
    return of_places[kind](
        raw, mapping, gazetteer=gazetteer, params=params, known=known
    )


def import_accounts(
    raw: RawTable,
    mapping: Mapping[str, Mapped] | None = None,
    *,
    gazetteer: Gazetteer | None = None,
    params: ImportParams | None = None,
    known: Known | None = None,
) -> ImportReport:
    """
    Turn a table into accounts.

    Parameters
    ----------
    raw
        As `read_source` gives it.
    mapping
        Column of the file by column of ours; None: guessed.
    gazetteer
        Places for rows without coordinates.
    params
        The user's decisions.
    known
        What the company holds: owners who are nobody in it are warned of.

    Returns
    -------
    The report; `accounts` passes the ACCOUNTS schema; `unit_id` is what the file says,
    null without such a column.

    Notes
    -----
    Accepted + rejected = read. A row without a status is a prospect, or a customer if
    it has sales; ``closed`` and ``planning`` are closed. Columns that are not ours are
    kept as text in `custom`.
    """
    places = gazetteer or Gazetteer.empty()

    def build(cells: CellReader) -> pd.DataFrame:
        return read_rows(cells, places, known)

    has_place = (("lat", "lon"), ("postcode",), ("city", "region"))
    return run_import(
        raw,
        "accounts",
        mapping,
        params,
        ACCOUNTS,
        ("account_id", "name"),
        has_place,
        build,
    )


def _check_kind(kind: str) -> None:
    if kind not in KNOWN_COLUMNS:
        known = ", ".join(KNOWN_COLUMNS)
        raise InputError(f"kind must be one of {known}, got {kind!r}")
