"""What a user saw when he kept an account as it is."""

from __future__ import annotations

import hashlib

import pandas as pd

from planner.accounts.health.rules import RULES


def fingerprint(accounts: pd.DataFrame, rows: pd.DataFrame, code: str) -> pd.Series:
    """
    Name the values that make an account faulty; equal as long as they stay.

    Parameters
    ----------
    accounts
        ACCOUNTS frame, holding at least the rows.
    rows
        Rows of a `HealthReport` of this code, indexed account_id; of doubles
        `other_id` counts too.
    code
        Which fault.

    Returns
    -------
    shape (n_rows,)
        Hexadecimal text indexed account_id.
    """
    evidence = [accounts.loc[rows.index, name] for name in RULES[code].seen]
    if "merge" in RULES[code].repairs:
        evidence.append(rows["other_id"])
    columns = [[_plain(cell) for cell in column.tolist()] for column in evidence]
    marks = [
        hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:16]
        for cells in zip(*columns, strict=True)
    ]
    return pd.Series(marks, index=rows.index, dtype="str")


def _plain(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell)
