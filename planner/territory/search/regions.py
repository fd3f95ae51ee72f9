"""Search a few neighbouring territories at a time, hot enough to rearrange them."""

from __future__ import annotations

import numpy as np

from planner.core.run import RunControl
from planner.territory.model.components import restrict
from planner.territory.model.problem import Problem
from planner.territory.search.lns import draw_around
from planner.territory.search.local_search import Plan, SearchGoal, rate, search

_FEWEST, _MOST = 2, 7  # territories in one region
_COOL, _HOT = 0.3, 30.0  # temperatures a region begins with, in mean shares of a unit
STEPS = 400  # a unit of the region
_LEAST_STEPS = 40_000


def revise(
    problem: Problem,
    plan: Plan,
    goal: SearchGoal,
    n_rounds: int,
    rng: np.random.Generator,
    run: RunControl,
    *,
    firm: float | None = None,
) -> Plan:
    """
    Search regions anew: the territories outside their limits first, then any.

    Parameters
    ----------
    problem
        What is asked.
    plan
        Where to begin; every territory of one piece where that is asked.
    goal
        What is minimised: travel.
    n_rounds
        Regions that are searched; bounds the work.
    rng
        Draws regions and temperatures.
    run
        Asked to stop between regions.
    firm
        As of `search`; by chance a region is searched with tolls instead.

    Returns
    -------
    The best plan seen.

    Notes
    -----
    Large neighbourhood search (Shaw 1998) whose repair is annealing. A region is small,
    so it can be hot and long where the whole map could not.
    """
    tried = np.zeros(problem.n_territories)
    for number in range(n_rounds):
        if run.should_stop() or problem.n_territories < 2:
            break
        excess = problem.excess(plan.labels).sum(axis=1)
        if plan.key[0] > 0:
            at = int(np.argmax(excess / (1 + tried)))
        else:
            at = int(rng.integers(problem.n_territories))
        tried[at] += 1
        n_drawn = int(rng.integers(_FEWEST, _MOST + 1))
        drawn = np.sort(draw_around(problem, plan.labels, at, n_drawn, rng))
        rows = np.flatnonzero(np.isin(plan.labels, drawn))
        region = restrict(problem, rows, drawn)
        start = np.searchsorted(drawn, plan.labels[rows]).astype(np.int64)
        before = rate(region, start, goal)
        hot = float(np.exp(rng.uniform(np.log(_COOL), np.log(_HOT))))
        after = search(
            region,
            start,
            goal,
            max(_LEAST_STEPS, STEPS * len(rows)),
            rng.spawn(1)[0],
            RunControl(),
            hot=hot,
            firm=firm if rng.random() < 0.5 else None,
        )
        if after.key < before.key:
            labels = plan.labels.copy()
            labels[rows] = drawn[after.labels]
            candidate = rate(problem, labels, goal)
            if candidate.key < plan.key:
                plan = candidate
                tried[drawn] = 0
        run.report((number + 1) / n_rounds, "Rearranging regions", best=plan.key[2])
    return plan
