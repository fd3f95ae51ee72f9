"""Who holds which position on a day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import plans as scenario_rows

VACANT = "vacant"
_ACTIVE = r'(?i)"is[ _]?active"\s*:\s*"?(\w+)'  # a kept column of people


def reps_here(reps: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """
    Keep the people who hold a position on a day, also two who hold the same.

    Parameters
    ----------
    reps
        REPS frame.
    as_of
        The day; a rep who left on it is gone, and so is one whose list says so in a
        column of its own (``IsActive``).
    """
    day = pd.Timestamp(as_of)
    return reps[
        reps["position_id"].notna()
        & (reps["hired_on"].isna() | (reps["hired_on"] <= day))
        & (reps["left_on"].isna() | (reps["left_on"] > day))
        & ~_is_switched_off(reps)
    ]


def _is_switched_off(reps: pd.DataFrame) -> pd.Series:
    """Tell whose list marks them as inactive, without a date."""
    if "custom" not in reps:
        return pd.Series(data=False, index=reps.index)
    flag = (
        reps["custom"].astype("str").str.extract(_ACTIVE, expand=False).str.casefold()
    )
    return flag.isin(["false", "0", "no", "n", "inactive"])


def active_reps(reps: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """
    Keep the one who holds each position on a day.

    Parameters
    ----------
    reps, as_of
        As of `reps_here`.

    Returns
    -------
    REPS frame, one person for each position: the last hired if there are several.
    """
    active = reps_here(reps, as_of)
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


def holders_in(positions: pd.DataFrame, reps: pd.DataFrame, period: str) -> pd.Series:
    """
    Name who held each position in a month.

    Returns
    -------
    Name by `position_id`, of several the last; ``vacant`` where nobody did.
    """
    month = pd.Period(period, freq="M")
    here = reps[
        reps["position_id"].notna()
        & (reps["hired_on"].isna() | (reps["hired_on"] <= month.end_time))
        & (reps["left_on"].isna() | (reps["left_on"] > month.start_time))
    ]
    ordered = here.sort_values("hired_on", na_position="first", kind="stable")
    last = ordered.drop_duplicates("position_id", keep="last")
    names = last.set_index("position_id")["name"]
    return names.reindex(positions.index).fillna(VACANT).astype("str")


def rep_by_position(reps: pd.DataFrame, as_of: dt.date) -> dict[str, str]:
    """Return the rep id of each position that is held on a day."""
    active = active_reps(reps, as_of)
    return dict(zip(active["position_id"], active.index, strict=True))


def reps_of_scenario(
    conn: Connection, company_id: str, scenario_id: str
) -> pd.DataFrame:
    """
    Read the team with the homes that a scenario gives them.

    Returns
    -------
    REPS frame; who holds a position whose home a planner moved lives there, with
    `lives_lat` and `lives_lon`, where they live today.
    """
    reps = team_rows.load_reps(conn, company_id)
    return with_homes(reps, scenario_rows.load_marks(conn, scenario_id))


def with_homes(reps: pd.DataFrame, marks: pd.DataFrame) -> pd.DataFrame:
    """Give reps the homes that a scenario's marks give them; see `reps_of_scenario`."""
    reps = reps.copy()
    homes = marks[marks["kind"] == scenario_rows.HOME].set_index("thing")[
        ["lat", "lon"]
    ]
    places = homes.reindex(reps["position_id"])
    for column in ("lat", "lon"):
        there = places[column].to_numpy()
        reps[f"lives_{column}"] = reps[column]
        reps[column] = reps[column].mask(~np.isnan(there), there)
    return reps


def seats(ws: OpenCompany) -> dict[str, str]:
    """Name the positions of the open company that can own accounts, with the holder."""
    company_id = ws.company_id
    with ws.store.reading() as conn:
        positions = team_rows.load_positions(conn, company_id)
        reps = team_rows.load_reps(conn, company_id)
        as_of = company_rows.load_company(conn, company_id).today
    field = positions[positions["role"] == "rep"]
    holders = owner_names(field, reps, as_of)
    return {
        str(position_id): f"{title}, {holders[position_id]}"
        for position_id, title in field["title"].items()
    }
