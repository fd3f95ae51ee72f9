"""The passes of the search: how hot, how long, and which plan is kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.core.run import RunControl
from planner.visits.model.params import RouteParams
from planner.visits.model.problem import RepProblem
from planner.visits.search import patterns
from planner.visits.search.arrays import build_task, empty_days, resume, routes_of

_N_STAGES = 100  # temperatures in one pass
_MAX_ROUNDS = 500  # between two looks at the clock, some 50 ms
_MAX_REMOVED = 10  # accounts taken out in one round
_MAX_RETRIED = 16  # accounts left out before that are tried again in one round
_HOT_S, _COLD_S = 8_000.0, 300.0  # travel a round may add at first and at last
_FINAL_SHARE = 0.85  # of the rounds: from here on the best plan is made better
_SOFT_RISE = 4.0  # how much dearer leaving a visit out becomes on the way


def search_routes(
    problem: RepProblem, params: RouteParams, run: RunControl
) -> list[list[int]]:
    """
    Look for the days and the order of all required visits.

    Returns
    -------
    shape (n_days,)
        Places by day, in order, of the best plan of all passes. Accounts that are on no
        day did not fit.

    Notes
    -----
    Under a time limit the passes share the time and each cools down within its part.
    """
    task, movable = build_task(problem)
    if movable.size == 0:
        return [[] for _ in range(problem.n_days)]
    best_cost: int | None = None
    best_routes: list[list[int]] = []
    for number in range(params.passes):
        part = run.part(number / params.passes, (number + 1) / params.passes)
        budget_s = None
        if run.time_limit_s is not None:
            left_s = max(0.0, run.time_limit_s - run.elapsed_s)
            budget_s = left_s / (params.passes - number)
        cost, routes = _one_pass(task, movable, params, number, budget_s, part)
        if best_cost is None or cost < best_cost:
            best_cost, best_routes = cost, routes
        if run.should_stop():
            break
    return best_routes


def warm_up(problem: RepProblem) -> None:
    """Compile the search, or load it compiled, before other processes need it."""
    search_routes(problem, RouteParams(iterations=1), RunControl())


def _one_pass(
    task: patterns.Task,
    movable: npt.NDArray[np.int64],
    params: RouteParams,
    number: int,
    budget_s: float | None,
    run: RunControl,
) -> tuple[int, list[list[int]]]:
    """
    Anneal once; the first round builds the first plan.

    Leaving a visit out costs little at first, so that the search can pass through plans
    that lack one, and ever more later. The best plan is told by the true penalties; the
    last part of the rounds goes on from it, and by them.
    """
    seed = int(np.random.default_rng([params.seed, number]).integers(1, 2**62))
    days, backup, best = (empty_days(task, seed) for _ in range(3))
    soft_s = task.soft_penalty.copy()
    begun_s = run.elapsed_s
    cost = patterns.anneal(
        task, days, backup, best, movable, 1, movable.size, _MAX_REMOVED, _HOT_S
    )
    done, share, is_final = 1, 0.0, False
    n_rounds = max(1, min(_MAX_ROUNDS, params.iterations // _N_STAGES))
    while done < params.iterations and share < 1 and not run.should_stop():
        heat_s = _HOT_S * (_COLD_S / _HOT_S) ** share
        task.soft_penalty[:] = soft_s * (1 + _SOFT_RISE * share)
        if share >= _FINAL_SHARE:
            task.soft_penalty[:] = task.penalty
            if not is_final:
                resume(best, days)
            is_final = True
        rounds = min(n_rounds, params.iterations - done)
        cost = patterns.anneal(
            task,
            days,
            backup,
            best,
            movable,
            rounds,
            _MAX_RETRIED,
            _MAX_REMOVED,
            heat_s,
        )
        done += rounds
        share = done / params.iterations
        if budget_s is not None:
            share = max(share, (run.elapsed_s - begun_s) / max(budget_s, 1e-9))
        run.report(min(1.0, share), "choosing the days of each visit", float(cost))
    task.soft_penalty[:] = soft_s
    return cost, routes_of(best)
