"""Numbers, money, dates and times from text: exact, or held."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.accounts.reading.values.dates import in_zone, read_dates
from planner.accounts.reading.values.numbers import read_numbers, to_minor
from planner.core.money import format_minor, parse_minor


def cells(*values):
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(
    ("given_cells", "expected"),
    [
        (["1", "2.5", "n/a"], ["1", "2.5", ""]),
        (["1,234,567.89", "12"], ["1234567.89", "12"]),
        (["1.234.567,89", "0,5"], ["1234567.89", "0.5"]),
        (["1,234", "2"], ["1234", "2"]),
        (["1,234", "0,5"], ["1.234", "0.5"]),
        (["1.234", "0,5"], ["1234", "0.5"]),
        (["1 234 567.89", "1'234"], ["1234567.89", "1234"]),
        (["$310000", "-€5"], ["310000", "-5"]),
    ],
)
def test_column_decides_how_its_numbers_are_read(given_cells, expected):
    numbers = read_numbers(cells(*given_cells))
    assert numbers.text.tolist() == expected
    assert not (numbers.is_bad | numbers.is_held).any()


def test_mixed_styles_are_held_not_guessed():
    numbers = read_numbers(cells("1,234,567.89", "1.234.567,89", "1,234", "5.25"))
    assert numbers.is_held.tolist() == [False, True, True, False]
    assert not numbers.is_bad.any()


def test_choice_of_the_user_settles_the_style():
    numbers = read_numbers(cells("1,234", "5"), decimal=",")
    assert numbers.text.tolist() == ["1.234", "5"]


@pytest.mark.parametrize("text", ["inf", "1e5", "12 apples", "0x10", "1..2", "--5"])
def test_what_is_no_number_is_bad(text):
    assert read_numbers(cells(text, "1")).is_bad.tolist() == [True, False]


def test_coordinates_have_no_thousands():
    numbers = read_numbers(cells("40,712", "-74,006"), allow_groups=False)
    assert numbers.text.tolist() == ["40.712", "-74.006"]


@given(st.integers(-(10**14), 10**14))
def test_amounts_survive_writing_and_reading(amount_minor):
    text = format_minor(amount_minor, "USD")
    minor, is_rounded, is_long = to_minor(cells(text), 2)
    assert minor.item() == amount_minor == parse_minor(text, "USD")
    assert not is_rounded.item()
    assert not is_long.item()


@pytest.mark.parametrize(
    ("text", "minor", "is_rounded"),
    [
        ("0.005", 1, True),
        ("-1.005", -101, True),
        ("2.0049", 200, True),
        ("3.100", 310, False),
    ],
)
def test_more_decimals_round_half_up_and_say_so(text, minor, is_rounded):
    amounts, rounded, _ = to_minor(cells(text, "", "1"), 2)
    assert amounts.iloc[0] == minor
    assert bool(rounded.iloc[0]) is is_rounded
    assert pd.isna(amounts.iloc[1])


def test_amount_beyond_64_bits_is_refused():
    amounts, _, is_long = to_minor(cells("9" * 20), 2)
    assert is_long.item()
    assert pd.isna(amounts.item())


def test_iso_dates_are_read_and_impossible_ones_bad():
    dates = read_dates(
        cells("2026-02-28", "2026-02-30", "", "2026-02-01T10:00", "soon")
    )
    assert dates.is_bad.tolist() == [False, True, False, False, True]
    assert dates.dates.iloc[3] == pd.Timestamp("2026-02-01")


@pytest.mark.parametrize(
    ("given_cells", "form", "first"),
    [
        (["7/1/62", "12/31/99"], "mdy", "1962-07-01"),
        (["1.2.2026", "13.2.2026"], "dmy", "2026-02-01"),
        (["46031", "46032"], "serial", "2026-01-09"),
    ],
)
def test_one_form_with_evidence_is_read(given_cells, form, first):
    dates = read_dates(cells(*given_cells))
    assert dates.form == form
    assert dates.dates.iloc[0] == pd.Timestamp(first)
    assert not (dates.is_bad | dates.is_held).any()


def test_two_readings_are_held_until_the_user_chooses():
    given_cells = cells("01/02/2026", "03/04/2026")
    assert read_dates(given_cells).is_held.all()
    chosen = read_dates(given_cells, "dmy")
    assert chosen.dates.iloc[0] == pd.Timestamp("2026-02-01")


def test_mixed_forms_keep_only_iso():
    dates = read_dates(cells("13/02/2026", "46031", "2026-04-30"))
    assert dates.is_held.tolist() == [True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "20261005",
        "2026/10/05",
        "2026.10.5",
        "2026年10月5日",
        "05-OCT-26",
        "5. Oktober 2026",
        "5 octobre 2026",
        "5 de octubre de 2026",
        "5 ottobre 2026",
        "5 out 2026",
        "5-okt-2026",
        "Oct 5th, 2026",
        "Mon, 5 Oct 2026 10:00:00",
        "20261005T103000Z",
    ],
)
def test_dates_of_one_reading_need_no_other(text):
    dates = read_dates(cells(text, "01/02/2026"))
    assert dates.dates.iloc[0] == pd.Timestamp("2026-10-05")
    assert dates.is_held.tolist() == [False, True]


@pytest.mark.parametrize("text", ["20261305", "5 apples 2026", "35 Oct 2026", "Oct"])
def test_what_only_looks_like_a_date_is_bad(text):
    assert read_dates(cells(text)).is_bad.all()


def test_moments_near_a_month_end_are_named():
    stamps = cells(
        "2026-10-01T03:30:00.000Z",
        "2026-10-12T16:00:00.000+0000",
        "2026-10-31T22:00:00+02:00",
        "2026-10-01 03:30:00",
        "2026-10-01",
    )
    assert in_zone(stamps).tolist() == [True, False, True, False, False]
