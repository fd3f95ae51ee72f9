"""Address services: asked over real sockets, and never trusted."""

from __future__ import annotations

import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from planner.core.errors import InputError, ProviderError
from planner.providers.geocoders import Address, Found, make_geocoder

HOME = Address(
    street="1 Main St", city="Madison", region="WI", postcode="53703", country="US"
)


@pytest.fixture
def server():
    """Serve what a test puts into `answer`; what was asked stands in `asked`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append((self.path, dict(self.headers)))
            status, headers, body, wait_s = self.server.answer
            time.sleep(wait_s)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # who asked did not wait

        def log_message(self, *_args):
            pass

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.asked = []
    served.answer = (200, {}, b"[]", 0)
    served.url = f"http://127.0.0.1:{served.server_address[1]}"
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()


def says(server, content, status=200, wait_s=0.0, **headers):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    server.answer = (status, headers, body, wait_s)


def test_nominatim_is_asked_by_parts_and_told_who_asks(server):
    says(server, [{"lat": "43.07", "lon": "-89.4", "place_rank": 30}])
    service = make_geocoder("nominatim", f"{server.url}/", contact="ops@example.org")
    assert service.find(HOME) == Found(lat=43.07, lon=-89.4, geo_precision="exact")
    path, headers = server.asked[0]
    assert urlsplit(path).path == "/search"
    assert parse_qs(urlsplit(path).query) == {
        "street": ["1 Main St"],
        "city": ["Madison"],
        "state": ["WI"],
        "postalcode": ["53703"],
        "country": ["US"],
        "format": ["jsonv2"],
        "limit": ["1"],
    }
    assert headers["User-Agent"].startswith("planner")
    assert "ops@example.org" in headers["User-Agent"]


@pytest.mark.parametrize(
    ("more", "precision"),
    [
        ({"place_rank": 26}, "street"),
        ({"place_rank": 21, "type": "postcode"}, "postcode"),
        ({"place_rank": 16}, "city"),
        ({"place_rank": 8}, None),  # a state is no place for an account
        ({}, None),
    ],
)
def test_nominatim_says_how_exactly_it_knows(server, more, precision):
    says(server, [{"lat": "43", "lon": "-89", **more}])
    found = make_geocoder("nominatim", server.url).find(HOME)
    assert (found and found.geo_precision) == precision


@pytest.mark.parametrize(
    ("kind", "precision"),
    [("house", "exact"), ("street", "street"), ("city", "city"), ("country", None)],
)
def test_photon_is_asked_in_one_line(server, kind, precision):
    feature = {
        "geometry": {"coordinates": [-89.4, 43.07]},
        "properties": {"type": kind},
    }
    says(server, {"features": [feature]})
    found = make_geocoder("photon", server.url).find(HOME)
    assert (found and found.geo_precision) == precision
    query = parse_qs(urlsplit(server.asked[0][0]).query)
    assert query == {"q": ["1 Main St, Madison, WI, 53703, US"], "limit": ["1"]}


@pytest.mark.parametrize(
    ("kind", "content"), [("nominatim", []), ("photon", {"features": []})]
)
def test_an_address_not_known_is_none(server, kind, content):
    says(server, content)
    assert make_geocoder(kind, server.url).find(HOME) is None


@pytest.mark.parametrize("kind", ["nominatim", "photon"])
@pytest.mark.parametrize("content", [{}, None, "", 0, False, {"features": None}])
def test_what_is_empty_in_another_form_is_not_kept_as_not_known(server, kind, content):
    """Geopy takes all of these for "no such address", which would be kept for good."""
    says(server, content)
    with pytest.raises(ProviderError, match="not that of such a service"):
        make_geocoder(kind, server.url).find(HOME)


def test_a_longitude_beyond_the_map_is_not_wound_around(server):
    says(server, [{"lat": "43", "lon": "200", "place_rank": 30}])
    with pytest.raises(ProviderError, match="not that of such a service"):
        make_geocoder("nominatim", server.url).find(HOME)


def test_a_service_in_a_folder_of_its_host_is_asked_there(server):
    says(server, [])
    make_geocoder("nominatim", f"{server.url}/maps/osm/").find(HOME)
    assert urlsplit(server.asked[0][0]).path == "/maps/osm/search"


def test_what_is_asked_never_reaches_a_log(server, caplog):
    caplog.set_level(logging.DEBUG)
    says(server, b"no", status=500)
    with pytest.raises(ProviderError):
        make_geocoder("photon", server.url).find(HOME)
    assert "Main" not in caplog.text


def test_one_service_is_asked_in_turn_and_once_for_each_question(server, monkeypatch):
    """The second question waits for what is left of the gap; a refusal is no retry."""
    waits = []
    monkeypatch.setattr("geopy.extra.rate_limiter.sleep", waits.append)
    says(server, [])
    service = make_geocoder("nominatim", server.url, gap_s=0.05)
    monkeypatch.setattr(service.ask, "_clock", iter([0.0, 0.02, 0.05]).__next__)
    service.find(HOME)
    service.find(HOME)
    assert waits == [pytest.approx(0.03)]
    says(server, b"no", status=500)
    monkeypatch.setattr(service.ask, "_clock", iter([9.0]).__next__)
    with pytest.raises(ProviderError):
        service.find(HOME)
    assert len(server.asked) == 3


@pytest.mark.parametrize("kind", ["nominatim", "photon"])
@pytest.mark.parametrize(
    "content",
    [
        b"<html>not json</html>",
        b"[" * 100_000,
        {"error": "no"},
        [{"lat": "x", "lon": "y", "place_rank": 30}],
        [{"lat": "91", "lon": "0", "place_rank": 30}],
        [{"lat": "NaN", "lon": "0", "place_rank": 30}],
        ["text"],
        {"features": [{}]},
        {"features": [{"geometry": {"coordinates": ["a", "b"]}, "properties": {}}]},
        {"features": ["text"]},
        {"features": [{"geometry": {"coordinates": [0, 0]}, "properties": 5}]},
    ],
)
def test_garbage_is_a_plain_error(server, kind, content):
    says(server, content)
    with pytest.raises(ProviderError, match=r"JSON|not that of such a service"):
        make_geocoder(kind, server.url).find(HOME)


def test_an_answer_without_end_is_cut_off(server):
    says(server, b" " * 2_000_000)
    with pytest.raises(ProviderError, match="far more than one place needs"):
        make_geocoder("nominatim", server.url).find(HOME)


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (429, {"Retry-After": "30"}, r"slow down \(429\); go on in 30 seconds"),
        (429, {"Retry-After": "soon"}, r"go on later"),
        (403, {}, r"refuses us \(403\)"),
        (500, {}, "answered with error 500"),
        (404, {}, "check the address"),
    ],
)
def test_a_refusal_is_said_plainly(server, status, headers, message):
    says(server, b"no", status=status, **headers)
    with pytest.raises(ProviderError, match=message):
        make_geocoder("photon", server.url).find(HOME)


def test_a_slow_service_is_not_waited_for(server):
    says(server, [], wait_s=2.0)
    with pytest.raises(ProviderError, match=r"did not answer within 0\.2 seconds"):
        make_geocoder("nominatim", server.url, timeout_s=0.2).find(HOME)


def test_a_service_that_is_not_there_is_said(server):
    url = server.url
    server.shutdown()
    server.server_close()
    with pytest.raises(ProviderError, match="cannot be reached"):
        make_geocoder("nominatim", url).find(HOME)


@pytest.mark.parametrize(
    "target",
    ["http://localhost:9/", "file:///etc/passwd", "//192.0.2.1/x", "ftp://127.0.0.1/"],
)
def test_a_redirect_to_another_host_is_refused(server, target):
    says(server, b"", status=302, Location=target)
    with pytest.raises(ProviderError, match=r"another host|302"):
        make_geocoder("nominatim", server.url).find(HOME)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nominatim.org",
        "ftp://x.org",
        "file:///etc",
        "http://",
        "https://x.org?key=1",
    ],
)
def test_only_web_addresses_are_taken(url):
    with pytest.raises(InputError, match="the address of a service"):
        make_geocoder("nominatim", url)


@pytest.mark.parametrize("user", ["ann:s3cret@", "ann@", ":s3cret@"])
def test_a_password_in_an_address_is_refused_and_not_repeated(user):
    with pytest.raises(InputError, match="no name or password") as raised:
        make_geocoder("nominatim", f"https://{user}x.example.org")
    assert "s3cret" not in str(raised.value)


def test_only_known_kinds_are_taken():
    with pytest.raises(InputError, match="must be one of"):
        make_geocoder("google", "https://example.org")


@pytest.mark.parametrize(
    ("address", "is_usable"),
    [
        (Address(region="WI", country="US"), False),
        (Address(street="1 Main St"), False),
        (Address(postcode="53703"), True),
        (Address(city="Madison"), True),
    ],
)
def test_an_address_needs_a_postcode_or_a_city(address, is_usable):
    assert address.is_usable == is_usable
