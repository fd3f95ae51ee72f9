"""
Territories: ours against min-cost-flow Lloyd, GerryChain, k-means and kin.

An instance is a CSV of units (x_km, y_km, accounts, maybe revenue_k) with its
neighbours in <name>_edges.csv (columns i, j). Without a folder: grids made here.
Points are made from the places of PyPI's `zipcodes`, one seed.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.territory_classes import FAMILIES
from benchmarks.territory_classes import run_classes
from benchmarks.territory_peers import PEERS
from planner.geography.adjacency import edges_frame
from planner.geography.adjacency import point_edges
from planner.territory.balance import balance
from planner.territory.contiguity import count_extra_pieces
from planner.territory.params import BalanceMeasure
from planner.territory.params import BalanceParams
from planner.territory.problem import Problem
from planner.territory.problem import build_problem

SHARED = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "territory"
BOTH = ("accounts", "revenue_k")
KNOWN = {  # name: (territories, requests); a request: tolerance of each measure
    "midwest_565": (
        10,
        ({"accounts": 0.01}, dict.fromkeys(BOTH, 0.05), dict.fromkeys(BOTH, 0.015)),
    ),
    "us_counties": (
        50,
        ({"accounts": 0.05}, {"accounts": 0.01}, dict.fromkeys(BOTH, 0.05)),
    ),
}
POINTS = {  # name: (points, None: the ZIPs themselves; territories; tolerance)
    "zips": (None, 300, 0.03),
    "points_100k": (100_000, 300, 0.03),
    "points_200k": (200_000, 300, 0.02),
    "points_1m": (1_000_000, 500, 0.03),
}
UNITS_A_TERRITORY = 60  # for instances not known by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """Units, neighbours and what is asked of them."""

    name: str
    units: pd.DataFrame
    edges: pd.DataFrame | None
    n_territories: int
    tolerances: dict[str, float]

    @property
    def label(self) -> str:
        """Name with what is asked."""
        asked = "+".join(self.tolerances)
        return f"{self.name} {asked} {100 * min(self.tolerances.values()):g} %"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run of one method."""

    instance: str
    n_units: int
    n_territories: int
    method: str
    seed: int
    deviation: float
    rms_km: float
    extra_pieces: int
    elapsed_s: float
    cpu_s: float
    peak_mb: float
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
        n_territories, requests = KNOWN.get(
            path.stem, (n_default, ({"accounts": 0.05},))
        )
        found += [
            Instance(
                name=path.stem,
                units=units,
                edges=edges,
                n_territories=n_territories,
                tolerances=tolerances,
            )
            for tolerances in requests
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
                tolerances={"accounts": 0.02},
            )
        )
    return made


def points(name: str) -> Instance:
    """
    Make points where people live.

    Parameters
    ----------
    name
        One of `POINTS`.

    Returns
    -------
    The ZIP codes of the lower 48 states with lognormal accounts; or points drawn from
    them, some kilometres beside. Neighbours are Delaunay's.
    """
    import zipcodes
    from pyproj import Transformer

    n_points, n_territories, tolerance = POINTS[name]
    places = pd.DataFrame(zipcodes.list_all())[["zip_code", "lat", "long"]]
    places[["lat", "long"]] = places[["lat", "long"]].apply(
        pd.to_numeric, errors="coerce"
    )
    places = places.drop_duplicates(["lat", "long"])
    places = places[places["lat"].between(24.5, 49.5)]
    places = places[places["long"].between(-125, -66.5)]
    to_km = Transformer.from_crs(
        4326,
        "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +units=km",
        always_xy=True,
    )
    x, y = to_km.transform(places["long"].to_numpy(), places["lat"].to_numpy())
    rng = np.random.default_rng(3)
    if n_points is None:
        accounts = rng.lognormal(4, 1, len(x))
    else:
        drawn = rng.integers(0, len(x), n_points)
        x = x[drawn] + rng.normal(0, 4, n_points)
        y = y[drawn] + rng.normal(0, 4, n_points)
        accounts = rng.lognormal(2, 0.8, n_points)
    units = pd.DataFrame(
        {"x_km": x, "y_km": y, "accounts": np.rint(accounts) + 1},
        index=pd.Index([f"p{row}" for row in range(len(x))], dtype="str"),
    )
    return Instance(
        name=name,
        units=units,
        edges=None,
        n_territories=n_territories,
        tolerances={"accounts": tolerance},
    )


def _params(instance: Instance, seed: int) -> BalanceParams:
    measures = tuple(
        BalanceMeasure(column=column, tolerance=tolerance)
        for column, tolerance in instance.tolerances.items()
    )
    return BalanceParams(
        measures=measures, n_territories=instance.n_territories, seed=seed
    )


def _problem(instance: Instance) -> Problem:
    edges = point_edges(instance.units) if instance.edges is None else instance.edges
    return build_problem(
        instance.units,
        edges,
        _params(instance, 0),
        tuple(f"T{k}" for k in range(instance.n_territories)),
        current=None,
        locked=None,
        centres=None,
    )


