"""A planner draws on the map with a real mouse, and it is there to assign."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import running_app
from tests.browser.test_every_page import go_to
from tests.browser.test_every_page import settle

pytestmark = pytest.mark.browser


def test_units_are_lassoed_painted_assigned_and_cleared(browser, tmp_path):
    with running_app(tmp_path, f"sqlite:///{tmp_path}/planner.sqlite") as url:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url)
        settle(page)
        go_to(page, "Territories")
        page.wait_for_selector(".pm-map canvas", timeout=60_000)
        settle(page)
        box = page.locator(".pm-map").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

        page.locator(".pm-tool[aria-label*='freehand']").click()
        page.mouse.move(x - 60, y - 60)
        page.mouse.down()
        for dx, dy in ((60, -60), (60, 60), (-60, 60), (-60, -60)):
            page.mouse.move(x + dx, y + dy, steps=8)
        page.mouse.up()
        chosen = page.get_by_text(re.compile(r"\d+ units · \d+ accounts"))
        chosen.wait_for(timeout=20_000)
        lassoed = int(re.match(r"(\d+) units", chosen.inner_text())[1])
        assert lassoed > 5

        page.locator(".pm-tool[aria-label^='Paint']").click()
        page.mouse.move(x - 150, y - 100)
        page.mouse.down()
        page.mouse.move(x + 150, y - 100, steps=20)
        page.mouse.up()
        page.wait_for_function(
            "n => [...document.querySelectorAll('[data-testid=stMarkdown]')].some(e =>"
            " (/^(\\d+) units/.exec(e.innerText) ?? [0, 0])[1] > n)",
            arg=lassoed,
            timeout=20_000,
        )
        assert page.locator(".pl-box-fault").count() == 0
        page.get_by_role("button", name="Clear", exact=True).click()
        page.get_by_text("Click, lasso or paint on the map").wait_for(timeout=20_000)
        assert faults == []
        page.close()
