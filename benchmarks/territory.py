"""
Territories: ours against min-cost-flow Lloyd, GerryChain, k-means, spopt and kin.

Each run has a process of its own and one thread; peers that have found nothing after
`--limit` CPU seconds are ended. At the end the goals stand beside what was measured:
time means CPU seconds, which a busy machine raises a little too.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.territory_classes import FAMILIES, run_classes
from benchmarks.territory_goals import judge, print_goals, ratios
from benchmarks.territory_growth import judge_growth, measure_growth
from benchmarks.territory_instances import (
    POINTS,
    SHARED,
    Case,
    drawn_instances,
    own_instances,
    points,
    read_instances,
)
from benchmarks.territory_maps import judge_maps, run_maps
from benchmarks.territory_moves import asked_of, judge_moves, run_moves
from benchmarks.territory_runs import OURS, Row, methods_for, run_apart

_LARGE = ("points_200k", "points_1m")


def _chosen(args: argparse.Namespace) -> list[Case]:
    """Read or make the instances asked for; large points only when asked."""
    folder = args.data or (SHARED if SHARED.is_dir() else None)
    instances = read_instances(folder) if folder else own_instances()
    if args.drawn:
        instances = [one for seed in args.drawn for one in drawn_instances(seed)]
    if args.quick:
        instances = [one for one in instances if len(one.units) <= 1000]
    if args.only:
        instances = [one for one in instances if args.only in one.label]
        instances += [points(name) for name in POINTS if args.only in name]
    elif not args.quick and args.data is None and not args.drawn:
        instances.append(points("zips"))
        instances += [points(name) for name in _LARGE if args.large]
    return instances


def seeds_of(text: str) -> list[int]:
    """Read ``5`` as the seeds 0 to 4, and ``1,3`` as these two."""
    if "," in text:
        return [int(part) for part in text.split(",") if part]
    return list(range(int(text)))


def _run_all(
    instances: Sequence[Case], seeds: Sequence[int], args: argparse.Namespace
) -> list[Row]:
    print(
        f"{'instance':36} {'K':>4} {'method':20} {'seed':>4} {'deviation':>10} "
        f"{'rms km':>8} {'pieces':>6} {'wall s':>8} {'cpu s':>8} {'MB':>6} {'gap':>9}"
    )
    rows: list[Row] = []
    for case in instances:
        for method in [OURS] if args.no_peers else [OURS, *methods_for(case)]:
            limit_s = None if method == OURS else args.limit
            for seed in seeds:
                rows.append(run_apart(case, method, seed, limit_s))
                _print_row(rows[-1])
    return rows


def _print_row(row: Row) -> None:
    gap = "" if row.gap is None else f"{100 * row.gap:6.2f} %"
    start = f"{row.instance:36} {row.n_territories:4} {row.method:20} {row.seed:4} "
    if row.ended != "ended":
        print(start + row.ended, flush=True)
        return
    print(
        start + f"{100 * row.deviation:8.2f} % {row.rms_km:8.2f} {row.extra_pieces:6} "
        f"{row.elapsed_s:8.2f} {row.cpu_s:8.2f} {row.peak_mb:6.0f} {gap:>9}",
        flush=True,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks territory")
    parser.add_argument("--data", type=Path, help="folder of instances")
    parser.add_argument("--quick", action="store_true", help="small instances only")
    parser.add_argument(
        "--only",
        help=f"part of a name; also {', '.join((*POINTS, *FAMILIES))}, moves, maps, "
        "growth",
    )
    parser.add_argument(
        "--large", action="store_true", help=f"{', '.join(_LARGE)} and growth too"
    )
    parser.add_argument(
        "--drawn",
        type=seeds_of,
        help="instead: instances drawn with these seeds, like 5 or 1,3",
    )
    parser.add_argument("--seeds", type=seeds_of, default=[0], help="like 5 or 1,3")
    parser.add_argument("--no-peers", action="store_true", help="only our own plans")
    parser.add_argument(
        "--limit", type=int, default=180, help="CPU seconds a peer may take"
    )
    parser.add_argument("--json", type=Path, help="file to write all rows to")
    return parser


def main(argv: Sequence[str]) -> int:
    """
    Run the comparison and print it.

    Parameters
    ----------
    argv
        See ``--help``. Without any: the folder's instances with their peers, moves,
        p-medians and ctdp.

    Returns
    -------
    0 if every goal that was measured is reached, else 1.
    """
    parser = _parser()
    args = parser.parse_args(argv)
    only = args.only or ""
    is_all = not (only or args.quick or args.data or args.drawn)
    told: list[dict[str, Any]] = []
    report: dict[str, Any] = {"load": os.getloadavg()}
    is_family = any(name in only for name in FAMILIES)
    if not is_family and only not in ("moves", "maps", "growth"):
        instances = _chosen(args)
        if not instances:
            parser.error(
                "no such instance; a folder holds <name>.csv, <name>_edges.csv"
            )
        rows = _run_all(instances, args.seeds, args)
        compared = ratios(rows)
        report |= {"rows": [asdict(row) for row in rows], "ratios": compared}
        print("\nours, median and worst over the seeds; ratios of medians:")
        for one in compared:
            print(json.dumps(one, indent=1, ensure_ascii=False))
        told += judge(compared)
    if only == "moves" or is_all:
        report["moves"] = _moves(args.seeds, args.drawn or ())
        told += judge_moves(report["moves"])
    if only == "maps" or is_all:
        report["maps"] = run_maps()
        told += judge_maps(report["maps"])
    if only == "growth" or (is_all and args.large):
        report["growth"] = measure_growth(args.seeds[0])
        told += judge_growth(report["growth"])
    is_fine = True
    if is_family or (is_all and SHARED.is_dir()):
        for family in [only] if is_family else ("pmedcap", "SJC", "ctdp"):
            is_fine &= run_classes(args.data or SHARED, family, args.seeds)
    print_goals(told)
    if args.json:
        report["goals"] = told
        args.json.write_text(json.dumps(report, indent=1, ensure_ascii=False))
    return 0 if is_fine and all(one["is_reached"] is not False for one in told) else 1


def _moves(seeds: Sequence[int], drawn: Sequence[int]) -> list[dict[str, Any]]:
    """Run the disturbance row of the folder, or of maps drawn anew."""
    if drawn:
        instances = [one for seed in drawn for one in drawn_instances(seed)]
    else:
        instances = read_instances(SHARED) if SHARED.is_dir() else []
    return [row for one in asked_of(instances) for row in run_moves(one, seeds)]
