"""The search for balance: steps over borders, priced by a multiplier per territory."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

import numpy as np

from planner.core.run import RunControl
from planner.territory.kernels import anneal
from planner.territory.problem import NOWHERE
from planner.territory.problem import Floats
from planner.territory.problem import Ints
from planner.territory.problem import Problem
from planner.territory.steps import Price
from planner.territory.steps import Running
from planner.territory.steps import World

_CHUNK_STEPS = 200_000  # most steps between two looks at the clock
_REPORT_STEPS = 200_000  # between two reports: some tens of milliseconds
_HOT, _COLD = 0.6, 0.004  # temperatures, in mean shares of a unit
_STILL_SHARE = 0.2  # of the steps, at the end, go downhill only
_LEAST_MULTIPLIER, _MOST_MULTIPLIER = 4.0, 1e7
_MARGIN = 1e-9  # inside the tolerance, against rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchGoal:
    """
    What the search minimises besides excess.

    Parameters
    ----------
    is_moves
        Moved units first, travel after them; else travel alone.
    max_moved
        Most units that may leave today's territory; None: no limit.
    """

    is_moves: bool = False
    max_moved: int | None = None


@dataclass(slots=True)
class Plan:
    """
    A plan found, and how good it is; compared by `key`, less is better.

    Parameters
    ----------
    labels : shape (n_units,)
        Territory of each unit.
    key
        Excess by priority, then moved units (if these are minimised), then travel.
    """

    labels: Ints = field(repr=False)
    key: tuple[float, ...]


def rate(problem: Problem, labels: Ints, goal: SearchGoal) -> Plan:
    """
    Measure a plan.

    Parameters
    ----------
    problem
        What is asked.
    labels : shape (n_units,)
        Territory of each unit.
    goal
        What is minimised.

    Returns
    -------
    The plan; its key starts with the sum of excess over territories and measures.
    """
    excess = problem.excess(labels)
    over = float(np.where(excess > _MARGIN, excess, 0.0).sum())
    moved = float(problem.n_moved(labels)) if goal.is_moves else 0.0
    return Plan(labels=labels.copy(), key=(over, moved, problem.travel(labels)))


def search(
    problem: Problem,
    start: Ints,
    goal: SearchGoal,
    n_steps: int,
    rng: np.random.Generator,
    run: RunControl,
    *,
    warmth: float = 1.0,
) -> Plan:
    """
    Improve a plan by steps over the borders of territories.

    Parameters
    ----------
    problem
        What is asked.
    start : shape (n_units,)
        Territory of each unit; of one piece each where that is asked, locks kept.
    goal
        What is minimised.
    n_steps
        Borders looked at; bounds the work.
    rng
        Random numbers.
    run
        Asked to stop every few chunks of steps; told the best so far.
    warmth
        Above 1 the search begins hotter and with lower prices, so that units heavy
        against an ideal share can change places.

    Returns
    -------
    The best plan seen, the start included.

    Notes
    -----
    Simulated annealing (Kirkpatrick et al. 1983) on travel plus priced excess. There is
    one multiplier per territory and measure; it grows while its territory is outside
    the tolerance and shrinks slowly while inside, so that load wanders through chains
    of territories. Contiguity is tested exactly before each step.
    """
    best = rate(problem, start, goal)
    state = _State(problem, start, goal, rng, _LEAST_MULTIPLIER / warmth)
    if problem.n_territories < 2 or not len(problem.indices):
        return best
    chunk = int(min(_CHUNK_STEPS, max(10_000, 20 * problem.n_units)))
    n_chunks = max(4, -(-n_steps // chunk))
    n_hot = int(n_chunks * (1 - _STILL_SHARE))
    n_quiet = max(1, _REPORT_STEPS // chunk)
    for number in range(n_chunks):
        is_hot = number < n_hot
        cooled = (_COLD / (warmth * _HOT)) ** (number / max(1, n_hot))
        heat = warmth * _HOT * cooled if is_hot else 0.0
        state.walk(chunk, heat)
        found = rate(problem, state.labels, goal)
        if found.key < best.key:
            best = found
        state.reprice(chunk / problem.n_units, is_hot=is_hot)
        if number + 1 == n_hot:
            state.restart(best.labels)
        if number % n_quiet == 0 or number + 1 == n_chunks:
            run.report((number + 1) / n_chunks, "Moving borders", best=best.key[2])
            if run.should_stop():
                break
    return best


class _State:
    """A plan with its prices and random state; changed in place."""

    def __init__(
        self,
        problem: Problem,
        labels: Ints,
        goal: SearchGoal,
        rng: np.random.Generator,
        least_multiplier: float,
    ) -> None:
        self.problem = problem
        self.least_multiplier = least_multiplier
        self.labels = labels.copy()
        self.multiplier = np.full(problem.target.shape, least_multiplier)
        self.random = rng.integers(1, 2**63, size=1).astype(np.uint64)
        self.world = _world_of(problem)
        self.max_moved = problem.n_units if goal.max_moved is None else goal.max_moved
        spread = problem.travel(labels) / max(problem.weight.sum(), 1e-300)
        if spread <= 0:
            spread = float(problem.xy.var(axis=0).sum()) / problem.n_territories or 1.0
        ideal = problem.pull.sum() / problem.n_territories
        self.mean_share = problem.n_territories / problem.n_units
        self.travel_scale = 1.0 / (spread * ideal)
        self.move_cost = 0.0
        if goal.is_moves:
            self.travel_scale *= 0.02
            self.move_cost = self.mean_share

    def walk(self, n_steps: int, heat: float) -> None:
        """Run steps at a temperature given in mean shares."""
        problem, n_territories = self.problem, self.problem.n_territories
        sums = [
            np.bincount(self.labels, problem.pull * axis, n_territories)
            for axis in (1.0, problem.xy[:, 0], problem.xy[:, 1])
        ]
        running = Running(
            label=self.labels,
            load=problem.loads(self.labels),
            sums=np.ascontiguousarray(np.column_stack(sums)),
            count=np.bincount(self.labels, minlength=n_territories),
            n_moved=np.array([problem.n_moved(self.labels)]),
            multiplier=self.multiplier,
            random=self.random,
        )
        price = Price(
            self.travel_scale, self.move_cost, self.max_moved, heat * self.mean_share
        )
        anneal(n_steps, self.world, running, price)

    def reprice(self, n_passes: float, *, is_hot: bool) -> None:
        """Raise the price of excess where there is some; let the others sink."""
        excess: Floats = self.problem.excess(self.labels)
        over = excess > _MARGIN
        step = min(1.0, n_passes / 10)
        raised = (
            self.multiplier * (1 + 0.15 * step) + self.least_multiplier * step * excess
        )
        sunk = self.multiplier * ((1 - 0.03 * step) if is_hot else 1.0)
        self.multiplier[:] = np.clip(
            np.where(over, raised, sunk), self.least_multiplier, _MOST_MULTIPLIER
        )

    def restart(self, labels: Ints) -> None:
        """Go on from another plan; excess now outweighs everything."""
        self.labels = labels.copy()
        self.multiplier[:] = np.maximum(self.multiplier, 1e3)


def _world_of(problem: Problem) -> World:
    no_centres = np.empty((0, 2))
    return World(
        tail=np.ascontiguousarray(problem.pairs[:, 0]),
        indptr=problem.indptr,
        indices=problem.indices,
        share=problem.share,
        pull=problem.pull,
        xy=problem.xy,
        centres=no_centres if problem.centres is None else problem.centres,
        is_locked=problem.locked != NOWHERE,
        current=problem.current,
        target=problem.target,
        tolerance=np.maximum(problem.tolerance - _MARGIN, 0.0),
        is_contiguous=problem.is_contiguous,
    )
