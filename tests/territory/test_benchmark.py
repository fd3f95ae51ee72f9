"""The benchmark's own arithmetic: seeds, ratios, goals, growth, ended peers."""

import math

import numpy as np
import pytest

from benchmarks.territory import seeds_of
from benchmarks.territory_goals import judge, ratios
from benchmarks.territory_growth import judge_growth, plot
from benchmarks.territory_instances import drawn_instances
from benchmarks.territory_moves import asked_of, judge_moves
from benchmarks.territory_runs import Row, run_apart

LABEL = "us_counties accounts 1 %"


def row(method, seed, rms_km, cpu_s, **more):
    figures = {"deviation": 0.009, "extra_pieces": 0, "gap": 0.02, "is_met": True}
    return Row(
        instance=LABEL,
        n_units=3108,
        n_territories=50,
        method=method,
        seed=seed,
        rms_km=rms_km,
        cpu_s=cpu_s,
        **{**figures, **more},
    )


def test_seeds_are_a_count_or_a_list():
    assert seeds_of("5") == [0, 1, 2, 3, 4]
    assert seeds_of("3,7") == [3, 7]
    assert seeds_of("3,") == [3]


def test_median_and_worst_and_the_goals_they_reach():
    rows = [row("ours", seed, 90 + seed, 10 + 3 * seed) for seed in range(3)]
    rows += [row("flow Lloyd", seed, 100.0, 1.0) for seed in range(3)]
    rows.append(row("spopt AZP", 0, np.nan, np.nan, ended="no plan in 60 CPU s"))
    (one,) = ratios(rows)
    assert (one["rms_km_median"], one["rms_km_worst"]) == (91, 92)
    assert one["rms ÷ flow Lloyd"] == pytest.approx(0.91)
    told = {goal["figure"]: goal for goal in judge([one])}
    assert told["rms ÷ flow Lloyd"]["is_reached"] is True
    assert told["cpu_s_worst"]["is_reached"] is False  # 16 s, 15 wanted
    assert told["rms ÷ GerryChain tree"]["is_reached"] is None  # it did not run
    assert told["extra pieces"]["is_reached"] is True


def test_a_missed_tolerance_or_a_piece_too_many_misses_the_goal():
    rows = [row("ours", 0, 90, 1), row("ours", 1, 90, 1, is_met=False, extra_pieces=2)]
    told = {goal["figure"]: goal for goal in judge(ratios(rows))}
    assert told["runs within tolerance"]["is_reached"] is False
    assert told["extra pieces"]["is_reached"] is False


def test_growth_is_held_against_n_log_n():
    rows = [
        {"n": 100, "against": 1.0, "is_met": True},
        {"n": 1000, "against": 1.3, "is_met": True},
        {"n": 9000, "against": 0.8, "is_met": False},
    ]
    told = judge_growth({"rows": rows})
    assert [one["is_reached"] for one in told] == [True, False, False]


def test_the_plot_marks_where_n_log_n_ends():
    n_log_n = 1000 * math.log(1000) / (100 * math.log(100))
    lines = plot([(100, 2.0), (1000, 2.0 * n_log_n), (10_000, 30.0)]).splitlines()
    assert len(lines) == 3
    assert lines[1].count("#") + 10 == lines[1].index("|")  # as foretold
    assert lines[2].index("|") > lines[2].rindex("#")  # faster than foretold


def test_moves_are_judged_by_ratio_and_tolerance():
    one = {"instance": "m", "ratio": 1.2, "is_met": True}
    told = judge_moves([one, {**one, "ratio": 1.3}, {**one, "is_met": False}])
    assert [each["is_reached"] for each in told] == [True, False, False]


def test_moves_take_the_drawn_maps_of_the_family():
    taken = [one.label for one in asked_of(drawn_instances(1))]
    assert taken == ["drawn_600_1 accounts+revenue_k 5 %"]


def test_drawn_maps_are_the_same_for_a_seed_and_others_for_another():
    first, again, other = drawn_instances(1), drawn_instances(1), drawn_instances(2)
    assert [len(one.units) for one in first[:4]] == [600, 600, 600, 3000]
    assert first[0].units.equals(again[0].units)
    assert not first[0].units.equals(other[0].units)
    largest = first[3].units["accounts"].max() / first[3].units["accounts"].sum()
    assert largest * 50 < 1  # no unit too big


def test_a_peer_that_takes_too_long_is_ended():
    small = drawn_instances(1)[0]
    ended = run_apart(small, "GerryChain ReCom", 0, 1)
    assert ended.ended == "no plan in 1 CPU s"
    assert np.isnan(ended.rms_km)
    assert not ended.is_met
