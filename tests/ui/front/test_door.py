"""Who is let in, and what is behind the door then sees; without Streamlit."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.ui.front.addresses import served_names
from planner.ui.front.door import MOST_MESSAGE_BYTES, FrontDoor

OWN = "http://localhost:8501"
HEADERS = {"x-frame-options": "DENY"}


def run(coroutine):
    """Run it in a thread of its own: a browser of other tests may hold this one's."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, coroutine).result()


class Behind:
    """An app that says hello and notes what it was asked."""

    def __init__(self):
        self.scopes = []

    async def __call__(self, scope, _receive, send):
        self.scopes.append(scope)
        if scope["type"] == "http":
            given = [(b"x-frame-options", b"ALLOWALL")]
            start = {"type": "http.response.start", "status": 200, "headers": given}
            await send(start)
            await send({"type": "http.response.body", "body": b"hello"})
        else:
            await send({"type": "websocket.accept"})


def ask(kind="http", method="GET", path="/", served="", **headers):
    """Send one request through a door; give the answers and what got behind it."""
    behind, answers = Behind(), []
    pairs = [
        (name.replace("_", "-").encode(), value.encode("latin-1"))
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    scope = {"type": kind, "method": method, "path": path, "headers": pairs}

    async def send(message):
        answers.append(message)

    door = FrontDoor(behind, served_names(served), HEADERS)
    run(door(scope, None, send))
    return answers, behind.scopes


def status(**request):
    answers, seen = ask(**request)
    assert bool(seen) == (answers[0]["status"] == 200)
    return answers[0]["status"]


def connects(**request):
    answers, seen = ask(kind="websocket", **request)
    assert bool(seen) == (answers[0]["type"] == "websocket.accept")
    return bool(seen)


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501"])
def test_this_machine_is_let_in(host):
    assert status(host=host) == 200
    assert connects(host=host, origin=f"http://{host}")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8501",
        "localhost.evil.example",
        "0.0.0.0:8501",
        "192.168.0.7:8501",
        "localhost:8501, evil.example",
        ["localhost:8501", "evil.example"],
        [],
    ],
)
def test_no_other_host_is(host):
    """Also when the page has the same name: that is what DNS rebinding looks like."""
    origin = f"http://{host}"
    assert status(host=host) == 403
    assert status(host=host, origin=origin) == 403
    assert not connects(host=host, origin=origin)


def test_a_refusal_names_the_host_and_the_repair():
    answers, _ = ask(host="planner.example.com")
    assert b"'planner.example.com'" in answers[1]["body"]
    assert b"PLANNER_HOSTS" in answers[1]["body"]


def test_a_name_of_the_setting_is_let_in():
    request = {
        "served": "planner.example.com",
        "host": "planner.example.com",
        "origin": "https://planner.example.com",
    }
    assert status(**request) == 200
    assert connects(**request)
    assert not connects(**{**request, "origin": "https://other.example.com"})


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost:8615",
        "https://x.streamlit.app",
        "null",
        [OWN, "http://evil.example"],
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST", "PUT", "DELETE"])
def test_pages_of_others_change_and_read_nothing(origin, method):
    assert status(method=method, host="localhost:8501", origin=origin) == 403
    assert not connects(host="localhost:8501", origin=origin)


def test_its_own_pages_may_send_files():
    assert status(method="PUT", host="localhost:8501", origin=OWN) == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_others_load_no_part_but_may_link_here(site):
    """Fetch metadata: an image or a script is refused, a link that is followed not."""
    request = {"host": "localhost:8501", "sec_fetch_site": site}
    assert status(**request, sec_fetch_mode="no-cors") == 403
    assert status(**request, sec_fetch_mode="navigate") == 200
    assert status(**request, sec_fetch_mode="navigate", method="POST") == 403


def test_what_is_no_browser_is_let_in():
    """Health checks and scripts send neither an origin nor fetch metadata."""
    assert status(host="127.0.0.1:8501", path="/_stcore/health") == 200
    assert connects(host="127.0.0.1:8501")


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/base/_stcore/metrics"])
def test_metrics_are_closed(path):
    answers, seen = ask(host="localhost", path=path)
    assert (answers[0]["status"], seen) == (404, [])


def test_streamlit_sees_no_origin():
    """It would ask the internet for the address of this machine to judge one."""
    for kind in ("http", "websocket"):
        _, (scope,) = ask(kind, host="localhost:8501", origin=OWN, cookie="a=1")
        assert dict(scope["headers"]).keys() == {b"host", b"cookie"}


def test_streamlit_sees_a_stream_as_of_this_machine():
    """So its own list of hosts need not know the names of the setting."""
    _, (scope,) = ask("websocket", served="a.example", host="a.example:81")
    assert dict(scope["headers"])[b"host"] == b"localhost"


def test_every_answer_has_the_headers_once():
    """Also a refusal, and whatever was behind the door said otherwise."""
    for host in ("localhost", "evil.example"):
        answers, _ = ask(host=host)
        given = [v for name, v in answers[0]["headers"] if name == b"x-frame-options"]
        assert given == [b"DENY"]


def test_a_message_too_big_ends_the_connection_unread():
    """The app behind is told that the page hung up; the page is told why."""
    heard, answers = [], []
    longest = {"type": "websocket.receive", "bytes": b"x" * MOST_MESSAGE_BYTES}
    messages = [longest, {**longest, "bytes": longest["bytes"] + b"x"}]

    async def listen(_scope, receive, _send):
        heard.extend([await receive(), await receive()])

    async def receive():
        return messages.pop(0)

    async def send(message):
        answers.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [(b"host", b"localhost")]}
    run(FrontDoor(listen, [], HEADERS)(scope, receive, send))
    assert heard[0] is longest
    assert heard[1] == {"type": "websocket.disconnect", "code": 1009}
    assert answers == [{"type": "websocket.close", "code": 1009}]
