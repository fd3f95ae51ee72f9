"""The front door in a real browser: frames, scripts of others, an app that stops."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.conftest import free_port, running_app, sample_store
from tests.browser.test_every_page import settle

pytestmark = pytest.mark.browser

NOTICED_MS = 30_000
BACK_MS = 60_000
ATTEMPTS = """
async (url) => {
  const stream = await new Promise((resolve) => {
    const stream = url.replace("http", "ws") + "/_stcore/stream";
    const line = new WebSocket(stream, "streamlit");
    line.onopen = () => resolve("open");
    line.onerror = () => resolve("refused");
  });
  const loads = (tag, source) => new Promise((resolve) => {
    const element = document.createElement(tag);
    element.onload = () => resolve("loaded");
    element.onerror = () => resolve("refused");
    element.src = url + source;
    document.body.append(element);
  });
  return [stream, await loads("img", "/favicon.png"),
    await loads("script", "/app/static/planmap/keys.js")];
}
"""


@pytest.fixture(scope="module")
def other_site(tmp_path_factory):
    """Serve an empty page from another port of this machine."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "index.html").write_text("<!doctype html><title>other</title><p>other")
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_of_another_neither_frames_nor_reaches_the_app(
    app_url, other_site, browser
):
    page = browser.new_page()
    page.goto(other_site)
    page.evaluate(
        """(url) => new Promise((resolve) => {
          const frame = document.createElement("iframe");
          frame.onload = resolve;
          frame.src = url + "/?embed=true";
          document.body.append(frame);
        })""",
        app_url,
    )
    assert page.frames[1].url == "chrome-error://chromewebdata/"
    stream, image, script = page.evaluate(ATTEMPTS, app_url)
    assert (stream, image, script) == ("refused", "refused", "refused")
    page.close()


def test_a_link_of_another_page_opens_the_app(app_url, other_site, browser):
    page = browser.new_page()
    page.goto(other_site)
    page.evaluate("(url) => { location.href = url }", app_url)
    page.wait_for_url(f"{app_url}/**")
    settle(page)
    padding, title = 24, page.locator("h1").bounding_box()
    assert title["y"] == padding  # the script that waits for a stop takes no room
    page.close()


@pytest.mark.slow
def test_a_stopped_app_says_so_and_the_page_goes_on(browser, tmp_path):
    """In our own words, light and dark, wide and narrow, and without a click."""
    store_url, port = sample_store(tmp_path), free_port()
    looks = [(1400, "light"), (390, "dark")]
    with running_app(tmp_path, store_url, port=port) as url:
        pages = [
            browser.new_page(
                viewport={"width": width, "height": 844}, color_scheme=scheme
            )
            for width, scheme in looks
        ]
        for page in pages:
            page.goto(f"{url}/audit")
            settle(page)
    for page in pages:
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("The app was stopped").wait_for(timeout=NOTICED_MS)
        said = dialog.inner_text()
        assert "Your work is kept; start it again and this page goes on" in said
        assert "streamlit run app.py" in said
        assert "yourscript" not in said
        assert "internet" not in said
        box = dialog.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]
    with running_app(tmp_path, store_url, port=port):
        for page in pages:
            page.get_by_role("dialog").wait_for(state="detached", timeout=BACK_MS)
            settle(page)
            assert page.locator("h1").first.inner_text() == "Audit log"
            page.close()
