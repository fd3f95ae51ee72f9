"""Closing months in the app: late deals, refunds, vacant seats."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.commissions.ledger.entries import balance, from_frame
from planner.core.errors import InputError
from planner.core.run import RunControl
from planner.core.schemas import DEALS, REPS, check
from planner.services.company.overview import company_view
from planner.services.pay import runs, terms
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.pay import ledger as ledger_rows
from planner.store.scenarios import quotas as quota_rows

LATE_MINOR = 204_396_00


def close(ws, period):
    return runs.run_period(ws, {"period": period, "kind": "final"}, RunControl())


def add_deal(ws, deal_id, close_on, amount_minor, *, cancels=None):
    """Save a deal of an account that has one owner all along."""
    with ws.store.transaction() as conn:
        ownership = quota_rows.load_ownership(conn, ws.company_id)
        owners = ownership[ownership["role"] == "owner"]
        alone = owners[~owners["account_id"].duplicated(keep=False)]
        row = {
            "account_id": alone["account_id"].min(),
            "product": "Core",
            "kind": "cancellation" if cancels else "new",
            "stage": "won",
            "opened_on": pd.Timestamp(close_on),
            "close_on": pd.Timestamp(close_on),
            "amount_minor": amount_minor,
            "currency": "USD",
            "term_months": 0,
            "related_deal_id": cancels,
            "custom": None,
        }
        index = pd.Index([deal_id], name="deal_id")
        frame = check(pd.DataFrame([row], index=index), DEALS)
        deals = pd.concat([deal_rows.load_deals(conn, ws.company_id), frame])
        deal_rows.save_deals(conn, ws.company_id, check(deals, DEALS))


def ledger_of(ws):
    with ws.store.reading() as conn:
        assert ledger_rows.verify_ledger(conn, ws.company_id) == []
        return from_frame(ledger_rows.load_ledger(conn, ws.company_id))


def test_a_late_deal_is_paid_when_the_next_month_closes(sample):
    """
    September is closed, then a deal of 28 September arrives.

    October posts what September is worth now less what it paid; both together are what
    the two months pay when they are closed with the deal there from the start.
    """
    before = close(sample, "2026-09")
    add_deal(sample, "LATE", "2026-09-28", LATE_MINOR)
    september = runs.run_period(sample, {"period": "2026-09"}, RunControl())
    worth = september["pay_minor"] - before["pay_minor"]
    assert worth > 0
    october = close(sample, "2026-10")
    assert october["earlier_minor"] == worth
    ledger = ledger_of(sample)
    late = [entry for entry in ledger if entry.deal_id == "LATE"]
    assert {(entry.period, entry.origin_period) for entry in late} == {
        ("2026-10", "2026-09")
    }
    assert balance(ledger, period="2026-10") == october["pay_minor"]
    paid = before["pay_minor"] + october["pay_minor"]
    assert balance(ledger) == paid
    view = runs.pay_view(sample, "2026-10")
    assert int(view.positions["pay_minor"].sum()) == october["pay_minor"]


def test_a_deal_refunded_after_its_month_closed_leaves_nothing(sample):
    """What October takes back of LATE is what September paid for it."""
    add_deal(sample, "LATE", "2026-09-28", LATE_MINOR)
    close(sample, "2026-09")
    add_deal(sample, "BACK", "2026-10-05", -LATE_MINOR, cancels="LATE")
    close(sample, "2026-10")
    by_deal = {
        deal_id: sum(e.amount_minor for e in ledger_of(sample) if e.deal_id == deal_id)
        for deal_id in ("LATE", "BACK")
    }
    assert by_deal["LATE"] > 0
    assert by_deal["BACK"] == -by_deal["LATE"]


def begin_years_in_october(ws):
    """Let the sample's plan count its years from October on."""
    text = terms.terms_view(ws).versions[0].plan.text
    valid_to = "valid_to: 2027-01-01"
    assert valid_to in text
    terms.save_terms(ws, text.replace(valid_to, f"{valid_to}\n  fiscal_year_start: 10"))


def test_a_late_deal_of_the_year_before_is_paid_by_the_quotas_of_its_day(sample):
    """
    The year ends with September, which is closed; a deal of 28 September arrives.

    October begins another year: it posts what September is worth now less what it
    paid, and asks nothing. A refund of the deal in October takes all of it back.
    """
    begin_years_in_october(sample)
    before = close(sample, "2026-09")
    add_deal(sample, "LATE", "2026-09-28", LATE_MINOR)
    september = runs.run_period(sample, {"period": "2026-09"}, RunControl())
    worth = september["pay_minor"] - before["pay_minor"]
    assert worth > 0
    alone = runs.run_period(sample, {"period": "2026-10"}, RunControl())
    assert alone["earlier_minor"] == worth
    assert "late_unpaid" not in set(
        runs.pay_view(sample, "2026-10").problems["problem"]
    )
    add_deal(sample, "BACK", "2026-10-05", -LATE_MINOR, cancels="LATE")
    close(sample, "2026-10")
    ledger = ledger_of(sample)
    by_deal = {
        deal_id: sum(e.amount_minor for e in ledger if e.deal_id == deal_id)
        for deal_id in ("LATE", "BACK")
    }
    assert by_deal["LATE"] > 0
    assert by_deal["BACK"] == -by_deal["LATE"]


def test_a_month_before_a_closed_one_is_refused_truly(sample):
    close(sample, "2026-10")
    with pytest.raises(InputError, match="2026-09 is closed: the ledger goes to"):
        close(sample, "2026-09")
    assert runs.run_period(sample, {"period": "2026-09"}, RunControl())["pay_minor"] > 0


def test_vacant_positions_are_not_paid(sample):
    """Whoever holds P-R01 leaves in August: October pays nobody for it."""
    paid = runs.run_period(sample, {"period": "2026-10"}, RunControl())
    seat = runs.pay_view(sample, "2026-10").positions.loc["P-R01"]
    assert int(seat["pay_minor"]) > 0
    n_vacant = len(company_view(sample).vacant)
    with sample.store.transaction() as conn:
        reps = team_rows.load_reps(conn, sample.company_id)
        left = reps["position_id"].eq("P-R01")
        reps.loc[left, "left_on"] = pd.Timestamp("2026-08-31")
        team_rows.save_reps(conn, sample.company_id, check(reps, REPS))
    now = runs.run_period(sample, {"period": "2026-10"}, RunControl())
    assert now["n_positions"] == paid["n_positions"] - 1
    assert paid["pay_minor"] - now["pay_minor"] == int(seat["pay_minor"])
    row = runs.pay_view(sample, "2026-10").positions.loc["P-R01"]
    assert (row["name"], int(row["pay_minor"])) == ("vacant", 0)
    assert runs.statement(sample, "P-R01", "2026-10").total_minor == 0
    assert len(company_view(sample).vacant) == n_vacant + 1
    august = runs.run_period(sample, {"period": "2026-08"}, RunControl())
    assert august["n_positions"] == paid["n_positions"]
