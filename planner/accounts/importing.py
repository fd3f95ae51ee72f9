"""
Importing a list: read, map, coerce, accept or reject each row with its reason.

`check_file` does it for a path and any kind; `import_accounts` for a table of accounts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from planner.accounts.areas import import_units
from planner.accounts.cells import CellReader
from planner.accounts.columns import KNOWN_COLUMNS
from planner.accounts.enrich import Gazetteer
from planner.accounts.findings import FindingLog
from planner.accounts.findings import ImportReport
from planner.accounts.findings import SourceError
from planner.accounts.findings import make_report
from planner.accounts.matching import report_repeated_ids
from planner.accounts.matching import report_same_places
from planner.accounts.params import ImportParams
from planner.accounts.pipeline import run_import
from planner.accounts.places import read_places
from planner.accounts.records import import_deals
from planner.accounts.records import import_reps
from planner.accounts.sources import RawTable
from planner.accounts.sources import read_source
from planner.accounts.sources import where as keep_where
from planner.core.errors import InputError
from planner.core.schemas import ACCOUNTS
from planner.core.schemas import empty

__all__ = [
    "ImportParams",
    "ImportReport",
    "RawTable",
    "check_file",
    "import_accounts",
    "import_table",
    "keep_where",
    "read_source",
]

_CLOSED_WORDS = frozenset(
    {
        "closed",
        "permanently closed",
        "planning",
        "planned",
        "inactive",
        "out of business",
        "defunct",
    }
)
_STATUS_WORDS = {
    "customer": "customer",
    "client": "customer",
    "active": "customer",
    "prospect": "prospect",
    "lead": "prospect",
    "target": "prospect",
} | dict.fromkeys(_CLOSED_WORDS, "closed")
_TEXTS = (
    "street",
    "industry",
    "rating",
    "products",
    "owner_id",
    "open_days",
    "visit_class",
)
_DAMAGE_CHECKED = ("name", "street", "city", "industry")


def check_file(
    path: Path | str,
    kind: str,
    mapping: Mapping[str, str] | None = None,
    *,
    where: str | None = None,
    gazetteer: Gazetteer | None = None,
    params: ImportParams | None = None,
    encoding: str | None = None,
) -> ImportReport:
    """
    Say what importing a file would do.

    Parameters
    ----------
    path
        The file.
    kind
        ``accounts``, ``units``, ``reps`` or ``deals``.
    mapping
        Column of the file by column of ours; None: guessed.
    where
        ``column=value``: rows to read; None: all.
    gazetteer
        Places for rows without coordinates; None: none is known.
    params
        The user's decisions.
    encoding
        Encoding of a CSV; None: found out.

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
        raw = read_source(path, encoding=encoding)
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
    return import_table(raw, kind, mapping, gazetteer=gazetteer, params=params)


def import_table(
    raw: RawTable,
    kind: str,
    mapping: Mapping[str, str] | None = None,
    *,
    gazetteer: Gazetteer | None = None,
    params: ImportParams | None = None,
) -> ImportReport:
    """
    Import a table of any kind.

    Parameters
    ----------
    raw
        As `read_source` gives it.
    kind, mapping, gazetteer, params
        As of `check_file`.
    """
    _check_kind(kind)
    if kind == "units":
        return import_units(raw, mapping, params=params)
    if kind == "reps":
        return import_reps(raw, mapping, gazetteer=gazetteer, params=params)
    if kind == "deals":
        return import_deals(raw, mapping, params=params)
    return import_accounts(raw, mapping, gazetteer=gazetteer, params=params)


