"""Plans of few moves begun from today's: many at first, the best go on and join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.core.run import RunControl
from planner.territory.disruption.transfer_paths import Corridor
from planner.territory.disruption.transfer_paths import find_corridors
from planner.territory.disruption.transfer_paths import lay
from planner.territory.disruption.transshipment import choose_corridors
from planner.territory.model.problem import NOWHERE
from planner.territory.model.problem import Ints
from planner.territory.model.problem import Problem
from planner.territory.search.local_search import Plan
from planner.territory.search.local_search import SearchGoal
from planner.territory.search.local_search import search

_MOST_CELLS = 60_000  # units · territories: beyond these no corridors are sought
_SET_SIZE = 6  # plans begun with the same corridors
_NOISE = 0.3  # of the costs among which corridors are chosen
_FIRST = (0.1, 2.0, 0.1)  # share of the steps, temperature from, to
_SECOND = (0.4, 1.0, 0.02)
_JOINED = (0.2, 0.7, 0.02)
_KEPT, _POOL = 10, 8  # plans searched on, plans joined with each other
JOINS = 30  # pairs of plans joined
_LEAST_FREE = 5  # units: where two plans differ less they are not joined


def corridors_from(
    problem: Problem, today: Ints, rng: np.random.Generator
) -> list[Corridor]:
    """Find the corridors from today's plan; none where the map is too large."""
    n_cells = problem.n_units * problem.n_territories
    if not problem.is_contiguous or not problem.share.size or n_cells > _MOST_CELLS:
        return []
    return find_corridors(problem, today, rng)


def afresh(
    problem: Problem,
    known: list[Plan],
    today: Ints,
    goal: SearchGoal,
    n_steps: int,
    rng: np.random.Generator,
    run: RunControl,
    n_plans: int,
    corridors: Sequence[Corridor],
    n_joins: int = JOINS,
) -> list[Plan]:
    """
    Begin plans from today's, go on with the best, and join these with each other.

    Parameters
    ----------
    problem
        What is asked, with today's alignment.
    known
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
    corridors
        From today's plan (`corridors_from`), to choose from.
    n_joins
        Pairs of plans joined.

    Returns
    -------
    At most eight plans, best first: excess and cost of moves together count.

    Notes
    -----
    A search takes one unit at a time and finds no long thin way, as its first units
    help nobody: load wanders through the territories between instead, and each moves
    as much on. So corridors that a flow of load between territories asks for are laid
    first and held while the search is hot. Two plans are joined by a search that may
    change only what they decide differently, and what borders that.
    """
    begun: list[Plan] = []
    labels, locked = today, problem.locked
    for number in range(n_plans):
        if run.should_stop():
            break
        if corridors and number % _SET_SIZE == 0:
            noise = _NOISE if number else 0.0
            chosen = choose_corridors(problem, today, list(corridors), rng, noise)
            labels, locked = lay(problem, today, chosen)
        held = replace(problem, locked=locked)
        part = run.part(0.3 * number / n_plans, 0.3 * (number + 1) / n_plans)
        begun.append(_searched(held, labels, goal, n_steps, _FIRST, rng, part))
    kept = _best(problem, begun, _KEPT)
    plans = list(known)
    for number, plan in enumerate(kept):
        if run.should_stop():
            break
        done = 0.3 + 0.3 * number / len(kept)
        part = run.part(done, done + 0.3 / len(kept))
        plans.append(_searched(problem, plan.labels, goal, n_steps, _SECOND, rng, part))
    plans = _best(problem, plans, _POOL)
    part = run.part(0.6, 1.0)
    return _join(problem, plans, goal, n_steps, rng, part, n_joins)


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
        held = replace(problem, locked=locked)
        part = run.part(number / n_joins, (number + 1) / n_joins)
        found = _searched(held, labels, goal, n_steps, _JOINED, rng, part)
        if not any((found.labels == one.labels).all() for one in plans):
            plans = _best(problem, [*plans, found], len(plans))
    return plans


def _agreed(problem: Problem, one: Ints, other: Ints) -> Ints:
    """Lock what two plans agree on and borders nothing they decide differently."""
    tail, head = problem.pairs.T
    is_same = one == other
    is_near = np.zeros(problem.n_units, dtype=bool)
    is_near[tail[~is_same[head]]] = True
    held = np.where(is_same & ~is_near, one, NOWHERE)
    return np.where(problem.locked != NOWHERE, problem.locked, held)


def _best(problem: Problem, plans: list[Plan], n_most: int) -> list[Plan]:
    """Sort by excess and cost of moves, both as shares of what there is."""
    cost = problem.move_cost
    whole = float(problem.n_units if cost is None else cost.sum()) or 1.0

    def worth(plan: Plan) -> float:
        over, moved = plan.key[0], plan.key[1]
        return over / problem.n_territories + moved / whole

    return sorted(plans, key=worth)[:n_most]
