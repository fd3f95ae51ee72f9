"""Companies of the store: sample, empty, and what names the state of their facts."""

import datetime as dt

import pandas as pd
import pytest

from planner.core.errors import NotFoundError
from planner.segmentation.rules import Rule
from planner.services import workspace
from planner.services.accounts import segments
from planner.services.company import companies
from planner.services.company.sample import roll_forward
from planner.services.company.settings import change_settings, company_settings
from planner.services.pay import runs
from planner.services.scenarios import listing, publishing
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows

AS_OF = dt.date(2026, 11, 20)


def test_an_empty_store_gets_the_sample_and_only_once(sample):
    again, was_loaded = companies.ensure_company(sample.settings)
    assert not was_loaded
    assert again.company_id == sample.company_id
    again.store.close()
    assert [c.kind for c in workspace.companies(sample)] == ["sample"]


def test_an_app_that_comes_second_loads_no_second_sample(sample):
    """Two apps find the store empty; the one that waited for the other stands back."""
    latest, was_loaded = companies._sample_or_latest(sample)
    assert (latest.company_id, was_loaded) == (sample.company_id, False)
    assert [c.kind for c in workspace.companies(sample)] == ["sample"]


def test_the_sample_comes_published_with_a_draft_on_top(sample):
    known = {s.name: s for s in listing.scenarios(sample)}
    base = known[companies.BASE_SCENARIO]
    draft = known[companies.FIRST_DRAFT]
    assert base.status == "published"
    assert draft.status == "draft"
    assert draft.parent_id == base.scenario_id
    assert publishing.in_force(sample, AS_OF).scenario_id == base.scenario_id


def test_a_sample_that_stays_keeps_its_day(ws):
    opened = companies.load_sample_company(ws, stays=True)
    company = companies.company(opened)
    assert company.today == company.as_of
    assert not roll_forward(opened)


def test_an_empty_company_has_the_default_rules(ws):
    opened = companies.start_empty_company(ws, "Blank", "EUR", AS_OF)
    assert companies.company(opened).currency == "EUR"
    assert len(segments.saved_rules(opened)) == 5


def test_the_stamp_changes_with_the_rules_only_when_they_change(small):
    first = companies.facts_stamp(small)
    segments.save_rules(small, segments.saved_rules(small))
    assert companies.facts_stamp(small) == first
    rule = Rule(name="All", expression="employees >= 0", segment="All")
    segments.save_rules(small, [rule])
    assert companies.facts_stamp(small) != first


def test_the_stamp_names_the_newest_import_and_nobody_has_none(small):
    with small.store.reading() as conn:
        newest = account_rows.list_imports(conn, small.company_id).index[0]
        stamp = company_rows.load_facts_stamp(conn, small.company_id)
        assert stamp == companies.facts_stamp(small)
        assert stamp.endswith(f"import {newest}")
        with pytest.raises(NotFoundError, match="nobody"):
            company_rows.load_facts_stamp(conn, "nobody")


def test_a_company_follows_the_clock_unless_its_day_is_set(small, monkeypatch):
    """A month passes, and with it its today; a day set on purpose stays."""
    first = companies.facts_stamp(small)
    monkeypatch.setenv("PLANNER_TODAY", "2026-12-21")
    assert companies.company(small).today == dt.date(2026, 12, 21)
    assert runs.latest_period(small) == "2026-11"
    assert companies.facts_stamp(small) != first
    change_settings(small, day=dt.date(2026, 11, 3))
    assert companies.company(small).today == dt.date(2026, 11, 3)
    assert runs.latest_period(small) == "2026-10"
    change_settings(small, day=None)
    assert companies.company(small).today == dt.date(2026, 12, 21)


def test_a_company_made_for_another_day_has_it_set(ws):
    """What a program asks for is kept; by default it is the clock's."""
    earlier = companies.start_empty_company(ws, "Then", "EUR", dt.date(2025, 1, 2))
    now = companies.start_empty_company(ws, "Now", "EUR", AS_OF)
    assert company_settings(earlier).day == dt.date(2025, 1, 2)
    assert company_settings(now).day is None


def test_a_store_of_before_follows_the_clock(small, monkeypatch):
    """Its details know of no day."""
    with small.store.transaction() as conn:
        company_rows.update_company(
            conn, small.company_id, user="ann", details={"source": "list.csv"}
        )
    monkeypatch.setenv("PLANNER_TODAY", "2026-12-21")
    assert companies.company(small).today == dt.date(2026, 12, 21)


def test_the_sample_in_a_store_keeps_up_with_the_clock(sample, monkeypatch):
    """Five weeks later it has their orders and visits, and nothing that was is gone."""
    with sample.store.reading() as conn:
        deals = deal_rows.load_deals(conn, sample.company_id)
    assert not roll_forward(sample)
    monkeypatch.setenv("PLANNER_TODAY", "2026-12-25")
    assert roll_forward(sample)
    assert not roll_forward(sample)
    with sample.store.reading() as conn:
        later = deal_rows.load_deals(conn, sample.company_id)
        visits = deal_rows.load_visits_made(conn, sample.company_id)
    assert set(deals.index) < set(later.index)
    won = later.loc[later["stage"] == "won", "close_on"]
    assert pd.Timestamp("2026-12-18") < won.max() <= pd.Timestamp("2026-12-25")
    assert visits["visited_on"].max() > pd.Timestamp("2026-12-18")
    assert runs.latest_period(sample) == "2026-11"
