"""
Importing a list: read, map, coerce, accept or reject each row with its reason.

`check_file` does it for a path, `import_table` for a table; what both need besides is
one `ImportContext`.
"""

from __future__ import annotations

from pathlib import Path

from planner.accounts.context import ImportContext
from planner.accounts.findings import FindingLog, ImportReport, SourceError, make_report
from planner.accounts.kinds.account_rows import ACCOUNT_RULES
from planner.accounts.kinds.areas import UNIT_RULES
from planner.accounts.kinds.market import MARKET_RULES
from planner.accounts.kinds.people import POSITION_RULES, REP_RULES
from planner.accounts.kinds.records import (
    DEAL_RULES,
    QUOTA_RULES,
    SPLIT_RULES,
    VISIT_RULES,
)
from planner.accounts.mapping.columns import KNOWN_COLUMNS
from planner.accounts.pipeline import run_import
from planner.accounts.reading.sources import read_source
from planner.accounts.reading.tables import RawTable, where
from planner.core.schemas import ACCOUNTS, empty

RULES_BY_KIND = {
    "accounts": ACCOUNT_RULES,
    "units": UNIT_RULES,
    "reps": REP_RULES,
    "positions": POSITION_RULES,
    "deals": DEAL_RULES,
    "splits": SPLIT_RULES,
    "visits_made": VISIT_RULES,
    "quotas": QUOTA_RULES,
    "market": MARKET_RULES,
}


def check_file(
    path: Path | str,
    context: ImportContext,
    *,
    condition: str | None = None,
    layer: str = "",
    encoding: str | None = None,
) -> ImportReport:
    """
    Say what importing a file would do.

    Parameters
    ----------
    path
        The file.
    context
        Under what it is read.
    condition
        ``column=value``: rows to read; None: all.
    layer
        Sheet or layer to read; empty: the first.
    encoding
        Encoding of a CSV; None: found out.

    Returns
    -------
    The report, also of a file that cannot be read; its frame holds the accepted rows.

    Raises
    ------
    InputError
        If there is no such file, or the mapping or the condition names what does not
        exist.
    """
    try:
        raw = read_source(path, encoding=encoding, layer=layer)
    except SourceError as error:
        if error.finding.code == "no_file":
            raise
        return make_report(
            file=Path(path).name,
            kind=context.kind,
            rows_read=0,
            log=FindingLog.starting_with([error.finding]),
            frame=empty(ACCOUNTS),
        )
    return import_table(raw if condition is None else where(raw, condition), context)


def import_table(raw: RawTable, context: ImportContext) -> ImportReport:
    """
    Import a table of any kind.

    Parameters
    ----------
    raw
        As `read_source` gives it.
    context
        Under what it is read.

    Returns
    -------
    The report; its frame passes the schema of the kind. Accepted + rejected = read.

    Raises
    ------
    InputError
        If the mapping names what does not exist.
    """
    return run_import(raw, context, RULES_BY_KIND[context.kind])


def columns_of(kind: str) -> tuple[str, ...]:
    """List our columns of a kind of file, those always needed first."""
    needed = RULES_BY_KIND[kind].required
    return (*needed, *(name for name in KNOWN_COLUMNS[kind] if name not in needed))
