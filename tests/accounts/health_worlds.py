"""A made-up world without a fault, and each fault put into it."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
from shapely import box

from planner.accounts.health.report import Surroundings
from planner.accounts.health.rules import HealthParams
from planner.accounts.placing import Gazetteer
from planner.core import schemas

AS_OF = dt.date(2026, 11, 20)
PARAMS = HealthParams(as_of=AS_OF)
N_ACCOUNTS = 60
# Illinois west of 89°, Indiana east of it; each two units, and one of no state.
UNITS = gpd.GeoDataFrame(
    {
        "name": ["West", "Mid", "East", "Far"],
        "region": ["IL", "IL", "IN", "IN"],
    },
    geometry=[
        box(-91, 40, -90, 41),
        box(-90, 40, -89, 41),
        box(-89, 40, -88, 41),
        box(-88, 40, -87, 41),
    ],
    index=pd.Index(["U1", "U2", "U3", "U4"], name="unit_id", dtype="str"),
    crs="EPSG:4326",
)
POSTCODES = pd.DataFrame(
    {"postcode": ["61001", "02134"], "lat": [40.5, 42.35], "lon": [-89.5, -71.13]}
)
CITIES = pd.DataFrame(
    {
        "city": ["Springfield", "Springfield", "St. Paul"],
        "region": ["IL", "MO", "MN"],
        "lat": [39.8, 37.2, 44.95],
        "lon": [-89.65, -93.29, -93.09],
        "population": [114_000, 169_000, 311_000],
    }
)
GAZETTEER = Gazetteer.from_frames(POSTCODES, CITIES)
POSITIONS = pd.DataFrame(
    {"title": ["West", "East"], "role": "rep", "parent_id": None, "territory_id": None},
    index=pd.Index(["P1", "P2"], name="position_id", dtype="str"),
)
REPS = pd.DataFrame(
    {
        "name": ["Ann", "Bob", "Cem"],
        "position_id": ["P1", "P2", "P2"],
        "left_on": pd.to_datetime([None, "2026-10-01", None]).astype("datetime64[s]"),
    },
    index=pd.Index(["R1", "R2", "R3"], name="rep_id", dtype="str"),
)
TERRITORY = pd.Series({"U1": "T1", "U2": "T1", "U3": "T2", "U4": None}, dtype="str")
AROUND = Surroundings(
    gazetteer=GAZETTEER,
    units=UNITS,
    positions=POSITIONS,
    reps=REPS,
    territory_by_unit=TERRITORY,
)


def clean_accounts(n: int = N_ACCOUNTS) -> pd.DataFrame:
    """Spread sound accounts over one unit, all within 50 km of their postcode."""
    numbers = range(n)
    frame = pd.DataFrame(
        {
            "name": [f"Firm {chr(65 + k % 26)}{k}" for k in numbers],
            "street": [f"{k} Main St" for k in numbers],
            "city": "Somewhere",
            "region": "IL",
            "postcode": "61001",
            "country": "US",
            "lat": [40.4 + 0.003 * k for k in numbers],
            "lon": [-89.6 + 0.0041 * k for k in numbers],
            "geo_source": "given",
            "geo_precision": "exact",
            "unit_id": "U2",
            "status": "customer",
            "annual_revenue_minor": 100_000,
            "owner_id": "P1",
            "last_visit_on": pd.Timestamp("2026-11-01"),
            "owned_since": pd.Timestamp("2025-01-01"),
        },
        index=pd.Index([f"A{k:03d}" for k in numbers], name="account_id", dtype="str"),
    )
    return schemas.check(
        frame.reindex(columns=schemas.ACCOUNTS.columns), schemas.ACCOUNTS
    )


def _put(**cells):
    def into(accounts, ids):
        return _with(accounts, ids, **cells)

    return into


def _with(accounts, ids, **cells):
    changed = accounts.copy()
    for column, value in cells.items():
        changed.loc[list(ids), column] = value
    return changed


def _swap(accounts, ids):
    rows = accounts.loc[list(ids)]
    return _with(accounts, ids, lat=rows["lon"], lon=rows["lat"])


def _to_metres(accounts, ids):
    return _with(accounts, ids, lat=4_900_000.0, lon=-9_900_000.0)


def _double(accounts, ids):
    copies = accounts.loc[list(ids)]
    copies = copies.set_axis([f"Z{name}" for name in copies.index], axis=0)
    return pd.concat([accounts, copies]).rename_axis("account_id")


def _crowd(accounts, ids):
    """Put accounts of different streets at one point; five at least, else none."""
    return accounts if not ids else _with(accounts, ids, lat=40.6, lon=-89.4)


# Each is done to some rows, and only they must be found under its name. `unit_id` is
# what the join to units gives for the new place.
INJECTIONS = {
    "missing_place": _put(lat=float("nan"), lon=float("nan"), unit_id=None),
    "projected": _to_metres,
    "out_of_range": _put(lat=40.5, lon=-289.5),
    "null_island": _put(lat=0.0, lon=0.0),
    "swapped": _swap,
    "lost_sign": _put(city="Springfield", lat=39.8, lon=89.65, unit_id=None),
    "far_from_postcode": _put(lat=40.5, lon=-90.7, unit_id="U1"),
    "outside_country": _put(country="Canada"),
    "outside_region": _put(region="IN"),
    "outside_units": _put(unit_id=None),
    "rough_place": _put(geo_source="city", geo_precision="city"),
    "duplicate_exact": _double,
    "zero_revenue": _put(annual_revenue_minor=0),
    "negative_revenue": _put(annual_revenue_minor=-5),
    "owner_left": _put(owner_id="R2"),
    "owner_unknown": _put(owner_id="Nobody"),
    "unassigned": _put(unit_id="U4", region="IN", lat=40.5, lon=-88.95),
    "future_visit": _put(last_visit_on=pd.Timestamp("2026-11-21")),
    "future_owner": _put(owned_since=pd.Timestamp("2027-01-01")),
}
CROWD = _crowd
