"""The settings of the README for a proxy in front, tried with the proxy."""

import os
import re
import shutil
import subprocess
import time

import pytest
from websockets.exceptions import InvalidStatus

from tests.browser.conftest import ROOT, free_port, is_open, running_app, sample_store
from tests.streamlit_client import open_tab

NAME = "planner.localhost"  # which browsers look for on this machine
START_S = 20


@pytest.fixture(scope="module")
def nginx():
    """Nginx of the machine; missing: skipped, but never in CI."""
    path = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is missing in CI: .ci/run must install it")
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    return path


def documented(port, listens, *, changes=()):
    """Take the server of the README, on a port of the test and without TLS."""
    block = re.search(
        r"^```nginx\n(.*?)^```", (ROOT / "README.md").read_text(), re.S | re.M
    )
    server = block[1]
    for old, new in [
        ("127.0.0.1:8501", f"127.0.0.1:{port}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{listens}"),
        ("planner.example.com", NAME),
        *changes,
    ]:
        assert old in server
        server = server.replace(old, new)
    return server


@pytest.fixture(scope="module")
def proxied(nginx, tmp_path_factory):
    """Start app and nginx: one server hands on the host whole, one without its port."""
    folder = tmp_path_factory.mktemp("nginx")
    whole, without_port = free_port(), free_port()
    names = f"{NAME},{NAME}:{without_port}"
    with running_app(folder, sample_store(folder), PLANNER_HOSTS=names) as url:
        port = url.rsplit(":", 1)[1]
        servers = documented(port, whole) + documented(
            port, without_port, changes=[("$http_host", "$host")]
        )
        config = folder / "nginx.conf"
        config.write_text(
            f"pid {folder}/pid; error_log {folder}/error.log; daemon off;\n"
            f"events {{}}\nhttp {{ access_log off;\n"
            + "".join(
                f"{kind}_temp_path {folder}/{kind};\n"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            )
            + servers
            + "}\n"
        )
        proxy = subprocess.Popen([nginx, "-c", config, "-e", folder / "error.log"])
        try:
            deadline = time.monotonic() + START_S
            while not is_open(without_port):
                assert proxy.poll() is None, (folder / "error.log").read_text()
                assert time.monotonic() < deadline, "nginx did not start"
                time.sleep(0.1)
            yield {"$http_host": whole, "$host": without_port}
        finally:
            proxy.terminate()
            proxy.wait(timeout=20)


@pytest.mark.parametrize("host", ["$http_host", "$host"])
def test_the_app_runs_under_the_name(proxied, host):
    """A page of the name runs, one of another port of the name does not."""
    url = f"http://127.0.0.1:{proxied[host]}"
    name = f"{NAME}:{proxied[host]}"
    with open_tab(url, host=name, headers={"Origin": f"http://{name}"}) as tab:
        assert "Lakeshore Instruments" in tab.run().text
    for foreign in (f"http://{NAME}:1", "http://evil.example", url):
        with (
            pytest.raises(InvalidStatus) as refused,
            open_tab(url, host=name, headers={"Origin": foreign}),
        ):
            pass
        assert refused.value.response.status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize("host", ["$http_host", "$host"])
def test_a_browser_shows_it_under_the_name(proxied, browser, host):
    """Page, scripts and stream all come through the proxy."""
    page = browser.new_page()
    page.goto(f"http://{NAME}:{proxied[host]}/")
    page.get_by_text("Lakeshore Instruments").first.wait_for(timeout=60_000)
    page.close()
