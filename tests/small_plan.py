"""A plan small enough to know by heart: twelve squares, two accounts in each."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
from shapely import box

from planner.geography.adjacency import edges_frame
from planner.services.people.roster import Roster
from planner.services.territories.view import TerritoryView, as_if
from planner.territory.editing.edits import Draft
from planner.territory.model.alignment import Alignment
from planner.territory.model.unit_table import MEASURES

WIDE, HIGH = 4, 3  # u00 u10 u20 u30 in the southmost row, u02 … in the northmost
UNITS = [f"u{x}{y}" for y in range(HIGH) for x in range(WIDE)]
HOURS = 100.0  # a year, of each account
AS_OF = dt.date(2026, 11, 20)


def edges():
    """Join squares that share a side."""
    place = {name: at for at, name in enumerate(UNITS)}
    pairs = [
        (place[f"u{x}{y}"], place[f"u{x + dx}{y + dy}"])
        for y in range(HIGH)
        for x in range(WIDE)
        for dx, dy in ((1, 0), (0, 1))
        if x + dx < WIDE and y + dy < HIGH
    ]
    return edges_frame(pd.Index(UNITS, name="unit_id"), pairs, 1000.0)


def accounts():
    """Put two accounts into each square, one west and one east of its middle."""
    rows = [
        {
            "account_id": f"{side}{name[1:]}",
            "name": f"Firm {side}{name[1:]}",
            "unit_id": name,
            "lat": int(name[2]) + 0.5,
            "lon": int(name[1]) + (0.25 if side == "w" else 0.75),
            "region": "OH" if name[1] in "01" else "PA",
            "workload_min": HOURS * 60,
        }
        for name in UNITS
        for side in ("w", "e")
    ]
    frame = pd.DataFrame(rows).set_index("account_id")
    for measure in MEASURES:
        if measure not in frame:
            frame[measure] = 1
    return frame.drop(columns="accounts").convert_dtypes()


def draft(by_unit=None, named=None, **more):
    """Make a draft; else west of the middle is A, east of it B."""
    halves = pd.Series(["A" if name[1] in "01" else "B" for name in UNITS], UNITS)
    given = halves if by_unit is None else pd.Series(by_unit, dtype="str")
    alignment = Alignment(
        given.reindex(UNITS), pd.Series(named or {}, dtype="str", name="territory_id")
    )
    return Draft(
        alignment=alignment,
        names={name: name for name in alignment.territory_ids},
        **more,
    )


def view(of, accounts_frame=None):
    """Show a draft."""
    held = accounts() if accounts_frame is None else accounts_frame
    squares = [box(int(n[1]), int(n[2]), int(n[1]) + 1, int(n[2]) + 1) for n in UNITS]
    units = gpd.GeoDataFrame(
        {"name": UNITS, "region": "", "territory_id": None},
        geometry=squares,
        index=pd.Index(UNITS, name="unit_id"),
        crs="EPSG:4326",
    )
    units["x_km"] = [100.0 * int(name[1]) for name in UNITS]
    units["y_km"] = [100.0 * int(name[2]) for name in UNITS]
    for measure in MEASURES:
        units[measure] = 2.0
    names = list(of.names)
    territories = pd.DataFrame(
        {
            "name": names,
            "position_id": [f"P-{name}" for name in names],
            "district": pd.Series([None] * len(names), dtype="str"),
            "share_ppm": pd.Series([None] * len(names), dtype="Int64"),
            "rep_name": [f"Rep {name}son" for name in names],
        }
    ).set_axis(pd.Index(names, name="territory_id"))
    bare = TerritoryView(
        scenario=None,
        units=units,
        edges=edges(),
        accounts=held,
        territories=territories,
        index=pd.Series(dtype=float),
        homes=pd.DataFrame(
            columns=["name", "lat", "lon", "lives_lat", "lives_lon", "territory_id"]
        ),
    )
    by_account = of.alignment.territory_of(held["unit_id"])
    return as_if(bare, of.alignment.territory_by_unit, by_account)


def roster(of, capacity_h=10_000.0, **more):
    """Fill every position by one person."""
    seats = [f"P-{name}" for name in of.names]
    people = [f"Rep {name}son" for name in of.names]
    fields = {
        "positions": pd.DataFrame(
            {
                "title": [f"Seat {name}" for name in of.names],
                "role": "rep",
                "parent_id": "M1",
            },
            index=pd.Index(seats, name="position_id"),
        ),
        "here": pd.DataFrame(
            {
                "name": people,
                "position_id": seats,
                "lat": range(len(seats)),
                "lon": 0.0,
            },
            index=[f"R-{name}" for name in of.names],
        ),
        "capacity_min": pd.Series(capacity_h * 60, index=seats),
        "owner_names": pd.Series(people, index=seats),
        "owned_twice": pd.Series(dtype=object),
    }
    return Roster(as_of=AS_OF, **{**fields, **more})
