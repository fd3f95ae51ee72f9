"""Positions that nobody holds are not paid."""

from __future__ import annotations

import pandas as pd

from planner.quotas.refunds import sale_of


def is_held(
    lines: pd.DataFrame, deals: pd.DataFrame, tenures: pd.DataFrame | None
) -> pd.Series:
    """
    Tell which lines somebody earned.

    Parameters
    ----------
    lines
        Pay lines.
    deals
        DEALS frame.
    tenures
        Columns `position_id`, `hired_on`, `left_on` (that day not counted); empty days
        are open. None: all positions are held.

    Returns
    -------
    Whether somebody held the line's position on the day its deal closed (of a
    cancellation, the deal it cancels), or for a line without a deal in its month.
    """
    if tenures is None:
        return pd.Series(True, index=lines.index)
    earned_on = deals["close_on"].reindex(lines["deal_id"].map(sale_of(deals))).array
    first = pd.Series(earned_on, index=lines.index)
    month = pd.to_datetime(lines["origin_period"] + "-01")
    last = first.fillna(month + pd.offsets.MonthEnd(0))
    first = first.fillna(month)
    held = pd.DataFrame(
        {"line_id": lines.index, "position_id": lines["position_id"].array}
    ).assign(first=first.array, last=last.array)
    met = held.merge(tenures, on="position_id")
    met = met[
        (met["hired_on"].isna() | (met["hired_on"] <= met["last"]))
        & (met["left_on"].isna() | (met["left_on"] > met["first"]))
    ]
    return pd.Series(lines.index.isin(met["line_id"]), index=lines.index)
