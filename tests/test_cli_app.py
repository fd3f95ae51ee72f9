"""``planner app`` serves the app from any folder, on a store named from there."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from planner.cli.main import main
from planner.jobs.worker import ask_worker_to_stop
from tests.browser.conftest import free_port
from tests.streamlit_client import open_tab

ROOT = Path(__file__).resolve().parents[1]
READY_S = 120


def wait_for(url, process):
    until_s = time.monotonic() + READY_S
    while time.monotonic() < until_s:
        assert process.poll() is None
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
                return answer.read()
        except OSError:
            time.sleep(0.2)
    return pytest.fail("the app did not start")


@pytest.fixture
def store(tmp_path):
    """Name a store with an empty company by its place from the folder."""
    import datetime as dt
    from dataclasses import replace

    from planner.core.settings import Settings
    from planner.services.workspace import create_company, open_workspace

    url = f"sqlite:///{tmp_path / 'mine.sqlite'}"
    ws = open_workspace(replace(Settings.from_environment({}), store_url=url))
    create_company(ws, "Lakes Ltd", "empty", "USD", dt.date(2026, 11, 20))
    ws.store.close()
    yield "sqlite:///mine.sqlite"
    ask_worker_to_stop(url)


def test_the_app_is_served_from_another_folder(tmp_path, store):
    """Pages, settings and static files are the package's, the store is the caller's."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "planner", "app", "--port", str(port), "--store", store],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        assert wait_for(f"{url}/_stcore/health", process) == b"ok"
        script = wait_for(f"{url}/app/static/front/connection.js", process)
        assert script == (ROOT / "static" / "front" / "connection.js").read_bytes()
        with open_tab(url) as tab:
            assert "Lakes Ltd" in tab.run().text
        with open_tab(url, page="accounts") as tab:
            assert "No accounts yet" in tab.run().text
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_a_port_that_is_none_is_refused(capsys):
    assert main(["app", "--port", "70000"]) == 2
    assert "--port must lie in 1 to 65,535, got 70000" in capsys.readouterr().err
