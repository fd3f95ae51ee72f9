"""Money stays whole: rounding mirrors, parts sum, text is read exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.errors import InputError
from planner.core.money import (
    MINOR_DIGITS,
    allocate_minor,
    format_minor,
    minor_digits,
    parse_minor,
    round_ratio,
)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(5, 10, 1), (-5, 10, -1), (4, 10, 0), (15, 10, 2), (-15, 10, -2), (7, -2, -4)],
)
def test_ties_round_away_from_zero(numerator, denominator, expected):
    assert round_ratio(numerator, denominator) == expected


@given(st.integers(), st.integers(min_value=1))
def test_rounding_mirrors(numerator, denominator):
    assert round_ratio(-numerator, denominator) == -round_ratio(numerator, denominator)


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.integers(0, 10**9), min_size=1).filter(any),
)
def test_parts_sum_to_the_whole(total_minor, weights):
    parts = allocate_minor(total_minor, weights)
    assert sum(parts) == total_minor
    exact = [total_minor * weight / sum(weights) for weight in weights]
    assert all(
        abs(p - e) <= 1 + 1e-6 * abs(e) for p, e in zip(parts, exact, strict=True)
    )


def test_three_equal_shares_of_a_hundred_cents():
    assert allocate_minor(100, [1, 1, 1]) == [33, 34, 33]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_that_share_nothing_are_refused(weights):
    with pytest.raises(InputError, match="weights must be"):
        allocate_minor(100, weights)


def test_text_is_read_exactly():
    assert parse_minor("1234.50", "USD") == 123450
    assert parse_minor("-0.01", "USD") == -1
    assert parse_minor("12", "JPY") == 12


@pytest.mark.parametrize("text", ["1.234", "12,5", "", "NaN", "=1"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(InputError):
        parse_minor(text, "USD")


@given(st.integers(-(10**17), 10**17))
def test_writing_and_reading_is_the_identity(amount_minor):
    assert parse_minor(format_minor(amount_minor, "USD"), "USD") == amount_minor


@pytest.mark.parametrize(
    ("codes", "digits"),
    [
        ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF", 0),
        ("INR SEK NOK DKK PLN BRL MXN CNY NZD SGD ZAR IDR CZK HUF TRY XCG", 2),
        ("AFN ALL IRR KPW LAK LBP MGA MMK RSD SOS SYP YER", 2),
        ("BHD IQD JOD KWD LYD OMR TND", 3),
        ("CLF UYW", 4),
    ],
)
def test_every_currency_has_the_decimals_of_iso_4217(codes, digits):
    """Those of the third row are written without decimals, but kept with two."""
    assert {code: minor_digits(code) for code in codes.split()} == dict.fromkeys(
        codes.split(), digits
    )


def test_metals_and_units_of_account_are_no_currencies():
    assert not {"XAU", "XDR", "XTS", "XXX", "CNH", "DEM"} & set(MINOR_DIGITS)
    assert next(iter(MINOR_DIGITS)) == "USD"


def test_a_code_in_small_letters_is_told_how_to_be_written():
    with pytest.raises(InputError, match="got 'inr'; write INR"):
        minor_digits("inr")


def test_an_amount_that_could_not_be_summed_is_refused():
    """A quadrillion rupiah is read, ten thousand of them are not."""
    assert parse_minor("1000000000000000.00", "IDR") == 10**17
    with pytest.raises(InputError, match="must lie within"):
        parse_minor("10000000000000000000", "VND")
