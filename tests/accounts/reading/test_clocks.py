"""Times of day: twelve hours or twenty-four, spans, and no seconds by accident."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.accounts.reading.values.clocks import read_clocks


def cells(*values):
    return pd.Series(values, dtype="str")


def clock(seconds):
    return None if pd.isna(seconds) else f"{seconds // 3600}:{seconds % 3600 // 60:02d}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["0900", "900", "1730", "9"], ["9:00", "9:00", "17:30", "9:00"]),
        (["9:00 AM", "9am", "12 pm", "12 a.m."], ["9:00", "9:00", "12:00", "0:00"]),
        (["8.30", "17.45"], ["8:30", "17:45"]),
        (["8,5", "17.25"], ["8:30", "17:15"]),
        (["9h30", "9 Uhr", "17:00:00"], ["9:30", "9:00", "17:00"]),
        (["0.375", "1899-12-30 17:00:00"], ["9:00", "17:00"]),
        (["090000", "noon", "24:00"], ["9:00", "12:00", "24:00"]),
        (["28800", "61200", "8:30"], ["8:00", "17:00", "8:30"]),
    ],
)
def test_a_clock_is_read_as_its_writer_means_it(given, expected):
    clocks = read_clocks(cells(*given))
    assert [clock(value) for value in clocks.seconds] == expected
    assert not clocks.is_bad.any()


@pytest.mark.parametrize(
    ("span", "ends"),
    [
        ("8-17", ("8:00", "17:00")),
        ("9am-5pm", ("9:00", "17:00")),
        ("9-5", ("9:00", "17:00")),
        ("08:00 – 17:30", ("8:00", "17:30")),
        ("8.30 bis 17 Uhr", ("8:30", "17:00")),
        ("0900-1700", ("9:00", "17:00")),
    ],
)
def test_a_span_has_two_ends(span, ends):
    clocks = read_clocks(cells(span, "8.30"))
    assert (clock(clocks.seconds[0]), clock(clocks.ends[0])) == ends
    assert pd.isna(clocks.ends[1])


@pytest.mark.parametrize("text", ["25:00", "8:75", "13 pm", "soon", "32400", "2460"])
def test_what_is_no_clock_is_bad(text):
    assert read_clocks(cells(text, "9:00")).is_bad.tolist() == [True, False]


def test_half_past_or_half_an_hour_is_not_guessed():
    assert read_clocks(cells("8.50", "17.00")).is_bad.tolist() == [True, False]


def test_a_column_of_seconds_says_so():
    assert read_clocks(cells("900", "32400"), in_seconds=True).seconds.tolist() == [
        900,
        32_400,
    ]
