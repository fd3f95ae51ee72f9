"""One rule for every name that is typed."""

from __future__ import annotations

import pytest

from planner.core.errors import InputError
from planner.core.names import (
    checked_name,
    company_name_from,
    file_name_of,
    name_from,
)

GOOD = [
    "Łódź & Söhne",
    "नमस्ते",
    "می\u200cخواهم",
    "👩\u200d💻 sales",
    "  padded ",
    "x" * 200,
]
BAD = [
    ("", "empty"),
    (" \t ", "empty"),
    ("x" * 201, "at most 200"),
    ("a\x1b[31m", "U+001B"),
    ("a\nb", "U+000A"),
    ("a\x00b", "U+0000"),
    ("a\x85b", "U+0085"),
    ("a\u202egnp.exe", "U+202E"),
    ("a\u2066b", "U+2066"),
    ("a\u200fb", "U+200F"),
    ("a\u061cb", "U+061C"),
    ("a\ud800", "U+D800"),
    ("a\u2028b", "U+2028"),
]


@pytest.mark.parametrize("name", GOOD)
def test_names_of_all_peoples_are_taken(name):
    assert checked_name(name, "a company") == name.strip()


@pytest.mark.parametrize(("name", "said"), BAD)
def test_what_cannot_be_seen_or_is_too_long_is_refused(name, said):
    with pytest.raises(InputError, match="a company") as caught:
        checked_name(name, "a company")
    assert said in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(("name", "_said"), BAD)
def test_a_name_made_of_a_file_is_always_valid(name, _said):
    assert checked_name(name_from(name), "a company")


IDS = ["../../etc", "a/b", "..", "C:\\x", "\x00", "\ud800", "é" * 300]


@pytest.mark.parametrize("thing_id", IDS)
def test_a_file_called_after_an_id_stays_in_its_folder(thing_id, tmp_path):
    path = tmp_path / f"{file_name_of(thing_id)}.ics"
    path.write_text("one")
    assert list(tmp_path.iterdir()) == [path]
    assert path.resolve().parent == tmp_path.resolve()
    assert file_name_of(thing_id) != file_name_of(f"{thing_id}x")


@pytest.mark.parametrize(
    ("stem", "name"),
    [("Account", "My company"), ("Kunden", "My company"), ("Acme list", "Acme list")],
)
def test_a_company_is_not_called_after_what_a_list_is(stem, name):
    assert company_name_from(stem) == name
