"""What the balance table sends: figures before → after, marks, few bytes."""

from __future__ import annotations

import json
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from planner.core.formats import Formats
from planner.services.territories.view import TerritoryView, as_if, travel_of
from planner.ui.components.grid.events import OF_TERRITORIES, read_event
from planner.ui.views.workbench.balance_figures import MeasureColumn, wanted_of
from planner.ui.views.workbench.balance_table import table_data
from tests.gestures import moved

FMT = Formats(locale="en_US", distance_unit="km", currency="USD")
POTENTIAL = MeasureColumn(column="potential_minor", tolerance=0.1)
HOURS = MeasureColumn(column="workload_min", tolerance=0.2)
MEASURED = [POTENTIAL, HOURS]


def a_view(n_territories: int = 3, shares=None, names=None) -> TerritoryView:
    """Make two units a territory with two accounts each; two more have none."""
    ids = [f"T{i + 1:02d}" for i in range(n_territories)]
    held = [name for name in ids for _ in range(2)] + [None, None]
    unit_ids = [f"u{i:03d}" for i in range(len(held))]
    rows = pd.RangeIndex(2 * len(held))
    accounts = pd.DataFrame(
        {
            "unit_id": [unit for unit in unit_ids for _ in range(2)],
            "territory_id": pd.Series([t for t in held for _ in range(2)], dtype="str"),
            "potential_minor": [1_000_000_00 + 100_000_00 * (i % 7) for i in rows],
            "workload_min": [600.0 + 60 * (i % 5) for i in rows],
        }
        | dict.fromkeys(("our_sales_minor", "annual_revenue_minor", "employees"), 0)
    )
    accounts.index = pd.Index([f"A{i}" for i in rows], name="account_id")
    units = gpd.GeoDataFrame(
        {"accounts": 2.0, "x_km": [3.0 * i for i in range(len(held))], "y_km": 0.0},
        geometry=[shapely.box(i / 9, 40, (i + 1) / 9, 41) for i in range(len(held))],
        index=pd.Index(unit_ids, name="unit_id"),
        crs=4326,
    )
    sums = accounts.groupby("unit_id")[["potential_minor", "workload_min"]].sum()
    units = units.join(sums.astype(float)).assign(territory_id=held)
    edges = pd.DataFrame(
        {"unit_id": unit_ids[:-1], "neighbour_id": unit_ids[1:], "is_bridge": False}
    ).assign(border_m=1_000.0)
    territories = pd.DataFrame(
        {
            "name": names or ids,
            "position_id": [f"P-{name}" for name in ids[:-1]] + [None],
            "district": pd.Series([pd.NA] * len(ids), dtype="str").to_numpy(),
            "share_ppm": pd.array(shares or [pd.NA] * len(ids), dtype="Int64"),
            "rep_name": ["Ann Reyes", *["vacant"] * (len(ids) - 1)],
        },
        index=pd.Index(ids, name="territory_id"),
    )
    bare = TerritoryView(
        index=pd.Series(dtype=float),
        scenario=SimpleNamespace(name="North"),
        units=units,
        edges=edges,
        accounts=accounts,
        territories=territories,
        homes=pd.DataFrame(),
    )
    return as_if(bare, units["territory_id"], accounts["territory_id"])


def data_of(view, after=None, measures=MEASURED, **more):
    return table_data(view, FMT, measures=measures, colours={}, after=after, **more)


def columns_of(data):
    return {column["id"]: column for column in data["columns"]}


@pytest.mark.parametrize("shares", [None, [200_000, 300_000, 500_000]])
def test_actual_over_target_is_the_deviation(shares):
    view = a_view(shares=shares)
    for measure in ("potential_minor", "workload_min", "accounts"):
        held, wanted = view.territories[measure], wanted_of(view, measure)
        told = view.territories[f"{measure}_deviation"]
        assert (held / wanted - 1).tolist() == pytest.approx(told.tolist())


def test_each_measure_has_its_own_tolerance_and_three_columns():
    columns = columns_of(data_of(a_view()))
    assert list(columns) == [
        "potential_minor deviation",
        "potential_minor actual",
        "potential_minor target",
        "workload_min deviation",
        "workload_min actual",
        "workload_min target",
        "accounts actual",
        "travel",
        "seat",
        "pieces",
        "compactness",
    ]
    assert columns["potential_minor deviation"]["tolerance"] == 0.1
    assert columns["potential_minor deviation"]["group"] == "Potential ±10 %"
    assert columns["workload_min deviation"]["tolerance"] == 0.2
    assert columns["workload_min actual"]["group"] == "Workload, h ±20 %"
    assert columns["seat"]["text"] == ["filled", "vacant", "no seat"]


