"""Level loads where the search stays outside a tolerance: first even, then near."""

from __future__ import annotations

import numpy as np

from planner.core.run import RunControl
from planner.territory.model.components import restrict
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem
from planner.territory.search.annealing import anneal
from planner.territory.search.deltas import Price
from planner.territory.search.lns import draw_around, improve_by_lns
from planner.territory.search.local_search import Plan, SearchGoal, State, rate, search
from planner.territory.search.recombine import recombine, tree_of

MOST_UNITS = 20_000
_STARTS = 4  # the whole map is levelled so many times, each by other chance
_TRAVEL = 0.03  # of its usual weight meanwhile
_HOT, _COLD = 100.0, 0.3  # temperatures, in mean shares of a unit
_SQUARED = 300.0  # price of squared deviation
_CHUNKS = 30
_STEPS, _CUTS = 10, 2  # a unit and chunk: single steps, recombinations
_AIM = 0.5  # of the first map's worst deviation: what all of them try for
_TRIAL_ROUNDS = 20  # re-divisions of a few territories, for each start
_RUNGS, _ROUNDS = 4, 30  # more for the best of them: smaller and smaller deviations
_LOWER = 0.85  # of the worst deviation: what is tried for next
_ROUND_HOT, _ROUND_SQUARED, _ROUND_CHUNKS = 60.0, 200.0, 40
_ROUND_STEPS, _ROUND_CUTS = 14, 2  # a unit and chunk
_FEWEST, _MOST = 3, 8  # territories in one
_INSIDE = 0.9  # of the tolerance: deviations below are free while re-dividing
_STUCK = 25  # rounds without gain before CP-SAT is asked
_LNS_ROUNDS = 3
_NEAR_HOT = 0.3  # temperature at which travel is brought back
_MARGIN = 1e-9  # of excess, against rounding
_SQUARED_WORTH = 10.0  # of squared excess beside excess, to compare plans


def can_restore(problem: Problem, goal: SearchGoal) -> bool:
    """Tell whether territories may be recombined: nothing asked of single units."""
    is_free = (
        not goal.is_moves
        and goal.max_moved is None
        and not len(problem.forbidden_pairs)
    )
    is_small = problem.n_territories < problem.n_units <= MOST_UNITS
    return is_free and is_small and problem.is_contiguous and problem.n_territories > 1


def restore_feasibility(
    problem: Problem,
    plan: Plan,
    goal: SearchGoal,
    effort: float,
    n_steps: int,
    rng: np.random.Generator,
    run: RunControl,
) -> Plan:
    """
    Search for the smallest multiple of the tolerances that a plan can keep.

    Parameters
    ----------
    problem
        What is asked; `can_restore` must hold.
    plan
        Where to begin; every territory of one piece.
    goal
        What is minimised after excess.
    effort
        Work as a multiple of the usual.
    n_steps
        Of the search that brings travel back at the end.
    rng
        Random numbers.
    run
        Asked to stop between chunks of steps.

    Returns
    -------
    A plan that keeps a smaller multiple than the one given, or that one.

    Notes
    -----
    First all deviations are priced by their squares, however small, and travel hardly:
    what a region has too much of spreads over the whole map like heat, also through
    territories inside their tolerance. Single steps alternate with `recombine`. Then
    the worst territory and some around it are divided anew in the same way, again and
    again, for a multiple of the tolerances below the one reached; CP-SAT helps where
    that is stuck. Several starts, as heavy units freeze by chance; the best goes on.
    Where all is kept at last, travel is brought down.
    """
    before = _ratio(problem, plan.labels)
    candidate = _best_start(problem, plan.labels, goal, effort, rng, run.part(0.0, 0.5))
    candidate = _tightened(problem, candidate, goal, effort, rng, run.part(0.5, 0.8))
    reached = _ratio(problem, candidate)
    if reached >= before:
        return plan
    best = rate(problem, candidate, goal)
    if reached > 1 or run.should_stop():
        return best  # less travel would push territories to the multiple reached
    near = search(
        problem, candidate, goal, n_steps, rng, run.part(0.8, 1.0), hot=_NEAR_HOT
    )
    return min(best, near, key=lambda plan: plan.key)


def _best_start(
    problem: Problem,
    labels: Ints,
    goal: SearchGoal,
    effort: float,
    rng: np.random.Generator,
    run: RunControl,
) -> Ints:
    """Level the map several times and re-divide a little; the most even plan."""
    aimed, best = problem, labels
    for number in range(_STARTS):
        stage = run.part(number / _STARTS, (number + 1) / _STARTS)
        candidate = _spread(problem, labels, goal, effort, rng, stage)
        if number == 0:
            multiple = max(1.0, _AIM * _ratio(problem, candidate))
            aimed = problem.eased(multiple)
        n_rounds = int(np.ceil(_TRIAL_ROUNDS * effort))
        candidate = _re_divided(aimed, candidate, goal, n_rounds, rng, stage)
        if _worth(aimed, candidate) < _worth(aimed, best):
            best = candidate
        if run.should_stop() or _ratio(problem, best) <= 1:
            break
    return best


