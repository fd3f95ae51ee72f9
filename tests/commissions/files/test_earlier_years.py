"""What arrives late for a plan year that is over, by hand."""

from __future__ import annotations

from functools import partial

import pandas as pd
import pytest
from pay_worlds import DAYS, MARGINAL, plan_of

TIERED = MARGINAL.replace("id: TEST", "id: Y26")
FLAT_27 = plan_of(
    "  - {id: commission, type: flat, measure: bookings, rate: 0.05, roles: [rep]}",
    days="valid_from: 2027-01-01, valid_to: 2028-01-01",
).text.replace("id: TEST", "id: Y27")
SOLD = """deal_id,account_id,close_on,amount,kind,related_deal_id
D1,A1,2026-11-10,4000.00,new,
D2,A1,2026-12-10,5000.00,new,
"""
LATE = "L1,A1,2026-11-20,2000.00,new,\n"
REFUND = "R1,A1,2027-01-15,-5000.00,cancellation,D2\n"
NEXT = "D3,A1,2027-01-10,1000.00,new,\n"
QUOTAS = """position_id,measure,period,amount
P-R01,bookings,2026,10000.00
P-R01,bookings,2027,10000.00
"""


def capped(per):
    """Pay 10 % with a cap of 500."""
    return plan_of(
        "  - {id: commission, type: flat, measure: bookings, rate: 0.1, roles: [rep],"
        f" cap: {{amount: 500, per: {per}}}}}"
    ).text.replace("id: TEST", "id: Y26")


@pytest.fixture
def pay(pay_files):
    """Run a month of one position; its ledger lies in ``ledger``."""
    contents = {
        "plan": TIERED,
        "deals": SOLD,
        "ownership": "account_id,position_id,valid_from\nA1,P-R01,2026-01-01\n",
        "quotas": QUOTAS,
    }
    return partial(pay_files, contents, ledger="ledger", is_verified=True)


def pays(summary):
    """Say what a month pays, and how much of it is for months before."""
    assert summary["differences"] == []
    return (
        summary["totals"]["pay"],
        summary["totals"]["pay_for_earlier_months"],
        summary["problems"],
    )


def late_lines(folder):
    lines = pd.read_csv(folder / "lines.csv", dtype=str)
    late = lines[lines["entry_type"] == "delta"]
    columns = ["deal_id", "origin_period", "amount"]
    return sorted(map(tuple, late[columns].to_numpy()))


def test_a_late_deal_moves_later_ones_of_its_year_into_higher_tiers(pay, tmp_path):
    """
    4 % to 5,000, 8 % to 10,000, 12 % above; 2026 paid D1 160.00 and D2 360.00.

    L1 lies from 4,000 to 6,000: 40.00 + 80.00. D2 then from 6,000 to 11,000:
    320.00 + 120.00, so 80.00 more. January 2027 pays D3 5 % of 1,000, and the 200.00.
    """
    assert pays(pay("2026-11", "o1")) == ("160.00", "0.00", [])
    assert pays(pay("2026-12", "o2")) == ("360.00", "0.00", [])
    late = pay(
        "2027-01", "o3", plan=FLAT_27, earlier=[TIERED], deals=SOLD + LATE + NEXT
    )
    assert pays(late) == ("250.00", "200.00", [])
    assert late_lines(tmp_path / "o3") == [
        ("D2", "2026-12", "80.00"),
        ("L1", "2026-11", "120.00"),
    ]
    again = pay(
        "2027-02", "o4", plan=FLAT_27, earlier=[TIERED], deals=SOLD + LATE + NEXT
    )
    assert pays(again) == ("0.00", "0.00", [])


def test_one_plan_of_two_years_starts_its_tiers_again_and_mends_the_first(pay):
    """The same 200.00 for 2026; D3 is the first 1,000 of 2027 at 4 %."""
    plan = TIERED.replace(DAYS, "valid_from: 2026-01-01, valid_to: 2028-01-01")
    pay("2026-11", "o1", plan=plan)
    pay("2026-12", "o2", plan=plan)
    late = pay("2027-01", "o3", plan=plan, deals=SOLD + LATE + NEXT)
    assert pays(late) == ("240.00", "200.00", [])


@pytest.mark.parametrize(
    ("per", "lines", "total"),
    [
        # November 400 + 200, 100 held back; December has its own 500
        (
            "month",
            [("L1", "2026-11", "-100.00"), ("L1", "2026-11", "200.00")],
            "100.00",
        ),
        # the year is full after L1: D2 is held back whole, as 100.00 of it was paid
        (
            "year",
            [
                ("D2", "2026-12", "-100.00"),
                ("L1", "2026-11", "-100.00"),
                ("L1", "2026-11", "200.00"),
            ],
            "0.00",
        ),
    ],
)
def test_a_cap_of_a_year_that_is_over_holds_for_late_deals(
    pay, tmp_path, per, lines, total
):
    """10 % with at most 500.00: 400.00 for D1; D2 500.00, of a year's cap 100.00."""
    plan = capped(per)
    pay("2026-11", "o1", plan=plan)
    december = {"month": "500.00", "year": "100.00"}[per]
    assert pays(pay("2026-12", "o2", plan=plan))[0] == december
    deals = SOLD + LATE
    late = pay("2027-01", "o3", plan=FLAT_27, earlier=[plan], deals=deals)
    assert pays(late) == (total, total, [])
    assert late_lines(tmp_path / "o3") == lines


