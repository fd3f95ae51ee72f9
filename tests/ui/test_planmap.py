from __future__ import annotations

import base64
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box
from streamlit.testing.v1 import AppTest

from planner.core.errors import InputError
from planner.core.settings import ROOT
from planner.ui.components.planmap import (
    NONE,
    Entry,
    Ground,
    Home,
    Line,
    MapData,
    MapEvent,
    Outline,
    Points,
    Stop,
    Units,
    codes_of,
    places_of,
    shapes_of,
)
from planner.ui.components.planmap.codes import CROWD, NARROW_NONE, narrow, sent_codes
from planner.ui.components.planmap.component import payload, scripts_version
from planner.ui.components.planmap.events import read_event, read_sent
from planner.ui.components.planmap.layers import unpack
from planner.ui.components.planmap.texts import KEYS, TEXTS

HOSTILE = "</script><b>`${x}`\x00\n"


@pytest.fixture
def units() -> gpd.GeoDataFrame:
    holed = Polygon(
        [(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2), (1, 2)]]
    )
    pair = MultiPolygon([box(4, 0, 5, 4), box(6, 0, 7, 4)])
    return gpd.GeoDataFrame(
        {"name": ["Holed", HOSTILE]},
        index=pd.Index(["17001", "17003"], name="unit_id"),
        geometry=[holed, pair],
        crs="EPSG:4326",
    )


@pytest.fixture
def accounts() -> pd.DataFrame:
    return pd.DataFrame(
        {"name": ["A", HOSTILE, None], "lat": [1.0, 2, 3], "lon": [-90.0, -89, -88]},
        index=["a", "b", "c"],
    )


def test_shapes_come_back_as_they_went(units):
    facts = {"Accounts": pd.Series({"17003": "12"})}
    header, arrays = unpack(shapes_of(units, facts=facts).blob)
    assert header["ids"] == ["17001", "17003"]
    assert header["names"] == ["Holed", "</script><b>`${x}`"]
    ((label, texts),) = header["facts"]
    assert (label, [texts[nth] for nth in arrays["fact0"]]) == ("Accounts", ["", "12"])
    assert arrays["unitStart"].tolist() == [0, 2, 4]
    assert arrays["ringStart"].tolist() == [0, 5, 10, 15, 20]
    hole = arrays["lonlat"].reshape(-1, 2)[5:10]
    assert hole.min() == 1
    assert hole.max() == 2


def test_borders_shared_by_units_stay_equal_to_the_bit():
    edge = -88.123456789
    pair = gpd.GeoDataFrame(
        {"name": ["w", "e"]},
        index=["w", "e"],
        geometry=[box(-89, 40, edge, 41), box(edge, 40, -87, 41)],
    )
    _, arrays = unpack(shapes_of(pair).blob)
    west, east = arrays["lonlat"].reshape(2, -1, 2)
    assert set(map(tuple, west)) & set(map(tuple, east)) == {
        (np.float32(edge), np.float32(40)),
        (np.float32(edge), np.float32(41)),
    }


@given(
    st.lists(
        st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.text()), max_size=30
    )
)
def test_any_places_come_back(rows):
    frame = pd.DataFrame(rows, columns=["lat", "lon", "name"])
    frame.index = [f"A{i}" for i in range(len(frame))]
    layer = places_of(frame)
    header, arrays = unpack(layer.blob)
    assert header["ids"] == list(layer.ids) == list(frame.index)
    assert header["version"] == layer.version
    back = arrays["lonlat"].reshape(-1, 2)
    np.testing.assert_allclose(back, frame[["lon", "lat"]].to_numpy(float), atol=1e-5)


def test_equal_content_has_an_equal_version(accounts):
    assert places_of(accounts).version == places_of(accounts.copy()).version
    moved = accounts.assign(lat=accounts["lat"] + 0.001)
    assert places_of(moved).version != places_of(accounts).version


def test_metres_are_refused(accounts):
    with pytest.raises(InputError, match="degrees"):
        places_of(accounts.assign(lat=4_500_000.0))


def test_a_ninth_fact_is_refused(accounts):
    facts = {str(i): accounts["name"] for i in range(9)}
    with pytest.raises(InputError, match="at most 8"):
        places_of(accounts, facts=facts)