def _tightened(
    problem: Problem,
    labels: Ints,
    goal: SearchGoal,
    effort: float,
    rng: np.random.Generator,
    run: RunControl,
) -> Ints:
    """Search for smaller and smaller multiples of the tolerances."""
    best, missed = labels, 1.0
    for _ in range(_RUNGS):
        reached = _ratio(problem, best)
        if reached <= 1 or run.should_stop():
            break
        aim = max(1.0, _LOWER * reached)
        aim = aim if aim > missed else float(np.sqrt(missed * reached))
        aimed = problem.eased(aim)
        n_rounds = int(np.ceil(_ROUNDS * effort))
        candidate = _re_divided(aimed, best, goal, n_rounds, rng, run)
        if _ratio(problem, candidate) < reached:
            best = candidate
        if _ratio(problem, candidate) > aim + 1e-9:
            missed = aim
    return best


def _ratio(problem: Problem, labels: Ints) -> float:
    """Compute the largest deviation in tolerances; beyond 1 as much as it counts."""
    ratios = problem.ratios(labels)
    beyond = problem.importance * (ratios - 1)
    return float(np.where(ratios > 1, 1 + beyond, ratios).max(initial=0.0))


def _worth(problem: Problem, labels: Ints) -> float:
    excess = problem.excess(labels)
    return float(((excess + _SQUARED_WORTH * excess**2) @ problem.importance).sum())


def _spread(
    problem: Problem,
    labels: Ints,
    goal: SearchGoal,
    effort: float,
    rng: np.random.Generator,
    run: RunControl,
) -> Ints:
    """Level the whole map."""
    n_chunks = int(np.ceil(_CHUNKS * effort))
    return _evened(
        problem,
        labels,
        goal,
        rng,
        run,
        travel=_TRAVEL,
        free=0.0,
        squared=_SQUARED,
        heats=_HOT * (_COLD / _HOT) ** (np.arange(n_chunks) / n_chunks),
        n_steps=_STEPS * problem.n_units,
        n_cuts=_CUTS * problem.n_units,
        mean_share=problem.n_territories / problem.n_units,
    )


def _re_divided(
    problem: Problem,
    labels: Ints,
    goal: SearchGoal,
    n_rounds: int,
    rng: np.random.Generator,
    run: RunControl,
) -> Ints:
    """Divide the worst territories anew, each time with some around."""
    cooling = (_COLD / _ROUND_HOT) ** (np.arange(_ROUND_CHUNKS) / _ROUND_CHUNKS)
    tried, n_stuck = np.zeros(problem.n_territories), 0
    for _ in range(n_rounds):
        excess = problem.excess(labels).sum(axis=1)
        if excess.max() <= _MARGIN or run.should_stop():
            break
        if n_stuck == _STUCK:
            plan = rate(problem, labels, goal)
            candidate = improve_by_lns(
                problem, plan, goal, _LNS_ROUNDS, rng, run
            ).labels
            n_stuck = 0
        else:
            worst = int(np.argmax(excess / (1 + tried)))
            tried[worst] += 1
            n_drawn = int(rng.integers(_FEWEST, _MOST + 1))
            drawn = np.sort(draw_around(problem, labels, worst, n_drawn, rng))
            rows = np.flatnonzero(np.isin(labels, drawn))
            anew = _evened(
                restrict(problem, rows, drawn),
                np.searchsorted(drawn, labels[rows]).astype(np.int64),
                goal,
                rng,
                run,
                travel=0.0,
                free=_INSIDE,
                squared=_ROUND_SQUARED,
                heats=_ROUND_HOT * cooling,
                n_steps=_ROUND_STEPS * len(rows),
                n_cuts=_ROUND_CUTS * len(rows),
                mean_share=problem.n_territories / problem.n_units,
            )
            candidate = labels.copy()
            candidate[rows] = drawn[anew]
        n_stuck += 1
        if _worth(problem, candidate) < _worth(problem, labels) - _MARGIN:
            labels, n_stuck = candidate, 0
            tried[:] = 0
    return labels


def _evened(
    problem: Problem,
    labels: Ints,
    goal: SearchGoal,
    rng: np.random.Generator,
    run: RunControl,
    *,
    travel: float,
    free: float,
    squared: float,
    heats: Floats,
    n_steps: int,
    n_cuts: int,
    mean_share: float,
) -> Ints:
    """Cool down steps and recombinations; the best plan seen."""
    tolls = np.zeros(problem.target.shape)
    state = State(problem, labels, goal, rng, tolls)
    eased = problem.eased(free)
    world = state.world._replace(low=eased.low, high=eased.high)
    tree = tree_of(problem.n_units, len(problem.indices), problem.share.shape[1])
    is_shut = np.zeros(problem.n_territories, dtype=bool)
    is_shut[problem.locked[problem.locked != NOWHERE]] = True
    best, least = labels, _worth(problem, labels)
    for number, heat in enumerate(heats):
        price = Price(
            state.travel_scale * travel, 0.0, np.inf, 0.0, squared, heat * mean_share
        )
        running = state.running(tolls)
        anneal(n_steps, world, running, price)
        recombine(n_cuts, is_shut, world, running, tree, price)
        worth = _worth(problem, state.labels)
        if worth < least:
            best, least = state.labels.copy(), worth
        if number % _ROUND_CHUNKS == 0:
            run.report(0.0, "Levelling loads")
        if run.should_stop():
            break
    return best
