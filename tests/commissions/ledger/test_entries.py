"""The ledger only grows; a changed entry breaks its chain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pay_worlds import NO_QUOTAS, POSITIONS, credit, credits_of, plan_of

from planner.commissions.calculation.calculate import calculate
from planner.commissions.ledger.entries import (
    LedgerEntry,
    balance,
    earnings_of,
    post,
    verify,
)
from planner.core.errors import InputError


def entry(period, amount_minor, position_id="P-R01", entry_type="earning"):
    return LedgerEntry(
        position_id=position_id,
        period=period,
        origin_period=period,
        entry_type=entry_type,
        amount_minor=amount_minor,
        currency="USD",
    )


def test_a_changed_entry_is_found():
    ledger = post((), [entry("2026-01", 100), entry("2026-01", 50)])
    assert verify(ledger) == []
    forged = (replace(ledger[0], amount_minor=900), ledger[1])
    assert verify(forged) == ["ledger entry 1 was changed after it was posted"]
    assert verify(ledger[1:])[0] == "ledger entry 2 does not follow the one before"


def test_a_closed_month_takes_no_entry():
    ledger = post((), [entry("2026-02", 100)])
    with pytest.raises(InputError, match="2026-01 is closed"):
        post(ledger, [entry("2026-01", 5)])


def test_entry_types_are_a_closed_list():
    with pytest.raises(InputError, match="entry type must be one of earning"):
        entry("2026-01", 1, entry_type="gift")


def test_earnings_are_the_lines_that_pay_something():
    plan = plan_of("  - {id: c, type: flat, measure: bookings, rate: 0.1}")
    rows = credits_of(credit("D1", "2026-01-05", 1_000), credit("D2", "2026-01-06", 1))
    lines = calculate(rows, NO_QUOTAS, plan, "2026-01", POSITIONS).lines
    posted = earnings_of(lines, "USD")
    assert posted["amount_minor"].tolist() == [100]
    assert posted["line_id"].tolist() == [lines.index[0]]
    with pytest.raises(InputError, match="must be in EUR"):
        earnings_of(lines, "EUR")


@given(
    amounts=st.lists(
        st.tuples(st.integers(1, 12), st.integers(-(10**9), 10**9)), max_size=20
    )
)
def test_later_entries_never_change_earlier_sums(amounts):
    ledger = ()
    for month, amount in sorted(amounts):
        period = f"2026-{month:02d}"
        earlier = [e.period for e in ledger]
        sums = {name: balance(ledger, period=name) for name in earlier if name < period}
        longer = post(ledger, [entry(period, amount)])
        assert longer[: len(ledger)] == ledger
        assert all(balance(longer, period=name) == paid for name, paid in sums.items())
        ledger = longer
    assert verify(ledger) == []
    assert balance(ledger) == sum(amount for _, amount in amounts)
