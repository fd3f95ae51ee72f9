"""One instance: made of units or of accounts, checked once, wrong arguments named."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from planner.core.errors import InputError, ParamsError
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams, params_of
from planner.territory.model.rules import Rules
from planner.territory.solve.balance import balance
from tests.territory.conftest import grid

COUNTIES = gpd.GeoDataFrame(
    {"name": ["West", "East"]},
    geometry=[box(-91, 43, -90, 44), box(-90, 43, -89, 44)],
    index=pd.Index(["w", "e"], name="unit_id"),
    crs=4326,
)


def some_accounts(**columns):
    """Give three accounts in the west county, two in the east, one in the sea."""
    frame = pd.DataFrame(
        {
            "name": list("abcdef"),
            "lat": [43.5] * 5 + [0.0],
            "lon": [-90.9, -90.5, -90.1, -89.9, -89.5, 0.0],
            "employees": pd.array([1, 2, None, 4, 5, 6], dtype="Int64"),
            "propensity_share": 0.5,
        },
        index=pd.Index(list("ABCDEF"), name="account_id"),
    )
    return frame.assign(**columns)


def test_accounts_become_the_counties_they_lie_in():
    """Numeric columns are summed; shares and degrees are none of a unit's."""
    made = Instance.from_accounts(some_accounts(), COUNTIES)
    assert made.units["accounts"].to_dict() == {"w": 3.0, "e": 2.0}
    assert made.units["employees"].to_dict() == {"w": 3.0, "e": 9.0}
    assert not {"lat", "lon", "propensity_share"} & set(made.units)
    assert made.edges[["unit_id", "neighbour_id"]].to_numpy().tolist() == [["w", "e"]]
    assert made.unit_by_account.dropna().to_dict() == {
        **dict.fromkeys("ABC", "w"),
        **dict.fromkeys("DE", "e"),
    }
    assert made.current is None


def test_the_owner_of_most_accounts_has_the_unit_today():
    owners = ["ann", "ann", "bob", None, "bob", "ann"]
    made = Instance.from_accounts(some_accounts(owner_id=owners), COUNTIES)
    assert made.current.to_dict() == {"w": "ann", "e": "bob"}
    result = balance(made, {"accounts": 0.5, "employees": None})
    assert set(result.territories.index) == {"ann", "bob"}


def test_without_polygons_cells_are_drawn_around_the_accounts():
    """Five places near each other are five cells; who has no place has no unit."""
    frame = some_accounts().iloc[:5]
    nowhere = pd.DataFrame({"lat": [None], "lon": [None]}, index=["Z"])
    made = Instance.from_accounts(pd.concat([frame, nowhere]))
    assert made.units["accounts"].tolist() == [1.0] * 5
    assert made.polygons.crs == "EPSG:4326"
    assert pd.isna(made.unit_by_account["Z"])
    assert balance(made, {"accounts": 0.3}, 2).extra_pieces == 0


def test_polygons_as_units_tell_their_places_and_neighbours():
    made = Instance.from_units(COUNTIES.assign(accounts=[1.0, 1.0]))
    assert len(made.edges) == 1
    assert made.units.loc["w", "x_km"] < made.units.loc["e", "x_km"]
    assert "geometry" not in made.units


def test_today_and_locks_are_put_in_the_order_of_the_units():
    units, edges = grid(1, 3)
    made = Instance.from_units(
        units,
        edges,
        current=pd.Series({"r0c2": 2, "r0c0": 1}),
        locked=pd.Series({"r0c2": 1}),
    )
    assert made.current.tolist()[::2] == ["1", "2"]
    assert made.current.isna().tolist() == [False, True, False]
    assert made.locked.tolist() == [False, False, True]
    numbers = pd.Series([1.0, None, 2.0], index=units.index)  # as a CSV with a gap has
    assert Instance.from_units(units, current=numbers).current["r0c2"] == "2"
    alone = made.without_today()
    assert alone.current is None
    assert alone.locked is None
    assert alone.units is made.units
    assert len(Instance.from_units(units).neighbours) == 2  # Delaunay: a line


