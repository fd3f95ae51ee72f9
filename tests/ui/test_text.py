from __future__ import annotations

import re

import pytest

from planner.ui.maps.text import markdown_text


@pytest.mark.parametrize(
    "name", ["http://a.example/x", "HTTPS://a.example", "www.a.example", "me@a.example"]
)
def test_an_address_is_no_link_in_markdown_and_reads_the_same(name):
    safe = markdown_text(name)
    assert not re.search(r"https?\\?://|www\\?\.|@a", safe, re.IGNORECASE)
    assert safe.replace("\u2060", "").replace("\\", "") == name
