"""What browsers are told with every answer."""

import base64
import hashlib

import pytest

from planner.ui.front.headers import security_headers


@pytest.fixture
def index(tmp_path):
    path = tmp_path / "index.html"
    path.write_text('<script src="a.js"></script><script>\nx = 1\n</script>')
    return path


def directives(headers):
    policy = headers["content-security-policy"].split("; ")
    return {line.split()[0]: line.split()[1:] for line in policy}


def test_nobody_may_frame_the_app(index):
    headers = security_headers(index)
    assert directives(headers)["frame-ancestors"] == ["'self'"]
    assert headers["x-frame-options"] == "SAMEORIGIN"


def test_only_scripts_of_the_app_run(index):
    """What Streamlit writes into its page runs by its hash; nothing else inline."""
    scripts = directives(security_headers(index))["script-src"]
    digest = base64.b64encode(hashlib.sha256(b"\nx = 1\n").digest()).decode()
    assert scripts == ["'self'", "blob:", f"'sha256-{digest}'"]


@pytest.mark.parametrize(
    ("tile_url", "origins"),
    [
        ("", []),
        ("https://{s}.tiles.example/{z}/{x}/{y}.png", ["https://*.tiles.example"]),
        ("http://127.0.0.1:8080/{z}/{x}/{y}.png", ["http://127.0.0.1:8080"]),
        ("/tiles/{z}/{x}/{y}.png", []),
    ],
)
def test_images_come_from_the_app_and_the_tile_layer(index, tile_url, origins):
    policy = directives(security_headers(index, tile_url))
    assert policy["img-src"] == ["'self'", "data:", "blob:", *origins]
    assert policy["connect-src"] == ["'self'"]
