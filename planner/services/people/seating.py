"""Who sits where: one assignment of positions to territories."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.geography.distance import haversine_m

_FARTHEST_KM = 20_040.0  # half around the earth: nobody lives farther away


def seat(seats: pd.DataFrame, accounts: pd.DataFrame) -> dict[str, str]:
    """
    Give territories the positions that fit them best.

    Parameters
    ----------
    seats
        `lat`, `lon` (home; missing: unknown) and `is_held` by `position_id`.
    accounts
        `territory_id`, `position_id` (who works it now; missing: nobody), `lat` and
        `lon` of the accounts in the territories; one row without the others for a
        territory that holds none.

    Returns
    -------
    `position_id` by `territory_id`; territories beyond the positions are not named.

    Notes
    -----
    As many accounts as possible keep whom they have; among such seatings, the sum of
    the kilometres from home to the middle of the territory's accounts is least. Seats
    that are held come before vacant ones. Solved as a linear sum assignment (Crouse,
    2016, IEEE Transactions on Aerospace and Electronic Systems 52(4)).
    """
    from scipy.optimize import linear_sum_assignment  # pages open without it

    territory_ids = sorted(accounts["territory_id"].dropna().unique())
    if seats.empty or not territory_ids:
        return {}
    owned = _owned(seats, accounts, territory_ids)
    km = _km_to_middle(seats, accounts, territory_ids)
    vacant = ~seats["is_held"].to_numpy(bool)
    # Kilometres only part what owned accounts leave equal: all of them are less than
    # one account. A vacant seat costs more than all accounts of a territory are worth.
    share_of_account = 1 / (2 * len(territory_ids) * _FARTHEST_KM)
    cost = km * share_of_account - owned + vacant[:, None] * (len(accounts) + 1.0)
    rows, columns = linear_sum_assignment(cost)
    return {
        territory_ids[column]: str(seats.index[row])
        for row, column in zip(rows, columns, strict=True)
    }


def _owned(
    seats: pd.DataFrame, accounts: pd.DataFrame, territory_ids: list[str]
) -> np.ndarray:
    """Count the accounts of each territory that each position works now."""
    counts = pd.crosstab(accounts["position_id"], accounts["territory_id"])
    counts = counts.reindex(index=seats.index, columns=territory_ids, fill_value=0)
    return counts.to_numpy(float)


def _km_to_middle(
    seats: pd.DataFrame, accounts: pd.DataFrame, territory_ids: list[str]
) -> np.ndarray:
    """Measure from each home to each territory; unknown places are farthest."""
    lat, lon = (np.radians(accounts[name].astype(float)) for name in ("lat", "lon"))
    vectors = pd.DataFrame(
        {
            "x": np.cos(lat) * np.cos(lon),
            "y": np.cos(lat) * np.sin(lon),
            "z": np.sin(lat),
        }
    )
    middle = vectors.groupby(accounts["territory_id"]).mean().reindex(territory_ids)
    x, y, z = (middle[name].to_numpy() for name in ("x", "y", "z"))
    km = haversine_m(
        seats[["lat"]].to_numpy(float),
        seats[["lon"]].to_numpy(float),
        np.degrees(np.arctan2(z, np.hypot(x, y)))[None, :],
        np.degrees(np.arctan2(y, x))[None, :],
    )
    return np.nan_to_num(km / 1_000, nan=_FARTHEST_KM)
