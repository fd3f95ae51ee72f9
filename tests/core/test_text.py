# ruff: noqa: S314 - what is parsed here was made here
from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.text import map_text, plain_text

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "${alert(1)} `x` {{7*7}} \\u003cb",
    "O'Brien & Sons",
    "line\nbreak\x00\x1b[31m",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_text(name):
    safe = map_text(name)
    assert not set(safe) & set("<>\"'`$\\{}\n\x00\x1b\u202e")


def test_a_plain_name_stays_readable():
    assert map_text("Klinik Köln 東京") == "Klinik Köln 東京"
    assert map_text("O'Brien & Sons") == "O&#x27;Brien &amp; Sons"
    assert map_text(None) == ""
    assert map_text("x" * 200, 10) == "x" * 9 + "…"


@given(st.text())
def test_any_text_stands_in_markup(name):
    ElementTree.fromstring(f'<p title="{map_text(name)}">{map_text(name)}</p>')
    assert len(map_text(name)) <= 120 * 6


def test_text_is_one_printable_line():
    assert plain_text("a\nb\u202e\x00c") == "a b c"
    assert plain_text(None) == ""
    assert plain_text("abcdef", 4) == "abc…"
