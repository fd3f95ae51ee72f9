"""The maps of territories and accounts: colours, labels, classes, first look."""

import datetime as dt
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from planner.core.formats import Formats
from planner.geography.colours import TERRITORY
from planner.ui.components.planmap import NONE, places_of, shapes_of
from planner.ui.maps.accounts import (
    NO_OWNER,
    account_facts,
    account_map,
    classify,
    short_money,
    sizes_of,
)
from planner.ui.maps.colouring import colouring_of
from planner.ui.maps.palette import PALETTES
from planner.ui.maps.territory import (
    bounds_of,
    territory_colours,
    territory_labels,
    territory_map,
    unit_facts,
)

FMT = Formats(locale="en_US", distance_unit="km", currency="USD")
UNITS = ["u1", "u2", "u3", "u4"]


def a_view(territory_by_unit=("T01", "T01", "T02", None)):
    """Make four squares in a row, two accounts in each."""
    units = gpd.GeoDataFrame(
        {
            "name": UNITS,
            "region": "WI",
            "territory_id": list(territory_by_unit),
            "accounts": 2.0,
            "potential_minor": [100_00.0, 200_00.0, 300_00.0, 400_00.0],
        },
        geometry=[shapely.box(i, 40, i + 1, 41) for i in range(-90, -86)],
        index=pd.Index(UNITS, name="unit_id"),
        crs=4326,
    )
    edges = pd.DataFrame(
        {"unit_id": UNITS[:-1], "neighbour_id": UNITS[1:], "is_bridge": False}
    ).assign(border_m=1_000.0)
    accounts = pd.DataFrame(
        {
            "name": [f"Firm {n}" for n in range(8)],
            "lat": [40.1 + n / 10 for n in range(8)],
            "lon": [-90 + n / 2 + 0.2 for n in range(8)],
            "territory_id": [t for t in territory_by_unit for _ in range(2)],
        },
        index=pd.Index([f"A{n}" for n in range(8)], name="account_id"),
    )
    territories = pd.DataFrame(
        {
            "rep_name": ["Ann Reyes", "vacant"],
            "position_id": ["P-R01", "P-R02"],
            "accounts": [4.0, 2.0],
            "accounts_deviation": [0.5, -0.25],
        },
        index=pd.Index(["T01", "T02"], name="territory_id"),
    )
    homes = pd.DataFrame(
        {"name": ["Ann Reyes"], "lat": [40.2], "lon": [-89.5], "territory_id": ["T01"]},
        index=["R01"],
    )
    return SimpleNamespace(
        scenario=SimpleNamespace(name="North"),
        units=units,
        edges=edges,
        accounts=accounts,
        territories=territories,
        homes=homes,
    )


def test_labels_name_id_and_last_name():
    assert territory_labels(a_view()) == {"T01": "T01 Reyes", "T02": "T02 vacant"}


def test_a_territory_without_position_has_only_its_id():
    view = a_view()
    view.territories["position_id"] = None
    assert territory_labels(view)["T01"] == "T01"


def test_neighbours_never_share_a_colour():
    colours = territory_colours(a_view())
    assert colours["T01"] != colours["T02"]
    assert set(colours.values()) <= set(TERRITORY)


def test_kept_colours_stay_unless_neighbours_would_be_alike():
    view = a_view()
    kept = {"T01": TERRITORY[5], "T02": TERRITORY[6]}
    assert territory_colours(view, kept) == kept
    clash = territory_colours(view, {"T01": TERRITORY[5], "T02": TERRITORY[5]})
    assert clash["T01"] == TERRITORY[5]
    assert clash["T02"] != TERRITORY[5]


def test_the_map_codes_units_by_the_legend_and_leaves_the_unassigned_out():
    view = a_view()
    data = territory_map(view, FMT, shapes=shapes_of(view.units))
    assert list(data.units.codes) == [0, 0, 1, NONE]
    assert [entry.short for entry in data.legend] == ["T01", "T02"]
    assert [entry.count for entry in data.legend] == ["4", "2"]
    assert data.unassigned_count == "1 unit"
    assert [home.name for home in data.homes] == ["Ann Reyes"]


def test_other_colours_keep_the_borders_and_names_of_territories():
    view = a_view()
    drawn = colouring_of(view, FMT, "Deviation", labels={}, colours={}, tolerance=0.1)
    data = territory_map(view, FMT, shapes=shapes_of(view.units), colouring=drawn)
    assert list(data.units.parts) == [0, 0, 1, NONE]
    assert data.units.names == ["T01", "T02"]
    assert data.legend[data.units.codes[0]].label == "above +20 %"
    assert "2 territories, 4 units, 1 of them unassigned, 8 accounts" in data.label


def test_accounts_on_the_map_take_their_own_territory():
    view = a_view()
    view.accounts.loc["A0", "territory_id"] = "T02"
    places = places_of(view.accounts)
    data = territory_map(view, FMT, shapes=shapes_of(view.units), places=places)
    assert data.points.codes[0] == 1
    assert data.points.codes[-1] == NONE


def test_the_first_look_shows_all_units_unless_some_lie_far_off():
    view = a_view()
    assert bounds_of(view) == (40.0, -90.0, 41.0, -86.0)
    far = view.units.iloc[[0]].assign(geometry=[shapely.box(-170, 60, -150, 70)])
    view.units = pd.concat([view.units, far])
    _, west, north, _ = bounds_of(view)
    assert west > -92
    assert north < 42
    view.accounts = view.accounts.iloc[:0]
    assert bounds_of(view)[2] == 70.0


