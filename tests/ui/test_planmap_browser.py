# ruff: noqa: E501 - the page and the script inside are one piece
"""The map in a real browser: draws without internet, keeps its view, tells events."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.ui.served_page import served

pytestmark = pytest.mark.browser
PAGE = """
import sys
sys.path.insert(0, {root!r})
import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st
from shapely.geometry import box
from planner.ui.components.planmap import *

side = range(4)
cells = [(f"U{{x}}{{y}}", box(-90 + x, 40 + y, -89 + x, 41 + y)) for x in side for y in side]
units = gpd.GeoDataFrame({{"name": [c[0] for c in cells]}}, index=[c[0] for c in cells],
                         geometry=[c[1] for c in cells])
places = pd.DataFrame({{"name": ["<b>Clinic</b>"], "lat": [42.0], "lon": [-88.0]}}, index=["A1"])
shift = st.session_state.get("shift", 0)
if st.button("Recolour"):
    st.session_state["shift"] = shift = shift + 1
is_many = "many" in st.query_params  # more classes than a byte holds, and parts beside them
codes = np.full(16, 299, "u2") if is_many else ((np.arange(16) // 4 + shift) % 2).astype("u2")
more = [Entry(label=f"T{{n}}", colour="#44BB99") for n in range(3, 301)] if is_many else []
parts = {{"parts": np.zeros(16, "u2"), "names": ["P1"], "told": ["P1 Ann"]}} if is_many else {{}}
done = st.session_state.setdefault("done", [])
home = st.session_state.setdefault("home", [43.5, -89.5])
for event in take("m"):
    if event.kind == "key":
        done.extend(event.ids)
    elif event.kind == "drag":
        home[:] = event.path[0]
    else:
        st.session_state["event"] = event
event = st.session_state.get("event")
planmap(
    MapData(label="Test map", title="North: 2027 / draft", homes=[Home(home_id="R1", name="Ann", lat=home[0], lon=home[1])], units=Units(shapes=shapes_of(units), codes=codes, **parts),
            points=Points(places=places_of(places), parts=np.zeros(1, "u2") if is_many else None), legend_title="Territory",
            legend=[Entry(label="T1", short="T1", colour="#77AADD", bar=1.0),
                    Entry(label="T2", short="T2", colour="#EE8866", bar=0.5), *more],
            locked_parts=["T1"], selected=("U33", "A1"), locked_units=["U11"], pending_units=["U00", "U01"],
            barriers=[("U10", "U20"), ("U11", "U21")], market=np.arange(16) / 15, market_label="People"),
    key="m", height=500, events=("point", "unit", "box", "lasso", "polygon", "paint", "line", "key", "drag"))
st.write(f"got {{event.kind}} {{len(event.ids)}} {{len(event.unit_ids)}} {{event.ids[:1]}}" if event else "got nothing")
st.write(f"hidden {{event.hidden}}" if event else "none")
st.write("done " + " ".join(done))
st.write(f"home {{home[0]:.1f}} {{home[1]:.1f}}")
if event and event.path:
    from planner.geography import selecting
    lat, lon = units.centroid.y, units.centroid.x
    taken = {{"paint": lambda: selecting.touched(units.geometry, event.path),
              "line": lambda: selecting.left_of(lat, lon, event.path)}}
    taken = taken.get(event.kind, lambda: selecting.inside(lat, lon, event.path))()
    st.write(f"took {{int(taken.sum())}} of 16")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("app"), PAGE) as url:
        yield url


@pytest.fixture(scope="module")
def context(browser):
    """One for all: the app's own scripts are fetched and compiled once."""
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    yield context
    context.close()


@pytest.fixture
def page(context, address):
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda m: page.faults.append(m.text) if m.type == "error" else 0)
    page.on("requestfailed", lambda request: page.faults.append(request.url))
    page.on(
        "request",
        lambda r: (
            None
            if r.url.startswith((address, "data:", "blob:"))
            else page.faults.append(r.url)
        ),
    )
    page.goto(address)
    page.wait_for_selector(".pm-row", timeout=30_000)
    page.wait_for_timeout(500)
    yield page
    page.close()


def middle(page) -> tuple[float, float]:
    box = page.locator(".pm-map").bounding_box()
    # the view leaves room for the legend at the right: 56 px against 216 px
    is_open = page.locator(".pm-legend-head").get_attribute("aria-expanded") == "true"
    aside = -80 if is_open else 20
    return box["x"] + box["width"] / 2 + aside, box["y"] + box["height"] / 2


