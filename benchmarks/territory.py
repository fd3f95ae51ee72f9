"""
Territories: ours against min-cost-flow Lloyd and weighted k-means.

An instance is a CSV of units (x_km, y_km, accounts, maybe revenue_k) with its
neighbours in <name>_edges.csv (columns i, j). Without a folder: grids made here.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.core.run import RunControl
from planner.geography.adjacency import count_pieces
from planner.geography.adjacency import edges_frame
from planner.territory.balance import balance
from planner.territory.measures import centroids
from planner.territory.measures import distance_to_centre_km
from planner.territory.measures import tally
from planner.territory.measures import travel
from planner.territory.params import BalanceMeasure
from planner.territory.params import BalanceParams
from planner.territory.problem import build_problem
from planner.territory.seeds import flow_seed

SHARED = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "territory"
KNOWN = {  # name: (territories, tolerances)
    "midwest_565": (10, (0.01,)),
    "us_counties": (50, (0.05, 0.01)),
}
UNITS_A_TERRITORY = 60  # for instances not known by name
ROUNDS = 100  # of the peers' alternation


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """Units, neighbours and what is asked of them."""

    name: str
    units: pd.DataFrame
    edges: pd.DataFrame
    n_territories: int
    tolerance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run of one method."""

    instance: str
    n_units: int
    n_territories: int
    tolerance: float
    method: str
    seed: int
    deviation: float
    rms_km: float
    extra_pieces: int
    elapsed_s: float
    cpu_s: float
    gap: float | None
    is_met: bool


