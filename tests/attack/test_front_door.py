"""Pages of others at the door of the real app, over real sockets."""

import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from tests.browser.conftest import ROOT, running_app, sample_store
from tests.streamlit_client import open_tab

LOOPBACK_NAMES = {"localhost", "unix", "None", ""}
FILE = "/_stcore/upload_file/session/file"


@dataclass(frozen=True)
class Target:
    """A running app and where its process notes whom it reached for."""

    url: str
    notes: Path

    @property
    def port(self):
        return urlsplit(self.url).port

    def strangers(self):
        """List what is no address of this machine, in the order it was reached for."""
        names = self.notes.read_text().splitlines()
        return [name for name in names if not _is_loopback(name)]

    def ask(self, path="/", method="GET", **headers):
        line = HTTPConnection("127.0.0.1", self.port, timeout=20)
        line.request(method, path, headers=headers)
        answer = line.getresponse()
        answer.text = answer.read().decode()
        line.close()
        return answer


def _is_loopback(name):
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name in LOOPBACK_NAMES


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """Start the app in a process whose connections are noted."""
    folder = tmp_path_factory.mktemp("guarded")
    guard = {"module": "tests.attack.guarded_streamlit"}
    notes = folder / "notes"
    store_url = sample_store(folder)
    with running_app(folder, store_url, **guard, GUARD_NOTES=str(notes)) as url:
        yield Target(url, notes)


def refusal(url, **request):
    """Give the status by which a stream is refused."""
    with pytest.raises(InvalidStatus) as refused, open_tab(url, **request):
        pass
    return refused.value.response.status_code


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST."])
def test_the_app_runs_for_its_own_page(target, name):
    host = f"{name}:{target.port}"
    origin = {"Origin": f"http://{host.lower()}"}
    with open_tab(target.url, host=host, headers=origin) as tab:
        assert "Lakeshore Instruments" in tab.run().text
        assert tab.last.status == "FINISHED_SUCCESSFULLY"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.9"])
def test_a_name_pointed_at_this_machine_opens_nothing(target, host):
    """DNS rebinding: name and origin agree, but it is no name of ours."""
    authority = f"{host}:{target.port}"
    origin = f"http://{authority}"
    assert refusal(target.url, host=authority, headers={"Origin": origin}) == 403
    assert refusal(target.url, host=authority) == 403
    assert target.ask(Host=authority).status == 403


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://localhost:8615", "https://a.streamlit.app", "null"],
)
def test_a_page_of_another_opens_and_sends_nothing(target, origin):
    """Another port of this machine is another's page too."""
    assert refusal(target.url, headers={"Origin": origin}) == 403
    for method in ("PUT", "POST", "DELETE"):
        answer = target.ask(FILE, method, Origin=origin)
        assert answer.status == 403
        assert "takes nothing from pages" in answer.text
    assert target.ask(Origin=origin).status == 403


def test_files_of_its_own_page_reach_streamlit(target):
    """They come as far as Streamlit's own question for a token."""
    answer = target.ask(FILE, "PUT", Origin=target.url)
    assert (answer.status, answer.text) == (403, "XSRF token missing or invalid")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/territories", 200),
        ("/_stcore/health", 200),
        ("/app/static/planmap/planmap.js", 200),
        ("/_stcore/metrics", 404),
    ],
)
def test_every_answer_tells_browsers_what_they_may(target, path, status):
    answer = target.ask(path)
    assert answer.status == status
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


def test_nothing_leaves_the_machine(target):
    """Not at the start, not for a page, not for all the attempts from outside."""
    for origin in ("http://evil.example", "http://10.0.0.9:8501", "null"):
        for host in (None, "evil.example"):
            with (
                suppress(InvalidStatus),
                open_tab(target.url, host=host, headers={"Origin": origin}),
            ):
                pass
        target.ask("/_stcore/host-config", Origin=origin)
    with open_tab(target.url, headers={"Origin": target.url}) as tab:
        tab.run()
    target.ask("/_stcore/host-config", Origin=target.url)
    assert target.strangers() == []


def test_the_guard_sees_what_would_leave(tmp_path):
    """Else the test before would prove nothing."""
    notes = tmp_path / "notes"
    code = (
        "import socket, sys; from tests.attack.guarded_streamlit import guard\n"
        "guard(sys.argv[1]); line = socket.socket(); line.settimeout(0.01)\n"
        "line.connect_ex(('203.0.113.1', 9))"
    )
    command = [sys.executable, "-c", code, str(notes)]
    subprocess.run(command, check=True, cwd=ROOT)
    assert Target("", notes).strangers() == ["203.0.113.1"]
