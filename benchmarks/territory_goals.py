"""The goals that were set for territories, each beside what was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from benchmarks.territory_runs import OURS, Row

_COMPARED = ("flow Lloyd", "flow Lloyd, 5 rounds", "GerryChain tree")


@dataclass(frozen=True, slots=True)
class Goal:
    """
    What one row of the table wants.

    Parameters
    ----------
    instance
        Its label, or how it begins.
    limits
        Most of each figure of `ratios`.
    """

    instance: str
    limits: dict[str, float]
    is_met_wanted: bool = True


GOALS = (
    Goal(
        "midwest_565 accounts 1 %",
        {"rms ÷ flow Lloyd": 0.98, "cpu_s_worst": 3, "gap_worst": 0.01},
    ),
    Goal("midwest_565 accounts+revenue_k 1.5 %", {"cpu_s_worst": 5, "gap_worst": 0.06}),
    Goal(
        "us_counties accounts 1 %",
        {"rms ÷ flow Lloyd": 0.95, "rms ÷ GerryChain tree": 0.75, "cpu_s_worst": 15},
    ),
    Goal(
        "us_counties accounts+revenue_k 5 %",
        {"reached − proven": 0.03},
        is_met_wanted=False,
    ),
    Goal("zips", {"rms ÷ flow Lloyd": 0.95, "time ÷ flow Lloyd": 0.7}),
    Goal("points_200k", {"cpu_s_worst": 90, "peak_mb_worst": 1024}),
    Goal("points_1m", {"cpu_s_worst": 480, "peak_mb_worst": 4096}),
    Goal("drawn_600", {"gap_worst": 0.06}),
    Goal("drawn_3000", {"rms ÷ flow Lloyd": 0.95, "rms ÷ GerryChain tree": 0.75}),
)


def ratios(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Give our median and worst over the seeds, and medians ÷ the peers' medians."""
    frame = pd.DataFrame([asdict(row) for row in rows])
    out = []
    for name, group in frame.groupby("instance", sort=False):
        mine = group[group["method"] == OURS]
        median = group.groupby("method")[["rms_km", "cpu_s"]].median()
        one: dict[str, Any] = {
            "instance": name,
            "met": f"{int(mine['is_met'].sum())} of {len(mine)}",
            "pieces_worst": int(mine["extra_pieces"].max()),
        }
        for column in ("deviation", "rms_km", "cpu_s", "peak_mb", "gap"):
            values = mine[column].astype(float)
            known = not values.isna().all()
            one[f"{column}_median"] = float(values.median()) if known else None
            one[f"{column}_worst"] = float(values.max()) if known else None
        proven = mine["proven"].astype(float)
        if not proven.isna().all():
            one["reached − proven"] = float((mine["deviation"] - proven).max())
        for peer in _COMPARED:
            if peer in median.index and median.loc[peer].notna().all():
                theirs = median.loc[peer]
                one[f"rms ÷ {peer}"] = one["rms_km_median"] / theirs["rms_km"]
                one[f"time ÷ {peer}"] = one["cpu_s_median"] / max(
                    float(theirs["cpu_s"]), 1e-9
                )
        out.append(one)
    return out


def judge(compared: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Hold what was measured against the goals.

    Returns
    -------
    A dict for each figure wanted: instance, figure, wanted, reached (None: not
    measured), is_reached.
    """
    told = []
    for one in compared:
        for goal in GOALS:
            if not one["instance"].startswith(goal.instance):
                continue
            if goal.is_met_wanted:
                n_met, n_runs = map(int, one["met"].split(" of "))
                told.append(
                    _figure(one, "runs within tolerance", n_runs, n_met, _least)
                )
            told.append(_figure(one, "extra pieces", 0, one["pieces_worst"], _most))
            for figure, wanted in goal.limits.items():
                told.append(_figure(one, figure, wanted, one.get(figure), _most))
    return told


def _least(reached: float, wanted: float) -> bool:
    return reached >= wanted


def _most(reached: float, wanted: float) -> bool:
    return reached <= wanted + 1e-9


def _figure(
    one: dict[str, Any],
    figure: str,
    wanted: float,
    reached: float | None,
    is_fine: Callable[[float, float], bool],
) -> dict[str, Any]:
    return {
        "instance": one["instance"],
        "figure": figure,
        "wanted": wanted,
        "reached": reached,
        "is_reached": None if reached is None else bool(is_fine(reached, wanted)),
    }


def print_goals(told: Sequence[dict[str, Any]]) -> None:
    """Print the goals as a table."""
    print(f"\n{'instance':38} {'figure':22} {'wanted':>8} {'reached':>9}")
    for one in told:
        reached = "-" if one["reached"] is None else f"{one['reached']:.3f}"
        word = {True: "yes", False: "NO", None: "not measured"}[one["is_reached"]]
        print(
            f"{one['instance']:38} {one['figure']:22} {one['wanted']:8.3g} "
            f"{reached:>9} {word}"
        )