def read_instances(folder: Path) -> list[Instance]:
    """Read every CSV of units that has its neighbours beside it."""
    found = []
    for path in sorted(folder.glob("*.csv")):
        edges_path = path.with_name(f"{path.stem}_edges.csv")
        if not edges_path.is_file():
            continue
        units = pd.read_csv(path, dtype={"fips": "str"})
        units.index = pd.Index([f"u{row}" for row in range(len(units))], dtype="str")
        pairs = pd.read_csv(edges_path)[["i", "j"]].to_numpy(dtype=np.int64)
        edges = edges_frame(units.index, pairs, 0.0)
        n_default = max(2, len(units) // UNITS_A_TERRITORY)
        n_territories, tolerances = KNOWN.get(path.stem, (n_default, (0.05,)))
        found += [
            Instance(
                name=path.stem,
                units=units,
                edges=edges,
                n_territories=n_territories,
                tolerance=tolerance,
            )
            for tolerance in tolerances
        ]
    return found


def own_instances() -> list[Instance]:
    """Make two grids with uneven accounts, fixed seeds."""
    made = []
    for side, n_territories in ((12, 6), (30, 15)):
        rng = np.random.default_rng(side)
        number = np.arange(side * side).reshape(side, side)
        units = pd.DataFrame(
            {
                "x_km": np.tile(np.arange(side) * 10.0, side),
                "y_km": np.repeat(np.arange(side) * 10.0, side),
                "accounts": np.rint(rng.lognormal(3, 0.8, side * side)),
            },
            index=pd.Index([f"u{row}" for row in range(side * side)], dtype="str"),
        )
        pairs = np.concatenate(
            [
                np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
                np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
            ]
        )
        made.append(
            Instance(
                name=f"grid_{side}x{side}",
                units=units,
                edges=edges_frame(units.index, pairs, 10_000.0),
                n_territories=n_territories,
                tolerance=0.02,
            )
        )
    return made


def _params(instance: Instance, seed: int) -> BalanceParams:
    measure = BalanceMeasure(column="accounts", tolerance=instance.tolerance)
    return BalanceParams(
        measures=(measure,), n_territories=instance.n_territories, seed=seed
    )


def ours(instance: Instance, seed: int) -> tuple[pd.Series, float | None]:
    """Balance with this package."""
    result = balance(instance.units, instance.edges, _params(instance, seed))
    return result.alignment.territory_by_unit, result.gap


def flow_lloyd(instance: Instance, seed: int) -> tuple[pd.Series, None]:
    """Alternate OR-Tools' min-cost flow and centroids; no contiguity, no repair."""
    ids = tuple(f"T{k}" for k in range(instance.n_territories))
    problem = build_problem(
        instance.units,
        instance.edges,
        _params(instance, seed),
        ids,
        current=None,
        locked=None,
        centres=None,
    )
    rng = np.random.default_rng(seed)
    labels = flow_seed(problem, rng, ROUNDS, RunControl())
    return pd.Series(np.array(ids)[labels], instance.units.index), None


def k_means(instance: Instance, seed: int) -> tuple[pd.Series, None]:
    """Run Lloyd's algorithm weighted by accounts; knows no balance."""
    xy = instance.units[["x_km", "y_km"]].to_numpy(dtype=float)
    weight = instance.units["accounts"].to_numpy(dtype=float) + 1e-9
    rng = np.random.default_rng(seed)
    chosen = rng.choice(
        len(xy), instance.n_territories, replace=False, p=weight / weight.sum()
    )
    centres, labels = xy[chosen], np.zeros(len(xy), dtype=np.int64)
    for _ in range(ROUNDS):
        away = ((xy[:, None] - centres[None]) ** 2).sum(axis=2)
        again = away.argmin(axis=1)
        if (again == labels).all():
            break
        labels = again
        for k in np.unique(labels):
            own = labels == k
            centres[k] = np.average(xy[own], axis=0, weights=weight[own])
    return pd.Series([f"T{k}" for k in labels], instance.units.index), None


METHODS: dict[str, Callable[[Instance, int], tuple[pd.Series, float | None]]] = {
    "ours": ours,
    "flow Lloyd": flow_lloyd,
    "k-means": k_means,
}


def measure(instance: Instance, method: str, seed: int) -> Row:
    """Run a method once and judge its plan by the same yardstick."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    plan, gap = METHODS[method](instance, seed)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    ids = [*plan.unique(), *range(instance.n_territories - plan.nunique())]
    deviation = tally(instance.units, plan, ["accounts"], ids)["deviation"].abs().max()
    weight = instance.units["accounts"].astype(float)
    middle = centroids(instance.units, weight, plan)
    km = distance_to_centre_km(instance.units, middle, plan)
    return Row(
        instance=instance.name,
        n_units=len(instance.units),
        n_territories=instance.n_territories,
        tolerance=instance.tolerance,
        method=method,
        seed=seed,
        deviation=float(deviation),
        rms_km=travel(km, weight)["weighted_rms_km"],
        extra_pieces=int(count_pieces(plan, instance.edges).sum()),
        elapsed_s=wall_s,
        cpu_s=cpu_s,
        gap=gap,
        is_met=bool(deviation <= instance.tolerance + 1e-9),
    )


def _print_row(row: Row) -> None:
    gap = "" if row.gap is None else f"{100 * row.gap:6.2f} %"
    print(
        f"{row.instance:14} {row.n_territories:4} {100 * row.tolerance:4.0f} % "
        f"{row.method:12} {row.seed:4} {100 * row.deviation:9.2f} % {row.rms_km:8.2f} "
        f"{row.extra_pieces:6} {row.elapsed_s:8.2f} {row.cpu_s:8.2f} {gap:>9}",
        flush=True,
    )


def ratios(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Compare the medians over seeds: ours ÷ peer, and our worst."""
    frame = pd.DataFrame([asdict(row) for row in rows])
    out = []
    for (name, tolerance), group in frame.groupby(["instance", "tolerance"]):
        median = group.groupby("method")[["rms_km", "elapsed_s"]].median()
        mine = group[group["method"] == "ours"]
        flow = median.loc["flow Lloyd"]
        out.append(
            {
                "instance": name,
                "tolerance": tolerance,
                "met": f"{int(mine['is_met'].sum())} of {len(mine)}",
                "worst_deviation": float(mine["deviation"].max()),
                "worst_pieces": int(mine["extra_pieces"].max()),
                "rms_to_flow_lloyd": float(
                    median.loc["ours", "rms_km"] / flow["rms_km"]
                ),
                "time_to_flow_lloyd": float(
                    median.loc["ours", "elapsed_s"] / max(flow["elapsed_s"], 1e-9)
                ),
                "worst_gap": None
                if mine["gap"].isna().all()
                else float(mine["gap"].max()),
            }
        )
    return out


def main(argv: Sequence[str]) -> int:
    """
    Run the comparison and print it.

    Parameters
    ----------
    argv
        ``--data DIR``, ``--quick``, ``--seeds N``, ``--json FILE``.

    Returns
    -------
    0 if every plan of ours met its tolerance in one piece each, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks territory")
    parser.add_argument("--data", type=Path, help="folder of instances")
    parser.add_argument("--quick", action="store_true", help="small instances only")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each method")
    parser.add_argument("--json", type=Path, help="file to write all rows to")
    args = parser.parse_args(argv)
    folder = args.data or (SHARED if SHARED.is_dir() else None)
    instances = read_instances(folder) if folder else own_instances()
    if not instances:
        parser.error(f"{folder} holds no <name>.csv with <name>_edges.csv")
    if args.quick:
        instances = [one for one in instances if len(one.units) <= 1000]
    # Compiling the search once is no part of any run.
    balance(
        instances[0].units,
        instances[0].edges,
        _params(instances[0], 0),
        run=RunControl(time_limit_s=0),
    )
    print(
        f"{'instance':14} {'K':>4} {'tol.':>6} {'method':12} {'seed':>4} "
        f"{'deviation':>11} {'rms km':>8} {'pieces':>6} {'wall s':>8} {'cpu s':>8} "
        f"{'gap':>9}"
    )
    rows = []
    for instance in instances:
        for method in METHODS:
            for seed in range(args.seeds):
                rows.append(measure(instance, method, seed))
                _print_row(rows[-1])
    compared = ratios(rows)
    print("\nours ÷ flow Lloyd (medians), and our worst:")
    print(pd.DataFrame(compared).round(4).to_string(index=False))
    if args.json:
        report = {"rows": [asdict(row) for row in rows], "ratios": compared}
        args.json.write_text(json.dumps(report, indent=1))
    mine = [row for row in rows if row.method == "ours"]
    return 0 if all(row.is_met and not row.extra_pieces for row in mine) else 1
