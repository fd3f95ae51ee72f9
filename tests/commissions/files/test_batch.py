"""A pay run on files: what it writes, what it refuses, how it mends closed months."""

from __future__ import annotations

import json
from functools import partial

import pandas as pd
import pytest
from pay_worlds import MARGINAL

from planner.core.errors import InputError

DEALS = """deal_id,account_id,close_on,amount,currency,kind,related_deal_id,splits
D1,A1,2026-01-10,4000.00,USD,new,,
D2,A1,2026-02-10,3000.00,USD,new,,
D3,A1,2026-02-11,1000.00,USD,new,,P-R01:0.6;P-R02:0.4
"""
OWNERSHIP = """account_id,position_id,role,share,valid_from,valid_to
A1,P-R01,owner,1,2026-01-01,
"""
QUOTAS = """position_id,measure,period,amount,currency
P-R01,bookings,2026,10000.00,USD
P-R02,bookings,2026,10000.00,USD
"""
HIERARCHY = """position_id,parent_id,role
P-M1,,manager
P-R01,P-M1,rep
P-R02,P-M1,rep
"""
PLAN = MARGINAL + (
    "  - {id: override, type: override, measure: team, rate: 0.01, roles: [manager]}\n"
)


@pytest.fixture
def pay(pay_files):
    """Run a month on the files above, some of them replaced."""
    contents = {
        "plan": PLAN,
        "deals": DEALS,
        "ownership": OWNERSHIP,
        "quotas": QUOTAS,
        "hierarchy": HIERARCHY,
    }
    return partial(pay_files, contents)


