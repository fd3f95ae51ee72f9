"""Times and durations read as people write them."""

import pytest

from planner.core.units import clock_text, duration_text


@pytest.mark.parametrize(
    ("time_s", "expected"), [(0, "00:00"), (30_600, "08:30"), (90_600, "25:10")]
)
def test_clock(time_s, expected):
    assert clock_text(time_s) == expected


@pytest.mark.parametrize(
    ("duration_min", "expected"),
    [(0, "0 min"), (45, "45 min"), (190, "3 h 10"), (-75, "−1 h 15"), (59.6, "1 h 00")],
)
def test_duration(duration_min, expected):
    assert duration_text(duration_min) == expected