UNITS, EDGES = grid(1, 3)
PLACES = pd.DataFrame({"x_km": [0.0, 1.0], "y_km": 0.0}, index=["a", "a"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"frame": some_accounts()}, r"use Instance\.from_accounts"),
        ({"frame": UNITS.drop(columns="y_km")}, "no column 'y_km'; they have x_km"),
        ({"frame": UNITS.iloc[:0]}, "there is no unit"),
        ({"frame": None}, "there is no unit"),
        ({"frame": UNITS.iloc[[0, 0]]}, "'r0c0' occurs twice"),
        ({"frame": UNITS.assign(x_km=["0", "far", "2"])}, "'r0c1': x_km must be a"),
        ({"frame": [1, 2]}, "units must be a DataFrame, got list"),
        ({"edges": [(0, 1)]}, "edges must be a DataFrame, got list"),
        ({"current": "territory"}, "current must be a Series, got str"),
        ({"current": pd.Series("A", index=["r0c0"] * 2)}, "'r0c0' is aligned twice"),
        ({"locked": pd.Series({"r0c0": True})}, "'r0c0' is locked but has no"),
        ({"centres": PLACES}, "centre 'a' occurs twice"),
        ({"centres": PLACES.iloc[:1] * float("nan")}, "centre 'a' has no place"),
        ({"centres": PLACES[["x_km"]]}, "centres need columns x_km and y_km, got x_km"),
        ({"rules": {"together": {}}}, "rules must be a Rules, got dict"),
    ],
)
def test_what_is_wrong_is_said_when_the_instance_is_made(arguments, message):
    with pytest.raises(InputError, match=message):
        Instance.from_units(**{"frame": UNITS, "edges": EDGES, **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("accounts.csv",), "accounts must be a DataFrame, got str"),
        ((UNITS,), "accounts need columns lat and lon, got x_km, y_km, accounts"),
        ((some_accounts(lat=None),), "no account with a place"),
        ((some_accounts(), UNITS), "units must be polygons.* got DataFrame"),
        (
            (some_accounts(), COUNTIES.set_geometry(COUNTIES.representative_point())),
            "be polygons",
        ),
    ],
)
def test_what_is_wrong_with_accounts_is_said(arguments, message):
    with pytest.raises(InputError, match=message):
        Instance.from_accounts(*arguments)


def test_a_changed_instance_is_checked_again():
    made = Instance.from_units(UNITS, EDGES)
    with pytest.raises(InputError, match="'r0c0' occurs twice"):
        replace(made, units=UNITS.iloc[[0, 0]])


@pytest.mark.parametrize(
    "measures",
    [
        ("potential_minor",),
        "accounts",
        {"accounts": "5 %"},
        {"accounts": True},
        {1: 0.1},
    ],
)
def test_wrong_measures_name_the_form(measures):
    with pytest.raises(InputError, match=r"such as \{'accounts': 0\.05"):
        balance(Instance.from_units(UNITS, EDGES), measures, 2)


def test_measures_in_short_and_in_full_are_the_same():
    full = BalanceParams(
        measures=(
            BalanceMeasure(column="accounts", tolerance=0.1),
            BalanceMeasure(column="x_km"),
        ),
        n_territories=2,
        seed=3,
    )
    assert params_of({"accounts": 0.1, "x_km": None}, 2, 3) == full
    assert params_of(full) is full
    for twice in ((full, 3), (full, None, 4)):
        with pytest.raises(InputError, match="stands in BalanceParams already"):
            params_of(*twice)
    with pytest.raises(ParamsError, match="at least one column"):
        params_of({})
    with pytest.raises(ParamsError, match=r"write 5 % as 0\.05"):
        params_of({"accounts": 5})


def test_units_given_for_an_instance_are_told_what_is_meant():
    with pytest.raises(InputError, match=r"got DataFrame: make one by Instance\.from"):
        balance(UNITS, {"accounts": 0.1}, 2)


def test_rules_default_to_none():
    assert Instance(units=UNITS).rules.is_empty
    assert Instance.from_units(UNITS, rules=Rules()).rules.is_empty
