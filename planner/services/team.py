"""Who holds which position on a day."""

from __future__ import annotations

import datetime as dt

import pandas as pd

VACANT = "vacant"


def active_reps(reps: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """
    Keep the people who hold a position on a day.

    Parameters
    ----------
    reps
        REPS frame.
    as_of
        The day; a rep who left on it is gone.

    Returns
    -------
    REPS frame, one person for each position: the last hired if there are several.
    """
    day = pd.Timestamp(as_of)
    active = reps[
        reps["position_id"].notna()
        & (reps["hired_on"].isna() | (reps["hired_on"] <= day))
        & (reps["left_on"].isna() | (reps["left_on"] > day))
    ]
    ordered = active.sort_values("hired_on", na_position="first", kind="stable")
    return ordered.drop_duplicates("position_id", keep="last")


def owner_names(
    positions: pd.DataFrame, reps: pd.DataFrame, as_of: dt.date
) -> pd.Series:
    """
    Name who holds each position on a day.

    Returns
    -------
    Name by `position_id`; ``vacant`` where nobody does.
    """
    holders = active_reps(reps, as_of).set_index("position_id")["name"]
    return holders.reindex(positions.index).fillna(VACANT).astype("str")


def rep_by_position(reps: pd.DataFrame, as_of: dt.date) -> dict[str, str]:
    """Return the rep id of each position that is held on a day."""
    active = active_reps(reps, as_of)
    return dict(zip(active["position_id"], active.index, strict=True))
