"""One place in many forms: letters, minutes, one column, programs' own."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.accounts.reading.values.coordinates import (
    from_0_to_360,
    read_angles,
    read_pairs,
)


def cells(*values):
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(
    "text",
    [
        "41.88",
        "41.88 N",
        "41.88N",
        "N41.88",
        "N 41,88",
        "41°52'48\"N",
        "41° 52′ 48″ N",
        "41 52 48",
        "41:52:48 N",
        "41d52m48sN",
        "41° 52.8' N",
    ],
)
def test_a_latitude_is_read_in_any_form(text):
    degrees, is_bad = read_angles(cells(text), "NS")
    assert degrees[0] == pytest.approx(41.88)
    assert not is_bad[0]


@pytest.mark.parametrize("text", ["87.63 W", "41.88 S"])
def test_south_and_west_are_below_zero(text):
    degrees, _ = read_angles(cells(text), text[-1])
    assert degrees[0] < 0


@pytest.mark.parametrize("text", ["87.63 W", "41°72'N", "north", "-41.88 N", "O 9.5"])
def test_what_is_no_latitude_is_bad(text):
    assert read_angles(cells(text), "NS")[1].all()


@pytest.mark.parametrize(
    "text",
    [
        "41.88,-87.63",
        "41.88 -87.63",
        "(41.88, -87.63)",
        "[41.88; -87.63]",
        "41,88; -87,63",
        "41,88,-87,63",
        "41.88 N, 87.63 W",
        "87.63W 41.88N",
        "41°52'48\"N 87°37'48\"W",
        "POINT (-87.63 41.88)",
        "point z (-87.63 41.88 180)",
        "SRID=4326;POINT(-87.63 41.88)",
        '{"type": "Point", "coordinates": [-87.63, 41.88]}',
        "{'lat': 41.88, 'lng': -87.63}",
        "geo:41.88,-87.63",
        "https://maps.example/@41.88,-87.63,15z",
        "0101000020E6100000B81E85EB51E855C0713D0AD7A3F04440",
    ],
)
def test_a_place_in_one_column_is_read(text):
    places = read_pairs(cells(text, ""))
    assert (places.lat[0], places.lon[0]) == pytest.approx((41.88, -87.63))
    assert not places.is_bad.any()


def test_a_column_that_begins_with_longitudes_is_read_so():
    places = read_pairs(cells("-87.63,41.88", "-110.2,35.5"))
    assert places.lat.tolist() == [41.88, 35.5]


def test_words_are_no_place():
    assert read_pairs(cells("Chicago", "POINT EMPTY")).is_bad.all()


def test_longitudes_around_the_globe():
    assert from_0_to_360(pd.Series([272.4, 280.0, 10.0]))
    assert not from_0_to_360(pd.Series([272.4, 272.5, -10.0]))
    assert not from_0_to_360(pd.Series([272.4]))
