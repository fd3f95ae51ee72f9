"""A place pointed at: what lies there, and an account put there in one change."""

from __future__ import annotations

import pytest

from planner.accounts.reading.sources import read_source
from planner.core.errors import InputError
from planner.services.accounts import health, repairs
from planner.services.accounts.spots import put_account, spot_at
from planner.services.imports import new_company
from planner.services.scenarios import listing
from planner.services.territories.view import company_facts, overview
from tests.gestures import accepted
from tests.services.conftest import AS_OF, DANE, MILWAUKEE

ROWS = b"""account_id,name,lat,lon,city,state
A1,Birch,43.0731,-89.4012,Madison,WI
A2,Cedar,43.0389,-87.9065,Milwaukee,WI
A3,Maple,,,Nowhere,WI
"""
MADISON = (43.08, -89.38)


@pytest.fixture
def begun(ws):
    """Begin a company of which one account waits, with two territories."""
    raw = read_source(ROWS, "list.csv")
    opened, _ = new_company.import_accounts_as_company(
        ws, raw, None, name="Waits", as_of=AS_OF, fill_missing=False
    )
    first = listing.scenarios(opened)[0]
    by_unit = {DANE: "West", MILWAUKEE: "East"}
    accepted(opened, first.scenario_id, first.version, {"territory_by_unit": by_unit})
    return opened


def territory_of(ws, account_id):
    view = overview(ws, listing.scenarios(ws)[0].scenario_id)
    return view.accounts["territory_id"].get(account_id)


def test_a_place_is_told_by_its_town_and_its_unit(begun):
    units = company_facts(begun).units
    spot = spot_at(begun, *MADISON, units)
    assert (spot.town, spot.unit_id) == ("Madison, Wisconsin", DANE)
    assert spot.km < 5
    assert spot_at(begun, 40.10, -83.11, units).town == "Dublin, Ohio"
    assert spot_at(begun, 48.14, 11.58, units).town == "Munich, Germany"
    assert spot_at(begun, 48.14, 11.58, units).unit_id is None


def test_a_world_beside_ours_is_ours(begun):
    units = company_facts(begun).units
    lat, lon = MADISON
    assert spot_at(begun, lat, lon + 360, units).lon == pytest.approx(lon)
    assert spot_at(begun, lat, lon - 360, units).unit_id == DANE


def test_an_account_put_on_the_map_joins_the_territory_there_and_leaves_it_again(begun):
    """On both stores."""
    assert territory_of(begun, "A3") is None
    spot = spot_at(begun, *MADISON, company_facts(begun).units)
    repair_id = put_account(begun, "missing_place", "A3", spot, None)
    assert territory_of(begun, "A3") == "West"
    assert not len(health.rows(begun, "missing_place"))
    repairs.undo_repair(begun, repair_id)
    assert territory_of(begun, "A3") is None
    assert health.rows(begun, "missing_place").index.tolist() == ["A3"]


def test_an_account_that_has_its_place_is_not_moved_so(begun):
    spot = spot_at(begun, *MADISON, company_facts(begun).units)
    with pytest.raises(InputError, match="nothing to repair"):
        put_account(begun, "missing_place", "A1", spot, None)