def run(instance: Instance, problem: Problem, method: str, seed: int) -> Row:
    """Run a method once and judge its plan by the same yardstick."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    gap = None
    if method == "ours":
        result = balance(instance.units, instance.edges, _params(instance, seed))
        gap = result.gap
        ids = pd.Index(result.tallies["territory_id"].unique())
        placed = result.alignment.territory_by_unit.reindex(instance.units.index)
        labels = ids.get_indexer(placed).astype(np.int64)
    else:
        labels = PEERS[method][0](problem, seed)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    deviation = np.abs(problem.loads(labels) - 1).max(axis=0)
    return Row(
        instance=instance.label,
        n_units=problem.n_units,
        n_territories=problem.n_territories,
        method=method,
        seed=seed,
        deviation=float(deviation.max()),
        rms_km=float(np.sqrt(problem.travel(labels) / problem.weight.sum())),
        extra_pieces=count_extra_pieces(problem, labels),
        elapsed_s=wall_s,
        cpu_s=cpu_s,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        gap=gap,
        is_met=bool((deviation <= problem.tolerance + 1e-9).all()),
    )


def _print_row(row: Row) -> None:
    gap = "" if row.gap is None else f"{100 * row.gap:6.2f} %"
    print(
        f"{row.instance:36} {row.n_territories:4} {row.method:20} {row.seed:4} "
        f"{100 * row.deviation:8.2f} % {row.rms_km:8.2f} {row.extra_pieces:6} "
        f"{row.elapsed_s:8.2f} {row.cpu_s:8.2f} {row.peak_mb:6.0f} {gap:>9}",
        flush=True,
    )


def ratios(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Compare the medians over seeds, ours ÷ peer; and give our worst."""
    frame = pd.DataFrame([asdict(row) for row in rows])
    out = []
    for name, group in frame.groupby("instance", sort=False):
        mine = group[group["method"] == "ours"]
        median = group.groupby("method")[["rms_km", "cpu_s"]].median()
        compared: dict[str, Any] = {
            "instance": name,
            "met": f"{int(mine['is_met'].sum())} of {len(mine)}",
            "deviation_median": float(mine["deviation"].median()),
            "deviation_worst": float(mine["deviation"].max()),
            "rms_median": float(mine["rms_km"].median()),
            "rms_worst": float(mine["rms_km"].max()),
            "cpu_s_median": float(mine["cpu_s"].median()),
            "cpu_s_worst": float(mine["cpu_s"].max()),
            "pieces_worst": int(mine["extra_pieces"].max()),
            "gap_worst": None if mine["gap"].isna().all() else float(mine["gap"].max()),
        }
        for peer in ("flow Lloyd", "flow Lloyd, 5 rounds", "GerryChain tree"):
            if peer in median.index:
                theirs = median.loc[peer]
                compared[f"rms ÷ {peer}"] = compared["rms_median"] / theirs["rms_km"]
                compared[f"time ÷ {peer}"] = compared["cpu_s_median"] / max(
                    float(theirs["cpu_s"]), 1e-9
                )
        out.append(compared)
    return out


def _chosen(args: argparse.Namespace) -> list[Instance]:
    """Read or make the instances asked for; points only when named."""
    folder = args.data or (SHARED if SHARED.is_dir() else None)
    instances = read_instances(folder) if folder else own_instances()
    if args.quick:
        instances = [one for one in instances if len(one.units) <= 1000]
    if args.only:
        instances = [one for one in instances if args.only in one.label]
        instances += [points(name) for name in POINTS if args.only in name]
    elif not args.quick and args.data is None:
        instances.append(points("zips"))
    return instances


def main(argv: Sequence[str]) -> int:
    """
    Run the comparison and print it.

    Parameters
    ----------
    argv
        ``--data DIR``, ``--quick``, ``--only NAME``, ``--seeds 0,1,2``, ``--no-peers``,
        ``--json FILE``.

    Returns
    -------
    0 if every plan of ours met its tolerances in one piece each, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks territory")
    parser.add_argument("--data", type=Path, help="folder of instances")
    parser.add_argument("--quick", action="store_true", help="small instances only")
    parser.add_argument(
        "--only", help=f"part of a name; also {', '.join((*POINTS, *FAMILIES))}"
    )
    parser.add_argument("--seeds", default="0", help="like 0,1,2,3,4")
    parser.add_argument("--no-peers", action="store_true", help="only our own plans")
    parser.add_argument("--json", type=Path, help="file to write all rows to")
    args = parser.parse_args(argv)
    if args.only and any(name in args.only for name in FAMILIES):
        seeds = [int(text) for text in args.seeds.split(",")]
        return 0 if run_classes(args.data or SHARED, args.only, seeds) else 1
    instances = _chosen(args)
    if not instances:
        parser.error("no such instance; a folder holds <name>.csv, <name>_edges.csv")
    # Compiling the search once is no part of any run.
    first = own_instances()[0]
    balance(first.units, first.edges, replace(_params(first, 0), effort=0.01))
    print(
        f"{'instance':36} {'K':>4} {'method':20} {'seed':>4} {'deviation':>10} "
        f"{'rms km':>8} {'pieces':>6} {'wall s':>8} {'cpu s':>8} {'MB':>6} {'gap':>9}"
    )
    rows: list[Row] = []
    for instance in instances:
        problem = _problem(instance)
        size = problem.n_units * problem.n_territories
        methods = ["ours"]
        if not args.no_peers:
            methods += [name for name, (_, most) in PEERS.items() if size <= most]
        for method in methods:
            for seed in (int(text) for text in args.seeds.split(",")):
                rows.append(run(instance, problem, method, seed))
                _print_row(rows[-1])
    compared = ratios(rows)
    print("\nours, median and worst over the seeds; ratios of medians:")
    for one in compared:
        print(json.dumps(one, indent=1))
    if args.json:
        report = {"rows": [asdict(row) for row in rows], "ratios": compared}
        args.json.write_text(json.dumps(report, indent=1))
    mine = [row for row in rows if row.method == "ours"]
    return 0 if all(row.is_met and not row.extra_pieces for row in mine) else 1
