"""Every page opens, wide and narrow, without an error, offline."""

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser

PAGES = (
    "Home",
    "Accounts",
    "Segments",
    "Territories",
    "Quotas",
    "Scenarios",
    "My day",
    "My pay",
    "Company overview",
    "Pay runs",
    "Import",
    "Data health",
    "Store and jobs",
    "Audit log",
)
SETTLED_MS = 60_000
PHONE_PX = 768


# Streamlit tells on its root whether the script runs; a gesture arrives a moment later.
REACHED_MS, STILL_MS = 250, 120
IS_STILL = """
(still) => {
  const app = document.querySelector('[data-testid=stApp]');
  const isBusy = app?.dataset.testScriptState !== 'notRunning'
    || app.dataset.testConnectionState !== 'CONNECTED'
    || document.querySelector('h1') === null
    || document.querySelector('[data-testid=stSkeleton]') !== null;
  window.stillSince = isBusy ? null : (window.stillSince ?? performance.now());
  return !isBusy && performance.now() - window.stillSince > still;
}
"""


def settle(page):
    """Wait until Streamlit has stopped running and nothing is loading."""
    page.wait_for_timeout(REACHED_MS)
    page.wait_for_function(IS_STILL, arg=STILL_MS, timeout=SETTLED_MS, polling=40)


def go_to(page, title):
    """Choose a page in the menu, which is folded away on a phone."""
    unfold = page.get_by_test_id("stExpandSidebarButton")
    if unfold.is_visible():
        unfold.click()
        page.wait_for_timeout(300)
    page.get_by_test_id("stSidebarNavLink").filter(has_text=title).first.click()
    settle(page)
    fold = page.get_by_test_id("stSidebarCollapseButton").locator("button")
    if page.viewport_size["width"] < PHONE_PX and not unfold.is_visible():
        fold.click()
        page.wait_for_timeout(300)


@pytest.fixture(scope="module", autouse=True)
def warmed_up(app_url, browser):
    """Wait until the sample's first pay run is there, so that pages show figures."""
    page = browser.new_page()
    page.goto(app_url)
    settle(page)
    go_to(page, "My pay")
    for _ in range(60):
        if page.get_by_text("Every line").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
        settle(page)
    assert page.get_by_text("Every line").count(), "the worker ran no pay in a minute"
    page.close()


@pytest.mark.parametrize("width", [1400, 390])
def test_every_page(app_url, browser, width):
    """No fault box, no console error, no wide page, nothing from another host."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    complaints, strangers = [], []

    def note_console(message):
        if message.type == "error":
            complaints.append(message.text)

    def note_request(request):
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}:
            strangers.append(request.url)

    page.on("console", note_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", note_request)
    page.goto(app_url)
    settle(page)
    for title in PAGES:
        go_to(page, title)
        assert page.locator("[data-testid=stException]").count() == 0, title
        assert page.locator(".pl-box-fault").count() == 0, title
        assert page.locator("h1").first.inner_text().strip(), title
        overflow = page.evaluate(
            "document.documentElement.scrollWidth"
            " - document.documentElement.clientWidth"
        )
        assert overflow <= 1, f"{title} is {overflow} px wider than the screen"
        assert complaints == [], title
        assert strangers == [], title
    context.close()
