"""The path: plans of few moves at tolerances between today's and the one asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.core.run import RunControl
from planner.territory.disruption.multistart import transfer_paths_from
from planner.territory.disruption.near_today import stay_near
from planner.territory.model.problem import Ints, Problem
from planner.territory.search.local_search import SearchGoal, rate

_TRIES = 2  # tolerances tried for each limit
_RESTARTS, _SEARCHES = 6, 1  # at each: plans begun from today's, searches from the best
_JOINS, _FIRST_JOINS = 10, 30  # pairs joined; at the tolerance asked
_NEXT = 0.75  # of the way to the plan beyond the limit, at most: or it comes out again
_SAME = 1e-9


class TolerancePath:
    """
    Plans found so far, each within its tolerance by few moves.

    Parameters
    ----------
    problem
        What is asked, with today's alignment; its cost of moves is what the limits
        count.
    today : shape (n_units,)
        Today's plan, each territory of one piece; allowed at any limit.
    n_steps
        Of a whole search.
    rng
        Random numbers.
    """

    def __init__(
        self, problem: Problem, today: Ints, n_steps: int, rng: np.random.Generator
    ) -> None:
        self.problem = problem
        self.n_steps = n_steps
        self.rng = rng
        self.plans = [today]

    def within(self, limit: float) -> Ints:
        """Take the best plan within a limit of moves."""
        size = self.problem.size_of_moves
        allowed = [plan for plan in self.plans[1:] if size(plan) <= limit + _SAME]
        return min(
            [self.plans[0], *allowed], key=lambda plan: key_of(self.problem, plan)
        )

    def trace(self, limits: Sequence[float], run: RunControl) -> None:
        """
        Find plans for limits of moves.

        Parameters
        ----------
        limits
            Most that may move.
        run
            Asked to stop.

        Notes
        -----
        First the fewest moves for the tolerance asked, then for each limit a tolerance
        between those of the plans at hand that move less and more, twice: what is
        found for one limit tells the next one where to look.
        """
        today = self.plans[0]
        least = self.problem.size_of_moves(today)
        aims = sorted({limit for limit in limits if limit > least}, reverse=True)
        if not aims or self.problem.ratio(today) <= 1 + _SAME:
            return
        transfer_paths = transfer_paths_from(self.problem, today, self.rng)

        def find(ratio: float, start: Ints, n_joins: int, stage: RunControl) -> None:
            eased = self.problem.eased(ratio)
            goal = SearchGoal(is_moves=True)
            plan = stay_near(
                eased,
                rate(eased, start, goal),
                goal,
                self.n_steps,
                self.rng,
                stage,
                _SEARCHES,
                n_restarts=_RESTARTS,
                n_joins=n_joins,
                transfer_paths=transfer_paths,
            )
            self.plans.append(plan.labels)

        find(1.0, today, _FIRST_JOINS, run.part(0.0, 0.2))
        for number, limit in enumerate(aims * _TRIES):
            if run.should_stop():
                return
            inside = self.within(limit)
            if self.problem.ratio(inside) > 1 + _SAME:
                n_all = len(aims) * _TRIES
                stage = run.part(
                    0.2 + 0.8 * number / n_all, 0.2 + 0.8 * (number + 1) / n_all
                )
                find(self._foretold(limit, inside), inside, _JOINS, stage)

    def _foretold(self, limit: float, inside: Ints) -> float:
        """Guess the ratio a limit allows: geometric between the plans around it."""
        size, ratio = self.problem.size_of_moves, self.problem.ratio
        high = ratio(inside)
        beyond = [
            (size(plan), max(1.0, ratio(plan)))
            for plan in self.plans
            if size(plan) > limit + _SAME and ratio(plan) < high
        ]
        if not beyond:
            return 1.0
        most, low = min(beyond)
        fraction = (limit - size(inside)) / (most - size(inside))
        return float(high * (low / high) ** min(fraction, _NEXT))


def key_of(problem: Problem, labels: Ints) -> tuple[float, float, float]:
    """Rate a plan for the frontier: forbidden pairs, ratio, travel; less is better."""
    separations_violated = problem.n_separations_violated(labels)
    return separations_violated, max(1.0, problem.ratio(labels)), problem.travel(labels)
