"""Refunds: of each deal no more is taken back than was sold."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_crediting import OWNERSHIP_A1, POSITIONS, deals_of, direct_of

from planner.quotas.crediting import credit_deals
from planner.quotas.exchange import convert_deals

SALE = ("D1", "A1", "2026-02-01", 1_000_00)


def credited(*rows, start=None):
    return credit_deals(deals_of(*rows), OWNERSHIP_A1, None, POSITIONS, start)


def test_the_part_above_the_sale_is_held():
    """Two refunds of 600 on 1,000: the second takes back 400, and 200 is held."""
    refunds = [
        ("R1", "A1", "2026-02-20", -600_00, "D1"),
        ("R2", "A1", "2026-02-21", -600_00, "D1"),
    ]
    for order in (refunds, refunds[::-1]):
        result = credited(SALE, *order)
        assert direct_of(result) == {"P-R01": 0}
        assert result.problems[
            ["deal_id", "problem", "amount_minor"]
        ].to_numpy().tolist() == [["R2", "over_refunded", -200_00]]
        assert result.problems["message"].tolist() == [
            "deal R2: takes back 600.00 USD of D1, which was sold for 1000.00, R1 took "
            "back of it before and has 400.00 left; 200.00 USD is held: correct the "
            "amount or the deal it names"
        ]


def test_a_sale_refunded_twice_is_refunded_once_in_a_later_month_too():
    """The first refund closed in March; April's whole one finds nothing left."""
    result = credited(
        SALE,
        ("R1", "A1", "2026-03-05", -1_000_00, "D1"),
        ("R2", "A1", "2026-04-05", -1_000_00, "D1"),
        start="2026-04-01",
    )
    assert result.credits.empty
    assert result.problems["amount_minor"].tolist() == [-1_000_00]


@pytest.mark.parametrize(
    ("row", "problem", "words"),
    [
        (("R1", "A1", "2026-02-20", -5, ""), "nothing_named", "cancels nothing named"),
        (("R1", "A1", "2026-01-20", -5, "D1"), "before_sale", "sold on 2026-02-01"),
        (("D2", "A1", "2026-02-20", -5), "negative_booking", "write kind cancellation"),
    ],
)
def test_a_refund_that_cannot_be_one_is_questioned(row, problem, words):
    result = credited(SALE, row)
    assert direct_of(result) == {"P-R01": 1_000_00}
    assert result.problems["problem"].tolist() == [problem]
    assert words in result.problems["message"].iloc[0]
    assert "nan" not in result.problems["message"].iloc[0]


@settings(deadline=None, max_examples=8)
@given(
    sold=st.integers(0, 500),
    parts=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 300)), max_size=4),
    seed=st.integers(0, 9),
)
def test_refunds_take_back_the_sale_at_most(sold, parts, seed):
    """Credited and held sum to what the rows say; the order of rows does not matter."""
    rows = [
        (
            f"R{n}",
            "A1",
            pd.Timestamp("2026-02-01") + pd.Timedelta(days=day),
            -part,
            "D1",
        )
        for n, (day, part) in enumerate(parts)
    ]
    deals = deals_of(("D1", "A1", pd.Timestamp("2026-02-01"), sold), *rows)
    result = credit_deals(deals, OWNERSHIP_A1, None, POSITIONS)
    taken = min(sold, sum(part for _, part in parts))
    assert sum(direct_of(result).values()) == sold - taken
    held = -int(result.problems["amount_minor"].sum())
    assert held == sum(part for _, part in parts) - taken
    again = credit_deals(
        deals.sample(frac=1, random_state=seed), OWNERSHIP_A1, None, POSITIONS
    )
    assert result.credits.equals(again.credits)
    assert result.problems.equals(again.problems)


def test_foreign_refunds_in_parts_take_back_the_converted_sale():
    """0.03 EUR at 1.5 are 0.05 USD; three refunds of 0.01 are 0.02, 0.01, 0.02."""
    deals = deals_of(
        ("D1", "A1", "2026-02-01", 3),
        *((f"R{n}", "A1", f"2026-02-1{n}", -1, "D1") for n in range(3)),
    ).assign(currency="EUR")
    rates = pd.DataFrame(
        {
            "base": ["EUR"],
            "quote": "USD",
            "rate": [Decimal("1.5")],
            "valid_from": pd.to_datetime(["2026-01-01"]),
            "valid_to": pd.NaT,
        }
    )
    converted, _ = convert_deals(deals, rates, "USD")
    assert converted["amount_minor"].tolist() == [5, -2, -1, -2]
    result = credit_deals(converted, OWNERSHIP_A1, None, POSITIONS)
    assert result.problems.empty
