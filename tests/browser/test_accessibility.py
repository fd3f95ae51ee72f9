"""Every page meets WCAG 2.1 AA as far as axe-core can tell, in light and in dark."""

import os
from pathlib import Path

import pytest

from tests.browser.test_every_page import PAGES, go_to, settle
from tests.browser.test_planners_day import choose, lasso, press

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
# A development tool of npm: who has no node is told so, CI always has it.
IS_SKIPPED = not AXE.is_file() and "CI" not in os.environ
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(IS_SKIPPED, reason="axe-core is not installed: run `npm ci`"),
]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Markup of Streamlit's that we cannot change, by rule the only elements let pass. Its
# menu is a list whose entries stand in boxes between the list and them.
OF_STREAMLIT = {
    "list": "[data-testid=stSidebarNavItems]",
    "listitem": "[data-testid=stSidebarNavItems] li",
}
CHECK = """
async ({ rules, exceptions }) => {
  const isOurs = (id, { element }) =>
    !(exceptions[id] && element.matches(exceptions[id]));
  const { violations } = await axe.run(document, { runOnly: rules, elementRef: true });
  return violations.flatMap(({ id, nodes }) => nodes
    .filter((node) => isOurs(id, node))
    .map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}
"""
FOLDED = "[data-testid=stMain] details:not([open]) > summary"


@pytest.fixture(scope="module")
def axe():
    """Read the checker; a CI machine that has none fails here."""
    assert AXE.is_file(), "axe-core is not installed: run `npm ci`"
    return AXE.read_text(encoding="utf-8")


def violations(page, axe):
    """Ask axe of the page as it is now, shadow trees of maps and tables included."""
    page.evaluate(axe)
    return page.evaluate(CHECK, {"rules": RULES, "exceptions": OF_STREAMLIT})


def unfold(page):
    """Open what is folded, so that it is checked too; tell whether there was any."""
    folded = page.locator(FOLDED)
    n = folded.count()
    for nth in reversed(range(n)):
        folded.nth(nth).click()
    settle(page)
    return n > 0


@pytest.fixture(params=["light", "dark"])
def page(request, app_url, browser):
    """Open the app on a wide screen, on light or on dark ground."""
    size = {"width": 1400, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=request.param)
    opened = context.new_page()
    opened.goto(app_url)
    settle(opened)
    yield opened
    context.close()


def test_every_page_is_accessible(page, axe):
    """No page breaks a rule of axe, as it opens and with everything unfolded."""
    broken = {}
    for title in PAGES:
        go_to(page, title)
        broken[title] = violations(page, axe)
        if unfold(page):
            broken[title] += violations(page, axe)
    assert {title: rules for title, rules in broken.items() if rules} == {}


def test_a_plan_under_work_is_accessible(page, axe):
    """No rule is broken by pending moves, a class switched off and the list of keys."""
    go_to(page, "Territories")
    page.wait_for_selector(".pm-map canvas", timeout=60_000)
    page.locator(".pm-tool[aria-label*='freehand']").click()
    lasso(page, 0.5, 0.5, 60)
    choose(page, "terr-target", "T16")
    press(page, "terr-apply")
    page.locator(".st-key-terr-balance-table .bt-was").first.wait_for()
    page.locator(".pm-legend-head").click()
    page.locator(".pm-row").nth(2).click()
    page.locator(".pm-row[aria-pressed=false]").wait_for()
    page.locator(".pm-tool[aria-label^='Keys']").click()
    page.locator(".pm-help").wait_for()
    broken = violations(page, axe)
    press(page, "terr-undo")  # the next test begins where this one did
    assert broken == []
