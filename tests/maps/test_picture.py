# ruff: noqa: S314 - what is parsed here was made here
from __future__ import annotations

import itertools
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.errors import InputError
from planner.core.text import plain_text
from planner.maps.furniture import round_length
from planner.maps.picture import MOST_VECTOR_DOTS, picture_bytes, svg_picture
from planner.maps.sheet import MapSheet, Swatch
from tests.maps.sheets import HOSTILE, areas, full

SVG = "{http://www.w3.org/2000/svg}"


def texts_of(svg):
    return [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_hostile_names_stay_text():
    svg = svg_picture(full(HOSTILE))
    root = ElementTree.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert root.find(f"{SVG}title").text == plain_text(HOSTILE)
    assert plain_text(HOSTILE, 24) in texts_of(svg)


def test_a_picture_says_what_of_it_is_simulated():
    note = "◇ Simulated: Potential, our sales."
    assert note in texts_of(svg_picture(full(simulated="Potential, our sales.")))
    honest = texts_of(svg_picture(full(simulated="")))
    assert not [text for text in honest if text and "◇" in text]


@settings(max_examples=8, deadline=None)
@given(st.text())
def test_any_name_gives_well_formed_xml(name):
    assert ElementTree.fromstring(svg_picture(full(name))).tag == f"{SVG}svg"


@pytest.mark.parametrize("name", ["$x_1$", "$\\frac{1}{0$", "_hidden", "50$ to 90$"])
def test_no_name_is_a_formula_or_a_sign(name):
    """A single formula would be drawn as paths, or refused; the key leaves none out."""
    sheet = full(areas=areas(name), legend=[Swatch(label=name, colour="#77AADD")])
    assert texts_of(svg_picture(sheet)).count(name) >= 2


def test_equal_maps_are_equal_bytes_in_every_format():
    for form, mark in (("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        first = picture_bytes(full(), form)
        assert first.startswith(mark)
        assert first == picture_bytes(full(), form)


def test_another_format_is_refused():
    with pytest.raises(InputError, match="svg, png, pdf"):
        picture_bytes(full(), "gif")


def test_maps_are_drawn_side_by_side_without_pyplot():
    """Equal to those drawn one after another; no figure is left in pyplot."""
    names = [f"T{i:02}" for i in range(3)]
    alone = [svg_picture(full(name)) for name in names]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda name: svg_picture(full(name)), names)) == alone
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


def test_the_picture_names_itself_and_asks_for_nothing():
    svg = svg_picture(full("Midwest"))
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "Midwest: 3 areas, 2 points, 2 stops"
    links = [value for e in root.iter() for k, value in e.attrib.items() if "href" in k]
    assert all(link.startswith(("#", "data:")) for link in links)
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    assert "<metadata" not in svg


def test_everything_coloured_is_inside_the_frame():
    root = ElementTree.fromstring(svg_picture(full(), width=600, height=400))
    coloured = [
        path.attrib["d"]
        for path in root.iter(f"{SVG}path")
        if re.search("fill: #(77aadd|ee8866)", path.attrib.get("style", ""))
    ]
    numbers = np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", " ".join(coloured)), float)
    assert len(numbers) >= 8
    assert ((numbers >= 0) & (numbers <= [600, 400])).all()


def test_stops_are_numbered_and_what_is_nobodys_is_hatched():
    svg = svg_picture(full())
    assert {"1", "2"} <= set(texts_of(svg))
    assert "<pattern" in svg


def test_names_of_many_small_areas_do_not_overlap():
    names = [f"Territory {i}" for i in range(40)]
    one = areas().iloc[:1]
    many = pd.concat(
        one.assign(label=name).set_geometry(one.translate(xoff=i % 8, yoff=i // 8))
        for i, name in enumerate(names)
    ).set_crs(4326)
    many.index = names
    svg = svg_picture(MapSheet(title="x", areas=many), width=400, height=300)
    spots = [
        (float(text.attrib["x"]), float(text.attrib["y"]))
        for text in ElementTree.fromstring(svg).iter(f"{SVG}text")
        if text.text in names
    ]
    assert 5 < len(spots) < 40
    for (x, y), (u, v) in itertools.combinations(spots, 2):
        assert abs(x - u) > 60 or abs(y - v) > 11


def test_a_long_key_says_how_much_is_left_out():
    keys = [Swatch(label=f"Segment {i}", colour="#77AADD") for i in range(60)]
    texts = texts_of(svg_picture(full(legend=keys)))
    n_shown = sum(str(text).startswith("Segment ") for text in texts)
    assert 0 < n_shown < 60
    assert f"and {60 - n_shown} more" in texts


@pytest.mark.parametrize(
    ("longest", "length"), [(1, 1), (1.9, 1), (2, 2), (7, 5), (99, 50), (0.3, 0.2)]
)
def test_the_scale_is_of_a_round_length(longest, length):
    assert round_length(longest) == pytest.approx(length)


def test_the_scale_bar_is_as_long_as_it_says():
    """One degree of latitude is 111 km, so what is drawn of it measures the bar."""
    svg = svg_picture(MapSheet(title="x", areas=areas()), width=600, height=400)
    said = float(next(t for t in texts_of(svg) if t.endswith(" km")).split()[0])
    root = ElementTree.fromstring(svg)
    paths = [
        (p.attrib["d"], p.attrib.get("style", "")) for p in root.iter(f"{SVG}path")
    ]
    square = next(d for d, style in paths if "fill: #77aadd" in style)
    y = np.array(re.findall(r"-?[\d.]+ (-?[\d.]+)", square), float)
    bars = [
        np.ptp(np.array(re.findall(r"(-?[\d.]+) -?[\d.]+", d), float))
        for d, style in paths
        if "stroke: #5b6670" in style
    ]
    assert max(bars) * 111 / np.ptp(y) == pytest.approx(said, rel=0.02)


def test_a_hundred_thousand_points_stay_a_small_file():
    rng = np.random.default_rng(0)
    n = 40_000
    assert n > MOST_VECTOR_DOTS
    points = pd.DataFrame({"lon": rng.uniform(-90, -86, n), "lat": 40.5, "label": "a"})
    svg = svg_picture(full(points=points.assign(colour="#1F2933")))
    assert len(svg) < 1_000_000
    assert "data:image/png" in svg
