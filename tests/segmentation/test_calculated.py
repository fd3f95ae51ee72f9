"""Calculated measures: figures known by hand, refusals that say why."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.segmentation.calculated import (
    CalculatedMeasure,
    check_new,
    with_calculated,
)
from planner.segmentation.tree import ExpressionError

AS_OF = pd.Timestamp("2026-11-20")
GROUND = CalculatedMeasure("Open ground", "annual_revenue - our_sales")


@pytest.fixture
def accounts():
    return pd.DataFrame(
        {
            "name": ["One", "Two", "Three"],
            "annual_revenue_minor": pd.array([10_000, 5_000, None], dtype="Int64"),
            "our_sales_minor": pd.array([2_550, 8_000, 100], dtype="Int64"),
            "custom.No of beds": [10.0, 20.0, None],
            "custom": ['{"Pumps": "3"}', '{"Pumps": "4"}', None],
        },
        index=pd.Index(["A1", "A2", "A3"], name="account_id", dtype="str"),
    ).astype({"name": "str", "custom": "str"})


@pytest.mark.parametrize(
    ("formula", "values"),
    [
        ("annual_revenue - our_sales", [74.5, -30.0, None]),
        ("custom.No_of_beds * 2", [20.0, 40.0, None]),
        ("custom.Pumps + 1", [4.0, 5.0, None]),
        ("our_sales / (custom.No_of_beds - 10)", [None, 8.0, None]),
    ],
)
def test_formulas_come_out_as_by_hand(accounts, formula, values):
    answer = CalculatedMeasure("X", formula).values(accounts, AS_OF, 2)
    expected = pd.Series(values, accounts.index, dtype="float64")
    pd.testing.assert_series_equal(answer, expected, check_names=False)


def test_what_is_below_zero_counts_as_nothing_and_formulas_build_on_each_other(
    accounts,
):
    twice = CalculatedMeasure("Twice", "custom.Open_ground * 2")
    lost = CalculatedMeasure("Lost", "custom.gone + 1")
    answer = with_calculated(accounts, [GROUND, twice, lost], AS_OF, 2)
    assert answer["custom.Open ground"].fillna(-1).tolist() == [74.5, 0.0, -1]
    assert answer["custom.Twice"].fillna(-1).tolist() == [149.0, 0.0, -1]
    assert "custom.Lost" not in answer


@pytest.mark.parametrize(
    ("name", "formula", "error", "word"),
    [
        ("no of beds", "our_sales", InputError, "already"),
        ("X", "our_sale + 1", ExpressionError, "did you mean our_sales"),
        ("X", "name", ExpressionError, "expected a number, this is a text"),
        ("X", "our_sales > 3", ExpressionError, "expected a number, this is a truth"),
        ("X", "our_sales * -1", InputError, "above zero for no account"),
        (" ", "our_sales", InputError, "must have a name"),
    ],
)
def test_what_cannot_be_shared_is_refused(accounts, name, formula, error, word):
    with pytest.raises(error, match=word):
        check_new(CalculatedMeasure(name, formula), accounts, AS_OF, 2)