def test_classes_become_codes_in_the_order_of_the_legend():
    codes = codes_of(pd.Series(["T2", None, "T1", "gone"]), ["T1", "T2"])
    assert codes.tolist() == [1, NONE, 0, NONE]
    assert codes.dtype == np.uint16


def test_codes_must_fit_the_layer_and_the_legend(accounts):
    places = places_of(accounts)
    with pytest.raises(InputError, match="uint16"):
        Points(places=places, codes=np.zeros(3, int))
    with pytest.raises(InputError, match="one value each"):
        Points(places=places, codes=np.zeros(2, np.uint16))
    with pytest.raises(InputError, match="size"):
        Points(places=places, size=np.zeros(2))
    points = Points(places=places, codes=np.array([0, 1, NONE], np.uint16))
    with pytest.raises(InputError, match="no entry"):
        MapData(label="x", points=points, legend=[Entry(label="a", colour="#77AADD")])


def full(units, accounts) -> MapData:
    shapes, places = shapes_of(units), places_of(accounts)
    codes = np.array([0, NONE], np.uint16)
    stop = Stop(stop_id="a", name=HOSTILE, lat=1, lon=2, facts=[("Arrive", "08:30")])
    return MapData(
        label=HOSTILE,
        units=Units(shapes=shapes, codes=codes),
        points=Points(places=places, size=np.array([0, 0.5, np.nan])),
        base=Ground(outlines=shapes),
        legend=[Entry(label=HOSTILE, short="T1", colour="#77AADD", count="1,234")],
        outlines=[Outline(rings=[[(0, 0), (1, 1)]], label="x")],
        lines=[Line(path=[(0, 0), (1, 1)], colour="#0B6E99", stops=[stop])],
        homes=[Home(home_id="R1", name=HOSTILE, lat=1, lon=1)],
        fit=(0, 0, 4, 4),
    )


def test_what_changes_is_one_byte_each(units, accounts):
    data = full(units, accounts)
    sent = payload(data, "m", 400, ["point"])
    assert sent["unitCodes"]["bytes"] == 1
    assert base64.b64decode(sent["unitCodes"]["codes"]) == bytes([0, NARROW_NONE])
    assert base64.b64decode(sent["pointSize"]) == bytes([0, 128, 0])
    assert sent["pointCodes"] is None
    assert sent["layers"]["units"] == data.units.shapes.version
    assert sent["lines"][0]["stops"][0]["facts"] == [["Arrive", "08:30"]]
    assert "\x00" not in str(sent)


def test_marks_are_a_bit_each_and_barriers_pairs_of_places(units, accounts):
    shapes = shapes_of(units)
    data = MapData(
        label="x",
        units=Units(shapes=shapes),
        points=Points(places=places_of(accounts)),
        locked_units=["17003"],
        locked_points=["a", "c", "gone"],
        selected=["b"],
        barriers=[("17003", "17001"), ("17001", "elsewhere")],
        market=np.array([1.0, np.nan]),
    )
    marks = payload(data, "m", 400, ())["marks"]
    assert base64.b64decode(marks["lockedUnits"]["bits"]) == bytes([0b10])
    assert base64.b64decode(marks["lockedPoints"]["bits"]) == bytes([0b101])
    assert base64.b64decode(marks["selectedPoints"]["bits"]) == bytes([0b010])
    assert marks["pendingUnits"] is None
    assert marks["barriers"] == [(1, 0)]
    assert base64.b64decode(marks["market"]) == bytes([255, 0])


def test_few_of_many_are_told_by_their_places():
    frame = pd.DataFrame({"lat": 0.0, "lon": 0.0, "name": ""}, index=range(1000))
    points = Points(places=places_of(frame))
    data = MapData(label="x", points=points, selected=["7", "900"])
    sent = payload(data, "m", 400, ())["marks"]["selectedPoints"]
    assert np.frombuffer(base64.b64decode(sent["places"]), "<u4").tolist() == [7, 900]
    data = MapData(label="x", points=points, selected=list(map(str, range(500))))
    sent = payload(data, "m", 400, ())["marks"]["selectedPoints"]
    assert len(base64.b64decode(sent["bits"])) == 125