def read(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_february_by_hand(pay, tmp_path):
    """
    R01 has 4,000 from January: 3,000 more is 1,000 at 4 % + 2,000 at 8 % = 200.00.

    Of 1,000 it has 600 at 8 % = 48.00; R02 400 at 4 % = 16.00; M1 1 % of 4,000 = 40.00.
    """
    summary = pay("2026-02")
    assert summary["totals"]["by_position"] == {
        "P-M1": "40.00",
        "P-R01": "248.00",
        "P-R02": "16.00",
    }
    assert summary["totals"]["credited"] == "4000.00"
    assert summary["totals"]["ledger"] == summary["totals"]["pay"] == "304.00"
    assert summary["problems"] == []
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == {
        "credits.csv",
        "lines.csv",
        "trace.csv",
        "ledger.csv",
        "statements",
        "summary.json",
    }
    assert json.loads((out / "summary.json").read_text()) == summary
    assert {path.stem for path in (out / "statements").iterdir()} == {
        "P-M1",
        "P-R01",
        "P-R02",
    }
    lines = read(out / "lines.csv")
    assert lines["amount"].astype(float).sum() == 304.0
    direct = read(out / "credits.csv").query("kind == 'direct'")
    assert direct["amount"].astype(float).sum() == 4000.0


def test_a_changed_deal_of_a_closed_month_is_posted_as_a_difference(pay, tmp_path):
    """
    January paid 160.00 and the manager 40.00; D1 was 3,000 in truth, not 4,000.

    So −40.00 and −10.00 are posted in February for January. February itself is then
    worked from 3,000: 2,000 at 4 % + 1,000 at 8 % = 160.00 and 48.00.
    """
    pay("2026-01", "o1", ledger="ledger")
    january = (tmp_path / "ledger/2026-01.csv").read_bytes()
    changed = DEALS.replace("4000.00", "3000.00")
    summary = pay("2026-02", "o2", ledger="ledger", deals=changed)
    assert (tmp_path / "ledger/2026-01.csv").read_bytes() == january
    lines = read(tmp_path / "o2/lines.csv")
    delta = lines[lines["entry_type"] == "delta"]
    assert delta[["position_id", "origin_period", "amount"]].to_numpy().tolist() == [
        ["P-R01", "2026-01", "-40.00"],
        ["P-M1", "2026-01", "-10.00"],
    ]
    assert "now 120.00, posted 160.00" in delta["rule"].iloc[0]
    assert summary["totals"]["by_position"]["P-R01"] == "168.00"
    ledger = read(tmp_path / "o2/ledger.csv")
    assert ledger["amount"].astype(float).sum() == pytest.approx(
        160 + 40 + 160 + 48 + 16 + 40 - 40 - 10
    )


def test_a_deal_that_vanished_is_taken_back_and_then_left_alone(pay):
    pay("2026-01", "o1", ledger="ledger")
    gone = DEALS.replace("D1,A1,2026-01-10,4000.00,USD,new,,\n", "")
    summary = pay("2026-02", "o2", ledger="ledger", deals=gone)
    assert summary["totals"]["pay_for_earlier_months"] == "-200.00"
    summary = pay("2026-03", "o3", ledger="ledger", deals=gone)
    assert summary["totals"]["pay_for_earlier_months"] == "0.00"
    assert summary["ledger"]["months_checked_again"] == ["2026-01", "2026-02"]


def test_a_second_run_of_a_month_posts_only_what_differs(pay, tmp_path):
    pay("2026-02", "o1", ledger="ledger")
    assert pay("2026-02", "o2", ledger="ledger")["ledger"]["entries_posted"] == 0
    more = DEALS.replace("3000.00", "3500.00")
    summary = pay("2026-02", "o3", ledger="ledger", deals=more)
    assert summary["totals"]["ledger"] == summary["totals"]["pay"]
    added = read(tmp_path / "ledger/2026-02-2.csv")
    assert set(added["entry_type"]) == {"adjustment"}


def test_the_folder_of_an_earlier_run_serves_as_ledger(pay):
    pay("2026-01", "o1")
    summary = pay("2026-02", "o2", ledger="o1")
    assert summary["ledger"]["months_checked_again"] == ["2026-01"]


def test_a_month_before_the_ledgers_last_is_closed(pay):
    pay("2026-02", "o1", ledger="ledger")
    with pytest.raises(InputError, match="period 2026-01 is closed"):
        pay("2026-01", "o2", ledger="ledger")


def test_a_ledger_that_was_touched_is_refused(pay, tmp_path):
    pay("2026-01", "o1", ledger="ledger")
    path = tmp_path / "ledger/2026-01.csv"
    path.write_text(path.read_text().replace("160.00", "960.00"))
    with pytest.raises(InputError, match="was changed after it was posted"):
        pay("2026-02", "o2", ledger="ledger")


def test_foreign_deals_need_a_rate(pay):
    """3,000 EUR at 2 are 6,000 USD: 1,000 at 4 % + 5,000 at 8 % = 440.00."""
    deals = DEALS.replace("3000.00,USD", "3000.00,EUR")
    assert (
        "no rate from EUR to USD on 2026-02-10"
        in pay("2026-02", deals=deals)["problems"][0]
    )
    fx = "base,quote,rate,valid_from\nEUR,USD,2,2026-01-01\n"
    summary = pay("2026-02", deals=deals, fx=fx)
    assert summary["problems"] == []
    assert summary["totals"]["credited"] == "7000.00"


def test_without_hierarchy_owners_are_reps(pay):
    summary = pay("2026-02", hierarchy=None)
    assert summary["totals"]["by_position"] == {"P-R01": "248.00", "P-R02": "16.00"}


def test_deals_without_owner_are_told_and_the_rest_is_paid(pay):
    deals = DEALS + "D9,A9,2026-02-12,10.00,USD,new,,\n"
    summary = pay("2026-02", deals=deals)
    assert summary["problems"] == [
        "deal D9: account A9 has no owner on 2026-02-12; give it one from that day on"
    ]
    assert summary["totals"]["pay"] == "304.00"


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("deals", "3000.00", "3 000", "deals.csv: row 2, amount = '3 000'"),
        ("deals", "3000.00", "1.005", "at most 2 decimals in USD"),
        (
            "deals",
            "2026-02-10",
            "10.02.2026",
            "row 2, close_on = '10.02.2026': must be a",
        ),
        ("deals", "D2", "D1", "row 2, deal_id = 'D1': must be unique"),
        ("deals", "new,,\nD3", "gift,,\nD3", "kind = 'gift': must be one of new"),
        ("deals", "P-R01:0.6", "P-R01=0.6", "row 3, splits"),
        ("deals", "amount", "value", "has no column 'amount'"),
        ("ownership", "owner,1", "owner,1.5", "row 1, share = '1.5'"),
        (
            "ownership",
            "2026-01-01,",
            "2026-01-01,2025-01-01",
            "must lie after valid_from",
        ),
        ("quotas", "2026,10000", "Q1,10000", "period = 'Q1': must be a year"),
        ("quotas", "USD", "EUR", "must be the plan's currency USD"),
        ("hierarchy", "P-R02", "P-R01", "position_id = 'P-R01': must be unique"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_written(
    pay, tmp_path, name, old, new, words
):
    texts = {
        "deals": DEALS,
        "ownership": OWNERSHIP,
        "quotas": QUOTAS,
        "hierarchy": HIERARCHY,
    }
    with pytest.raises(InputError) as caught:
        pay("2026-02", **{name: texts[name].replace(old, new, 1)})
    assert words in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_an_id_cannot_lead_out_of_the_folder(pay, tmp_path):
    ownership = OWNERSHIP.replace("P-R01", "../../evil")
    quotas = QUOTAS.replace("P-R01", "../../evil")
    pay("2026-02", ownership=ownership, quotas=quotas, hierarchy=None)
    names = {path.name for path in (tmp_path / "out/statements").iterdir()}
    assert "%2E%2E%2F%2E%2E%2Fevil.xlsx" in names


TWO_PLANS = {
    "deals": """deal_id,account_id,close_on,amount
D1,A1,2026-02-10,1000.00
D2,A1,2026-02-20,2000.00
""",
    "quotas": "position_id,measure,period,amount\n",
    "hierarchy": None,
}


def plan_text(name, rate, first, end):
    return f"""
schema: commission-plan/1
plan: {{id: {name}, currency: USD, valid_from: {first}, valid_to: {end}}}
measures:
  - {{code: bookings, credit_type: revenue, kind: direct, accumulation: year}}
components:
  - {{id: c, type: flat, measure: bookings, rate: {rate}}}
"""


OLD = plan_text("OLD", 0.04, "2026-01-01", "2026-02-15")
NEW = plan_text("NEW", 0.05, "2026-02-15", "2027-01-01")


def test_two_plans_in_one_month_each_pay_theirs_by_one_ledger(pay):
    """
    40.00 by the plan that ends on the 15th, 100.00 by the one that begins then.

    In March D1 turns out to be 1,500: the old plan posts 20.00, the new one nothing.
    """
    old = pay("2026-02", "o1", ledger="ledger", plan=OLD, **TWO_PLANS)
    assert old["totals"]["pay"] == "40.00"
    assert [text[:8] for text in old["problems"]] == ["deal D2:"]
    assert "is not paid by plan OLD" in old["problems"][0]
    new = pay("2026-02", "o2", ledger="ledger", plan=NEW, **TWO_PLANS)
    assert new["totals"]["pay"] == "100.00"
    assert new["totals"]["ledger"] == "140.00"
    late = TWO_PLANS | {"deals": TWO_PLANS["deals"].replace("1000", "1500")}
    march = pay("2026-03", "o3", ledger="ledger", plan=NEW, **late)
    assert march["totals"]["pay"] == "0.00"
    march = pay("2026-03", "o4", ledger="ledger", plan=OLD, **late)
    assert march["totals"]["pay_for_earlier_months"] == "20.00"
    assert pay("2026-04", "o5", ledger="ledger", plan=OLD, **late)["totals"]["pay"] == (
        "0.00"
    )


def test_a_plan_that_takes_anothers_place_corrects_it(pay):
    """OLD paid 40.00 for D1; at 5 % it is 50.00: 10.00 more, not 50.00."""
    pay("2026-02", "o1", ledger="ledger", plan=OLD, **TWO_PLANS)
    whole = plan_text("WHOLE", 0.05, "2026-01-01", "2027-01-01")
    march = pay("2026-03", "o2", ledger="ledger", plan=whole, **TWO_PLANS)
    assert march["totals"]["pay"] == "110.00"


def test_a_quota_far_below_the_sales_is_questioned(pay):
    """A quota of 10 against 4,000 is paid, and asked about; 1,000 is not."""
    small = QUOTAS.replace("P-R01,bookings,2026,10000.00", "P-R01,bookings,2026,10.00")
    problems = pay("2026-01", quotas=small)["problems"]
    assert problems == [
        "position P-R01: its bookings quota of 10.00 USD for 2026 is 1/400 of its "
        "sales of 4000.00; check its currency and its unit"
    ]
    enough = small.replace("10.00,", "1000.00,")
    assert pay("2026-01", "o2", quotas=enough)["problems"] == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("P1,P1\n", r"row 1, parent_id = 'P1': position P1 reports to itself"),
        ("P1,P2\nP2,P1\n", r"P1 \(row 1\) → P2 \(row 2\) → P1"),
        ("P0,\nP1,P2\nP2,P3\nP3,P1\n", "row 2, .* → P3 .* → P1"),
        ("P1,P9\n", "row 1, parent_id = 'P9': is no position_id"),
    ],
)
def test_a_hierarchy_that_leads_nowhere_is_refused(pay, rows, words):
    with pytest.raises(InputError, match=words):
        pay("2026-01", hierarchy=f"position_id,parent_id\n{rows}")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["EUR,USD,1.1,2026-01-01,", "EUR,USD,1.2,2026-01-01,"], "two rates for 2026"),
        (
            ["EUR,USD,1.2,2026-01-15,2026-03-01", "EUR,USD,1.1,2026-01-01,2026-02-01"],
            "rows 1 and 2: EUR to USD has two rates for 2026-01-15",
        ),
        (["EUR,USD,1.1,2026-01-01,", "USD,EUR,0.5,2026-01-01,"], "contradict"),
        (["USD,EUR,0.5,2026-01-05,", "EUR,USD,1.1,2026-01-01,"], "rows 1 and 2: USD"),
        (["EUR,USD,0,2026-01-01,"], "row 1, rate = '0': must be above 0"),
        (["EUR,USD,-1.1,2026-01-01,"], "must be above 0"),
        (["EUR,EUR,1,2026-01-01,"], "another currency"),
        (["EUR,XYZ,1,2026-01-01,"], "row 1, quote = 'XYZ': currency must be one of"),
        (["EUR,USD,1.1,2026-01-01,2026-01-01"], "must lie after valid_from"),
    ],
)
def test_rates_that_cannot_be_told_apart_are_refused(pay, rows, words):
    for order in (rows, rows[::-1]):
        with pytest.raises(InputError, match=words if order == rows else "fx.csv"):
            pay(
                "2026-01", fx="\n".join(["base,quote,rate,valid_from,valid_to", *order])
            )


