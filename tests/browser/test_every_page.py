"""Every page opens, wide and narrow, without an error, offline."""

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser

PAGES = (
    "",
    "accounts",
    "segments",
    "territories",
    "quotas",
    "scenarios",
    "my_day",
    "my_pay",
    "company",
    "pay_runs",
    "import_data",
    "upkeep",
)
SETTLED_MS = 60_000


def settle(page):
    """Wait until Streamlit has stopped running and nothing is loading."""
    page.wait_for_selector("[data-testid=stApp]", timeout=SETTLED_MS)
    page.wait_for_selector("h1", timeout=SETTLED_MS)
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stStatusWidget]')"
        " && !document.querySelector('[data-testid=stSkeleton]')",
        timeout=SETTLED_MS,
    )
    page.wait_for_timeout(300)


@pytest.fixture(scope="module", autouse=True)
def warmed_up(app_url, browser):
    """Load the sample company once, so that no page waits for it."""
    page = browser.new_page()
    page.goto(app_url)
    settle(page)
    page.close()


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("name", PAGES)
def test_page(app_url, browser, name, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    complaints, strangers = [], []

    def note_console(message):
        if message.type == "error":
            complaints.append(message.text)

    def note_request(request):
        host = urlsplit(request.url).hostname
        if host not in {"127.0.0.1", None}:
            strangers.append(request.url)

    page.on("console", note_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", note_request)
    page.goto(f"{app_url}/{name}")
    settle(page)
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator(".pl-box-fault").count() == 0
    assert page.locator("h1").first.inner_text().strip()
    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 1, f"the page is {overflow} px wider than the screen"
    assert complaints == []
    assert strangers == []
    context.close()
