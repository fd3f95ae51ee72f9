"""The units of a company: which are made, and which are added later."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.core.settings import ROOT, Settings
from planner.geography.boundaries import load_counties
from planner.services.imports.new_counties import unit_changes, with_new_counties
from planner.services.imports.units import km_outside, offered_units, place_in_units

SETTINGS = Settings(store_url="sqlite://", data_dir=ROOT / "data")


def accounts(rows, country):
    columns = ["lat", "lon", "postcode"]
    frame = pd.DataFrame(rows, columns=columns).astype({"lat": float, "lon": float})
    frame.index = pd.Index([f"A{n}" for n in frame.index], name="account_id")
    return frame.assign(country=country)


GERMAN = [
    (52.52, 13.40, "10115"),
    (52.50, 13.30, "10585"),
    (48.14, 11.58, "80331"),
    (48.20, 11.60, "80805"),
    (None, None, "80999"),
]


def test_postcodes_make_units_named_after_their_town():
    """Two areas by two digits; who has no place has no unit."""
    listed = accounts(GERMAN, "DE")
    assert offered_units(listed) == ["auto", "cells", "postcodes"]
    placed, units = place_in_units(listed, SETTINGS, "postcodes")
    assert units["name"].to_dict() == {"10": "10 Berlin", "80": "80 Munich"}
    assert placed["unit_id"].fillna("").tolist() == ["10", "10", "80", "80", ""]


def test_counties_need_accounts_in_the_usa():
    with pytest.raises(InputError, match="choose other units"):
        place_in_units(accounts(GERMAN, "DE"), SETTINGS, "counties")


def test_a_list_without_any_place_makes_no_map():
    with pytest.raises(InputError, match="give the list's country"):
        place_in_units(accounts(GERMAN[-1:], "DE"), SETTINGS)


def test_counties_of_a_new_state_are_added():
    """A company in Delaware gets an account in Denver: Colorado's counties come."""
    units = load_counties(SETTINGS.data_dir, ["DE"])
    near, far = (39.16, -75.52, "19901"), (39.74, -104.99, "80202")
    assert with_new_counties(units, accounts([near], "US"), SETTINGS.data_dir) is units
    grown = with_new_counties(units, accounts([near, far], "US"), SETTINGS.data_dir)
    assert set(grown["region"]) == {"DE", "CO"}
    none = pd.DataFrame(columns=["unit_id", "neighbour_id", "border_m", "is_bridge"])
    unit, edge = unit_changes(units, none, grown)
    assert len(unit.added) == 64  # the counties of Colorado
    assert edge.added.size > 64


def test_who_lies_on_a_pier_is_told_with_the_distance():
    """Three kilometres off the coast of Monterey, and one inside the county."""
    counties = load_counties(SETTINGS.data_dir, ["CA"])
    listed = accounts([(36.62, -121.97, ""), (36.6, -121.85, "")], "US")
    placed, units = place_in_units(listed, SETTINGS, "counties")
    away_km = km_outside(placed, units)
    assert away_km.index.tolist() == ["A0"]
    assert 0.5 < away_km["A0"] < 8
    assert set(units.index) == set(counties.index)
