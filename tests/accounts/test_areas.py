"""Shapes of units as they are drawn: each fault named with its repair."""

from __future__ import annotations

import json

import pytest

from planner.accounts.context import ImportContext
from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source

SQUARE = [[-104, 40], [-103, 40], [-103, 41], [-104, 41], [-104, 40]]
BESIDE = [[x + 1, y] for x, y in SQUARE]
FAR = [[x + 5, y] for x, y in SQUARE]


def report_of(*geometries):
    features = [
        {
            "type": "Feature",
            "properties": {"unit_id": f"U{place}"},
            "geometry": geometry,
        }
        for place, geometry in enumerate(geometries)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    raw = read_source(content, "units.geojson")
    return import_table(raw, ImportContext(kind="units"))


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


@pytest.mark.parametrize(
    ("geometry", "code", "severity", "words"),
    [
        (polygon(FAR[:-1]), "unclosed_ring", "warn", "does not end where it begins"),
        (polygon(FAR, SQUARE), "invalid_shape", "reject", "has a hole outside"),
        (polygon(BESIDE), "overlap", "warn", "are the same area"),
        (
            polygon(
                [[x + 0.00001, y] for x, y in SQUARE[:]],
            ),
            "overlap",
            "warn",
            "overlap by",
        ),
        (
            polygon([[x + 1.00001, y] for x, y in BESIDE]),
            "gap",
            "warn",
            "miss each other by",
        ),
        (
            {"type": "Point", "coordinates": [-98.5, 40.5]},
            "mixed_kinds",
            "reject",
            "Point",
        ),
        (
            {"type": "LineString", "coordinates": FAR},
            "mixed_kinds",
            "reject",
            "LineString",
        ),
        (
            {
                "type": "GeometryCollection",
                "geometries": [
                    polygon(FAR),
                    {"type": "Point", "coordinates": [-98.5, 40.5]},
                ],
            },
            "mixed_kinds",
            "warn",
            "only its areas",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_of_a_shape_is_named(geometry, code, severity, words):
    report = report_of(polygon(SQUARE), polygon(BESIDE), geometry)
    named = report.findings[report.findings["code"] == code]
    assert set(named["severity"]) == {severity}
    assert named["message"].str.contains(words).any()
    assert report.rows_accepted == (2 if severity == "reject" else 3)


def test_neighbours_that_touch_raise_no_question():
    assert report_of(polygon(SQUARE), polygon(BESIDE)).findings.empty
