"""A statement says the pay first and shows every step to it."""

from __future__ import annotations

import io

import openpyxl
import pandas as pd
from pay_worlds import MARGINAL, POSITIONS, credit, credits_of, quotas_of

from planner.commissions.calculation.calculate import calculate
from planner.commissions.plans.plan import load_plan
from planner.commissions.statements.statement import (
    make_statement,
    statement_xlsx_bytes,
)

PLAN = load_plan(MARGINAL)
QUOTAS = quotas_of({"P-R01": 10_000_00})


def statement_of(rows, period="2026-02", names=None):
    result = calculate(rows, QUOTAS, PLAN, period, POSITIONS)
    return make_statement(
        position_id="P-R01",
        holder="Ada Abendrath",
        title="Account manager",
        period=period,
        plan=PLAN,
        lines=result.lines,
        trace=result.trace,
        credits=rows,
        quotas=QUOTAS,
        account_names=names,
    )


ROWS = credits_of(
    credit("D1", "2026-01-10", 4_000_00),
    credit("D2", "2026-02-10", 3_000_00),
    credit("D3", "2026-02-11", -4_000_00, cancels="D1"),
)


def test_the_sentence_comes_first():
    """3,000: 1,000 at 4 % and 2,000 at 8 % = 200.00; the return takes back 160.00."""
    statement = statement_of(ROWS)
    assert statement.sentence == (
        "Your pay for February 2026 is 40.00 USD: 1,000 of bookings at 4 %, "
        "2,000 of bookings at 8 %, less 160.00 for cancelled deals."
    )
    assert statement.total_minor == 40_00
    assert statement.quota_by_measure == {"bookings": 10_000_00}


def test_each_step_shows_its_working():
    steps = statement_of(ROWS).steps
    assert steps["working"].tolist() == [
        "1,000 × 4 % + 2,000 × 8 %",
        "what the deal paid, for 4,000 of it",
    ]
    assert set(steps["rule"]) == {"TEST/commission"}
    assert steps["amount_minor"].sum() == 40_00


def test_a_month_without_credit_says_so():
    statement = statement_of(ROWS, "2026-03")
    assert statement.sentence == (
        "Your pay for March 2026 is 0.00 USD: no credit in this month."
    )
    assert statement_xlsx_bytes(statement)


def test_the_workbook_holds_no_formula_and_sums_to_the_pay():
    names = pd.Series({"A1": "=HYPERLINK(1)"})
    content = statement_xlsx_bytes(statement_of(ROWS, names=names))
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    deals = list(book["Deals"].iter_rows(values_only=True))
    pay = deals[0].index("Pay")
    assert sum(row[pay] for row in deals[1:]) == 40.0
    cover = dict(book["Statement"].iter_rows(values_only=True))
    assert cover["Total USD"] == 40.0
    assert cover["Held by"] == "Ada Abendrath"
