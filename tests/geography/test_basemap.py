"""What lies under a map: borders and towns around it, in any country."""

import re

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.core.settings import ROOT
from planner.geography.basemap import MOST_TOWNS, base_map, extent_of
from planner.geography.places import load_country_facts, load_towns

DATA = ROOT / "data"


def test_around_munich_lie_its_country_and_its_neighbours():
    base = base_map(DATA, (11.0, 47.5, 12.5, 48.5))
    assert {"DE", "AT", "CZ"} <= set(base.outlines.index)
    assert not {"FR", "PL", "OH"} & set(base.outlines.index)
    assert base.towns["name"].iloc[0] == "Munich"
    assert base.towns["population"].is_monotonic_decreasing


def test_of_the_usa_the_states_are_drawn_and_not_the_country():
    base = base_map(DATA, (-85, 38.5, -80.5, 42))
    assert {"US-OH", "US-MI", "CA"} <= set(base.outlines.index)
    assert base.outlines.at["CA", "name"] == "Canada"
    assert "US" not in base.outlines.index


def test_a_world_names_its_largest_towns_only():
    base = base_map(DATA)
    assert len(base.towns) == MOST_TOWNS
    assert len(base.outlines) > 250
    assert base.outlines.index.is_unique
    assert base.outlines.at["US-CA", "name"] == "California"


def test_bounds_are_whole_degrees_around_what_has_a_place():
    places = pd.DataFrame({"lat": [48.1, 49.9, None, 95], "lon": [11.5, 10.2, 8.0, 9]})
    assert extent_of(places) == (10.0, 48.0, 12.0, 50.0)
    assert extent_of(places.iloc[2:]) is None


def test_without_the_files_it_says_which_is_missing(tmp_path):
    with pytest.raises(InputError, match="world_countries"):
        base_map(tmp_path)


def test_towns_are_known_by_their_names_in_the_lists_of_customers():
    towns = load_towns(DATA)
    munich = towns[(towns["country"] == "DE") & (towns["city"] == "Munich")].iloc[0]
    assert {"Munchen", "Muenchen"} <= set(munich["other_names"].split("|"))
    assert munich["lat"] == pytest.approx(48.14, abs=0.02)
    assert set(towns["country"]) <= set(load_country_facts(DATA).index)
    assert "Windhoek" in set(towns.loc[towns["country"] == "NA", "city"])


def test_countries_know_their_money_and_the_form_of_their_postcodes():
    facts = load_country_facts(DATA)
    assert facts.loc["IT", ["currency", "phone"]].tolist() == ["EUR", "39"]
    assert re.fullmatch(facts.at["IT", "postcode"], "20121")
    assert facts.loc["CH", "languages"].split()[0].startswith("de")