def test_codes_travel_in_as_few_bytes_as_hold_them():
    few = np.array([0, 254, NONE], "u2")
    assert narrow(few).tolist() == [0, 254, NARROW_NONE]
    assert narrow(few).dtype == np.uint8
    many = np.array([0, 255, NONE], "u2")
    assert narrow(many).tolist() == many.tolist()
    assert narrow(many).dtype == np.dtype("<u2")


def test_more_classes_than_a_byte_holds(accounts):
    legend = [Entry(label=str(code), colour="#000000") for code in range(300)]
    codes = np.array([0, 299, NONE], "u2")
    points = Points(places=places_of(accounts), codes=codes)
    sent = payload(MapData(label="m", points=points, legend=legend), "m", 400, ())
    assert sent["pointCodes"]["bytes"] == 2
    read = np.frombuffer(base64.b64decode(sent["pointCodes"]["codes"]), "<u2")
    assert read.tolist() == codes.tolist()


def test_points_tell_the_parts_of_the_units(units, accounts):
    shapes, places = shapes_of(units), places_of(accounts)
    parts = np.array([0, 1], "u2")
    of_units = Units(
        shapes=shapes, parts=parts, names=["T1", "T2"], told=["T1 Ann", "x"]
    )
    points = Points(places=places, parts=np.array([1, NONE, 0], "u2"))
    sent = payload(MapData(label="m", units=of_units, points=points), "m", 400, ())
    assert sent["partTold"] == ["T1 Ann", "x"]
    assert base64.b64decode(sent["pointParts"]["codes"]) == bytes([1, NARROW_NONE, 0])
    with pytest.raises(InputError, match="point's part has no name"):
        MapData(label="m", points=points)


def test_market_and_parts_must_fit_the_units(units):
    shapes = shapes_of(units)
    with pytest.raises(InputError, match="one value per unit"):
        MapData(label="x", units=Units(shapes=shapes), market=np.zeros(3))
    with pytest.raises(InputError, match="no name"):
        Units(shapes=shapes, parts=np.array([0, 1], np.uint16), names=["T1"])


def test_events_are_checked():
    around = [[41, -88], [42, -88], [42, -87], [41, -87]]
    raw = {"kind": "box", "unit_ids": ["17001"], "path": around, "hidden": [255, 2]}
    assert read_event(raw) == MapEvent(
        kind="box",
        unit_ids=("17001",),
        path=((41.0, -88.0), (42.0, -88.0), (42.0, -87.0), (41.0, -87.0)),
        hidden=(255, 2),
    )
    moved = {"kind": "drag", "ids": ["R1"], "path": [[41.5, -87]]}
    assert read_event(moved).path == ((41.5, -87.0),)
    assert read_event({"kind": "key", "ids": ["undo"]}).ids == ("undo",)
    assert read_event({"kind": "point", "ids": ["a"]}).ids == ("a",)
    drawn = {"kind": "lasso", "ids": [], "path": [[41.5, -87], [42, -87], [42, -86.5]]}
    assert read_event(drawn).path == ((41.5, -87.0), (42.0, -87.0), (42.0, -86.5))
    for nonsense in (
        None,
        3,
        {},
        {"kind": "drop"},
        {"kind": "box", "ids": "abc"},
        {"kind": "box", "unit_ids": ["17001"]},
        {"kind": "drag", "ids": ["R1"]},
        {"kind": "unit", "ids": ["a"], "hidden": [65_536]},
        {"kind": "unit", "ids": ["a"], "hidden": [True]},
        {"kind": "unit", "ids": ["a"], "hidden": ["1"]},
        {"kind": "lasso"},
        {"kind": "point", "ids": ["a"], "path": [[1, 1]]},
        {"kind": "line", "path": [[1, 1], [2]]},
        {"kind": "line", "path": [[1, 1], [float("nan"), 2]]},
        {"kind": "line", "path": [[1, 1], [91, 2]]},
        {"kind": "line", "path": [[1, "x"]]},
        {"kind": "line", "path": [[1, 1]] * 20_001},
    ):
        assert read_event(nonsense) is None


def test_hidden_classes_are_not_meant():
    codes = np.array([0, 1, NONE], np.uint16)
    event = MapEvent(kind="lasso", hidden=(1, NONE))
    assert event.is_shown(codes).tolist() == [True, False, False]
    assert MapEvent(kind="lasso").is_shown(codes).all()


