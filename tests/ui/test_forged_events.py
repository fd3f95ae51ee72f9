"""Pages that are sent what no browser of ours would send, or by a hostile one."""

import pytest

from planner.services.scenarios import listing
from tests.ui.forging import send
from tests.ui.test_pages_planner import boxes, draft, saved_of

MAP, TABLE, LIST = "territories", "terr-balance-table", "terr-list-unit"
LONG = 10**400
HALF = "\ud800"  # of a sign in two parts: no UTF-8
RING = [[35.0, -95.0], [45.0, -95.0], [45.0, -80.0]]

FORGED_ON_MAP = [
    None,
    5,
    "key",
    [[]],
    {"kind": "key", "ids": ["undo"], "n": 1},
    [{"kind": "key", "n": 1}],
    [{"kind": "key", "ids": [], "n": 2}],
    [{"kind": "key", "ids": ["format"], "n": 3}],
    [{"kind": "drag", "path": [[41.5, -87]], "n": 4}],
    [{"kind": "drag", "ids": [], "path": [[41.5, -87]], "n": 5}],
    [{"kind": "drag", "ids": ["R"], "path": [[LONG, 1]], "n": 6}],
    [{"kind": "lasso", "path": [*RING, [LONG, LONG]], "n": 7}],
    [{"kind": "lasso", "path": [*RING, [True, 1e308]], "n": 8}],
    [{"kind": "lasso", "path": RING, "hidden": [LONG], "n": 9}],
    [{"kind": ["lasso"], "path": RING, "n": 10}],
    [{"kind": {"a": 1}, "n": 11}],
    [{"kind": "unit", "ids": [HALF], "n": 12}],
    [{"kind": "unit", "ids": ["no such unit"], "n": 13}],
    [{"kind": "unit", "ids": [["17031"]], "n": 14}],
    [{"kind": "unit", "ids": ["17031"] * 300_000, "n": 15}],
    [{"kind": "unit", "ids": ["x" * 100_000], "n": 16}],
    [{"kind": "unit", "ids": ["17031"], "n": LONG}],
    [{"kind": "unit", "ids": ["17031"], "n": -1}],
    [{"kind": "home", "ids": ["R01"], "n": 17}],
    [{"kind": "paint", "path": [[91, 0]], "n": 18}],
    [{"kind": "line", "path": [[41.5, -87]], "n": 19}],
]
FORGED_IN_TABLE = [
    5,
    "lock",
    ["lock"],
    {"kind": "lock", "ids": ["T01"]},
    {"kind": "lock", "ids": ["T01"], "turn": float("inf")},
    {"kind": "lock", "ids": ["T01"], "turn": LONG},
    {"kind": "lock", "ids": ["T01"], "turn": "1"},
    {"kind": "lock", "ids": [HALF], "turn": 1},
    {"kind": "select", "ids": [], "turn": 2},
    {"kind": "select", "ids": ["T01", "T02"], "turn": 3},
    {"kind": "choose", "ids": ["T01"], "turn": 5},
    {"kind": ["lock"], "ids": ["T01"], "turn": 4},
    {"kind": "lock", "bits": HALF, "version": HALF, "turn": 6},
    {"kind": "zoom", "ids": {"T01": 1}, "turn": 7},
    {"kind": "lock", "ids": ["no such thing" * 100], "turn": 8},
]


@pytest.fixture
def page(app):
    return app.switch_page("planner/ui/pages/territories.py").run()


def is_well(page, ws):
    """Tell whether the page is whole, nothing is chosen and nothing is pending."""
    (choice,) = page.session_state["wb-choice"].values()
    return (
        not page.exception
        and "this should not have happened" not in boxes(page)
        and not choice
        and page.button(key="terr-accept").disabled
        and page.button(key="terr-undo").disabled
        and listing.scenario(ws, draft(ws).scenario_id).version == draft(ws).version
    )


def test_forged_gestures_on_the_map_are_dropped_and_the_next_is_done(page, ws, caplog):
    unit = saved_of(ws, draft(ws)).index[0]
    together = [
        event for one in FORGED_ON_MAP if isinstance(one, list) for event in one
    ]
    alone = [one for one in FORGED_ON_MAP if not isinstance(one, list)]
    for forged in (*alone, together):
        send(page, MAP, forged)
        assert is_well(page, ws), forged
    assert caplog.text.count("event dropped") >= 20
    assert HALF not in caplog.text
    send(page, MAP, [{"kind": "unit", "ids": [unit], "n": 100}])
    (choice,) = page.session_state["wb-choice"].values()
    assert list(choice.units) == [unit]


def test_forged_gestures_in_tables_are_dropped_and_the_next_is_done(page, ws):
    page.segmented_control(key="terr-below").set_value("List").run()
    for forged in FORGED_IN_TABLE:
        send(page, TABLE, forged)
        assert is_well(page, ws), forged
    for forged in FORGED_IN_TABLE[-4:]:
        send(page, LIST, forged)
        assert is_well(page, ws), forged
    send(page, TABLE, {"kind": "select", "ids": ["T03"], "turn": 100})
    assert page.selectbox(key="terr-target").value == "T03"
    unit = saved_of(ws, draft(ws)).index[0]
    send(page, LIST, {"kind": "choose", "ids": [unit, "no such unit"], "turn": 100})
    (choice,) = page.session_state["wb-choice"].values()
    assert list(choice.units) == [unit]


def test_what_a_published_scenario_does_not_offer_is_not_done(page, ws):
    published = next(s for s in listing.scenarios(ws) if s.status == "published")
    page.selectbox(key=f"terr-scenario-{draft(ws).scenario_id}").set_value(
        published.scenario_id
    ).run()
    assert not page.exception
    send(page, TABLE, {"kind": "lock", "ids": ["T01"], "turn": 1})
    send(page, MAP, [{"kind": "key", "ids": ["accept"], "n": 1}])
    assert not page.exception
    assert "pl-box-fault" not in boxes(page)
    assert not page.session_state["territories-inbox"].events
