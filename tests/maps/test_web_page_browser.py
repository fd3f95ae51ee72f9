"""A page to send, opened from a file in a real browser, wide and on a phone."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.maps.sheet import Swatch
from planner.maps.web_page import web_page
from tests.maps.sheets import HOSTILE, areas, full

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(1280, 800), (390, 780)], ids=["wide", "phone"])
def opened(request, browser, tmp_path):
    """Open a map whose every name is hostile; hand on the page and what it asked."""
    both = pd.concat([areas(HOSTILE).assign(layer=HOSTILE), areas().assign(layer="B")])
    legend = [Swatch(label=HOSTILE, colour="#77AADD")] * 30
    path = tmp_path / "map.html"
    path.write_bytes(web_page(full(HOSTILE, areas=both, legend=legend)))
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    page.faults, page.requests = [], []
    page.on("request", lambda sent: page.requests.append(sent.url))
    page.on("pageerror", lambda fault: page.faults.append(str(fault)))
    page.on("console", lambda line: page.faults.append(line.text))
    page.goto(path.as_uri())
    page.wait_for_selector(".map-title h1")
    page.wait_for_timeout(300)
    yield page
    page.close()


def test_a_page_asks_for_nothing_runs_nothing_and_fits(opened):
    width = opened.viewport_size["width"]
    for stop in opened.locator(".map-stop, .map-home").all():
        stop.dispatch_event("click")
        opened.wait_for_selector(".leaflet-popup-content td")
    opened.locator(".leaflet-control-layers-selector").last.check()
    assert [url for url in opened.requests if not url.endswith("/map.html")] == []
    assert opened.faults == []
    assert opened.evaluate("window.__ran") is None
    assert opened.evaluate("document.scripts.length") == 3  # ours
    assert opened.evaluate("document.querySelectorAll('img').length") == 0
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert "<script>" in opened.locator(".map-title h1").inner_text()
    assert "Simulated." in opened.locator(".map-title").inner_text()
    assert opened.locator(".leaflet-control-scale-line").count() == 1


def test_the_key_is_open_where_there_is_room(opened):
    is_wide = opened.viewport_size["width"] > 700
    assert opened.locator(".map-key details").evaluate("e => e.open") is is_wide
    assert (
        opened.locator(".map-key").bounding_box()["height"]
        < 0.5 * (opened.viewport_size["height"])
    )


def test_names_that_would_overlap_make_room(opened):
    overlaps = opened.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll('.map-name span')]
            .filter(e => e.style.visibility !== 'hidden')
            .map(e => e.getBoundingClientRect());
          return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b =>
            a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
          )).length;
        }"""
    )
    assert overlaps == 0
    assert opened.locator(".map-name").count() == 2