@pytest.mark.parametrize(
    ("late", "total", "for_2026"),
    [("", "-100.00", "0.00"), (LATE, "0.00", "0.00")],
)
def test_a_refund_takes_back_what_its_sale_paid_a_year_before(
    pay, late, total, for_2026
):
    """
    D2 was paid 100.00 under the year's cap: its refund in January takes back 100.00.

    Where L1 arrives in the same month, D2 is worth nothing any more: −100.00 for it,
    100.00 for L1, and the refund has nothing left to take.
    """
    plan = capped("year")
    pay("2026-11", "o1", plan=plan)
    pay("2026-12", "o2", plan=plan)
    deals = SOLD + late + REFUND
    january = pay("2027-01", "o3", plan=FLAT_27, earlier=[plan], deals=deals)
    assert pays(january) == (total, for_2026, [])
    february = pay("2027-02", "o4", plan=FLAT_27, earlier=[plan], deals=deals)
    assert pays(february) == ("0.00", "0.00", [])


def test_a_deal_of_december_that_was_lost_after_all_is_taken_back(pay):
    """D2 paid 360.00; it is there, but not won any more."""
    pay("2026-11", "o1")
    pay("2026-12", "o2")
    rows = SOLD.replace("related_deal_id", "stage").replace("new,", "new,won")
    rows = rows.replace("5000.00,new,won", "5000.00,new,lost")
    january = pay("2027-01", "o3", plan=FLAT_27, earlier=[TIERED], deals=rows)
    assert pays(january) == ("-360.00", "-360.00", [])


def test_what_is_needed_to_pay_a_late_deal_is_asked_for(pay):
    """Its plan, the deals its year paid, the quotas it paid by: else 50.00 for D3."""
    pay("2026-11", "o1")
    pay("2026-12", "o2")
    deals = SOLD + LATE + NEXT
    head = SOLD.splitlines()[0] + "\n"
    quotas = QUOTAS.replace("P-R01,bookings,2026,10000.00\n", "")
    faults = {
        "no plan that is given pays that day; add it": {"deals": deals},
        "paid D1, D2, no longer among": {
            "deals": head + LATE + NEXT,
            "earlier": [TIERED],
        },
        "has no quota of that year for P-R01": {
            "deals": deals,
            "quotas": quotas,
            "earlier": [TIERED],
        },
    }
    for number, (words, files) in enumerate(faults.items()):
        summary = pay(
            "2027-01", f"f{number}", plan=FLAT_27, **{"ledger": "ledger"} | files
        )
        total, earlier, problems = pays(summary)
        assert (total, earlier) == ("50.00", "0.00")
        assert len(problems) == 1
        assert problems[0].startswith(
            "deal L1: 2000.00 USD of 2026-11-20 arrived after"
        )
        assert words in problems[0]


def test_deals_of_this_year_alone_are_paid_without_a_question(pay):
    pay("2026-12", "o1")
    head = SOLD.splitlines()[0] + "\n"
    january = pay("2027-01", "o2", plan=FLAT_27, earlier=[TIERED], deals=head + NEXT)
    assert pays(january) == ("50.00", "0.00", [])


def test_a_plan_that_ended_inside_a_month_pays_what_is_late_for_it(pay):
    """Flat 10 % to 15 June, 5 % from then on; L is of the 10th: 10 % of 300.00."""

    def plan(name, rate, days):
        return plan_of(
            f"  - {{id: commission, type: flat, measure: bookings, rate: {rate}}}",
            days=days,
        ).text.replace("id: TEST", f"id: {name}")

    first = plan("A", 0.1, "valid_from: 2026-01-01, valid_to: 2026-06-15")
    second = plan("B", 0.05, "valid_from: 2026-06-15, valid_to: 2027-01-01")
    head = SOLD.splitlines()[0] + "\n"
    sold = f"{head}E1,A1,2026-06-05,100.00,new,\nE2,A1,2026-06-20,200.00,new,\n"
    assert pays(pay("2026-06", "o1", plan=first, deals=sold))[0] == "10.00"
    assert pays(pay("2026-06", "o2", plan=second, deals=sold))[0] == "10.00"
    deals = sold + "L,A1,2026-06-10,300.00,new,\n"
    july = pay("2026-07", "o3", plan=second, earlier=[first], deals=deals)
    assert pays(july) == ("30.00", "30.00", [])
