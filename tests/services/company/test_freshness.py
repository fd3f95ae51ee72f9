"""What is older than the data it was made from is said, and nothing else is."""

from __future__ import annotations

import pytest

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.services.accounts import repairs, segments
from planner.services.company.freshness import newer_data
from planner.services.imports import check, removal, saving
from planner.services.quotas import setting
from planner.services.scenarios import listing
from planner.services.scenarios.publish_preview import stale_quotas
from planner.store.rows.records import utc_now
from tests.gestures import accepted
from tests.services.conftest import BROWN, DANE, MILWAUKEE

MADE = ("balance", "visits", "pay")


def load(ws, kind, text):
    context = check.company_context(ws, kind, None, mode="add")
    raw = read_source(text.encode(), f"{kind}.csv")
    saving.save_kind(ws, import_table(raw, context), mode="add")


def older(ws, since):
    """Name what made then is older than the data now."""
    return {made for made in MADE if newer_data(ws, made, since) is not None}


def test_nothing_is_older_as_long_as_nothing_changes(small):
    assert older(small, utc_now()) == set()


def test_a_list_makes_older_what_is_made_of_it(small):
    since = utc_now()
    deals = "id,account,amount,close date,stage\nD1,A000,700,2026-10-05,won"
    load(small, "deals", deals)
    assert older(small, since) == {"pay"}
    newer = newer_data(small, "pay", since)
    assert (newer.who, newer.action, newer.n_more) == (
        "ann",
        "import deals from deals.csv",
        0,
    )
    load(small, "deals", deals.replace("700", "800"))
    assert newer_data(small, "pay", since).n_more == 1
    assert newer_data(small, "pay", utc_now()) is None


def test_visits_made_make_nothing_older(small):
    since = utc_now()
    load(small, "visits_made", "id,account,date\nV1,A000,2026-10-05")
    assert older(small, since) == set()


def test_rules_of_segments_make_plans_and_visits_older(small):
    since = utc_now()
    rules = segments.saved_rules(small)[:2]
    segments.save_rules(small, rules)
    assert older(small, since) == {"balance", "visits"}


def test_a_removal_makes_all_of_it_older_and_so_does_its_way_back(small):
    since = utc_now()
    version = removal.preview_removal(small).version
    repair_id = removal.remove_simulated(small, version)
    assert older(small, since) == set(MADE)
    since = utc_now()
    repairs.undo_repair(small, repair_id)
    assert older(small, since) == set(MADE)


@pytest.fixture
def with_quotas(small):
    """Split a target by simulated sales over two territories with their people."""
    scenario = listing.scenarios(small)[0]
    by_unit = {DANE: "West", BROWN: "West", MILWAUKEE: "East"}
    version = accepted(
        small, scenario.scenario_id, scenario.version, {"territory_by_unit": by_unit}
    )
    setting.set_quotas(
        small,
        scenario.scenario_id,
        version,
        target_minor=1_000_000,
        year=2027,
        by="our_sales_minor",
    )
    return small, scenario.scenario_id


def test_quotas_split_by_what_was_removed_say_that_nothing_is_left(with_quotas):
    ws, scenario_id = with_quotas
    assert stale_quotas(ws, setting.quota_view(ws, scenario_id), scenario_id) is None
    version = removal.preview_removal(ws).version
    repair_id = removal.remove_simulated(ws, version)
    reason = stale_quotas(ws, setting.quota_view(ws, scenario_id), scenario_id)
    assert (reason.code, reason.values) == (
        "quotas_of_nothing",
        {"measure": "our_sales_minor"},
    )
    repairs.undo_repair(ws, repair_id)
    assert stale_quotas(ws, setting.quota_view(ws, scenario_id), scenario_id) is None
