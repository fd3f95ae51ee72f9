from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from planner.core.errors import ParamsError
from planner.core.formats import EMPTY, Formats, gap_text, written

FMT = Formats()


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (FMT.number(1234567.5), "1,234,568"),
        (FMT.number(-1234.5, 1), "−1,234.5"),
        (FMT.number(-0.2), "0"),
        (FMT.signed(12), "+12"),
        (FMT.signed(-12), "−12"),
        (FMT.signed(0.2), "0"),
        (FMT.money(123_456), "$1,234.56"),
        (FMT.money(123_400), "$1,234"),
        (FMT.money(123_456_750), "$1,234,568"),
        (FMT.money(-123_456_750), "−$1,234,568"),
        (FMT.money_short(123_456_700), "$1.2M"),
        (FMT.money_short(-98_700), "−$987"),
        (FMT.signed_money(120_000), "+$1,200"),
        (FMT.signed_money(0), "$0"),
        (FMT.share(0.1234), "12.3 %"),
        (FMT.signed_share(0.021), "+2.1 %"),
        (FMT.signed_share(-0.004), "−0.4 %"),
        (FMT.points(-0.362), "−36.2 pts"),
        (FMT.day(date(2026, 11, 21)), "21 Nov 2026"),
        (FMT.day(pd.Timestamp("2026-11-21")), "21 Nov 2026"),
        (FMT.day(np.datetime64("2026-11-21")), "21 Nov 2026"),
        (FMT.weekday("2026-11-24"), "Tue 24 Nov"),
        (FMT.month("2027-03"), "Mar 2027"),
        (FMT.month("2027"), "2027"),
        (FMT.clock(30_600), "08:30"),
        (FMT.duration(190), "3 h 10"),
        (FMT.distance(20_000), "12.4 mi"),
        (Formats(distance_unit="km").distance(20_000), "20.0 km"),
        (Formats(distance_unit="km").distance(1_234_567), "1,235 km"),
        (Formats(currency="JPY").money(1234), "¥1,234"),
    ],
)
def test_figures_read_as_designed(shown, expected):
    assert shown == expected


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NaT, pd.NA, ""])
def test_nothing_is_a_dash(nothing):
    for show in (FMT.number, FMT.signed, FMT.money, FMT.money_short):
        assert show(nothing) == EMPTY
    for show in (FMT.signed_money, FMT.share, FMT.points, FMT.day, FMT.month):
        assert show(nothing) == EMPTY
    for show in (FMT.clock, FMT.duration, FMT.distance, FMT.weekday):
        assert show(nothing) == EMPTY


def test_another_locale_groups_its_own_way():
    assert Formats(locale="de_DE", currency="EUR").number(1234.5, 1) == "1.234,5"
    assert Formats(locale="it_IT").day(date(2026, 3, 2)) == "2 mar 2026"


def test_tables_get_whole_currency_units():
    amounts = pd.Series([12_345, None], dtype="Int64")
    shown = FMT.whole_money(amounts)
    assert shown[0] == 123.45
    assert np.isnan(shown[1])


def test_the_gap_is_said_in_words():
    assert gap_text(100.6, 100) == "within 0.6 % of the best possible"
    assert gap_text(100, 100) == "proven to be the best possible"
    assert gap_text(0, 0) == "proven to be the best possible"
    assert gap_text(100, None) == ""


def test_an_unknown_unit_is_refused():
    with pytest.raises(ParamsError, match="furlong"):
        Formats(distance_unit="furlong")


def test_a_column_is_written_as_its_cells_are_each_value_once():
    amounts = pd.Series(
        [12_345_600, None, 12_345_600, 5], dtype="Int64", index=[*"abcd"]
    )
    asked = []

    def write(value):
        asked.append(value)
        return FMT.money_short(value)

    texts = written(amounts, write)
    assert list(texts.index) == [*"abcd"]
    assert list(texts) == [FMT.money_short(value) for value in amounts]
    assert len(asked) == 3  # both amounts, and nothing
    days = pd.Series(pd.to_datetime(["2026-03-02", None]))
    assert list(written(days, FMT.day)) == ["2 Mar 2026", EMPTY]
    assert written(amounts.head(0), write).empty