def test_unit_facts_leave_out_what_nobody_holds():
    view = a_view()
    view.units["our_sales_minor"] = 0.0
    facts = unit_facts(view, FMT)
    assert list(facts) == ["State", "Accounts", "Potential"]


def some_accounts():
    return pd.DataFrame(
        {
            "name": ["A", "B", "C"],
            "lat": 43.0,
            "lon": -89.0,
            "city": ["Madison", None, "Racine"],
            "region": "WI",
            "status": "customer",
            "geo_precision": ["exact", "postcode", "city"],
            "territory_id": ["T01", None, "T02"],
            "owner_name": ["Ann Reyes", None, "vacant"],
            "segment": ["Big", "Small", ""],
            "potential_minor": pd.array([10_00, 90_00, None], dtype="Int64"),
            "our_sales_minor": pd.array([0, 1, None], dtype="Int64"),
            "days_since_visit": pd.array([10, 200, None], dtype="Int64"),
            "score": [85.0, 40.0, 0.0],
            "open_pipeline_minor": pd.array([50_00, 0, 0], dtype="Int64"),
            "workload_min": [90.0, 45.0, None],
            "owned_since": pd.to_datetime(["2026-01-01", None, "2026-01-01"]),
            "last_visit_on": pd.to_datetime([dt.date(2026, 11, 1), None, None]),
        },
        index=pd.Index(["a", "b", "c"], name="account_id"),
    )


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("Owner", ["T01 Reyes", NO_OWNER, "T02 vacant"]),
        ("Segment", ["Big", "Small", "No segment"]),
        ("Last visit", ["up to 30 days", "over 180 days", "never visited"]),
        ("Score", ["80–100", "40–59", "0–19"]),
    ],
)
def test_accounts_fall_into_classes(by, expected):
    rows = some_accounts()
    classes = classify(
        rows,
        by,
        territory_labels={"T01": "T01 Reyes", "T02": "T02 vacant"},
        territory_colours={"T01": TERRITORY[0], "T02": TERRITORY[1]},
    )
    assert list(classes.of_account) == expected
    assert classes.counts.sum() == 3
    assert set(classes.counts.index) <= set(classes.colours)


def test_no_more_than_eight_segment_colours():
    rows = pd.concat([some_accounts()] * 4, ignore_index=True)
    rows["segment"] = [f"S{n}" for n in range(12)]
    rows["potential_minor"] = range(1, 13)
    classes = classify(rows, "Segment", territory_labels={}, territory_colours={})
    assert len(classes.counts) == 8
    assert classes.counts["Other"] == 5
    assert classes.counts.sum() == 12


def test_the_account_map_draws_every_account_in_its_class():
    rows = some_accounts()
    classes = classify(rows, "Score", territory_labels={}, territory_colours={})
    data = account_map(rows, classes, FMT, places=places_of(rows), selected="b")
    assert [entry.label for entry in data.legend] == ["80–100", "40–59", "0–19"]
    assert list(data.points.codes) == [0, 1, 2]
    assert data.selected == ["b"]


def test_sizes_lie_between_nothing_and_one_and_missing_is_nothing():
    sizes = sizes_of(pd.Series(pd.array([0, 50, 100, None], dtype="Int64")))
    assert sizes.min() == 0
    assert sizes.max() == 1
    assert np.all(sizes_of(pd.Series([0, 0])) == 0.2)
    assert len(sizes_of(pd.Series([], dtype=float))) == 0


def test_the_popover_has_at_most_eight_facts_and_tells_how_a_place_is_known():
    facts = account_facts(some_accounts(), FMT)
    assert len(facts) == 8
    assert list(facts["Placed by"]) == ["own coordinates", "its ZIP", "its city"]
    assert list(facts["Owner"]) == ["Ann Reyes", NO_OWNER, "vacant"]
    facts = account_facts(some_accounts(), FMT, has_owner=False)
    assert len(facts) == 8
    assert list(facts["Owner since"]) == ["1 Jan 2026", "–", "1 Jan 2026"]
    assert list(facts["Workload"]) == ["1 h 30", "45 min", "–"]
    assert list(facts["Pipeline"]) == ["$50", "$0", "$0"]


def test_another_palette_recolours_all_and_then_stays():
    view = a_view()
    soft = territory_colours(view)
    vivid = territory_colours(view, soft, PALETTES[2])
    assert set(vivid.values()) <= set(PALETTES[2].colours)
    assert territory_colours(view, vivid, PALETTES[2]) == vivid


@given(st.lists(st.integers(-(10**13), 10**13), max_size=30))
def test_amounts_written_together_read_as_each_alone(amounts):
    column = pd.Series(pd.array([*amounts, None], dtype="Int64"))
    for text, amount in zip(short_money(column, FMT), column, strict=True):
        alone = FMT.money_short(amount)
        # "$1,000K" of one just under a million is told as "$1M"
        assert text == alone or "1000" in alone.replace(",", "")


def test_a_yen_has_no_minor_units():
    yen = Formats(locale="en_US", currency="JPY")
    assert list(short_money(pd.Series([1_234, 999]), yen)) == ["¥1.2K", "¥999"]
