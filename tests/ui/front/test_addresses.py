"""Who a Host or an Origin header stands for."""

import pytest

from planner.core.errors import ParamsError
from planner.ui.front.addresses import (
    Authority,
    is_same_origin,
    parse_authority,
    served_names,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8501", Authority("127.0.0.1", 8501)),
        ("LocalHost", Authority("localhost")),
        ("localhost.:8501", Authority("localhost", 8501)),
        ("[::1]:8501", Authority("::1", 8501)),
        ("[0:0:0:0:0:0:0:1]", Authority("::1")),
        ("planner_1.example.com", Authority("planner_1.example.com")),
    ],
)
def test_a_host_is_read_whatever_its_spelling(text, expected):
    assert parse_authority(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":8501",
        "localhost:",
        "localhost:port",
        "localhost:123456",
        "user@localhost",
        "localhost/path",
        "localhost?q",
        "localhost#f",
        "localhost, evil.example",
        "localhost localhost",
        "local\thost",
        ".localhost",
        "localhost..",
        "::1",
        "[::1",
        "[::g]",
        "l\u043ecalhost",
    ],
)
def test_what_is_no_host_is_none(text):
    assert parse_authority(text) is None


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8501", "127.0.0.1:8501"),
        ("http://LOCALHOST:8501", "localhost.:8501"),
        ("http://[::1]:8501", "[::1]:8501"),
        ("http://planner.example.com", "planner.example.com:80"),
        ("https://planner.example.com:443", "planner.example.com"),
    ],
)
def test_a_page_may_ask_its_own_host(origin, host):
    assert is_same_origin(origin, parse_authority(host))


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:8615",
        "http://127.0.0.1:8501",
        "http://localhost",
        "http://evil.example:8501",
        "http://localhost:8501.evil.example",
        "http://evil.example@localhost:8501",
        "file://localhost:8501",
        "null",
        "",
        "*",
    ],
)
def test_no_other_page_may(origin):
    """Neither another port or name of this machine nor a page without a place."""
    assert not is_same_origin(origin, parse_authority("localhost:8501"))


def test_a_port_in_the_setting_is_the_one_browsers_use():
    """A proxy that leaves the port out of Host is no other origin; other ports are."""
    host = Authority("planner.example.com")
    served = served_names("planner.example.com:8443")
    assert is_same_origin("https://planner.example.com:8443", host, served)
    assert not is_same_origin("https://planner.example.com:8444", host, served)
    assert not is_same_origin("https://planner.example.com:8443", host)


def test_names_are_separated_by_commas():
    assert served_names(" a.example, B.example:81,, ") == {
        Authority("a.example"),
        Authority("b.example", 81),
    }
    assert served_names("") == frozenset()


@pytest.mark.parametrize("entry", ["https://a.example", "*", "*.example", "a b"])
def test_what_is_no_name_is_refused_with_a_repair(entry):
    with pytest.raises(ParamsError, match="is no host: write names as browsers show"):
        served_names(f"ok.example,{entry}")
