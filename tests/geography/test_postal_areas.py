"""Units by the beginning of postcodes."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from planner.core.errors import InputError
from planner.geography.postal_areas import make_postal_areas, postal_prefixes


@pytest.mark.parametrize(
    ("country", "postcode", "prefix"),
    [
        ("DE", "10115", "10"),
        ("DE", "D-10115", "10"),
        ("DE", "4109", "04"),
        ("FR", "75011", "75"),
        ("IT", "20121", "20"),
        ("GB", "SW1A 1AA", "SW"),
        ("GB", "m1 1ae", "M"),
        ("US", "02134-1234", "021"),
        ("CA", "M5V 2T6", "M5V"),
        ("NL", "1012 AB", "10"),
        ("PL", "00-001", "00"),
        ("DE", "", ""),
    ],
)
def test_prefixes_are_those_of_the_country(country, postcode, prefix):
    given = pd.Series([postcode], dtype="str"), pd.Series([country], dtype="str")
    assert postal_prefixes(*given).tolist() == [prefix]


def test_prefixes_of_several_countries_name_them():
    codes, letters = pd.Series(["10115", "1010"]), pd.Series(["DE", "AT"])
    assert postal_prefixes(codes, letters).tolist() == ["DE-10", "AT-10"]


def test_areas_hold_the_places_of_their_prefix():
    """Two rows of places side by side: two areas; one mistyped code makes no third."""
    places = pd.DataFrame(
        {
            "lat": [48.0 + n / 50 for n in range(8)] * 2,
            "lon": [11.0] * 8 + [12.0] * 8,
            "prefix": ["80"] * 8 + ["84"] * 8,
        }
    )
    places.loc[3, "prefix"] = "10"
    areas = make_postal_areas(places)
    assert areas.index.tolist() == ["80", "84"]
    west = shapely.points(places["lon"][:8], places["lat"][:8])
    assert areas.geometry["80"].covers(shapely.multipoints(west))


def test_lists_without_postcodes_have_no_such_areas():
    places = pd.DataFrame({"lat": [48.0], "lon": [11.0], "prefix": [""]})
    with pytest.raises(InputError, match="choose other units"):
        make_postal_areas(places)
