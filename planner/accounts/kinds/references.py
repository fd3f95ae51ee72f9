"""What rows of a file refer to: accounts, positions, reps and units that are there."""

from __future__ import annotations

import pandas as pd

from planner.accounts.reading.cells import CellReader


def present_ids(ids: pd.Series, cells: CellReader) -> pd.Series:
    """
    Put the account that stands today in the place of a retired id, and say so.

    Parameters
    ----------
    ids : shape (n_rows,)
        Account ids by row number.
    cells
        Its references name the retired ids; its log takes the notices.
    """
    account_by_alias = dict(cells.context.references.account_by_alias)
    retired = ids.isin(list(account_by_alias))
    if not bool(retired.any()):
        return ids
    now = ids[retired].map(account_by_alias).astype("str")
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
    company_ids: pd.Index | None,
    cells: CellReader,
    target: str,
    *,
    code: str,
    severity: str,
    says: str,
) -> None:
    """
    Name the rows whose id is not among those there are.

    Parameters
    ----------
    ids : shape (n_rows,)
        Ids by row number; empty ones refer to nothing.
    company_ids
        The ids there are; None: not looked up, nothing is said.
    cells
        Takes the findings.
    target
        Our column.
    code, severity
        As of `Finding`.
    says
        What follows the id in the message.
    """
    if company_ids is None:
        return
    filled = ids.fillna("")
    unknown = filled[(filled != "") & ~filled.isin(company_ids)]
    cells.log.rows(
        code,
        severity,
        unknown,
        f"{target} {{value}} {says}",
        column=cells.mapping.get(target, target),
    )