def test_each_gesture_is_taken_once_and_in_order():
    """The browser sends again all that it has no answer to."""
    first, second, third = ({"kind": "key", "ids": [a], "n": n} for n, a in KEYED)
    events, seen = read_sent([first], 0)
    assert ([e.ids for e in events], seen) == ([("undo",)], 11)
    events, seen = read_sent([second, first, third, {"kind": "drop", "n": 30}], seen)
    assert ([e.ids for e in events], seen) == ([("redo",), ("lock",)], 30)
    assert read_sent([first, second], seen) == ([], 30)
    for nonsense in (None, {}, [None], [{"kind": "key"}], [{**first, "n": "99"}]):
        assert read_sent(nonsense, 30) == ([], 30)


KEYED = ((11, "undo"), (12, "redo"), (20, "lock"))


def test_no_key_is_streamlits_and_each_does_one_thing():
    keys = [key for key, _, _ in KEYS]
    assert len(set(keys)) == len(keys)
    assert not {"r", "c", "Escape", "Esc"} & set(keys)
    assert all(text for _, _, text in KEYS)


def test_the_scripts_ask_for_no_text_that_is_not_sent():
    asked = set()
    for file in (ROOT / "static" / "planmap").glob("*.js"):
        text = file.read_text(encoding="utf-8")
        asked |= set(re.findall(r"texts\.(\w+)", text))
        asked |= set(re.findall(r"tell\(\"(\w+)\"", text))
    assert asked
    assert asked <= set(TEXTS)


def test_the_version_follows_the_scripts(tmp_path):
    (tmp_path / "a.js").write_text("1")
    before = scripts_version(tmp_path)
    (tmp_path / "a.js").write_text("2")
    assert scripts_version(tmp_path) != before


def test_no_script_asks_another_host_or_writes_markup():
    for file in (ROOT / "static" / "planmap").glob("*.*"):
        text = file.read_text(encoding="utf-8")
        assert "https://" not in text
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "innerHTML =" not in text
        assert "eval(" not in text


def test_a_page_with_the_map_runs(units, accounts):
    def page(data):
        import streamlit as st

        from planner.ui.components.planmap import MapData, planmap

        st.write("event", planmap(data, key="one", events=("box",)))
        planmap(MapData(label="empty"), key="two")

    app = AppTest.from_function(page, kwargs={"data": full(units, accounts)})
    app.run(timeout=20)
    assert not app.exception
    assert len(app.get("bidi_component")) == 5
    app.run()
    assert not app.exception


def test_a_crowd_is_sent_once_and_then_what_differs():
    n = CROWD
    places = places_of(
        pd.DataFrame({"name": "a", "lat": 1.0, "lon": 2.0}, index=map(str, range(n)))
    )
    legend = [Entry(label=str(code), colour="#000000") for code in range(3)]

    def sends(codes, last):
        points = Points(places=places, codes=codes)
        data = MapData(label="m", points=points, legend=legend)
        sent = sent_codes(codes, last)
        return sent, payload(data, "m", 400, (), 0, {"codes": sent})

    first = (np.arange(n) % 2).astype("u2")
    sent, told = sends(first, None)
    assert unpack(sent.layer.blob)[1]["codes"].tolist() == first.tolist()
    assert told["layers"]["codes"] == sent.layer.version
    assert told["pointCodes"] == {"bytes": 1, "codes": "", "places": ""}

    moved = first.copy()
    moved[[7, n - 1]] = [2, NONE]
    again, told = sends(moved, sent)
    assert again is sent
    at = np.frombuffer(base64.b64decode(told["pointCodes"]["places"]), "<u4")
    codes = np.frombuffer(base64.b64decode(told["pointCodes"]["codes"]), "u1")
    assert at.tolist() == [7, n - 1]
    assert codes.tolist() == [2, NARROW_NONE]

    other, told = sends(np.full(n, 2, "u2"), sent)
    assert other.layer.version != sent.layer.version
    assert told["pointCodes"]["places"] == ""
    assert sent_codes(first[:9], sent) is None
    assert sent_codes(None, sent) is None