def test_rates_that_follow_each_other_are_taken(pay):
    """An open rate ends where the next begins; 1.1 and 0.91 are one rate both ways."""
    fx = """base,quote,rate,valid_from,valid_to
eur,USD,1.05,2025-01-01,
EUR,USD,1.1,2026-01-01,
USD,EUR,0.95,2025-01-01,
USD,EUR,0.91,2026-01-01,
"""
    euros = DEALS.replace("4000.00,USD", "4000.00,EUR")
    summary = pay("2026-01", fx=fx, deals=euros)
    assert summary["totals"]["credited"] == "4400.00"


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("stage", ["Closed Won", "closed-lost", "won"]),
        ("StageName_is_not_ours,stage", [",ClosedWon", ",Negotiation", ",Booked"]),
        ("IsWon", ["true", "FALSE", "1"]),
    ],
)
def test_stages_are_read_as_import_reads_them(pay, header, cells):
    """Of 1,000, 2,000 and 4,000 the first and the last are won."""
    rows = zip(["1000.00", "2000.00", "4000.00"], cells, strict=True)
    deals = "\n".join(
        f"D{n},A1,2026-01-10,{amount},{cell}" for n, (amount, cell) in enumerate(rows)
    )
    summary = pay(
        "2026-01", deals=f"deal_id,account_id,close_on,amount,{header}\n{deals}\n"
    )
    assert summary["totals"]["credited"] == "5000.00"


def test_a_stage_nobody_knows_is_refused_with_its_row(pay):
    deals = "deal_id,account_id,close_on,amount,stage\nD1,A1,2026-01-10,1.00,Maybe\n"
    with pytest.raises(InputError, match="row 1, stage = 'Maybe': must be one of qual"):
        pay("2026-01", deals=deals)
