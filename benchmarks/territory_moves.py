"""Disturbance: as few moved accounts as can be, beside the proven least."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.territory_instances import BOTH, Case
from benchmarks.territory_runs import params_of
from planner.territory.model.rules import Rules
from planner.territory.solve.balance import balance

GOAL = 1.25  # moved ÷ proven least
_MOST_UNITS = 1_000  # counties of the whole country are another row


def unbalanced(case: Case) -> pd.Series:
    """Make a plan that nobody balanced: k-means of the places, seed 0."""
    from sklearn.cluster import KMeans

    places = case.units[["x_km", "y_km"]]
    found = KMeans(case.n_territories, random_state=0, n_init=1).fit(places)
    names = [f"T{label:02d}" for label in found.labels_]
    return pd.Series(names, index=case.units.index)


def asked_of(instances: Sequence[Case]) -> list[Case]:
    """Choose midwest_565 and maps like it, where both measures are asked at 5 %."""
    return [
        one
        for one in instances
        if one.tolerances == dict.fromkeys(BOTH, 0.05) and len(one.units) <= _MOST_UNITS
    ]


def run_moves(case: Case, seeds: Sequence[int]) -> list[dict[str, Any]]:
    """
    Balance the unbalanced plan by moving as few accounts as can be, and print it.

    Returns
    -------
    A dict each seed: deviations before, moved and proven least as shares of all
    accounts, their ratio, CPU seconds, is_met.
    """
    current = unbalanced(case)
    accounts = case.units["accounts"].astype(float)
    total = float(accounts.sum())
    before = [
        float(
            (case.units[column].groupby(current).sum() * case.n_territories)
            .div(case.units[column].sum())
            .sub(1)
            .abs()
            .max()
        )
        for column in case.tolerances
    ]
    rows = []
    for seed in seeds:
        started_s = time.process_time()
        plan = balance(
            replace(case.instance, current=current, rules=Rules(move_cost=accounts)),
            replace(params_of(case, seed), minimise="moves"),
        )
        cpu_s = time.process_time() - started_s
        row = {
            "instance": case.label,
            "seed": seed,
            "before": before,
            "moved_share": plan.objective / total,
            "least_share": plan.bound / total,
            "ratio": plan.objective / plan.bound if plan.bound > 0 else np.inf,
            "cpu_s": cpu_s,
            "is_met": plan.is_met and not plan.extra_pieces,
        }
        rows.append(row)
        told = " and ".join(f"{100 * value:.0f} %" for value in before)
        print(
            f"{case.label}, today {told} off, seed {seed}: "
            f"{100 * row['moved_share']:.1f} % of the accounts moved, at least "
            f"{100 * row['least_share']:.1f} % must, ratio {row['ratio']:.2f}, "
            f"{cpu_s:.1f} CPU s",
            flush=True,
        )
    return rows


def judge_moves(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Hold the ratios against the goal, a dict as `territory_goals.judge` has them."""
    return [
        {
            "instance": one["instance"],
            "figure": "moved ÷ proven least",
            "wanted": GOAL,
            "reached": one["ratio"],
            "is_reached": bool(one["is_met"] and one["ratio"] <= GOAL),
        }
        for one in rows
    ]
