"""Plans of few moves begun from today's: many at first, the best go on and join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.core.run import RunControl
from planner.territory.disruption.transfer_paths import (
    TransferPath,
    find_transfer_paths,
    lay,
)
from planner.territory.disruption.transshipment import choose_transfer_paths
from planner.territory.model.problem import NOWHERE, Ints, Problem
from planner.territory.search.local_search import Plan, SearchGoal, search

_MOST_CELLS = 60_000  # units · territories: beyond these no transfer paths are sought
_SET_SIZE = 6  # plans begun with the same transfer paths
_NOISE = 0.3  # of the costs among which transfer paths are chosen
_FIRST = (0.1, 2.0, 0.1)  # share of the steps, temperature from, to
_SECOND = (0.4, 1.0, 0.02)
_JOINED = (0.2, 0.7, 0.02)
_KEPT, _POOL = 10, 8  # plans searched on, plans joined with each other
JOINS = 30  # pairs of plans joined
_LEAST_FREE = 5  # units: where two plans differ less they are not joined


def transfer_paths_from(
    problem: Problem, today: Ints, rng: np.random.Generator
) -> list[TransferPath]:
    """Find the transfer paths from today's plan; none where the map is too large."""
    n_cells = problem.n_units * problem.n_territories
    if not problem.is_contiguous or not problem.share.size or n_cells > _MOST_CELLS:
        return []
    return find_transfer_paths(problem, today, rng)


def restart_many(
    problem: Problem,
    plans_before: list[Plan],
    today: Ints,
    goal: SearchGoal,
    n_steps: int,
    rng: np.random.Generator,
    run: RunControl,
    n_plans: int,
    transfer_paths: Sequence[TransferPath],
    n_joins: int = JOINS,
) -> list[Plan]:
    """
    Begin plans from today's, go on with the best, and join these with each other.

    Parameters
    ----------
    problem
        What is asked, with today's alignment.
    plans_before
        Plans to join with those found.
    today : shape (n_units,)
        Today's plan, each territory of one piece.
    goal
        What is minimised.
    n_steps
        Of a whole search; those here take parts of it.
    rng
        Random numbers.
    run
        Asked to stop.
    n_plans
        How many are begun.
    transfer_paths
        From today's plan (`transfer_paths_from`), to choose from.
    n_joins
        Pairs of plans joined.

    Returns
    -------
    At most eight plans, best first: excess and cost of moves together count.

    Notes
    -----
    A search takes one unit at a time and finds no long thin way, as its first units
    help nobody: load wanders through the territories between instead, and each moves
    as much on. So transfer paths that a flow of load between territories asks for are
    laid first and held while the search is hot. Two plans are joined by a search that
    may change only what they decide differently, and what borders that.
    """
    begun: list[Plan] = []
    labels, locked = today, problem.locked
    for number in range(n_plans):
        if run.should_stop():
            break
        if transfer_paths and number % _SET_SIZE == 0:
            noise = _NOISE if number else 0.0
            paths = choose_transfer_paths(
                problem, today, list(transfer_paths), rng, noise
            )
            labels, locked = lay(problem, today, paths)
        tied = replace(problem, locked=locked)
        stage = run.part(0.3 * number / n_plans, 0.3 * (number + 1) / n_plans)
        begun.append(_searched(tied, labels, goal, n_steps, _FIRST, rng, stage))
    promising = _best(problem, begun, _KEPT)
    plans = list(plans_before)
    for number, plan in enumerate(promising):
        if run.should_stop():
            break
        fraction = 0.3 + 0.3 * number / len(promising)
        stage = run.part(fraction, fraction + 0.3 / len(promising))
        plans.append(
            _searched(problem, plan.labels, goal, n_steps, _SECOND, rng, stage)
        )
    plans = _best(problem, plans, _POOL)
    stage = run.part(0.6, 1.0)
    return _join(problem, plans, goal, n_steps, rng, stage, n_joins)


def _searched(
    problem: Problem,
    labels: Ints,
    goal: SearchGoal,
    n_steps: int,
    course: tuple[float, float, float],
    rng: np.random.Generator,
    run: RunControl,
) -> Plan:
    share, hot, cold = course
    n_steps = max(1, int(share * n_steps))
    return search(
        problem, labels, goal, n_steps, rng.spawn(1)[0], run, hot=hot, cold=cold
    )


def _join(
    problem: Problem,
    plans: list[Plan],
    goal: SearchGoal,
    n_steps: int,
    rng: np.random.Generator,
    run: RunControl,
    n_joins: int,
) -> list[Plan]:
    """Search between pairs of plans; a better one takes the place of the worst."""
    for number in range(n_joins if len(plans) > 1 else 0):
        if run.should_stop():
            break
        better, other = sorted(rng.choice(len(plans), 2, replace=False))
        labels = plans[better].labels
        locked = _agreed(problem, labels, plans[other].labels)
        if (locked == NOWHERE).sum() < _LEAST_FREE:
            continue
        tied = replace(problem, locked=locked)
        stage = run.part(number / n_joins, (number + 1) / n_joins)
        candidate = _searched(tied, labels, goal, n_steps, _JOINED, rng, stage)
        if not any((candidate.labels == one.labels).all() for one in plans):
            plans = _best(problem, [*plans, candidate], len(plans))
    return plans


def _agreed(problem: Problem, one: Ints, other: Ints) -> Ints:
    """Lock what two plans agree on and borders nothing they decide differently."""
    tail, head = problem.pairs.T
    is_same = one == other
    is_near = np.zeros(problem.n_units, dtype=bool)
    is_near[tail[~is_same[head]]] = True
    agreed = np.where(is_same & ~is_near, one, NOWHERE)
    return np.where(problem.locked != NOWHERE, problem.locked, agreed)


def _best(problem: Problem, plans: list[Plan], n_most: int) -> list[Plan]:
    """Sort by excess and cost of moves, both as shares of what there is."""
    cost = problem.move_cost
    whole = float(problem.n_units if cost is None else cost.sum()) or 1.0

    def worth(plan: Plan) -> float:
        over, moved = plan.key[0], plan.key[1]
        return over / problem.n_territories + moved / whole

    return sorted(plans, key=worth)[:n_most]
