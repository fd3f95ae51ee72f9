"""The people of the sample company; all invented."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from planner.accounts.simulation.team import person_name, simulate_team
from planner.core.schemas import POSITIONS, REPS, check

LEAVER = "R16"
LEFT_ON = "2026-10-16"
NEW_HIRE = "R25"
HIRED_ON = "2026-09-08"
_REGION_TITLES = {1: "West", 2: "Central", 3: "East"}
_OVERLAY_SHARE_PPM = 250_000
_STAFF = (
    # position, home, cost a year, hired
    ("P-VP", (41.881, -87.628), 262_000, "2017-03-06"),
    ("P-M1", (41.774, -88.148), 189_000, "2018-09-10"),
    ("P-M2", (42.737, -84.484), 183_500, "2020-02-03"),
    ("P-M3", (39.993, -83.021), 186_000, "2016-06-20"),
    ("P-O1", (39.801, -86.149), 138_000, "2021-05-17"),
    ("P-O2", (41.083, -81.519), 134_500, "2022-08-01"),
)


def make_team(
    homes: pd.DataFrame, as_of: date, currency: str, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Seat the team: 24 reps, one of whom left and was followed by a new hire.

    Parameters
    ----------
    homes : shape (24, n)
        manager, city, lat, lon by territory.

    Returns
    -------
    positions, reps
        Frames of POSITIONS and REPS. R01 to R24 were first in P-R01 to P-R24; R25
        follows the leaver; R26 to R31 are the managers and specialists.
    """
    positions = _positions(homes)
    _, reps = simulate_team(homes, as_of=as_of, currency=currency, seed=seed)
    new_hire = reps.loc[LEAVER].copy()
    new_hire["name"] = person_name(len(reps))
    new_hire["lat"] = round(new_hire["lat"] + 0.047, 4)
    new_hire["lon"] = round(new_hire["lon"] - 0.061, 4)
    new_hire["cost_minor_per_year"] = 9_650_000
    new_hire["ramp_share"] = 0.5
    new_hire["hired_on"] = pd.Timestamp(HIRED_ON)
    reps.loc[LEAVER, "left_on"] = pd.Timestamp(LEFT_ON)
    reps.loc[NEW_HIRE] = new_hire
    reps = pd.concat([reps, _staff(reps, len(reps))])
    reps.index = reps.index.astype("str").rename("rep_id")
    return check(positions, POSITIONS), check(reps, REPS)


def overlays() -> pd.DataFrame:
    """List which accounts the specialists share: position_id, product, industry."""
    rows = [
        ("P-O1", "", "Hospitals & clinics", _OVERLAY_SHARE_PPM),
        ("P-O2", "Service", "", _OVERLAY_SHARE_PPM),
    ]
    return pd.DataFrame(
        rows, columns=["position_id", "product", "industry", "share_ppm"]
    )


def _positions(homes: pd.DataFrame) -> pd.DataFrame:
    rows = [("P-VP", "Vice president of sales", "vp", None, None)]
    rows += [
        (f"P-M{number}", f"Regional manager {title}", "manager", "P-VP", None)
        for number, title in _REGION_TITLES.items()
    ]
    rows += [
        (
            f"P-R{territory_id[1:]}",
            f"Account manager {home.city}",
            "rep",
            f"P-M{home.manager}",
            territory_id,
        )
        for territory_id, home in zip(
            homes.index, homes.itertuples(index=False), strict=True
        )
    ]
    rows += [
        ("P-O1", "Health care specialist", "overlay", "P-VP", None),
        ("P-O2", "Service contract specialist", "overlay", "P-VP", None),
    ]
    columns = ["position_id", "title", "role", "parent_id", "territory_id"]
    return pd.DataFrame(rows, columns=columns).set_index("position_id")


def _staff(reps: pd.DataFrame, n_before: int) -> pd.DataFrame:
    """Make the rows of managers, vice president and specialists."""
    n = len(_STAFF)
    staff = pd.DataFrame(
        {
            "name": [person_name(n_before + place) for place in range(n)],
            "position_id": [row[0] for row in _STAFF],
            "lat": [row[1][0] for row in _STAFF],
            "lon": [row[1][1] for row in _STAFF],
            "work_start_s": np.full(n, 8 * 3600),
            "work_end_s": np.full(n, 17 * 3600),
            "cost_minor_per_year": [row[2] * 100 for row in _STAFF],
            "ramp_share": np.ones(n),
            "hired_on": pd.to_datetime([row[3] for row in _STAFF]),
            "left_on": pd.Series([pd.NaT] * n, dtype="datetime64[s]"),
        }
    )
    staff.index = [f"R{n_before + place + 1:02d}" for place in range(n)]
    return staff.reindex(columns=list(reps.columns))
