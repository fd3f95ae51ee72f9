"""
Territories: sixty random maps nobody tuned for, ours beside an assignment by LP.

`python -m benchmarks territory --only maps`. Places are uniform, in towns, along a
line, on two islands or on a grid; units weigh alike, lognormally, with a few heavy ones
or with many zeros; 4 to 150 territories; one measure or two. The peer is LP Lloyd:
weighted k-means centres, then rounds of location-allocation by linear programming with
every tolerance, rounded; it knows no contiguity and its rounding may miss a tolerance.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from planner.geography.adjacency import edges_frame, point_edges
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.problem import Problem, build_problem
from planner.territory.model.transport import allocate_by_program, nearest_centres
from planner.territory.solve.balance import balance
from planner.territory.solve.result import BalanceResult

N_MAPS = 60
KINDS = ("uniform", "towns", "line", "islands", "grid")
WEIGHTS = ("equal", "lognormal", "heavy", "zeros")
SIZES = ((120, 4), (300, 12), (600, 24), (1_500, 40), (3_000, 60), (6_000, 150))
TOLERANCES = (0.02, 0.05, 0.1)
SIDE_KM = 800.0
ROUNDS = 5  # of LP Lloyd
NEAREST = 10  # centres a unit may go to in it
MOST_LP = 60_000  # variables of its program
MOST_MEDIAN_GAP, MOST_GAP, MOST_RATIO = 0.005, 0.05, 1.01
FULL = 10  # units on a territory from which a gap is held against the goal

Floats = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """
    One map and its two plans.

    Parameters
    ----------
    status
        Of ours; ``infeasible`` is a proof that the tolerances cannot be kept.
    gap
        Proven, of ours; None where a tolerance is missed.
    ratio
        Travel of ours ÷ of the peer; None where the peer gave up or missed a tolerance.
    """

    name: str
    n_units: int
    n_territories: int
    n_measures: int
    tolerance: float
    is_met: bool
    status: str
    stopped_because: str
    pieces: int
    gap: float | None
    ratio: float | None
    cpu_s: float
    peer_cpu_s: float


def draw_map(number: int) -> tuple[str, Instance, BalanceParams]:
    """Draw a map and what is asked of it; the number is the seed."""
    rng = np.random.default_rng([19, number])
    kind, weight = KINDS[number % 5], WEIGHTS[(number // 5) % 4]
    n_units, n_territories = SIZES[int(rng.integers(len(SIZES)))]
    n_measures = 1 + number % 2
    tolerance = float(rng.choice(TOLERANCES))
    xy, edges = _places(kind, n_units, rng)
    accounts = _weights(weight, len(xy), rng)
    units = pd.DataFrame(
        {"x_km": xy[:, 0], "y_km": xy[:, 1], "accounts": accounts},
        index=pd.Index([f"u{row}" for row in range(len(xy))], dtype="str"),
    )
    measures = [BalanceMeasure(column="accounts", tolerance=tolerance)]
    if n_measures == 2:
        rate = rng.lognormal(0, 0.3, len(xy))
        units["revenue"] = np.rint(20 * accounts * rate)
        measures.append(BalanceMeasure(column="revenue", tolerance=2 * tolerance))
    if edges is None:
        edges = point_edges(units)
    else:
        edges = edges_frame(units.index, edges, 1_000.0)
    params = BalanceParams(
        measures=tuple(measures), n_territories=n_territories, seed=number
    )
    name = f"map {number:02d} {kind}, {weight}"
    return name, Instance.from_units(units, edges), params


def _places(
    kind: str, n: int, rng: np.random.Generator
) -> tuple[Floats, Floats | None]:
    """Lay out units; with pairs of neighbours where the kind has its own."""
    if kind == "grid":
        side = int(np.sqrt(n))
        number = np.arange(side * side).reshape(side, side)
        xy = np.column_stack([number.ravel() % side, number.ravel() // side])
        pairs = [(number[:, :-1], number[:, 1:]), (number[:-1], number[1:])]
        edges = [np.column_stack([a.ravel(), b.ravel()]) for a, b in pairs]
        return xy * SIDE_KM / side, np.concatenate(edges)
    if kind == "towns":
        towns = rng.uniform(0, SIDE_KM, (int(rng.integers(3, 9)), 2))
        near = towns[rng.integers(0, len(towns), n)]
        return near + rng.normal(0, 12, (n, 2)), None
    xy = rng.uniform(0, SIDE_KM, (n, 2))
    if kind == "line":
        xy[:, 1] /= 40
    if kind == "islands":
        xy[: n // 3, 0] += 1.5 * SIDE_KM
    return xy, None


def _weights(kind: str, n: int, rng: np.random.Generator) -> Floats:
    if kind == "equal":
        return np.ones(n)
    weights = np.rint(rng.lognormal(2, 0.8, n)) + 1
    if kind == "heavy":
        weights[rng.choice(n, max(1, n // 100), replace=False)] *= 8
    if kind == "zeros":
        weights[rng.random(n) < 0.4] = 0.0
    return weights


def lp_lloyd(problem: Problem, seed: int) -> np.ndarray | None:
    """Find weighted k-means centres, then assign by LP and recentre; None: gave up."""
    from sklearn.cluster import KMeans

    model = KMeans(problem.n_territories, random_state=seed, n_init=1)
    centres = model.fit(problem.xy, sample_weight=problem.pull).cluster_centers_
    n_near = min(NEAREST, MOST_LP // problem.n_units, problem.n_territories)
    labels = None
    for _ in range(ROUNDS):
        cost, near = nearest_centres(problem, centres, max(1, n_near))
        solved = allocate_by_program(problem, cost, near)
        if solved is None:
            break
        labels = solved.labels
        used = np.bincount(labels, minlength=problem.n_territories) > 0
        centres = np.where(used[:, None], problem.centres_of(labels), centres)
    return labels


def run_map(number: int) -> MapRow:
    """Plan one map both ways."""
    name, instance, params = draw_map(number)
    started_s = time.process_time()
    result = balance(instance, params)
    cpu_s = time.process_time() - started_s
    ids = tuple(f"T{k}" for k in range(int(params.n_territories or 0)))
    problem = build_problem(instance, params, ids)
    started_s = time.process_time()
    labels = lp_lloyd(problem, number)
    peer_cpu_s = time.process_time() - started_s
    return MapRow(
        name=name,
        n_units=problem.n_units,
        n_territories=problem.n_territories,
        n_measures=len(params.measures),
        tolerance=float(params.measures[0].tolerance or 0.0),
        is_met=result.is_met,
        status=str(result.status),
        stopped_because=result.stopped_because,
        pieces=result.extra_pieces,
        gap=result.gap,
        ratio=_ratio(problem, result, labels),
        cpu_s=cpu_s,
        peer_cpu_s=peer_cpu_s,
    )


def _ratio(
    problem: Problem, result: BalanceResult, labels: np.ndarray | None
) -> float | None:
    if labels is None or (problem.excess(labels) > 1e-9).any():
        return None
    theirs = problem.travel(labels)
    return result.objective / theirs if theirs > 0 else None


def run_maps(numbers: Sequence[int] = range(N_MAPS)) -> list[dict[str, Any]]:
    """
    Plan the maps and print a row for each.

    Returns
    -------
    A dict for each, as of `MapRow`.
    """
    print(
        f"{'map':28} {'units':>6} {'K':>4} {'m':>2} {'tol':>5} {'met':>4} "
        f"{'pieces':>6} {'gap':>8} {'÷ LP':>7} {'cpu s':>7} {'LP s':>6}  stopped"
    )
    rows = []
    for number in numbers:
        row = run_map(number)
        rows.append(asdict(row))
        gap = "-" if row.gap is None else f"{100 * row.gap:.2f} %"
        ratio = "-" if row.ratio is None else f"{row.ratio:.3f}"
        print(
            f"{row.name:28} {row.n_units:6} {row.n_territories:4} {row.n_measures:2} "
            f"{row.tolerance:5.2f} {'yes' if row.is_met else 'NO':>4} {row.pieces:6} "
            f"{gap:>8} {ratio:>7} {row.cpu_s:7.1f} {row.peer_cpu_s:6.1f}  "
            f"{row.stopped_because}",
            flush=True,
        )
    return rows


def judge_maps(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Hold the maps against the goals.

    Returns
    -------
    As of `territory_goals.judge`.
    """
    can_be_met = [row for row in rows if row["status"] != "infeasible"]
    single = [
        row["gap"]
        for row in can_be_met
        if row["n_measures"] == 1
        and row["gap"] is not None
        and row["n_units"] >= FULL * row["n_territories"]
    ]
    ratios = [row["ratio"] for row in can_be_met if row["ratio"] is not None]
    figures = [
        ("maps met", len(can_be_met), sum(row["is_met"] for row in can_be_met), True),
        ("extra pieces", 0, max(row["pieces"] for row in rows), False),
        ("median gap", MOST_MEDIAN_GAP, float(np.median(single or [0.0])), False),
        ("worst gap", MOST_GAP, max(single, default=0.0), False),
        ("worst ÷ LP Lloyd", MOST_RATIO, max(ratios, default=0.0), False),
    ]
    return [
        {
            "instance": "maps",
            "figure": figure,
            "wanted": wanted,
            "reached": reached,
            "is_reached": reached >= wanted if is_least else reached <= wanted + 1e-9,
        }
        for figure, wanted, reached, is_least in figures
    ]
