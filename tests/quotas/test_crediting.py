"""Credits: every deal to its owner of the day, every cent of it, once."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.schemas import DEALS, OWNERSHIP, check
from planner.quotas.attainment import attainment
from planner.quotas.crediting import credit_deals

POSITIONS = pd.DataFrame(
    {
        "role": ["vp", "manager", "rep", "rep", "rep", "overlay"],
        "parent_id": [None, "P-VP", "P-M1", "P-M1", "P-VP", "P-VP"],
    },
    index=["P-VP", "P-M1", "P-R01", "P-R02", "P-R03", "P-O1"],
).assign(title="", territory_id=None)


def deals_of(*rows):
    """Rows: deal_id, account_id, close_on, amount_minor, maybe the deal it cancels."""
    full = [(*row, None)[:5] for row in rows]
    frame = pd.DataFrame(
        full,
        columns=[
            "deal_id",
            "account_id",
            "close_on",
            "amount_minor",
            "related_deal_id",
        ],
    ).set_index("deal_id")
    frame["kind"] = frame["related_deal_id"].map(
        lambda name: "new" if name is None or pd.isna(name) else "cancellation"
    )
    frame["close_on"] = pd.to_datetime(frame["close_on"])
    frame = frame.assign(
        product="Core",
        stage="won",
        opened_on=frame["close_on"],
        currency="USD",
        term_months=12,
    )
    return check(frame.reindex(columns=list(DEALS.columns)), DEALS)


def ownership_rows(*rows):
    columns = [
        "account_id",
        "position_id",
        "role",
        "share_ppm",
        "valid_from",
        "valid_to",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    for column in ("valid_from", "valid_to"):
        frame[column] = pd.to_datetime(frame[column])
    return check(frame, OWNERSHIP)


OWNERSHIP_A1 = ownership_rows(
    ("A1", "P-R01", "owner", 1_000_000, "2026-01-01", "2026-03-16"),
    ("A1", "P-R02", "owner", 1_000_000, "2026-03-16", None),
)


def direct_of(result):
    rows = result.credits[result.credits["kind"].eq("direct")]
    return rows.groupby("position_id")["amount_minor"].sum().to_dict()


def test_a_deal_belongs_to_the_owner_of_its_day():
    """R1 until 16 March, R2 from then: 1,000 against 2,000 + 400."""
    deals = deals_of(
        ("D1", "A1", "2026-03-15", 100_000),
        ("D2", "A1", "2026-03-16", 200_000),
        ("D3", "A1", "2026-06-30", 40_000),
    )
    result = credit_deals(deals, OWNERSHIP_A1, None, POSITIONS)
    assert direct_of(result) == {"P-R01": 100_000, "P-R02": 240_000}
    assert result.problems.empty


def test_splits_take_the_place_of_the_owner_and_roll_up_once():
    """
    1,000.01 split half and half over two reps of one manager: 500.01 and 500.00.

    The manager and the vice president each see the deal once, whole.
    """
    splits = pd.DataFrame(
        {
            "deal_id": ["D1", "D1"],
            "position_id": ["P-R01", "P-R02"],
            "share_ppm": [500_000, 500_000],
        }
    )
    deals = deals_of(("D1", "A1", "2026-02-01", 100_001))
    result = credit_deals(deals, OWNERSHIP_A1, splits, POSITIONS)
    assert direct_of(result) == {"P-R01": 50_001, "P-R02": 50_000}
    rolled = result.credits[result.credits["kind"].eq("rolled")]
    assert rolled.set_index("position_id")["amount_minor"].to_dict() == {
        "P-M1": 100_001,
        "P-VP": 100_001,
    }


def test_overlay_credit_stands_beside_and_rolls_up_to_nobody():
    ownership = ownership_rows(
        ("A1", "P-R01", "owner", 1_000_000, "2026-01-01", None),
        ("A1", "P-O1", "overlay", 200_000, "2026-01-01", None),
    )
    result = credit_deals(
        deals_of(("D1", "A1", "2026-02-01", 100_000)), ownership, None, POSITIONS
    )
    table = result.credits.set_index(["position_id", "kind"])
    assert table.loc[("P-O1", "direct"), "amount_minor"] == 20_000
    assert table.loc[("P-VP", "rolled"), "amount_minor"] == 100_000
    assert table.loc[("P-O1", "direct"), "credit_type"] == "overlay"


def test_cancellation_goes_to_those_who_had_the_deal():
    """Sold by R01 in February, cancelled in May when R02 owns the account."""
    deals = deals_of(
        ("D1", "A1", "2026-02-01", 100_000), ("D2", "A1", "2026-05-01", -100_000, "D1")
    )
    result = credit_deals(deals, OWNERSHIP_A1, None, POSITIONS, "2026-05-01")
    assert direct_of(result) == {"P-R01": -100_000}
    assert set(result.credits["event"]) == {"cancellation"}


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([("D1", "A1", "2025-01-01", 5)], "no_owner"),
        ([("D1", "A9", "2026-02-01", 5)], "no_owner"),
        ([("D1", "A1", "2026-02-01", -5, "D7")], "no_original"),
        (
            [("D0", "A1", "2026-02-01", 5), ("D1", "A1", "2026-02-01", 5, "D0")],
            "positive_cancellation",
        ),
        ([("D1", "A2", "2026-02-01", 5)], "owners"),
        ([("D1", "A3", "2026-02-01", 5)], "unknown_position"),
    ],
)
def test_what_cannot_be_credited_is_listed(rows, problem):
    ownership = pd.concat(
        [
            OWNERSHIP_A1,
            ownership_rows(
                ("A2", "P-R01", "owner", 700_000, "2026-01-01", None),
                ("A3", "P-R77", "owner", 1_000_000, "2026-01-01", None),
            ),
        ]
    )
    result = credit_deals(deals_of(*rows), ownership, None, POSITIONS)
    found = result.problems.set_index("deal_id")
    assert found.loc["D1", "problem"] == problem
    assert found.loc["D1", "message"].startswith("deal D1: ")
    assert "D1" not in set(result.credits["deal_id"])


def test_splits_that_do_not_sum_to_the_whole_are_listed():
    splits = pd.DataFrame(
        {"deal_id": ["D1"], "position_id": ["P-R01"], "share_ppm": [900_000]}
    )
    deals = deals_of(("D1", "A1", "2026-02-01", 100))
    result = credit_deals(deals, OWNERSHIP_A1, splits, POSITIONS)
    assert result.problems["problem"].tolist() == ["splits"]
    assert result.credits.empty


def test_no_deals_give_no_credits():
    result = credit_deals(deals_of(), OWNERSHIP_A1, None, POSITIONS)
    assert result.credits.empty
    assert result.problems.empty


def test_attainment_is_credit_over_quota():
    """1,500 in January of 2,000, 500 in February of 2,000: year to date one half."""
    deals = deals_of(
        ("D1", "A1", "2026-01-10", 150_000), ("D2", "A1", "2026-02-10", 50_000)
    )
    quotas = pd.DataFrame(
        {
            "position_id": "P-R01",
            "measure": "bookings",
            "period": ["2026", "2026-01", "2026-02"],
            "amount_minor": [2_400_000, 200_000, 200_000],
            "currency": "USD",
        }
    )
    result = credit_deals(deals, OWNERSHIP_A1, None, POSITIONS)
    table = attainment(result.credits, quotas, "bookings", 2026)
    february = table.loc[("P-R01", "2026-02")]
    assert february["attainment_share"] == 0.25
    assert february["ytd_share"] == 0.5
    assert february["year_share"] == pytest.approx(2_000 / 24_000)


@settings(deadline=None, max_examples=40)
@given(
    amount_minor=st.integers(-(10**12), 10**12),
    weights=st.lists(st.integers(1, 99), min_size=1, max_size=3),
)
def test_credits_sum_to_the_deal_and_a_reversal_mirrors_them(amount_minor, weights):
    from planner.core.money import allocate_minor

    shares = allocate_minor(1_000_000, weights)
    names = ["P-R01", "P-R02", "P-R03"][: len(shares)]
    splits = pd.DataFrame({"deal_id": "D1", "position_id": names, "share_ppm": shares})
    amount_minor = abs(amount_minor)
    deals = deals_of(
        ("D1", "A1", "2026-02-01", amount_minor),
        ("D2", "A1", "2026-06-01", -amount_minor, "D1"),
    )
    result = credit_deals(deals, OWNERSHIP_A1, splits, POSITIONS)
    table = result.credits.pivot_table(
        index=["position_id", "kind"], columns="deal_id", values="amount_minor"
    )
    assert (table["D1"] == -table["D2"]).all()
    direct = table.xs("direct", level="kind")["D1"]
    assert direct.sum() == amount_minor
    assert table.loc[("P-VP", "rolled"), "D1"] == amount_minor
