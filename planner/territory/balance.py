"""Balance: check → seed → repair → search → certificate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.core.run import RunControl
from planner.geography.adjacency import connect
from planner.geography.adjacency import point_edges
from planner.territory import contiguity
from planner.territory import seeds
from planner.territory.conclude import conclude
from planner.territory.naming import rename
from planner.territory.params import BalanceParams
from planner.territory.precheck import Request
from planner.territory.precheck import check_request
from planner.territory.problem import NOWHERE
from planner.territory.problem import Ints
from planner.territory.problem import Problem
from planner.territory.problem import build_problem
from planner.territory.result import BalanceResult
from planner.territory.search import Plan
from planner.territory.search import SearchGoal
from planner.territory.search import search

_FLOW_UNITS = 6_000  # beyond these the flow takes longer than the search
_FLOW_ROUNDS = 20
_SMALL, _MIDDLE = 20_000, 400_000  # units · territories that get eight or three starts
_LEAST_STEPS, _MOST_STEPS, _STEPS_PER_UNIT = 2_000_000, 40_000_000, 4_000
_WARMER = (5.0, 16.0, 5.0, 16.0)  # where the tolerance is not met at once
_TRIAL_SHARE = 0.1  # of the steps, to choose among starts


def balance(
    units: pd.DataFrame,
    edges: pd.DataFrame | None,
    params: BalanceParams,
    *,
    current: pd.Series | None = None,
    locked: pd.Series | None = None,
    centres: pd.DataFrame | None = None,
    run: RunControl | None = None,
) -> BalanceResult:
    """
    Divide units into territories that share the measures evenly with little travel.

    Parameters
    ----------
    units
        Columns x_km, y_km and the measures; indexed by `unit_id`.
    edges
        EDGES frame; None: Delaunay neighbours of the places. Islands are bridged.
    params
        What is asked.
    current
        Territory today, indexed by `unit_id`; new territories keep its names.
    locked
        True for units that must keep today's territory, indexed by `unit_id`.
    centres
        Columns x_km, y_km indexed by `territory_id`: fixed, else territories are
        measured to their weighted centroid.
    run
        Time limit, progress and cancel; the best so far is returned then.

    Returns
    -------
    The plan; what could not be met stands in `is_met` and `blocking`.

    Raises
    ------
    InputError
        If the units, the alignment or the centres cannot be used.
    InfeasibleError
        If no plan can exist.
    """
    run = run or RunControl()
    request = check_request(
        units, params, current=current, locked=locked, centres=centres
    )
    problem, bridges = _prepare(units, edges, params, request)
    stages = {"check": run.elapsed_s}
    rng = np.random.default_rng(params.seed)
    run.report(0.02, "Placing territories")
    core = contiguity.join_locked(problem, rng)
    starts = _starts(problem, core, params, rng, run)
    stages["seed"] = run.elapsed_s - sum(stages.values())
    goal = SearchGoal(is_moves=params.minimise == "moves", max_moved=params.max_moved)
    plan = _best_search(problem, starts, goal, params, rng, run)
    labels = _renamed(problem, plan.labels)
    stages["search"] = run.elapsed_s - sum(stages.values())
    run.report(0.92, "Proving how good it is", best=plan.key[2])
    return conclude(
        units,
        params,
        request,
        problem,
        labels,
        bridges=bridges,
        stages=stages,
        run=run,
    )


def _prepare(
    units: pd.DataFrame,
    edges: pd.DataFrame | None,
    params: BalanceParams,
    request: Request,
) -> tuple[Problem, pd.DataFrame]:
    linked = point_edges(units) if edges is None else edges
    linked = connect(linked, units) if len(units) > 1 else linked
    known = 0 if edges is None else len(edges)
    bridges = linked.iloc[known:] if edges is not None else linked.iloc[:0]
    problem = build_problem(
        units,
        linked,
        params,
        request.territory_ids,
        current=request.current,
        locked=request.locked,
        centres=request.centres,
    )
    return problem, bridges.reset_index(drop=True)


def _starts(
    problem: Problem,
    core: Ints,
    params: BalanceParams,
    rng: np.random.Generator,
    run: RunControl,
) -> list[Ints]:
    """Make the plans the search begins with."""
    if params.needs_current:
        return [contiguity.repair(problem, problem.current, core)]
    size = problem.n_units * problem.n_territories
    n_starts = 8 if size <= _SMALL else 3 if size <= _MIDDLE else 1
    if problem.centres is not None or problem.n_territories == 1:
        n_starts = 1
    drawn = []
    if (problem.locked != NOWHERE).any():
        drawn.append(problem.current)
    for _ in range(n_starts):
        if problem.n_units <= _FLOW_UNITS or problem.centres is not None:
            drawn.append(seeds.flow_seed(problem, rng, _FLOW_ROUNDS, run))
        else:
            drawn.append(seeds.bisection_seed(problem))
        if run.should_stop():
            break
    return [
        contiguity.repair(problem, rename(problem, labels), core) for labels in drawn
    ]


def _best_search(
    problem: Problem,
    starts: list[Ints],
    goal: SearchGoal,
    params: BalanceParams,
    rng: np.random.Generator,
    run: RunControl,
) -> Plan:
    """Try all starts a little, then search on from the best of them."""
    n_steps = min(max(_STEPS_PER_UNIT * problem.n_units, _LEAST_STEPS), _MOST_STEPS)
    n_steps = int(n_steps * params.effort)
    rngs = rng.spawn(len(starts) + 2)
    if len(starts) == 1:
        found = search(problem, starts[0], goal, n_steps, rngs[0], run.part(0.1, 0.7))
        return _warmed(problem, found, goal, n_steps, rngs[-1], run.part(0.7, 0.9))
    trials = []
    for number, start in enumerate(starts):
        first, last = number / len(starts), (number + 1) / len(starts)
        part = run.part(0.1 + 0.3 * first, 0.1 + 0.3 * last)
        trials.append(
            search(
                problem, start, goal, int(n_steps * _TRIAL_SHARE), rngs[number], part
            )
        )
        if run.should_stop():
            break
    trials.sort(key=lambda plan: plan.key)
    best = trials[0]
    n_kept = 2 if problem.n_units * problem.n_territories <= _SMALL else 1
    for number, trial in enumerate(trials[:n_kept]):
        if run.should_stop():
            break
        part = run.part(0.4 + 0.3 * number / n_kept, 0.4 + 0.3 * (number + 1) / n_kept)
        found = search(problem, trial.labels, goal, n_steps, rngs[-1 - number], part)
        best = min(best, found, key=lambda plan: plan.key)
    return _warmed(problem, best, goal, n_steps, rng, run.part(0.7, 0.9))


def _warmed(
    problem: Problem,
    best: Plan,
    goal: SearchGoal,
    n_steps: int,
    rng: np.random.Generator,
    run: RunControl,
) -> Plan:
    """Search on from a plan outside its tolerance, hotter at first."""
    if (problem.share > 1 + problem.tolerance).any():
        return best  # a unit too big for any territory: no search can help
    for number, warmth in enumerate(_WARMER):
        if best.key[0] <= 0 or run.should_stop():
            break
        part = run.part(number / len(_WARMER), (number + 1) / len(_WARMER))
        found = search(
            problem,
            best.labels,
            goal,
            n_steps,
            rng.spawn(1)[0],
            part,
            warmth=warmth,
        )
        best = min(best, found, key=lambda plan: plan.key)
    return best


def _renamed(problem: Problem, labels: Ints) -> Ints:
    """Give the names that fit best, where names are free."""
    if (problem.locked != NOWHERE).any():
        return labels
    renamed = rename(problem, labels)
    return renamed if problem.n_moved(renamed) <= problem.n_moved(labels) else labels
