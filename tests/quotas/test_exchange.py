"""Foreign deals: one rounding at the rate of the day, or a problem row."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from planner.core.schemas import DEALS, check
from planner.quotas.exchange import convert_deals

RATES = pd.DataFrame(
    {
        "base": ["EUR", "EUR"],
        "quote": ["USD", "USD"],
        "rate": [Decimal("1.27151"), Decimal("2")],
        "valid_from": pd.to_datetime(["2026-01-01", "2026-03-01"]),
        "valid_to": pd.to_datetime(["2026-03-01", None]),
    }
)


def world(currency="EUR"):
    frame = pd.DataFrame(
        {
            "account_id": "A1",
            "product": "Core",
            "kind": ["new", "cancellation"],
            "stage": "won",
            "opened_on": "2026-01-01",
            "close_on": ["2026-02-01", "2026-04-01"],
            "amount_minor": [2400, -2400],
            "currency": currency,
            "term_months": 12,
            "related_deal_id": [None, "D1"],
        },
        index=["D1", "D2"],
    ).rename_axis("deal_id")
    for column in ("opened_on", "close_on"):
        frame[column] = pd.to_datetime(frame[column])
    return check(frame, DEALS)


def test_a_cancellation_takes_the_rate_of_the_deal_it_cancels():
    """24.00 EUR at 1.27151 is 30.52 USD; cancelled later, it is the same 30.52."""
    converted, problems = convert_deals(world(), RATES, "USD")
    assert converted["amount_minor"].tolist() == [3052, -3052]
    assert set(converted["currency"]) == {"USD"}
    assert problems.empty


def test_a_deal_without_rate_is_a_problem_and_not_lost():
    converted, problems = convert_deals(world("GBP"), RATES, "USD")
    assert converted.empty
    assert problems["problem"].tolist() == ["no_rate", "no_rate"]
    assert "GBP to USD on 2026-02-01" in problems["message"].iloc[0]


def test_own_currency_passes_untouched():
    converted, problems = convert_deals(world("USD"), None, "USD")
    assert converted.equals(world("USD"))
    assert problems.empty
