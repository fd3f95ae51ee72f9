"""A pay run on files: what it writes, what it refuses, how it mends closed months."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from pay_worlds import MARGINAL

from planner.commissions.files.batch import run_pay
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
def pay(tmp_path):
    """Run a month on files, some of them replaced; results go to ``<out>``."""

    def run(period, out="out", *, ledger=None, **files):
        contents = {
            "plan": PLAN,
            "deals": DEALS,
            "ownership": OWNERSHIP,
            "quotas": QUOTAS,
            "hierarchy": HIERARCHY,
        } | files
        paths = {}
        for name, text in contents.items():
            if text is not None:
                paths[f"{name}_path"] = tmp_path / f"{name}.csv"
                paths[f"{name}_path"].write_text(text)
        return run_pay(
            **paths,
            period=period,
            out_dir=tmp_path / out,
            ledger_dir=None if ledger is None else tmp_path / ledger,
        )

    return run


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
        ("deals", "amount", "value", "column amount is missing"),
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
