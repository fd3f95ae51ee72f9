"""How time and memory grow from 30,000 to 1,000,000 points at fixed territories."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.territory_instances import Request, people
from benchmarks.territory_runs import OURS, run_apart

SIZES = (30_000, 100_000, 300_000, 1_000_000)
N_TERRITORIES, TOLERANCE = 300, 0.03
_NOISE = 1.1  # of a clock on a shared machine
_WIDTH = 60  # of the plot, in signs


def measure_growth(seed: int) -> dict[str, Any]:
    """
    Balance ever more points and compare with n log n.

    Returns
    -------
    `rows` (n, cpu_s, peak_mb, is_met, stages, against: CPU time ÷ n log n, 1 at the
    smallest) and `plot`.
    """
    rows: list[dict[str, Any]] = []
    for n_points in SIZES:
        request = Request(
            n_points=n_points, n_territories=N_TERRITORIES, tolerance=TOLERANCE
        )
        row = run_apart(people(f"points_{n_points}", request), OURS, seed, None)
        rows.append(
            {
                "n": n_points,
                "cpu_s": row.cpu_s,
                "peak_mb": row.peak_mb,
                "is_met": row.is_met,
                "stages": row.stages,
                "against": row.cpu_s / (n_points * math.log(n_points)),
            }
        )
        print(
            f"{n_points:9} points {row.cpu_s:8.1f} CPU s {row.peak_mb:6.0f} MB",
            flush=True,
        )
    first = rows[0]["against"]
    for one in rows:
        one["against"] /= first
    drawn = plot([(one["n"], one["cpu_s"]) for one in rows])
    print(f"\n{drawn}", flush=True)
    return {"n_territories": N_TERRITORIES, "rows": rows, "plot": drawn}


def judge_growth(growth: dict[str, Any]) -> list[dict[str, Any]]:
    """Hold each size against n log n, a dict as `territory_goals.judge` has them."""
    return [
        {
            "instance": f"growth to {one['n']} points",
            "figure": "time ÷ n log n",
            "wanted": _NOISE,
            "reached": one["against"],
            "is_reached": bool(one["is_met"] and one["against"] <= _NOISE),
        }
        for one in growth["rows"]
    ]


def plot(points: list[tuple[int, float]]) -> str:
    """
    Draw seconds against n log n from the first point, a bar each.

    Parameters
    ----------
    points
        n and CPU seconds, n rising.

    Returns
    -------
    A line each: ``#`` the seconds, ``|`` where n log n would end; both on a logarithmic
    scale from a tenth of the first to the largest.
    """
    n_first, s_first = points[0]
    foretold = [
        s_first * n * math.log(n) / (n_first * math.log(n_first)) for n, _ in points
    ]
    low = math.log(s_first / 10)
    high = math.log(max(*foretold, *(s for _, s in points)))
    lines = []
    for (n, seconds), wanted in zip(points, foretold, strict=True):
        bar, mark = (
            round((math.log(value) - low) / (high - low) * _WIDTH)
            for value in (seconds, wanted)
        )
        signs = ["#"] * bar + [" "] * (_WIDTH + 1 - bar)
        signs[mark] = "|"
        lines.append(
            f"{n:9} {''.join(signs)} {seconds:7.1f} s, n log n {wanted:7.1f} s"
        )
    return "\n".join(lines)
