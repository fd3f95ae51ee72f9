"""Quotas: exact at every level, by potential and ramp."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.errors import InputError, ParamsError
from planner.quotas.setting import equity, split_top_down


def hierarchy(reps_by_manager):
    rows = [("P-VP", "vp", None)]
    for manager, reps in reps_by_manager.items():
        rows.append((manager, "manager", "P-VP"))
        rows += [(rep, "rep", manager) for rep in reps]
    rows.append(("P-O1", "overlay", "P-VP"))
    frame = pd.DataFrame(rows, columns=["position_id", "role", "parent_id"])
    return frame.set_index("position_id").assign(title="", territory_id=None)


TEAM = hierarchy({"P-M1": ["P-R01", "P-R02"], "P-M2": ["P-R03"]})


def split(target_minor, weights, positions=TEAM, **more):
    return split_top_down(
        target_minor,
        weights,
        positions,
        measure="bookings",
        year=2026,
        currency="USD",
        **more,
    )


def year_of(quotas):
    yearly = quotas[quotas["period"].eq("2026")]
    return yearly.set_index("position_id")["amount_minor"].to_dict()


def test_target_follows_potential_times_ramp():
    """
    Potential 300, 300 at half ramp, 450: weights 300, 150, 450 of 900.

    Of 9,000.00 that is 3,000.00, 1,500.00, 4,500.00; M1 has the first two.
    """
    weights = {"P-R01": 300, "P-R02": 300, "P-R03": 450}
    quotas = split(900_000, weights, ramp_by_position={"P-R02": 0.5})
    assert year_of(quotas) == {
        "P-VP": 900_000,
        "P-M1": 450_000,
        "P-M2": 450_000,
        "P-R01": 300_000,
        "P-R02": 150_000,
        "P-R03": 450_000,
    }


def test_over_assignment_raises_the_reps_alone():
    """10 % on top: the reps carry 1.1 times what their manager carries."""
    weights = {"P-R01": 1, "P-R02": 1, "P-R03": 2}
    yearly = year_of(split(800_000, weights, over_assignment_ppm=100_000))
    assert yearly["P-M1"] + yearly["P-M2"] == yearly["P-VP"] == 800_000
    assert yearly["P-R01"] + yearly["P-R02"] == 440_000


def test_season_weighs_the_months():
    season = (0,) * 11 + (1_000_000,)
    quotas = split(1_000, {"P-R01": 1, "P-R02": 1, "P-R03": 1}, season_ppm=season)
    december = quotas[quotas["period"].eq("2026-12")].set_index("position_id")
    assert december["amount_minor"].to_dict() == year_of(quotas)


@pytest.mark.parametrize(
    ("weights", "more", "error", "words"),
    [
        ({"P-R01": 1, "P-R02": 1}, {}, InputError, "P-R03 has no weight"),
        (dict.fromkeys(["P-R01", "P-R02", "P-R03"], 0), {}, InputError, "is 0"),
        (
            dict.fromkeys(["P-R01", "P-R02", "P-R03"], 1),
            {"season_ppm": (1,) * 12},
            ParamsError,
            "summing to 1,000,000",
        ),
        (
            dict.fromkeys(["P-R01", "P-R02", "P-R03"], 1),
            {"ramp_by_position": {"P-R01": 2}},
            ParamsError,
            "ramp of P-R01",
        ),
    ],
    ids=["no potential", "all zero", "season", "ramp"],
)
def test_what_cannot_be_split_is_named(weights, more, error, words):
    with pytest.raises(error, match=words):
        split(100, weights, **more)


def test_circle_of_superiors_is_refused():
    circle = TEAM.copy()
    circle.loc["P-VP", "parent_id"] = "P-M1"
    with pytest.raises(InputError, match="circle"):
        split(100, {"P-R01": 1, "P-R02": 1, "P-R03": 1}, circle)


def test_equity_reads_quota_over_potential():
    """200/100 and 100/100 of potential: the spread is 2, the mean ratio 1.5."""
    positions = ["P-R01", "P-R02", "P-R03"]
    reading = equity(
        pd.Series([200, 100, 7], positions), pd.Series([100, 100, 0], positions)
    )
    assert reading.spread_ratio == 2
    assert reading.by_position["deviation_share"].to_dict() == pytest.approx(
        {"P-R01": 1 / 3, "P-R02": -1 / 3}
    )
    assert reading.variation_share == pytest.approx(1 / 3)
    assert reading.gini == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("ratios", "gini"),
    [([5, 5, 5], 0), ([0, 0, 9], 2 / 3), ([0, 0], 0), ([1, 2, 3, 4], 0.25)],
)
def test_gini_of_known_ratios(ratios, gini):
    positions = [f"P{number}" for number in range(len(ratios))]
    reading = equity(pd.Series(ratios, positions), pd.Series(1, positions))
    assert reading.gini == pytest.approx(gini)


def test_equity_needs_quota_and_potential():
    with pytest.raises(InputError, match="no position has both"):
        equity(pd.Series([5], ["P1"]), pd.Series([0], ["P1"]))


@settings(deadline=None, max_examples=40)
@given(
    target_minor=st.integers(1, 10**12),
    weights=st.lists(st.floats(0.01, 1e9), min_size=3, max_size=3),
    ramps=st.lists(st.sampled_from([0.25, 0.5, 1.0]), min_size=3, max_size=3),
    season=st.lists(st.integers(1, 9), min_size=12, max_size=12),
)
def test_sums_are_exact_at_every_level_and_month(target_minor, weights, ramps, season):
    from planner.core.money import allocate_minor

    reps = ["P-R01", "P-R02", "P-R03"]
    quotas = split(
        target_minor,
        dict(zip(reps, weights, strict=True)),
        ramp_by_position=dict(zip(reps, ramps, strict=True)),
        season_ppm=allocate_minor(1_000_000, season),
    )
    table = quotas.pivot_table(
        index="position_id", columns="period", values="amount_minor", aggfunc="sum"
    )
    assert table.loc["P-VP", "2026"] == target_minor
    for above, below in [
        ("P-VP", ["P-M1", "P-M2"]),
        ("P-M1", ["P-R01", "P-R02"]),
        ("P-M2", ["P-R03"]),
    ]:
        assert (table.loc[below].sum() == table.loc[above]).all()
    months = table.drop(columns="2026")
    assert (months.sum(axis=1) == table["2026"]).all()
