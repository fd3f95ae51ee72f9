"""Accounts that wait for a place, and places that lost a sign: kept, seen, mended."""

from __future__ import annotations

from planner.accounts.reading.sources import read_source
from planner.services.accounts import health, repairs
from planner.services.company.companies import company
from planner.services.imports import new_company
from planner.services.regional import formats_of
from planner.services.territories.view import company_facts
from planner.store.company import accounts as account_rows
from tests.services.conftest import AS_OF

ROWS = b"""account_id,name,lat,lon,postcode,city,country
A1,Birke,52.52,13.40,10115,Berlin,DE
A2,Zeder,48.14,11.58,80331,Munich,DE
A3,Esche,,,99999,Nirgendwo,DE
A4,Ahorn,53.55,-9.99,20095,Hamburg,DE
"""


def begun(ws):
    raw = read_source(ROWS, "list.csv")
    opened, _ = new_company.import_accounts_as_company(
        ws, raw, None, name="Waits", as_of=AS_OF, fill_missing=False
    )
    return opened


def stored(ws):
    with ws.store.reading() as conn:
        return account_rows.load_accounts(conn, ws.company_id)


def test_a_row_without_a_place_waits_and_gets_one(ws):
    """On both stores: kept, told in Data health, out of territories until placed."""
    opened = begun(ws)
    assert stored(opened).loc["A3", "geo_source"] == "none"
    assert "A3" not in company_facts(opened).open_accounts.index
    assert health.rows(opened, "missing_place").index.tolist() == ["A3"]
    preview = repairs.preview_repair(opened, "missing_place", "set", lat=52.5, lon=13.3)
    repair_id = repairs.apply_repair(opened, preview)
    placed = stored(opened).loc["A3"]
    assert (placed["lat"], placed["geo_source"]) == (52.5, "set")
    assert "A3" in company_facts(opened).open_accounts.index
    repairs.undo_repair(opened, repair_id)
    assert stored(opened).loc["A3", "geo_source"] == "none"


def test_a_lost_minus_is_given_back_to_all_rows_at_once(ws):
    opened = begun(ws)
    assert health.rows(opened, "lost_sign").index.tolist() == ["A4"]
    preview = repairs.preview_repair(opened, "lost_sign", "turn_sign")
    repairs.apply_repair(opened, preview)
    assert stored(opened).loc["A4", "lon"] == 9.99
    assert not len(health.rows(opened, "lost_sign"))


def test_figures_are_written_as_in_the_country_of_the_accounts(ws):
    """Germany: kilometres; what the deployment sets wins."""
    opened = begun(ws)
    details = company(opened).details
    assert details["country"] == "DE"
    assert formats_of(opened.settings, details, "EUR").distance_unit == "km"
