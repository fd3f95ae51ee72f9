"""Cross tables: bands known by hand, totals kept."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.segmentation.crosstables import GROUPINGS, cross_table


@pytest.fixture
def accounts():
    ids = pd.Index(["A1", "A2", "A3"], name="account_id", dtype="str")
    return pd.DataFrame(
        {
            "industry": ["Energy", "Energy", None],
            "employees": pd.array([9, 10, None], dtype="Int64"),
            "rating": ["B", "A", None],
            "annual_revenue_minor": pd.array(
                [99_999_999, 100_000_000, None], dtype="Int64"
            ),
            "potential_minor": pd.array([5, 7, None], dtype="Int64"),
            "our_sales_minor": pd.array([1, None, 2], dtype="Int64"),
        },
        index=ids,
    )


@pytest.fixture
def segments(accounts):
    return pd.DataFrame({"segment": ["X", "X", "Y"]}, index=accounts.index)


def test_bands_by_hand(accounts, segments):
    table = cross_table(accounts, segments, "employees")
    shown = table[["segment", "group", "accounts"]].astype(str).to_numpy().tolist()
    assert shown == [["X", "0-9", "1"], ["X", "10-49", "1"], ["Y", "unknown", "1"]]
    revenue = cross_table(accounts, segments, "annual_revenue")
    assert revenue["group"].astype(str).tolist() == ["below 1 M", "1-5 M", "unknown"]


@pytest.mark.parametrize("by", GROUPINGS)
def test_totals_equal_those_of_the_accounts(by, accounts, segments):
    table = cross_table(accounts, segments, by)
    assert int(table["accounts"].sum()) == 3
    assert int(table["potential_minor"].sum()) == 12
    assert int(table["our_sales_minor"].sum()) == 3


def test_unknown_grouping_is_refused(accounts, segments):
    with pytest.raises(InputError, match="got 'colour'"):
        cross_table(accounts, segments, "colour")
