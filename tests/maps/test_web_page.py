from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
import shapely

from planner.core.errors import InputError
from planner.maps import web_layers
from planner.maps import web_page as module
from planner.maps.web_page import folium_map, web_page
from tests.maps.sheets import HOSTILE, areas, full


def test_the_page_names_no_file_of_others():
    text = web_page(full()).decode()
    assert not re.search(r"<(script|link|img|iframe)[^>]*(src|href)=", text)
    assert not re.search(r"url\((?!data:|#)", text)
    assert "@import" not in text
    for stranger in ("jquery", "bootstrap", "fontawesome", "cdnjs", "jsdelivr", "d3js"):
        assert stranger not in text.lower()
    assert "default-src 'none'" in text


def test_a_hostile_name_is_nowhere_markup():
    text = web_page(full(HOSTILE)).decode()
    plain = web_page(full("T01")).decode()
    for mark in ("<script", "</script", "<img", "</title"):
        assert text.count(mark) == plain.count(mark)
    assert "${window" not in text
    assert "`$" not in text


def test_popovers_tell_every_fact_once():
    text = web_page(full(areas=areas(Accounts="12", Potential="$1.2 million"))).decode()
    assert '["name", "f0", "f1"]' in text
    assert '["", "Accounts", "Potential"]' in text
    assert "&#36;1.2 million" in text.replace("\\u0026", "&")


def test_a_map_for_the_app_points_to_the_apps_leaflet():
    drawn = folium_map(full(), "../app/static/vendor/leaflet")
    assert drawn.default_js == [("leaflet", "../app/static/vendor/leaflet/leaflet.js")]
    assert type(drawn).default_js == []


def test_layers_are_chosen_by_name_and_the_first_is_shown():
    frame = pd.concat([areas().assign(layer="A"), areas().assign(layer="<b>B")])
    text = web_page(full(areas=frame)).decode()
    assert '"A" :' in text
    assert "<b>B" not in text


def points(n):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"lon": rng.uniform(-90, -86, n), "lat": 40.5, "label": "a"})
    return frame.assign(colour="#1F2933", Owner="nobody at all")


def test_many_points_keep_their_names_and_lose_their_facts(monkeypatch):
    monkeypatch.setattr(web_layers, "MOST_WITH_FACTS", 10)
    assert web_page(full(points=points(10))).decode().count("nobody at all") == 10
    assert "nobody at all" not in web_page(full(points=points(11))).decode()


def test_too_many_points_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_POINTS", 10)
    with pytest.raises(InputError, match="at most 10 points, got 11: filter"):
        web_page(full(points=points(11)))


def test_the_largest_page_is_of_sensible_size():
    assert len(web_page(full(points=points(web_layers.MOST_WITH_FACTS)))) < 3_000_000


def test_borders_are_coarse_and_rounded():
    coast = shapely.Point(-88, 40).buffer(2, quad_segs=100_000)
    frame = areas().iloc[:1].set_geometry([coast], crs=4326)
    text = web_page(full(areas=frame)).decode()
    rings = [
        f["geometry"]["coordinates"]
        for found in re.findall(r"_add\((\{.*?\})\);", text)
        for f in json.loads(found)["features"]
        if f["geometry"]["type"] == "Polygon"
    ]
    vertices = np.vstack([ring for polygon in rings for ring in polygon])
    assert len(vertices) < 1_000
    assert (vertices == vertices.round(web_layers.DECIMALS)).all()
