"""What rows of a file refer to: accounts, positions, reps and units that are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from planner.accounts.reading.cells import CellReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    What the company holds already; None: not known, so it is not looked up.

    Parameters
    ----------
    account_ids, position_ids, rep_ids, deal_ids
        Ids that rows may refer to.
    units
        UNITS frame, for market data by area.
    account_by_alias
        Our account by an id that a merge or a change of ids retired.
    """

    account_ids: pd.Index | None = None
    position_ids: pd.Index | None = None
    rep_ids: pd.Index | None = None
    deal_ids: pd.Index | None = None
    units: gpd.GeoDataFrame | None = None
    account_by_alias: Mapping[str, str] = field(default_factory=dict)


def present_ids(ids: pd.Series, known: Known, cells: CellReader) -> pd.Series:
    """
    Put the account that stands today in the place of a retired id, and say so.

    Parameters
    ----------
    ids : shape (n_rows,)
        Account ids by row number.
    known
        What the company holds; without aliases the ids stay as they are.
    cells
        Takes the notices.
    """
    retired = ids.isin(list(known.account_by_alias))
    if not bool(retired.any()):
        return ids
    now = ids[retired].map(dict(known.account_by_alias)).astype("str")
    cells.log.rows(
        "account_goes_by",
        "notice",
        ids[retired],
        "account {value} goes by {detail} here, after a merge or a change of ids",
        column=cells.mapping.get("account_id", "account_id"),
        detail=now.map(repr),
    )
    return ids.where(~retired, now.reindex(ids.index)).astype("str")


def report_unknown(
    ids: pd.Series,
    known: pd.Index | None,
    cells: CellReader,
    target: str,
    *,
    code: str,
    severity: str,
    says: str,
) -> None:
    """
    Name the rows whose id is not known.

    Parameters
    ----------
    ids : shape (n_rows,)
        Ids by row number; empty ones refer to nothing.
    known
        The ids there are; None: not known, nothing is said.
    cells
        Takes the findings.
    target
        Our column.
    code, severity
        As of `Finding`.
    says
        What follows the id in the message.
    """
    if known is None:
        return
    given = ids.fillna("")
    unknown = given[(given != "") & ~given.isin(known)]
    cells.log.rows(
        code,
        severity,
        unknown,
        f"{target} {{value}} {says}",
        column=cells.mapping.get(target, target),
    )
