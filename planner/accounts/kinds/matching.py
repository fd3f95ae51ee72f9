"""Rows that may be the same account: equal ids, ids alike, same name and place."""

from __future__ import annotations

import pandas as pd

from planner.accounts.findings import FindingLog
from planner.accounts.reading.values.texts import look_key

_SAME_PLACE_DEG = 0.001  # about 100 m: repeated listings rarely agree to the metre


def report_repeated_ids(
    ids: pd.Series,
    cells: pd.DataFrame,
    log: FindingLog,
    *,
    column: str = "account_id",
) -> None:
    """
    Refuse rows whose id stands twice, and warn of ids that only look alike.

    Parameters
    ----------
    ids : shape (n_rows,)
        Ids by row number, empty where missing.
    cells : shape (n_rows, n_columns)
        The whole rows as text.
    log
        Takes the findings.
    column
        Name of the id in messages.

    Notes
    -----
    Rows equal in every cell: the first is kept, the others are refused. Rows with
    the same id and different cells contradict each other, so all are refused: neither
    the first nor the last wins silently.
    """
    filled = ids[ids != ""]
    twice = filled[filled.duplicated(keep=False)]
    if not twice.empty:
        rows = cells.loc[twice.index]
        is_repeat = rows.duplicated(keep="first")
        log.rows(
            "repeated_row",
            "reject",
            twice[is_repeat],
            "the row repeats an earlier one in every cell; only the first is kept",
            column=column,
        )
        other = twice[~is_repeat]
        log.rows(
            "duplicate_id",
            "reject",
            other[other.duplicated(keep=False)],
            "{value} stands in several rows with different values; "
            "keep the right one in the file",
            column=column,
        )
    once = filled[~filled.duplicated(keep=False)]
    keys = look_key(once)
    is_alike = keys.duplicated(keep=False)
    if is_alike.any():
        _report_alike(once[is_alike], keys[is_alike], log, column)


def report_same_places(
    name: pd.Series, lat: pd.Series, lon: pd.Series, log: FindingLog
) -> None:
    """
    Warn of accounts with the same name at the same place; both are kept.

    Parameters
    ----------
    name, lat, lon : shape (n_rows,)
        Of the rows not refused, by row number.
    log
        Takes the findings, one for each later row.
    """
    key = pd.DataFrame(
        {
            "name": name_key(name),
            "lat": (lat / _SAME_PLACE_DEG).round(),
            "lon": (lon / _SAME_PLACE_DEG).round(),
        }
    )
    key = key[key["name"] != ""]
    later = key.duplicated(keep="first")
    if not later.any():
        return
    firsts = key[~later].reset_index(names="first_row")
    joined = key[later].reset_index(names="row").merge(firsts, on=list(key.columns))
    joined = joined.set_index("row")["first_row"]
    log.rows(
        "same_name_and_place",
        "warn",
        name.loc[joined.index],
        "{value} stands at the same place as row {detail}; "
        "delete one if they are the same account",
        column="name",
        detail=joined,
    )


def name_key(name: pd.Series) -> pd.Series:
    """Reduce names to letters and digits without case, accents and legal form."""
    plain = name.str.normalize("NFKD").str.casefold()
    plain = plain.str.replace(r"[\u0300-\u036f'’`]", "", regex=True)
    plain = plain.str.replace(r"[^\w]+", " ", regex=True).str.strip()
    legal = r" (?:inc|llc|ltd|limited|corp|corporation|co|company|gmbh|ag|sa)$"
    return plain.str.replace(legal, "", regex=True)


def _report_alike(
    alike: pd.Series, keys: pd.Series, log: FindingLog, column: str
) -> None:
    rows_by_key: dict[str, list[str]] = {}
    for row, key in zip(alike.index.tolist(), keys.tolist(), strict=True):
        rows_by_key.setdefault(key, []).append(str(row))
    log.rows(
        "similar_id",
        "warn",
        alike,
        "{value} may be a double: the ids of rows {detail} differ only by case, "
        "blanks, zeros before them or letters that look alike; they are kept apart",
        column=column,
        detail=keys.map({key: ", ".join(rows) for key, rows in rows_by_key.items()}),
    )
