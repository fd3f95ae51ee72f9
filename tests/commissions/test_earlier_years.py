"""Two plan years closed month by month pay what the Decimal oracle pays at once."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pay_worlds import POSITIONS, quotas_of, rich_plan

from planner.commissions.calculation.accumulate import PaidSale
from planner.commissions.calculation.reference import reference_amounts
from planner.commissions.earlier_years import EarlierTerms, earlier_spans
from planner.commissions.ledger.corrections import new_entries
from planner.commissions.ledger.entries import post, verify
from planner.commissions.month import MonthInputs, pay_month
from planner.commissions.verify import differing_lines
from planner.core.schemas import DEALS, OWNERSHIP, check
from planner.quotas.crediting import credit_deals, stable_id

YEARS = {
    name: rich_plan(days=f"valid_from: {name}-01-01, valid_to: {int(name) + 1}-01-01")
    for name in ("2026", "2027")
}
QUOTAS = pd.concat(
    [
        quotas_of({"P-R01": 10_000_00, "P-R02": 20_000_00}, "2026"),
        quotas_of({"P-R01": 12_000_00, "P-R02": 9_000_00}, "2027"),
    ],
    ignore_index=True,
)
OWNERS = check(
    pd.DataFrame(
        {
            "account_id": ["A1", "A2"],
            "position_id": ["P-R01", "P-R02"],
            "role": "owner",
            "share_ppm": 1_000_000,
            "valid_from": pd.Timestamp("2026-01-01"),
            "valid_to": pd.NaT,
        }
    ),
    OWNERSHIP,
)
BEGIN = pd.Timestamp("2026-10-01")
MONTHS = [str(month) for month in pd.period_range("2026-10", "2027-06", freq="M")]
# day, amount, account, months late; share and days of a refund, months it is late
sales = st.lists(
    st.tuples(
        st.integers(0, 150),
        st.integers(1, 6_000_01),
        st.sampled_from(["A1", "A2"]),
        st.integers(0, 4),
        st.sampled_from([None, 2, 1]),
        st.integers(0, 80),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=8,
)


def deals_of(drawn):
    """Lay out the deals drawn, and the month that each arrives in."""
    rows, arrival = [], {}
    for number, (day, amount, account, late, part, later, delay) in enumerate(drawn):
        on = BEGIN + pd.Timedelta(days=day)
        came = pd.Period(on, "M") + late
        rows.append((f"D{number}", account, "new", on, amount, None))
        arrival[f"D{number}"] = str(came)
        if part is not None:
            on += pd.Timedelta(days=later)
            back = -(amount // part)
            rows.append((f"R{number}", account, "cancellation", on, back, f"D{number}"))
            arrival[f"R{number}"] = str(max(came, pd.Period(on, "M") + delay))
    names = ["deal_id", "account_id", "kind", "close_on", "amount_minor"]
    frame = pd.DataFrame(rows, columns=[*names, "related_deal_id"]).set_index("deal_id")
    frame = frame.assign(
        product="Core",
        stage="won",
        opened_on=frame["close_on"],
        currency="USD",
        term_months=12,
    ).astype({"close_on": "datetime64[s]", "amount_minor": "int64"})
    return check(frame[frame["amount_minor"] != 0], DEALS), arrival


def closed_by_month(deals, arrival):
    """Close all months in order, each with what had arrived by then."""
    ledger = ()
    for period in MONTHS:
        here = deals.loc[[name for name in deals.index if arrival[name] <= period]]
        plan = YEARS[period[:4]]
        spans = earlier_spans(plan, list(YEARS.values()), period, MONTHS[0])
        inputs = MonthInputs(
            plan=plan,
            deals=here,
            ownership=OWNERS,
            splits=None,
            positions=POSITIONS,
            quotas=QUOTAS,
            ledger=ledger,
            earlier=[
                EarlierTerms(plan=held, until=until, quotas=QUOTAS, positions=POSITIONS)
                for held, until in spans
            ],
        )
        paid = pay_month(inputs, period)
        assert not paid.problems["problem"].eq("late_unpaid").any()
        assert differing_lines(inputs, paid, period) == []
        ledger = post(ledger, new_entries(paid.lines, ledger, period))
    assert verify(ledger) == []
    return ledger


def at_once(deals):
    """Let the oracle pay both years from all deals; amounts by line."""
    worth, earlier = {}, {}
    for year, plan in YEARS.items():
        start, end = f"{year}-01-01", f"{int(year) + 1}-01-01"
        credit_rows = credit_deals(deals, OWNERS, None, POSITIONS, start, end).credits
        first = MONTHS[0] if year == "2026" else "2027-01"
        last = min(f"{year}-12", MONTHS[-1])
        amounts = reference_amounts(
            credit_rows, QUOTAS, plan, POSITIONS, first, last, earlier
        )
        for (position, component, credit_id, kind, month), amount in amounts.items():
            key = (plan.plan_id, component, position, credit_id, kind, month)
            worth[stable_id(*key)] = amount
            if credit_id in credit_rows.index:
                row = credit_rows.loc[credit_id]
                _count(earlier, (component, position, row["deal_id"]), row, amount)
        for row in credit_rows.itertuples():
            for (_, position, deal_id), sale in earlier.items():
                if (position, deal_id) == (row.position_id, row.related_deal_id):
                    sale.cancelled_minor += row.amount_minor
    return worth


def _count(earlier, key, row, amount):
    if row["event"] == "booking":
        sale = earlier.setdefault(key, PaidSale(int(row["amount_minor"]), 0))
        sale.amount_minor += amount


@settings(deadline=None, max_examples=8)
@given(drawn=sales)
def test_what_arrives_late_in_any_year_ends_as_if_it_had_been_there(drawn):
    deals, arrival = deals_of(drawn)
    posted = {}
    for entry in closed_by_month(deals, arrival):
        key = entry.stable_id
        posted[key] = posted.get(key, 0) + entry.amount_minor
    assert {key: paid for key, paid in posted.items() if paid} == at_once(deals)
