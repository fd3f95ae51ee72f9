"""
A rep's four weeks: ours against VROOM without the weekday and spacing rules.

VROOM cannot state them, so its plan is easier to make: each visit only keeps its week
or fortnight. Every figure comes from one checker; seconds are CPU of one thread.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from planner.core.files.tables import write_text
from planner.visits.model.params import RouteParams
from planner.visits.model.problem import LunchRule, RepAccount, RepProblem
from planner.visits.model.rep_file import read_problem
from planner.visits.model.timing import time_day
from planner.visits.plan.rep import plan_rep
from planner.visits.reasons.check import check_plan, day_faults
from planner.visits.search.annealing import warm_up

SHARED = Path(__file__).resolve().parents[2] / "shared/benchmarks/routing"
S_PER_DAY = 86_400


def main(argv: list[str]) -> int:
    """
    Run every instance found and print one row for each method.

    Returns
    -------
    0: every plan of ours kept all rules and missed no visit that VROOM served; else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks routing")
    parser.add_argument(
        "--data", type=Path, default=SHARED if SHARED.exists() else None
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    params = RouteParams(
        iterations=8_000 if args.quick else 40_000,
        passes=1 if args.quick else 3,
        seed=args.seed,
    )
    rows: list[dict[str, Any]] = []
    print(
        f"{'instance':12} {'method':16} {'travel h':>8} {'missed':>6} {'pattern':>7} "
        f"{'days':>5} {'ratio':>6} {'CPU s':>6}"
    )
    for name, problem in _instances(args.data):
        warm_up(problem)
        peer = _vroom_relaxed(problem, 1 if args.quick else 5)
        for row in (peer, _ours(problem, params)):
            row |= {"instance": name, "ratio": row["travel_h"] / peer["travel_h"]}
            rows.append(row)
            print(
                f"{name:12} {row['method']:16} {row['travel_h']:8.2f} "
                f"{row['missed']:6d} {row['pattern_broken']:7d} "
                f"{row['days_broken']:5d} {row['ratio']:6.3f} {row['cpu_s']:6.1f}"
            )
    if not rows:
        print("no rep_*.json found", file=sys.stderr)
        return 2
    if args.json:
        write_text(json.dumps(rows, indent=1), args.json)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    is_good = all(
        ours["missed"] <= peer["missed"]
        and ours["days_broken"] == ours["pattern_broken"] == 0
        for peer, ours in pairs
    )
    return 0 if is_good else 1


def _instances(data: Path | None) -> Iterator[tuple[str, RepProblem]]:
    if data is None:
        yield "own small", _own_small()
        return
    for path in sorted(data.rglob("rep_*.json")):
        yield path.stem, read_problem(path)


def _own_small() -> RepProblem:
    """Make a rep of 60 accounts in a plane, for clones without the shared data."""
    rng = np.random.default_rng(1)
    places = rng.normal(0, 900, size=(61, 2))
    places[0] = 0
    travel_s = np.hypot(*(places[:, None] - places[None, :]).T).round()
    hours = (((32_400, 59_400),),) * 5
    home = RepAccount(visits_per_4_weeks=0, service_s=0, start_windows=((),) * 5)
    accounts = [
        RepAccount(
            visits_per_4_weeks=visits,
            service_s=1_800,
            start_windows=hours,
            priority=visits,
        )
        for visits in rng.choice([4, 2, 1], size=60, p=[0.15, 0.35, 0.5]).tolist()
    ]
    return RepProblem(
        accounts=(home, *accounts),
        travel_s=travel_s.astype(np.int64),
        day=(30_600, 63_000),
        lunch=LunchRule(2_700, 42_300, 48_600),
    )


def _ours(problem: RepProblem, params: RouteParams) -> dict[str, Any]:
    started = time.process_time()
    plan = plan_rep(problem, params)
    return {
        "method": "ours",
        "travel_h": plan.check.travel_s / 3600,
        "missed": plan.check.visits_missed,
        "pattern_broken": len(plan.check.pattern_broken),
        "days_broken": plan.check.days_broken,
        "cpu_s": time.process_time() - started,
    }


def _vroom_relaxed(problem: RepProblem, exploration: int) -> dict[str, Any]:
    """Plan all days at once with one vehicle a day and windows in absolute time."""
    import vroom

    started = time.process_time()
    task = vroom.Input()
    task.set_durations_matrix("car", problem.travel_s)
    for day in range(problem.n_days):
        base_s = day * S_PER_DAY
        lunch = vroom.TimeWindow(
            base_s + problem.lunch.earliest_s, base_s + problem.lunch.latest_s
        )
        task.add_vehicle(
            vroom.Vehicle(
                day,
                start=0,
                end=0,
                time_window=vroom.TimeWindow(
                    base_s + problem.day[0], base_s + problem.day[1]
                ),
                breaks=[
                    vroom.Break(
                        1, time_windows=[lunch], service=problem.lunch.duration_s
                    )
                ],
            )
        )
    for number, (place, windows) in enumerate(_relaxed_visits(problem)):
        task.add_job(
            vroom.Job(
                number,
                location=place,
                default_service=problem.accounts[place].service_s,
                priority=min(100, 10 * problem.accounts[place].priority),
                time_windows=[vroom.TimeWindow(*span) for span in windows],
            )
        )
    routes = task.solve(exploration_level=exploration, nb_threads=1).routes
    cpu_s = time.process_time() - started
    jobs = routes[routes["type"] == "job"]
    return _judged(problem, jobs, cpu_s, exploration)


def _relaxed_visits(
    problem: RepProblem,
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """List each visit with its windows in its own part of the four weeks."""
    for place, account in enumerate(problem.accounts):
        if account.visits_per_4_weeks == 0:
            continue
        length = problem.n_days // account.visits_per_4_weeks
        for first in range(0, problem.n_days, length):
            days: list[int] = list(range(first, first + length))
            promised = [made.day for made in account.fixed if made.day in days]
            days = promised[:1] or days
            windows = [
                (day * S_PER_DAY + opens_s, day * S_PER_DAY + closes_s)
                for day in days
                for opens_s, closes_s in problem.windows(place, day)
            ]
            if windows:
                yield place, windows


def _judged(
    problem: RepProblem, jobs: Any, cpu_s: float, exploration: int
) -> dict[str, Any]:
    """Time VROOM's routes by our rules and put them to the same checker."""
    days, travel_s, n_broken = [], 0, 0
    for day in range(problem.n_days):
        route = jobs.loc[jobs["vehicle_id"] == day, "location_index"].tolist()
        ends = [0, *route, 0]
        travel_s += int(problem.travel_s[ends[:-1], ends[1:]].sum())
        timed = time_day(problem, day, route)
        n_broken += timed is None or bool(day_faults(problem, timed))
        if timed is not None:
            days.append(timed)
    found = check_plan(problem, days)
    return {
        "method": f"VROOM x{exploration} relaxed",
        "travel_h": travel_s / 3600,
        "missed": found.visits_required - len(jobs),
        "pattern_broken": len(found.pattern_broken),
        "days_broken": n_broken,
        "cpu_s": cpu_s,
    }