def test_what_is_not_held_and_the_whole_stand_below():
    view = a_view()
    data = data_of(view)
    columns = columns_of(data)
    assert data["foot"] == ["Unassigned", "All 3"]
    assert columns["accounts actual"]["foot"] == [["4", ""], ["12", ""]]
    km = travel_of(view)["weighted_mean_km"]
    assert columns["travel"]["foot"][1] == [FMT.number(km), ""]
    worst = FMT.share(view.index["potential_minor"])
    assert columns["potential_minor deviation"]["foot"][1] == [f"±{worst}", ""]


def test_only_what_a_move_changes_shows_before_and_after():
    view = a_view()
    after = moved(view, ["u000"], "T02")
    data = data_of(view, after)
    columns = columns_of(data)
    assert data["isPending"]
    assert data["changed"] == [0, 1]
    assert columns["accounts actual"]["text"] == ["2", "6", "4"]
    assert columns["accounts actual"]["was"] == {"0": "4", "1": "4"}
    assert columns["potential_minor target"]["was"] == {}
    deviation = columns["potential_minor deviation"]
    assert set(deviation["was"]) == set(deviation["from"]) == {"0", "1"}
    before = view.territories["potential_minor_deviation"]
    assert deviation["from"]["0"] == pytest.approx(before["T01"], rel=1e-5)


def test_a_new_territory_shifts_the_mean_but_changes_only_who_gives():
    view = a_view()
    after = moved(view, ["u000"], "T09")
    data = data_of(view, after)
    assert [row[0] for row in data["rows"]] == ["T01", "T02", "T03", "T09"]
    assert data["fresh"] == [3]
    assert data["changed"] == [0, 3]
    assert set(columns_of(data)["accounts actual"]["was"]) == {"0", "3"}
    assert "2" in columns_of(data)["potential_minor target"]["was"]


def test_a_territory_that_goes_is_still_told():
    view = a_view()
    by_unit = view.units["territory_id"].replace("T02", "T01")
    by_account = view.accounts["territory_id"].replace("T02", "T01")
    data = data_of(view, as_if(view, by_unit, by_account, is_whole=True))
    assert data["gone"] == [1]
    accounts = columns_of(data)["accounts actual"]
    assert (accounts["text"][1], accounts["was"]["1"]) == ("–", "4")
    assert data["foot"][1] == "All 2"


def test_locks_selection_and_who_is_off_balance_are_marked():
    view = a_view()
    data = data_of(view, locked={"T03", "T77"}, selected="T02")
    assert data["locked"] == [2]
    assert data["selected"] == "T02"
    off = view.territories["potential_minor_deviation"].abs() > 0.1
    off |= view.territories["workload_min_deviation"].abs() > 0.2
    assert data["off"] == [i for i, is_off in enumerate(off) if is_off]


def test_hostile_names_are_one_printable_line():
    view = a_view(names=["\u202e<b>`${x}`\x00\n", "B", "C"])
    title = data_of(view)["rows"][0][2]
    assert title == "Ann Reyes, <b>`${x}`"


def test_a_hundred_territories_all_changed_cost_less_than_60_kb():
    view = a_view(100)
    by_unit = view.units["territory_id"].to_numpy()
    shifted = pd.Series([*by_unit[1:], by_unit[0]], view.units.index)
    by_account = view.accounts["unit_id"].map(shifted)
    after = as_if(view, shifted, by_account)
    measures = [*MEASURED, MeasureColumn(column="accounts", tolerance=0.05)]
    data = data_of(view, after, measures, locked=view.territories.index)
    assert len(data["changed"]) > 90
    assert len(json.dumps(data, ensure_ascii=False).encode()) < 60_000


def test_an_event_must_make_sense():
    event = read_event({"kind": "lock", "ids": ["T01"], "turn": 3}, OF_TERRITORIES)
    assert (event.kind, event.ids) == ("lock", ("T01",))
    for raw in (None, {}, {"kind": "choose", "ids": ["a"]}, {"kind": "lock"}):
        assert read_event(raw, OF_TERRITORIES) is None
    assert read_event({"kind": "lock", "ids": []}, OF_TERRITORIES) is None
