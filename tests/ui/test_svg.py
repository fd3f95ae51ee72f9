# ruff: noqa: S314 - what is parsed here was made here
from __future__ import annotations

from xml.etree import ElementTree

from shapely.geometry import box

from planner.ui.maps import svg


def test_the_screen_draws_the_same_map_as_the_report():
    picture = svg.svg_map(
        svg.Drawing(
            title="Ohio & co",
            areas=[svg.Area(geometry=box(-85, 39, -81, 42), fill="#77AADD")],
        )
    )
    assert ElementTree.fromstring(picture)[0].text == "Ohio & co"
