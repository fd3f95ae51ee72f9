"""A real app on an empty store."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from planner.core.settings import Settings
from planner.services.company.companies import load_sample_company
from planner.services.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[2]
READY_S = 120


def free_port():
    """Find a port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def is_open(port):
    """Tell whether something listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return answer.status == 200
    except OSError:
        return False


@contextmanager
def running_app(folder, store_url, *, module="streamlit", port=None, **settings):
    """Start ``streamlit run app.py`` on a store; stop it and its worker."""
    port = port or free_port()
    environ = {**os.environ, "PLANNER_STORE": store_url, **settings}
    command = [sys.executable, "-m", module, "run", "app.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    with (folder / "app.log").open("wb") as log:
        process = subprocess.Popen(
            command + options, cwd=ROOT, env=environ, stdout=log, stderr=log
        )
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + READY_S
        while not _answers(f"{url}/_stcore/health"):
            assert process.poll() is None, (folder / "app.log").read_text()
            assert time.monotonic() < deadline, "the app did not start"
            time.sleep(0.3)
        from planner.jobs.worker import ask_worker_to_stop

        try:
            yield url
        finally:  # a test that fails leaves no server behind
            ask_worker_to_stop(store_url)
            process.terminate()
            process.wait(timeout=20)


def sample_store(folder):
    """Put the sample company into a store: so no visits are planned beside the test."""
    url = f"sqlite:///{folder / 'planner.sqlite'}"
    ws = open_workspace(replace(Settings.from_environment({}), store_url=url))
    load_sample_company(ws).store.close()
    return url


@pytest.fixture(scope="session")
def app_url(tmp_path_factory):
    """Run the app on an empty store, which gets the sample company."""
    folder = tmp_path_factory.mktemp("app")
    with running_app(folder, f"sqlite:///{folder / 'planner.sqlite'}") as url:
        yield url
