"""Amounts as accountants, banks and other countries write them."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.accounts.reading.values.currencies import is_other_currency
from planner.accounts.reading.values.numbers import read_numbers


def cells(*values):
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["1.234", "2.500", "900"], ["1234", "2500", "900"]),
        (["1.234.567", "2.500"], ["1234567", "2500"]),
        (["2.500", "0.125", "1.23456"], ["2.500", "0.125", "1.23456"]),
        (["(350.00)", "($80.50)", "1"], ["-350.00", "-80.50", "1"]),
        (["350.00-", "1,200.00-"], ["-350.00", "-1200.00"]),
        (["\u22125.00", "\uff0d7", "- 9"], ["-5.00", "-7", "-9"]),
        (["350.00 CR", "20.00 DR"], ["-350.00", "20.00"]),
        (["1.200,-", "12,50"], ["1200", "12.50"]),
        (["USD 1,200.00", "1,200.00 USD", "US$ 3"], ["1200.00", "1200.00", "3"]),
        (["R$ 1.234,50", "12 zł", "900 kr."], ["1234.50", "12", "900"]),
        (
            ["EUR -12,00", "12,00- EUR", "(1.234,50 €)"],
            ["-12.00", "-12.00", "-1234.50"],
        ),
        (["Rs. 1,20,000.00", "CHF 1'200.50"], ["120000.00", "1200.50"]),
    ],
)
def test_an_amount_is_read_as_its_writer_means_it(given, expected):
    numbers = read_numbers(cells(*given), digits=2)
    assert numbers.text.tolist() == expected
    assert not (numbers.is_bad | numbers.is_held).any()


@pytest.mark.parametrize("others", [["12.50"], ["1500"]])
def test_thousands_beside_decimals_are_held(others):
    numbers = read_numbers(cells("2.500", *others), digits=2)
    assert numbers.is_held.tolist() == [True] + [False] * len(others)
    assert numbers.text.tolist() == ["", *others]


def test_a_currency_of_three_decimals_has_three():
    assert read_numbers(cells("2.500", "3.750"), digits=3).text.tolist() == [
        "2.500",
        "3.750",
    ]


def test_a_measurement_of_three_decimals_is_held_until_the_sign_is_chosen():
    assert read_numbers(cells("2.500", "3.750")).is_held.all()
    chosen = read_numbers(cells("2.500", "3.750"), decimal=".")
    assert chosen.text.tolist() == ["2.500", "3.750"]


@pytest.mark.parametrize(
    ("cell", "company", "is_other"),
    [
        ("€900", "USD", True),
        ("€900", "EUR", False),
        ("$900", "CAD", False),
        ("$900", "EUR", True),
        ("£9", "USD", True),
        ("¥9", "CNY", False),
        ("9 kr", "SEK", False),
        ("9 kr", "USD", True),
        ("C$ 9", "USD", True),
        ("INR 9", "USD", True),
    ],
)
def test_the_sign_in_the_cell_tells_the_currency(cell, company, is_other):
    numbers = read_numbers(cells(cell, "1.5"), digits=2)
    assert not numbers.is_bad.any()
    assert is_other_currency(numbers.currencies, company).tolist() == [is_other, False]


@pytest.mark.parametrize("text", ["12 apples", "XYZ 5", "5 kg", "(5", "5--", "1e5"])
def test_what_is_no_amount_stays_none(text):
    assert read_numbers(cells(text, "1"), digits=2).is_bad.tolist() == [True, False]
