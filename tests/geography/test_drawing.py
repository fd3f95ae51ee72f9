# ruff: noqa: S314 - what is parsed here was made here
from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely.geometry import LineString
from shapely.geometry import MultiPolygon
from shapely.geometry import box

from planner.core.errors import InputError
from planner.geography import drawing

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</title><script>alert("x")</script>\x00\ud800 ${a} & Söhne'


def full(name: str) -> drawing.Drawing:
    return drawing.Drawing(
        title=name,
        description=name,
        areas=[
            drawing.Area(geometry=box(-90, 40, -89, 41), fill="#77AADD", title=name),
            drawing.Area(
                geometry=MultiPolygon([box(-89, 40, -88, 41), box(-87, 40, -86, 41)]),
                title=name,
            ),
        ],
        base=[box(-90, 40, -86, 41), LineString([(-90, 40), (-86, 41)])],
        outlines=[box(-90, 40, -89, 41)],
        paths=[drawing.Path(lon=[-90, -89, -88], lat=[40, 41, 40], is_numbered=True)],
        dots=[drawing.Dot(lon=-89.5, lat=40.5, title=name)],
        labels=[
            drawing.Label(lon=-89.5, lat=40.5, text=name),
            drawing.Label(lon=-89.5, lat=40.5, text=name, is_quiet=True),
        ],
        legend=[drawing.Swatch(label=name, colour="#77AADD", count=name)],
        legend_title=name,
    )


def test_hostile_names_stay_text():
    text = drawing.svg_map(full(HOSTILE))
    root = ElementTree.fromstring(text)
    assert root.find(f"{SVG}script") is None
    assert "alert" in root.find(f"{SVG}title").text
    assert not list(root.iter(f"{SVG}script"))


@settings(max_examples=40)
@given(st.text())
def test_any_name_gives_well_formed_xml(name):
    root = ElementTree.fromstring(drawing.svg_map(full(name)))
    assert root.tag == f"{SVG}svg"


def test_everything_is_inside_the_frame():
    text = drawing.svg_map(full("Midwest"), width=600, height=400)
    numbers = [
        (float(x), float(y))
        for data in re.findall(r' d="([^"]+)"', text)
        for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", data)
    ]
    assert numbers
    assert all(0 <= x <= 600 and 0 <= y <= 400 for x, y in numbers)


def test_the_picture_names_itself_to_screen_readers():
    root = ElementTree.fromstring(drawing.svg_map(full("Midwest")))
    named = root.attrib["aria-labelledby"].split()
    assert root.attrib["role"] == "img"
    assert {
        root.find(f"{SVG}title").attrib["id"],
        root.find(f"{SVG}desc").attrib["id"],
    } == set(named)


def test_unassigned_is_hatched_and_stops_are_numbered():
    text = drawing.svg_map(full("x"))
    assert re.search(r'fill="url\(#m[0-9a-f]+-h\)"', text)
    assert ">1</text>" in text


def test_a_quiet_label_gives_way_to_a_territory():
    text = drawing.svg_map(full("T01"))
    root = ElementTree.fromstring(text)
    names = [
        t
        for t in root.iter(f"{SVG}text")
        if t.text == "T01" and "paint-order" in t.attrib
    ]
    assert len(names) == 1


def test_a_long_legend_says_how_much_is_left_out():
    many = drawing.Drawing(
        title="x",
        areas=[drawing.Area(geometry=box(0, 0, 1, 1), fill="#77AADD")],
        legend=[drawing.Swatch(label=f"T{i}", colour="#77AADD") for i in range(60)],
    )
    text = drawing.svg_map(many, height=400)
    shown = text.count("<rect") - 3
    assert f"and {60 - shown} more" in text


@pytest.mark.parametrize("colour", ["red", '#77AADD"/>', "#12345"])
def test_a_colour_that_is_none_is_refused(colour):
    bad = drawing.Drawing(
        title="x", areas=[drawing.Area(geometry=box(0, 0, 1, 1), fill=colour)]
    )
    with pytest.raises(InputError, match="#RRGGBB"):
        drawing.svg_map(bad)


def test_nothing_to_draw_is_said():
    with pytest.raises(InputError, match="at least one"):
        drawing.svg_map(drawing.Drawing(title="empty"))


def test_text_is_one_printable_line():
    assert drawing.plain_text("a\nb\u202e\x00c") == "a b c"
    assert drawing.plain_text(None) == ""
    assert drawing.plain_text("abcdef", 4) == "abc…"