def import_accounts(
    raw: RawTable,
    mapping: Mapping[str, str] | None = None,
    *,
    gazetteer: Gazetteer | None = None,
    params: ImportParams | None = None,
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

    Returns
    -------
    The report; `accounts` passes the ACCOUNTS schema, `unit_id` is still null.

    Notes
    -----
    Accepted + rejected = read. A row without a status is a prospect, or a customer if
    it has sales; ``closed`` and ``planning`` are closed. Columns that are not ours are
    kept as text in `custom`.
    """
    gazetteer = gazetteer or Gazetteer.empty()

    def build(cells: CellReader) -> pd.DataFrame:
        return _read_accounts(cells, gazetteer)

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


def _read_accounts(cells: CellReader, gazetteer: Gazetteer) -> pd.DataFrame:
    ids = cells.text("account_id", required=True)
    name = cells.text("name", required=True)
    cells.refuse_foreign_currency()
    places = read_places(cells, gazetteer)
    report_repeated_ids(ids, cells.raw.frame, cells.log)
    frame = places.assign(account_id=ids, name=name)
    for target in _TEXTS:
        frame[target] = cells.text(target)
    for target in ("annual_revenue", "our_sales", "potential"):
        frame[f"{target}_minor"] = cells.money(target)
    frame["employees"] = cells.count("employees")
    frame["propensity_share"] = cells.share("propensity_share")
    for target in ("last_visit_on", "owned_since"):
        frame[target] = cells.date(target)
    for target in ("opens_s", "closes_s"):
        frame[target] = cells.time(target)
    frame["status"] = _status(cells, frame)
    custom = [name for name in cells.raw.columns if name not in cells.mapping.values()]
    cells.check_custom_dates(custom)
    frame["custom"] = _custom(cells.raw.frame[custom])
    frame["unit_id"], frame["simulated"] = "", ""
    cells.warn_damaged(_DAMAGE_CHECKED)
    _report_doubles(frame, cells)
    return _with_nulls(frame)


def _report_doubles(frame: pd.DataFrame, cells: CellReader) -> None:
    kept = frame[~frame.index.isin(list(cells.log.rejected))]
    report_same_places(kept["name"], kept["lat"], kept["lon"], cells.log)


def _with_nulls(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn empty text into null and bring the columns into the schema's order."""
    texts = [
        name
        for name, column in ACCOUNTS.columns.items()
        if str(column.dtype).startswith("str") and column.nullable
    ]
    blanked = frame.assign(
        **{name: frame[name].mask(frame[name] == "") for name in texts}
    )
    return blanked[["account_id", *ACCOUNTS.columns]]


def _status(cells: CellReader, frame: pd.DataFrame) -> pd.Series:
    """Read the status; words for closed count in the industry's column too."""
    given = cells.text("status")
    words = given.str.casefold().map(_STATUS_WORDS)
    unknown = given[words.isna() & (given != "")]
    cells.log.rows(
        "unknown_status",
        "notice",
        unknown,
        "the status {value} is not known; the account counts as without status",
        column=cells.mapping.get("status", "status"),
    )
    is_closed = (words == "closed").fillna(value=False)
    for target in ("status", "industry"):
        text = cells.text(target)
        says_closed = text.str.casefold().isin(_CLOSED_WORDS)
        for word, which in text[says_closed].groupby(text[says_closed]):
            cells.log.file(
                "closed",
                "notice",
                f"{len(which):,} accounts with {word!r} count as closed: "
                "they are kept and get no visits",
                column=cells.mapping.get(target, target),
            )
        is_closed = is_closed | says_closed
    has_sales = (frame["our_sales_minor"] > 0).fillna(value=False).astype(bool)
    default = pd.Series("prospect", index=frame.index, dtype="str")
    status = words.astype("str").fillna(default.mask(has_sales, "customer"))
    return status.mask(is_closed, "closed")


def _custom(frame: pd.DataFrame) -> pd.Series:
    """Write the cells of other columns as JSON, without the empty ones."""
    names = list(frame.columns)
    if not names:
        return pd.Series("", index=frame.index, dtype="str")
    texts = []
    for row in zip(*(frame[name].tolist() for name in names), strict=True):
        kept = {name: cell for name, cell in zip(names, row, strict=True) if cell}
        texts.append(json.dumps(kept, ensure_ascii=False) if kept else "")
    return pd.Series(texts, index=frame.index, dtype="str")


def _check_kind(kind: str) -> None:
    if kind not in KNOWN_COLUMNS:
        known = ", ".join(KNOWN_COLUMNS)
        raise InputError(f"kind must be one of {known}, got {kind!r}")
