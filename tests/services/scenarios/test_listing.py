"""Scenarios: cloned, renamed, compared, published with a hash."""

import datetime as dt

import pandas as pd
import pytest

from planner.core.errors import ConflictError, InputError, StoreError
from planner.services.quotas import setting as quotas
from planner.services.scenarios import figures, listing, publishing
from planner.services.scenarios.publish_preview import preview_publish
from planner.services.territories import view as territory_view
from tests.gestures import accepted, assign

FIRST = dt.date(2026, 1, 1)
MILWAUKEE, BROWN = "55079", "55009"


@pytest.fixture
def drawn(small):
    """Draw two territories."""
    scenario = listing.scenarios(small)[0]
    view = territory_view.overview(small, scenario.scenario_id)
    by_unit = pd.Series("T01", index=view.units.index)
    by_unit[MILWAUKEE] = "T02"
    result = {"territory_by_unit": by_unit.to_dict(), "report": {}, "summary": ""}
    accepted(small, scenario.scenario_id, 1, result)
    return listing.scenario(small, scenario.scenario_id)


def test_a_clone_changes_apart_from_its_original(small, drawn):
    copy = listing.clone(small, drawn.scenario_id, "Variant")
    assign(small, copy.scenario_id, [BROWN], "T02")
    original = territory_view.overview(small, drawn.scenario_id)
    assert original.units.loc[BROWN, "territory_id"] == "T01"
    assert copy.parent_id == drawn.scenario_id


@pytest.mark.parametrize("name", ["", "  ", "Draft 1"])
def test_names_are_needed_and_unique(small, drawn, name):
    with pytest.raises(InputError, match="name"):
        listing.clone(small, drawn.scenario_id, name)
    with pytest.raises(InputError, match="name"):
        listing.rename(small, drawn.scenario_id, drawn.version, name)
    with pytest.raises(InputError, match="name"):
        listing.start(small, name)


def test_renaming_is_a_save_like_any_other(small, drawn):
    version = listing.rename(small, drawn.scenario_id, drawn.version, "North")
    assert listing.scenario(small, drawn.scenario_id).name == "North"
    with pytest.raises(ConflictError):
        listing.rename(small, drawn.scenario_id, version - 1, "South")
    actions = list(listing.history(small, drawn.scenario_id)["action"])
    assert actions[0] == "rename to North"


def test_the_comparison_lists_what_differs(small, drawn):
    copy = listing.clone(small, drawn.scenario_id, "Variant")
    same = listing.compare(small, drawn.scenario_id, copy.scenario_id)
    assert same.moved.empty
    assign(small, copy.scenario_id, [BROWN], "T02")
    found = listing.compare(small, drawn.scenario_id, copy.scenario_id)
    assert len(found.moved) == 3
    assert set(found.moved["b_territory"]) == {"T02"}
    metrics = found.metrics.set_index("label")
    assert metrics.loc["Accounts, worst deviation", "b"] == pytest.approx(0.5)
    assert metrics.loc["Accounts with another territory", "b"] == 3


def test_publishing_freezes_owners_and_names_them_by_a_hash(small, drawn):
    preview = preview_publish(small, drawn.scenario_id, FIRST)
    assert (preview.n_accounts, preview.n_owned, len(preview.changes)) == (12, 12, 0)
    assert preview.is_first
    assert "no quotas are set in this scenario" in map(str, preview.problems)
    done = publishing.publish(small, drawn.scenario_id, drawn.version, FIRST)
    assert len(done.content_hash) == 64
    assert publishing.in_force(small, FIRST).scenario_id == drawn.scenario_id
    assert publishing.in_force(small, FIRST - dt.timedelta(days=1)) is None
    with pytest.raises(StoreError, match="does not change any more"):
        listing.rename(small, drawn.scenario_id, 3, "Another")


def test_an_empty_scenario_cannot_be_published(small):
    scenario = listing.scenarios(small)[0]
    with pytest.raises(InputError, match="no territories yet"):
        preview_publish(small, scenario.scenario_id, FIRST)
    with pytest.raises(InputError, match="no territories yet"):
        publishing.publish(small, scenario.scenario_id, scenario.version, FIRST)
    assert publishing.publications(small) == []


def test_two_plans_cannot_start_on_one_day(small, drawn):
    copy = listing.clone(small, drawn.scenario_id, "Second")
    publishing.publish(small, drawn.scenario_id, drawn.version, FIRST)
    with pytest.raises(InputError, match="choose another day"):
        publishing.publish(small, copy.scenario_id, copy.version, FIRST)
    assert publishing.suggested_start(small) == dt.date(2027, 1, 1)
    done = publishing.publish(small, copy.scenario_id, 1, dt.date(2027, 1, 1))
    assert done.effective_from == dt.date(2027, 1, 1)


def test_a_first_plan_starts_next_month_and_asks_for_quotas_of_its_year(small, drawn):
    assert publishing.suggested_start(small) == dt.date(2026, 12, 1)
    assert publishing.planned_year(small) == 2026
    quotas.set_quotas(
        small, drawn.scenario_id, drawn.version, target_minor=100_000_00, year=2027
    )
    preview = preview_publish(
        small, drawn.scenario_id, publishing.suggested_start(small)
    )
    assert any("Set quotas for 2026 first" in str(one) for one in preview.problems)


def test_the_sample_suggests_next_year_and_knows_its_quotas(sample):
    assert publishing.suggested_start(sample) == dt.date(2027, 1, 1)
    base = publishing.in_force(sample, dt.date(2026, 11, 20))
    year, amount_minor = listing.quota_total(sample, base.scenario_id)
    assert len(year) == 4
    assert amount_minor > 0


def test_a_scenario_without_quotas_has_no_total(small, drawn):
    assert listing.quota_total(small, drawn.scenario_id) is None


def test_months_stand_for_a_year_that_has_no_row_of_its_own():
    quotas = pd.DataFrame(
        {
            "position_id": ["P1", "P1", "P2", "P2"],
            "measure": "bookings",
            "period": ["2026-01", "2026-02", "2026", "2026-01"],
            "amount_minor": [1, 2, 50, 7],
            "currency": "USD",
        }
    )
    yearly = figures.quotas_by_year(quotas).set_index("position_id")
    assert yearly["amount_minor"].to_dict() == {"P1": 3, "P2": 50}
    assert set(yearly["period"]) == {"2026"}
