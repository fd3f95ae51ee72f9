"""The lists beside the map: what is sent once, what changes, what comes back."""

from __future__ import annotations

import base64
import json
import zlib

import numpy as np
import pandas as pd
import pytest

from planner.services.balance import proposal as territory
from planner.services.drafts import editing
from planner.ui.components.grid.events import OF_LISTS
from planner.ui.components.grid.lists import (
    NOWHERE,
    bits_text,
    codes_text,
    read_list_event,
    rows_of,
)
from planner.ui.components.planmap.layers import unpack
from planner.ui.views.workbench.list_table import account_rows, list_data, unit_rows
from tests.gestures import moved
from tests.ui.test_balance_table import FMT, a_view
from tests.ui.test_pages_planner import draft, sent_to, turn_to

HOSTILE = "</script><b>`${x}`\x00\n"


def listed_view(n_territories=3):
    """Give the view's accounts and units what a list shows of them."""
    view = a_view(n_territories)
    n_accounts = len(view.accounts)
    extra = {
        "name": [HOSTILE, *(f"Firm {i}" for i in range(1, n_accounts))],
        "city": "Here",
        "segment": pd.Series(pd.NA, index=view.accounts.index, dtype="str"),
        "days_since_visit": pd.array([pd.NA] + [7] * (n_accounts - 1), dtype="Int64"),
    }
    for name, values in extra.items():
        view.accounts[name] = values
    view.units["name"], view.units["region"] = [*view.units.index], "WI"
    return view


def unpacked(text, dtype):
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype)


def test_the_block_holds_names_as_text_and_measures_as_numbers():
    header, arrays = unpack(account_rows(listed_view()).layer.blob)
    assert header["names"][0] == "</script><b>`${x}`"
    told = {column["id"]: column for column in header["columns"]}
    assert list(told) == ["unit", "potential_minor", "workload_min", "days_since_visit"]
    assert [told[name]["kind"] for name in told] == ["text", "money", "hours", "count"]
    assert told["unit"]["texts"][int(arrays["unit"][2])] == "u001"
    assert arrays["potential_minor"][1] == np.float32(1_100_000_00)
    assert np.isnan(arrays["days_since_visit"][0])


def test_units_show_what_their_accounts_come_to():
    header, arrays = unpack(unit_rows(listed_view()).layer.blob)
    assert header["beside"] == ["WI"] * 8
    assert arrays["accounts"].tolist() == [2.0] * 8


def test_rows_that_belong_together_stand_together_and_keep_their_territory():
    frame = pd.DataFrame(
        {"name": list("abcd"), "unit": ["u2", "u1", pd.NA, "u1"]},
        index=pd.Index(["A1", "A2", "A3", "A4"]),
    )
    rows = rows_of(frame, {}, together="unit")
    assert rows.index.tolist() == ["A3", "A2", "A4", "A1"]
    territory = pd.Series(["T1", "T2", None, "T9"], index=frame.index, dtype="str")
    expected = [NOWHERE, 1, NOWHERE, 0]
    for seen in (territory, territory.iloc[::-1]):  # as in the frame, and not
        codes = unpacked(codes_text(rows, seen, ["T1", "T2"]), "<u2")
        assert codes.tolist() == expected


@pytest.mark.parametrize("places", [set(), {0}, {20}, {7, 8, 15, 16}, set(range(21))])
def test_what_is_chosen_comes_back(places):
    frame = pd.DataFrame({"name": "x"}, index=[f"A{i:02d}" for i in range(21)])
    rows = rows_of(frame, {})
    ids = [f"A{i:02d}" for i in sorted(places)]
    bits = unpacked(bits_text(rows, {*ids, "gone"}), "u1").tobytes()
    raw = {
        "kind": "choose",
        "bits": base64.b64encode(bits).decode(),
        "version": rows.layer.version,
    }
    assert read_list_event(raw, OF_LISTS, rows).ids == tuple(ids)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": "of before"},
        {"bits": "AAAA"},
        {"bits": "%"},
        {"kind": "select"},
        {"kind": "lock", "bits": "AAA="},
    ],
)
def test_an_event_of_other_rows_or_of_none_is_passed_over(changed):
    frame = pd.DataFrame({"name": "x"}, index=[f"A{i}" for i in range(9)])
    rows = rows_of(frame, {})
    sound = {"kind": "choose", "bits": "AgE=", "version": rows.layer.version}
    assert read_list_event(sound, OF_LISTS, rows).ids == ("A1", "A8")
    assert read_list_event(sound | changed, OF_LISTS, rows) is None
    assert read_list_event(None, OF_LISTS, rows) is None


def test_a_gesture_on_twenty_thousand_accounts_costs_a_few_kb():
    n_rows = 20_000
    frame = pd.DataFrame(
        {"name": "Firm", "unit": [f"u{i * 7 % 1000}" for i in range(n_rows)]},
        index=pd.Index([f"A{i}" for i in range(n_rows)]),
    )
    rows = rows_of(frame, {}, together="unit")
    view = listed_view()
    held = frame["unit"].map(lambda unit: f"T0{int(unit[1:]) % 3 + 1}")
    accounts = frame.assign(territory_id=held.astype("str"))
    object.__setattr__(view, "accounts", accounts)
    chosen = accounts.index[:500]
    data = list_data(
        rows,
        FMT,
        what="account",
        view=view,
        colours={},
        locked=chosen,
        selection=chosen,
    )
    assert len(json.dumps(data)) < 12_000
    codes = unpacked(data["codes"], "<u2")
    names = np.array([name for name, _, _ in data["territories"]])
    assert (names[codes] == held.reindex(rows.index)).all()


def test_what_is_pending_tells_where_each_row_was():
    before = listed_view()
    after = moved(before, ["u000"], "T09")
    rows = unit_rows(before)
    data = list_data(
        rows, FMT, what="unit", view=after, colours={}, before=before, selection=()
    )
    names = [name for name, _, _ in data["territories"]]
    was, now = (unpacked(data[name], "<u2") for name in ("was", "codes"))
    assert np.flatnonzero(was != now).tolist() == [0]
    assert (names[was[0]], names[now[0]]) == ("T01", "T09")
    assert list_data(rows, FMT, what="unit", view=after, colours={})["was"] == ""


def test_what_is_done_in_a_list_is_done_to_the_plan(app, ws):
    scenario = draft(ws)
    chosen = list(territory.overview(ws, scenario.scenario_id).units.index[:2])
    turn_to(app, "territories")
    app.segmented_control(key="terr-below").set_value("List").run()
    app.session_state["terr-list-unit-made"] = [{"kind": "choose", "ids": chosen}]
    app.run()
    assert "2 units" in " ".join(m.value for m in app.markdown)
    app.session_state["terr-list-unit-made"] = [{"kind": "lock", "ids": chosen}]
    app.run()
    assert not app.exception
    opened = editing.open_draft(ws, scenario.scenario_id)
    assert opened.draft.locks.unit == set(chosen)
    sent = sent_to(app, "list_table")
    rows = unit_rows(territory.overview(ws, scenario.scenario_id))
    assert sent["locked"] == sent["chosen"] == bits_text(rows, chosen)
    app.segmented_control(key="terr-list").set_value("account").run()
    assert sent_to(app, "list_table")["nouns"] == ["account", "accounts"]
