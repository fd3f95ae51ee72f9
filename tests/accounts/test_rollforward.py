"""The sample is as recent as its day, whatever day that is."""

import datetime as dt

import pandas as pd
import pandas.testing as pdt
import pytest

from planner.accounts.sample import load_sample
from planner.accounts.simulation.rollforward import (
    later_deals,
    later_visits,
    on_the_way,
    plan_until,
    sample_on,
)
from planner.commissions.plans.plan import load_plan
from planner.core.schemas import DEALS, QUOTAS, VISITS_MADE, check
from planner.core.settings import ROOT


def deals_of(*rows):
    """Make DEALS of id, kind, stage, opened, closed and the related deal."""
    frame = pd.DataFrame(
        [
            {
                "deal_id": deal_id,
                "account_id": "A1",
                "product": "Core",
                "kind": kind,
                "stage": stage,
                "opened_on": pd.Timestamp(opened),
                "close_on": pd.Timestamp(closed),
                "amount_minor": -100 if kind == "cancellation" else 100,
                "currency": "USD",
                "term_months": 0,
                "related_deal_id": related,
                "custom": None,
            }
            for deal_id, kind, stage, opened, closed, related in rows
        ]
    ).set_index("deal_id")
    for name in ("opened_on", "close_on"):
        frame[name] = frame[name].astype("datetime64[s]")
    frame["related_deal_id"] = frame["related_deal_id"].astype("str")
    frame["custom"] = frame["custom"].astype("str")
    frame[["amount_minor", "term_months"]] = frame[
        ["amount_minor", "term_months"]
    ].astype("Int64")
    return check(frame, DEALS)


SINCE = dt.date(2026, 11, 20)


def test_the_deals_of_the_year_before_happen_again():
    """52 weeks later, on the same weekday, under the next id; open ones do not."""
    deals = deals_of(
        ("D1", "new", "won", "2025-11-03", "2025-12-01", None),
        ("D2", "new", "lost", "2025-11-03", "2025-12-02", None),
        ("D3", "new", "propose", "2025-11-03", "2025-12-02", None),
        ("D4", "new", "won", "2025-11-03", "2026-01-15", None),
    )
    later = later_deals(deals, SINCE, dt.date(2026, 12, 5))
    assert list(later.index) == ["D1-2", "D2-2"]
    assert later.at["D1-2", "close_on"] == pd.Timestamp("2026-11-30")
    assert later.at["D1-2", "opened_on"] == pd.Timestamp("2026-11-02")
    assert check(later, DEALS).at["D1-2", "amount_minor"] == 100


def test_a_cancellation_follows_its_deal():
    """It cancels the copy, or is left out; a renewal renews the deal it repeats."""
    deals = deals_of(
        ("D0", "new", "won", "2025-01-01", "2025-11-03", None),
        ("D1", "new", "won", "2025-11-03", "2025-12-01", None),
        ("D2", "cancellation", "won", "2025-12-02", "2025-12-08", "D1"),
        ("D3", "cancellation", "won", "2025-12-02", "2025-12-08", "D0"),
        ("D4", "renewal", "won", "2025-12-02", "2025-12-08", "D0"),
    )
    later = later_deals(deals, SINCE, dt.date(2026, 12, 31))
    assert later["related_deal_id"].dropna().to_dict() == {"D2-2": "D1-2", "D4-2": "D4"}
    assert "D3-2" not in later.index


def test_days_added_one_by_one_are_those_added_at_once():
    """Whenever a store is opened, it holds the same."""
    deals = deals_of(
        *(
            (f"D{n}", "new", "won", "2025-11-03", f"2026-{n:02d}-15", None)
            for n in range(1, 12)
        ),
        ("D12", "cancellation", "won", "2026-01-15", "2026-01-20", "D1"),
    )
    until = dt.date(2029, 3, 1)
    at_once = later_deals(deals, SINCE, until)
    stored, day = deals, SINCE
    while day < until:
        following = min(day + dt.timedelta(days=9), until)
        stored = pd.concat([stored, later_deals(stored, day, following)])
        day = following
    pdt.assert_frame_equal(
        stored.drop(index=deals.index).sort_index(), at_once.sort_index()
    )
    assert at_once.at["D12-4", "related_deal_id"] == "D1-4"


def test_an_expected_close_that_passed_moves_on():
    """By whole four weeks past the day; what is closed stays."""
    deals = deals_of(
        ("D1", "new", "propose", "2026-10-01", "2026-11-25", None),
        ("D2", "new", "won", "2026-10-01", "2026-11-25", None),
    )
    moved = on_the_way(deals, dt.date(2026, 12, 23))
    assert moved.at["D1", "close_on"] == pd.Timestamp("2027-01-20")
    assert moved.at["D2", "close_on"] == pd.Timestamp("2026-11-25")


@pytest.fixture(scope="module")
def sample():
    """Read the files once."""
    return load_sample(ROOT / "data")


@pytest.mark.parametrize(
    "day", [dt.date(2025, 2, 3), dt.date(2026, 12, 31), dt.date(2028, 11, 18)]
)
def test_the_sample_is_recent_on_any_day(sample, day):
    """Orders and visits reach to the day; quotas and terms are those of its year."""
    moved = sample_on(sample, day)
    today = pd.Timestamp(day)
    won = moved.deals[moved.deals["stage"] == "won"]
    assert today - won["close_on"].max() < pd.Timedelta(days=5)
    assert won["close_on"].max() <= today
    open_deals = moved.deals[moved.deals["stage"].isin(["qualify", "propose"])]
    assert open_deals["close_on"].min() > today
    assert today - moved.visits_made["visited_on"].max() < pd.Timedelta(days=5)
    assert (moved.quotas["period"] == str(day.year)).any()
    plan = load_plan(moved.plan_text)
    assert plan.valid_from <= day < plan.valid_to
    base = pd.Timestamp(moved.company["base_effective_from"])
    assert abs(won["close_on"].min() - base) < pd.Timedelta(days=7)
    year = won[won["close_on"] > today - pd.Timedelta(days=365)]["amount_minor"].sum()
    sales = moved.accounts["our_sales_minor"].sum()
    assert abs(year / sales - 1) < 0.02
    for frame, schema in (
        (moved.deals, DEALS),
        (moved.visits_made, VISITS_MADE),
        (moved.quotas, QUOTAS),
    ):
        assert len(check(frame, schema)) == len(frame)
    assert set(moved.splits["deal_id"]) <= set(moved.deals.index)


def test_on_the_day_of_its_files_it_is_as_they_say(sample):
    """Nothing is moved, nothing added."""
    assert sample_on(sample, SINCE) is sample
    assert later_visits(sample.visits_made, SINCE, SINCE).empty


def test_only_the_samples_own_plan_is_made_longer(sample):
    """A comp plan of the user's is left alone."""
    assert "valid_to: 2029-01-01" in plan_until(sample.plan_text, 2028)
    own = sample.plan_text.replace("# The sample", "# Our")
    assert plan_until(own, 2028) == own
