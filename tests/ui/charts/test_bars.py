from __future__ import annotations

import pandas as pd
import pytest

from planner.geography.colours import TERRITORY
from planner.ui.charts import bars

NAMES = ["T01 Reyes", "T02 <b>", "T03 vacant"]


def data_of(spec: dict) -> list[dict]:
    return [row for rows in spec["datasets"].values() for row in rows]


def test_deviation_bars_mark_the_tolerance_and_sort_by_it():
    shares = pd.Series([0.021, -0.098, 0.3], index=NAMES)
    spec = bars.deviation_bars(shares, 0.05, before=shares * 2).to_dict()
    rows = [row for row in data_of(spec) if "kind" in row]
    assert [row["kind"] for row in rows] == ["within", "below", "above"]
    assert [row["text"] for row in rows] == ["+2.1 %", "−9.8 %", "+30.0 %"]
    assert {"low": -0.05, "high": 0.05} in data_of(spec)


def test_legend_bars_use_the_colours_of_the_map():
    counts = pd.Series([5, 3], index=["A", "B"])
    spec = bars.legend_bars(counts, {"A": TERRITORY[0]}).to_dict()
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["A", "B"]
    assert scale["range"][0] == TERRITORY[0]


def test_month_lines_are_named_at_their_last_known_month():
    table = pd.DataFrame(
        {"Booked": [1, 2, None], "Target": [2, 2, 2]},
        index=["2026-01", "2026-02", "2026-03"],
    )
    spec = bars.month_line(table, label="USD").to_dict()
    named = spec["layer"][2]["data"]["name"]
    assert [row["month"][:7] for row in spec["datasets"][named]] == [
        "2026-02",
        "2026-03",
    ]


@pytest.mark.parametrize("n", [0, 1])
def test_charts_of_little_data_still_draw(n):
    one = pd.Series([0.1] * n, index=NAMES[:n], dtype=float)
    assert bars.legend_bars(one, {}).to_dict()
    assert bars.deviation_bars(one, 0.05, before=one).to_dict()