def test_the_map_draws_with_nothing_from_outside(page):
    drawn = page.evaluate(
        """() => { const root = [...document.querySelectorAll('*')]
          .map(e => e.shadowRoot?.querySelector('.pm-map canvas')).find(Boolean);
          const data = root.getContext('2d').getImageData(0, 0, root.width, root.height).data;
          return new Set(Array.from({length: data.length / 4}, (_, i) =>
            data[4 * i] * 65536 + data[4 * i + 1] * 256 + data[4 * i + 2])).size; }"""
    )
    assert drawn > 5
    assert page.faults == []


def test_a_name_from_data_is_shown_as_text_and_its_click_comes_back(page):
    x, y = middle(page)
    page.mouse.move(x, y)
    page.wait_for_selector(".pm-tip-name")
    assert page.locator(".pm-tip-name").inner_text() == "<b>Clinic</b>"
    page.mouse.click(x, y)
    page.get_by_text("got point 1 0 ('A1',)").wait_for(timeout=10_000)
    assert page.faults == []


def test_more_classes_than_a_byte_holds_are_told_with_their_part(page, address):
    page.goto(f"{address}/?many")
    head = page.locator('.pm-legend-head[aria-expanded="false"]')
    head.wait_for(timeout=30_000)  # 301 rows would hide the map
    page.locator(".pm-row").filter(has_text="T300").wait_for(state="attached")
    page.wait_for_timeout(500)
    x, y = middle(page)
    page.mouse.move(x, y)
    name = page.locator(".pm-tip-name")
    name.filter(has_text="Clinic").wait_for()
    assert name.inner_text() == "<b>Clinic</b> · P1 Ann"
    page.mouse.move(x + 40, y + 40)
    name.filter(has_text="U").wait_for()
    assert name.inner_text().endswith(" · P1 Ann")
    assert page.locator(".pm-tip-class").inner_text() == "T300"
    assert page.faults == []


def test_a_rerun_recolours_and_keeps_the_view(page):
    scale = page.locator(".leaflet-control-scale-line")
    for _ in range(3):
        page.locator(".leaflet-control-zoom-in").click()
        page.wait_for_timeout(400)
    before = scale.inner_text(), scale.bounding_box()["width"]
    page.get_by_text("Recolour").click()
    page.wait_for_timeout(1500)
    assert (scale.inner_text(), scale.bounding_box()["width"]) == before
    assert page.locator(".pm-map canvas").count() == 1
    assert page.faults == []


def test_shift_and_drag_selects_what_lies_in_the_box(page):
    x, y = middle(page)
    page.keyboard.down("Shift")
    page.mouse.move(x - 150, y - 150)
    page.mouse.down()
    page.mouse.move(x + 150, y + 150, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.get_by_text("got box 0 8").wait_for(timeout=10_000)
    page.get_by_text("took 8 of 16").wait_for()
    assert page.faults == []


AROUND = ((-190, -220), (190, -220), (190, 220), (-190, 220))  # all units, in pixels


def draw(page, tool, *way, steps=6, is_dropped=True):
    """Draw with a tool, in pixels from the middle of the units."""
    x, y = middle(page)
    page.locator(f".pm-tool[aria-label^='{tool}']").click()
    page.mouse.move(x + way[0][0], y + way[0][1])
    page.mouse.down()
    for dx, dy in way[1:]:
        page.mouse.move(x + dx, y + dy, steps=steps)
    if is_dropped:
        page.mouse.up()


def test_a_lasso_takes_the_units_it_goes_around(page):
    scale = page.locator(".leaflet-control-scale-line")
    before = scale.inner_text(), scale.bounding_box()["width"]
    page.locator(".pm-row").nth(1).click()
    draw(page, "Select around, freehand", *AROUND)
    page.get_by_text("got lasso 0 0").wait_for(timeout=10_000)
    page.get_by_text("took 16 of 16").wait_for()
    page.get_by_text("hidden (1,)").wait_for()  # so Python can leave those out
    assert page.locator(".pm-live").inner_text().startswith("Drawn: Select around")
    assert (scale.inner_text(), scale.bounding_box()["width"]) == before
    assert page.faults == []


def test_a_brush_paints_one_row_and_a_line_divides(page):
    draw(page, "Paint", (-190, 40), (190, 40), is_dropped=False)
    outline = page.locator(".pm-sketch .pm-area").first.get_attribute("d")
    assert outline.count("M") == 4  # each unit under the brush shows at once
    page.mouse.up()
    page.get_by_text("took 4 of 16").wait_for(timeout=10_000)
    page.locator(".pm-tool[aria-label^='Paint']").click()
    draw(page, "Draw a dividing line", (5, 200), (5, -200))
    page.get_by_text("got line 0 0").wait_for(timeout=10_000)
    page.get_by_text("took 8 of 16").wait_for()
    assert page.faults == []


def test_a_polygon_is_drawn_corner_by_corner_and_space_moves_the_map(page):
    x, y = middle(page)
    page.locator(".pm-tool[aria-label*='corner by corner']").click()
    for dx, dy in AROUND[:3]:
        page.mouse.click(x + dx, y + dy)
    page.keyboard.press("Escape")  # the corners go, the tool stays
    for dx, dy in AROUND:
        page.mouse.click(x + dx, y + dy)
    page.keyboard.press("Enter")
    page.get_by_text("got polygon 0 0").wait_for(timeout=10_000)
    page.get_by_text("took 16 of 16").wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".pm-tool.pm-on").count() == 0
    page.locator(".pm-tool[aria-label^='Paint']").click()
    page.locator(".pm-map").focus()
    page.mouse.move(x, y)
    page.keyboard.down(" ")
    page.mouse.down()
    page.mouse.move(x + 120, y, steps=4)
    page.mouse.up()
    page.keyboard.up(" ")
    page.wait_for_timeout(600)
    assert page.get_by_text("got polygon 0 0").count() == 1  # nothing was painted
    page.keyboard.press("Escape")
    page.mouse.move(x, y)
    page.wait_for_timeout(300)
    clinic = page.locator(".pm-tip-name").filter(has_text="Clinic", visible=True)
    assert clinic.count() == 0  # the map moved on under the pointer
    assert page.faults == []


