"""The certificate leads: its own assignment is the next start while the gap is wide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.core.run import RunControl
from planner.territory.model.coarsening import cells_of, coarsen
from planner.territory.model.params import BalanceParams
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem
from planner.territory.model.transport import Allocation
from planner.territory.search import contiguity, seeds
from planner.territory.search.local_search import Plan, SearchGoal, rate, search
from planner.territory.search.location import (
    FLOW_CELLS,
    PROGRAM_CELLS,
    Ground,
    allocate,
    elsewhere,
    firm_price,
    locate,
    one_measure,
    settle,
)
from planner.territory.search.regions import STEPS as REGION_STEPS
from planner.territory.search.regions import revise

_LOCATE_CELLS, _CELLS_A_TERRITORY = 1_500, 14  # where centres are sought
_DRAWN = 3  # starts of the location search beside the bisection
_FLOW_WORK = 1_500_000  # units · centres in reach of all its flows
_LEAST_FLOWS, _MOST_FLOWS = 30, 200
_NARROW = 0.97  # of the tolerances in assignments: room for whole units
_SETTLE_ROUNDS, _PROGRAM_ROUNDS = 4, 4
_FINER = 8  # times as many cells at the next level
_FIRM_STEPS, _BORDER_STEPS = 800, 100  # a unit: of the first level, of finer ones
_LEAST_STEPS, _MOST_STEPS = 200_000, 40_000_000
_HOT, _WARM = 1.0, 0.3  # temperatures of the first level, of finer ones
_ROUNDS = 8  # at most, of the certificate's lead, without a time limit
_ROUNDS_A_GAP = 2.0  # rounds for each time the gap wanted is exceeded: narrow, few
_GAIN = 1e-3  # of travel: less is no gain
_IDLE = (2, 4)  # rounds in a row without a gain that end it; with several measures
_REVISED_STEPS, _REGION_UNITS = 40_000_000, 4.5  # of revising; territories in a region
_LEAST_REGIONS, _MOST_REGIONS = 30, 200
_LATE = 0.9  # of the time limit: what follows needs the rest


def may_lead(problem: Problem, goal: SearchGoal, params: BalanceParams) -> bool:
    """Tell whether plans may be sought from assignments: nothing ties them to today."""
    is_free = not goal.is_moves and goal.max_moved is None and not params.needs_current
    return is_free and problem.n_territories > 1


@dataclass(slots=True)
class Leader:
    """
    Finds plans from assignments, and goes on while their gap is wide.

    Parameters
    ----------
    problem
        What is asked; the map hangs together.
    goal
        What is minimised: travel.
    params
        Effort and the gap wanted.
    rng
        Random numbers.
    run
        Asked to stop; told the best so far.
    """

    problem: Problem
    goal: SearchGoal
    params: BalanceParams
    rng: np.random.Generator
    run: RunControl

    def first(self) -> Plan:
        """Make a plan: centres first, the assignment to them, then its borders."""
        problem = self.problem
        ground = _ground(problem, self._n_most())
        centres = self._centres()
        if problem.share.shape[1] > 1:
            return self._by_levels(ground, centres)
        located = settle(
            one_measure(ground.cells.eased(_NARROW)),
            centres,
            _SETTLE_ROUNDS,
            self.run,
        )[0]
        return self._bordered(ground, located.labels, located.centres)

    def is_enough(self, plan: Plan) -> bool:
        """Tell whether a plan keeps its tolerances and its gap is as wanted."""
        if plan.key[0] > 0:
            return False
        ground = _ground(self.problem, self._n_most())
        bound = allocate(_balanced(ground.cells), self.problem.centres_of(plan.labels))
        return bound is not None and self._is_near(plan, bound, ground)

    def onward(self, plan: Plan) -> Plan:
        """Go on from a plan until its gap is as wanted, or work or time is used up."""
        ground = _ground(self.problem, self._n_most())
        number, n_idle, n_rounds = 0, 0, 0
        while not self._is_late():
            centres = self.problem.centres_of(plan.labels)
            bound = allocate(_balanced(ground.cells), centres)
            if bound is None or self._is_near(plan, bound, ground):
                break
            n_rounds = n_rounds or self._n_rounds(plan, bound, ground)
            is_worked = number >= n_rounds
            is_worked |= n_idle >= _IDLE[self.problem.share.shape[1] > 1]
            if is_worked and self.run.time_limit_s is None:
                break
            whole = self.run
            # How many rounds there will be is not known: each takes less of the bar.
            shares = [n / (n + _ROUNDS) for n in (number, number + 1)]
            self.run = whole.part(*shares).steady()
            candidate = self._next(plan, ground, bound, number)
            self.run = whole
            n_idle = 0 if _gains(candidate, plan) else n_idle + 1
            plan = min(plan, candidate, key=lambda one: one.key)
            number += 1
            cost = bound.cost + ground.inside if bound.is_kept else None
            self.run.report(shares[1], "Closing the gap", best=plan.key[2], bound=cost)
        return plan

    def revised(self, plan: Plan, problem: Problem | None = None) -> Plan:
        """Rearrange regions of a plan, those outside their limits first."""
        problem = problem or self.problem
        bound = allocate(_balanced(problem), problem.centres_of(plan.labels))
        firm = None if bound is None else firm_price(bound)
        return self._revised(problem, plan, firm)

    def _revised(self, problem: Problem, plan: Plan, firm: float | None) -> Plan:
        region = problem.n_units * min(1.0, _REGION_UNITS / problem.n_territories)
        n_rounds = int(_REVISED_STEPS / (REGION_STEPS * region))
        n_rounds = max(_LEAST_REGIONS, min(n_rounds, _MOST_REGIONS))
        return revise(
            problem,
            plan,
            self.goal,
            max(1, int(n_rounds * self.params.effort)),
            self.rng,
            self.run,
            firm=firm,
        )

    def _next(self, plan: Plan, ground: Ground, bound: Allocation, number: int) -> Plan:
        """Rearrange, or search from the bound's assignment, or from other centres."""
        is_several = self.problem.share.shape[1] > 1
        turn = number % (4 if is_several else 3)
        if turn == 1 or (is_several and turn != 2):
            return self._revised(self.problem, plan, firm_price(bound))
        centres = self.problem.centres_of(plan.labels)
        if turn == 2 and number % 8 != 2 and self.problem.centres is None:
            centres = elsewhere(self.problem, centres, plan.labels, self.rng)
        cells = ground.cells.eased(_NARROW if number % 2 else 1.0)
        located = settle(_balanced(cells), centres, _SETTLE_ROUNDS, self.run)[0]
        candidate = self._bordered(ground, located.labels, located.centres)
        if candidate.key[0] > 0:
            candidate = self._revised(self.problem, candidate, firm_price(bound))
        return candidate

    def _n_rounds(self, plan: Plan, bound: Allocation, ground: Ground) -> int:
        """Say how much work a gap is worth: a narrow one is worth little."""
        wide = _ROUNDS * self.params.effort
        if plan.key[0] > 0 or not bound.is_kept:
            return max(1, int(wide))
        gap = plan.key[2] / max(bound.cost + ground.inside, 1e-300) - 1.0
        times = _ROUNDS_A_GAP * (gap / self.params.gap_aim - 1.0)
        return max(1, int(min(_ROUNDS, np.ceil(times)) * self.params.effort))

    def _is_near(self, plan: Plan, bound: Allocation, ground: Ground) -> bool:
        least = bound.cost + ground.inside
        return (
            plan.key[0] <= 0
            and bound.is_kept
            and plan.key[2] <= least * (1 + self.params.gap_aim)
        )

    def _is_late(self) -> bool:
        limit = self.run.time_limit_s
        is_late = limit is not None and self.run.elapsed_s >= _LATE * limit
        return is_late or self.run.should_stop()

    def _n_most(self) -> int:
        n_measures = self.problem.share.shape[1]
        return FLOW_CELLS if n_measures < 2 else PROGRAM_CELLS

    def _centres(self) -> Floats:
        """Search for the centres on few cells."""
        problem = self.problem
        if problem.centres is not None:
            return problem.centres
        n_cells = max(_LOCATE_CELLS, _CELLS_A_TERRITORY * problem.n_territories)
        cells = _ground(problem, n_cells).cells
        cells = one_measure(cells)
        starts = [cells.centres_of(seeds.bisection_seed(cells), cells.pull)]
        starts += [
            seeds.plus_plus_centres(cells, self.rng, problem.n_territories)
            for _ in range(_DRAWN)
        ]
        n_flows = int(_FLOW_WORK / (12 * cells.n_units))
        n_flows = max(_LEAST_FLOWS, min(n_flows, _MOST_FLOWS))
        n_flows = max(1, int(n_flows * self.params.effort))
        pool = locate(cells.eased(_NARROW), starts, n_flows, self.rng, self.run)
        return pool[0].centres

    def _by_levels(self, ground: Ground, centres: Floats) -> Plan:
        """Assign cells by a linear program, search their borders, then finer ones."""
        located = settle(
            ground.cells.eased(_NARROW), centres, _PROGRAM_ROUNDS, self.run
        )[0]
        return self._bordered(ground, located.labels, located.centres)

    def _bordered(self, ground: Ground, cell_labels: Ints, centres: Floats) -> Plan:
        """Make a plan of an assignment: whole pieces, then borders level by level."""
        problem = self.problem
        bound = allocate(_balanced(ground.cells), centres)
        firm = None if bound is None else firm_price(bound)
        labels, n_cells, hot = cell_labels[ground.cell], ground.cells.n_units, _HOT
        steps = _FIRM_STEPS
        if problem.share.shape[1] > 1 and n_cells < problem.n_units:
            labels = self._searched(ground.cells, cell_labels, steps, hot, firm).labels[
                ground.cell
            ]
            while n_cells * _FINER * _FINER <= problem.n_units * 2:
                n_cells *= _FINER
                cell = cells_of(problem, n_cells)
                first = np.unique(cell, return_index=True)[1]
                labels = self._searched(
                    coarsen(problem, cell), labels[first], _BORDER_STEPS, _WARM, firm
                ).labels[cell]
            steps, hot = _BORDER_STEPS, _WARM
        elif problem.n_units > _LOCATE_CELLS * 4:
            steps, hot = _BORDER_STEPS, _WARM
        return self._searched(problem, labels, steps, hot, firm)

    def _searched(
        self, problem: Problem, labels: Ints, steps: int, hot: float, firm: float | None
    ) -> Plan:
        """Make territories whole and search their borders."""
        core = np.full(problem.n_units, NOWHERE, dtype=np.int64)
        if (problem.locked != NOWHERE).any():
            core = contiguity.join_locked(problem, self.rng)
        start = contiguity.repair(problem, labels, core)
        n_steps = min(max(_LEAST_STEPS, steps * problem.n_units), _MOST_STEPS)
        n_steps = int(n_steps * self.params.effort)
        candidate = search(
            problem,
            start,
            self.goal,
            n_steps,
            self.rng.spawn(1)[0],
            self.run,
            hot=hot,
            firm=firm,
        )
        return min(
            rate(problem, start, self.goal), candidate, key=lambda plan: plan.key
        )


def _gains(candidate: Plan, plan: Plan) -> bool:
    """Tell whether a plan is better by more than a trifle."""
    if candidate.key[:2] != plan.key[:2]:
        return candidate.key < plan.key
    return candidate.key[2] < plan.key[2] * (1 - _GAIN)


def _balanced(problem: Problem) -> Problem:
    """Give a problem something to balance, if only loosely."""
    return problem if problem.share.shape[1] else one_measure(problem)


def _ground(problem: Problem, n_most: int) -> Ground:
    """Lay out the map; locks are of units, which then stay units."""
    is_tied = bool((problem.locked != NOWHERE).any())
    return Ground.of(problem, problem.n_units if is_tied else n_most)