def test_the_legend_filters_and_shows_all_again(page):
    rows = page.locator(".pm-row")
    rows.first.click()
    assert rows.first.get_attribute("aria-pressed") == "false"
    page.get_by_text("Show all").click()
    assert rows.first.get_attribute("aria-pressed") == "true"
    rows.nth(1).dblclick()
    pressed = [row.get_attribute("aria-pressed") for row in rows.all()]
    assert pressed == ["false", "true"]
    assert page.locator(".pm-row-bar").count() == 2
    assert page.locator(".pm-live").inner_text() == "Shown: T2"


def test_keys_work_with_the_focus_none_is_lost_and_a_home_is_moved(page):
    page.set_default_timeout(10_000)
    page.keyboard.press("z")
    page.locator(".pm-map").focus()
    for key in ("z", "z", "Shift+Z", "q", "Control+z", "e"):  # faster than any run
        page.keyboard.press(key)
    page.get_by_text("done undo undo redo lock next", exact=True).wait_for()
    page.keyboard.press("?")
    assert page.locator(".pm-help dt").count() > 10
    page.keyboard.press("Escape")
    assert page.locator(".pm-help").count() == 0
    page.keyboard.press("g")
    page.get_by_text("done undo undo redo lock next accept", exact=True).wait_for()
    x, y = middle(page)
    page.mouse.move(x - 115, y - 154)
    page.get_by_text("Ann", exact=True).wait_for()
    page.mouse.down()
    page.mouse.move(x + 30, y + 60, steps=5)
    assert page.locator(".pm-ghost").count() == 1
    page.mouse.up()
    page.get_by_text("home 41.5 -87.6").wait_for(timeout=10_000)
    assert page.faults == []


MAP = """
() => [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('.pm-map'))
  .find(Boolean)
"""


def test_a_slow_machine_keeps_its_map_however_fast_one_types(context, page):
    """Runs overtake each other; Streamlit then ends the older, not what stands there."""
    page.set_default_timeout(20_000)
    slow = context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 10})
    page.evaluate(f"window.first = ({MAP})()")
    page.locator(".pm-map").focus()
    done = "done"
    for _ in range(5):
        for key in ("z", "q", "e"):
            page.keyboard.press(key)
        done += " undo lock next"
        page.get_by_text(done, exact=True).wait_for()
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    assert page.evaluate(f"({MAP})() === window.first")
    page.keyboard.press("?")
    assert page.locator(".pm-help dt").count() > 10


def test_a_phone_sees_it_without_sideways_scrolling(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".pm-map").bounding_box()["height"] <= 844 * 0.65


def test_the_map_is_saved_as_a_picture_and_printed_with_its_legend(page):
    with page.expect_download() as download:
        page.locator(".pm-tool[aria-label*='as a picture']").click()
    name = f"North-2027-draft-{dt.date.today()}.png"  # noqa: DTZ011 - of this machine
    assert download.value.suggested_filename == name
    data = download.value.path().read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    shown = page.locator(".pm-map").bounding_box()
    assert wide > 2 * shown["width"] > 1000  # sharp, and with the legend beside it
    assert high > 2 * shown["height"]
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".pm-paper").is_visible()
    assert not page.locator(".pm-map").is_visible()
    assert page.pdf()[:5] == b"%PDF-"
    assert page.faults == []
