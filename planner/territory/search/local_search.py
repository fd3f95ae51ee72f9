"""The search for balance: steps over borders, priced by a multiplier per territory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.core.run import RunControl
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem
from planner.territory.search.annealing import anneal
from planner.territory.search.deltas import Price, Running, World

_CHUNK_STEPS = 200_000  # most steps between two looks at the clock
_REPORT_STEPS = 200_000  # between two reports: some tens of milliseconds
HOT, _COLD = 3.0, 0.1  # temperatures, in mean shares of a unit
_STILL_SHARE = 0.1  # of the steps, at the end, go downhill only
_OVER, _OVER_SQUARED = 2.0, 20.0  # what excess costs beside the tolls
_TOLL_STEP = 0.4  # of the tolls for each step per unit, times the excess
_FORBIDDING = 1e4  # price of excess while going downhill
_SEPARATION_PRICE = (
    1000.0  # in the key: a forbidden pair in one territory, before all excess
)
_MARGIN = 1e-9  # inside the tolerance, against rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchGoal:
    """
    What the search minimises besides excess.

    Parameters
    ----------
    is_moves
        Cost of moves first, travel after it; else travel alone.
    max_moved
        Most that may leave today's territory, in `Problem.move_size`; None: no limit.
    """

    is_moves: bool = False
    max_moved: float | None = None


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
    The plan; its key starts with the sum of excess over territories and measures, plus
    1000 for each forbidden pair in one territory.
    """
    excess = problem.excess(labels)
    over = float((np.where(excess > _MARGIN, excess, 0.0) @ problem.importance).sum())
    over += _SEPARATION_PRICE * problem.n_separations_violated(labels)
    moved = problem.cost_of_moves(labels) if goal.is_moves else 0.0
    return Plan(labels=labels.copy(), key=(over, moved, problem.travel(labels)))


def search(
    problem: Problem,
    start: Ints,
    goal: SearchGoal,
    n_steps: int,
    rng: np.random.Generator,
    run: RunControl,
    *,
    tolls: Floats | None = None,
    hot: float = HOT,
    cold: float = _COLD,
    firm: float | None = None,
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
    tolls : shape (n_territories, n_balanced)
        Signed prices of load to begin with, changed in place; None: zeros.
    hot, cold
        Temperatures to begin and to end with, in mean shares of a unit.
    firm
        Price of excess, travel per ideal load (`firm_price`), for a start that nearly
        keeps its limits; no tolls are learnt then. None: tolls, and a small price.

    Returns
    -------
    The best plan seen, the start included.

    Notes
    -----
    Simulated annealing (Kirkpatrick et al. 1983) on travel plus what loads cost: an
    augmented Lagrangian (Hestenes 1969, Powell 1969). Each territory and measure has a
    signed toll on load, raised by its excess as it goes, lowered by what it lacks, so
    that load wanders through chains of territories; excess itself has a small fixed
    price. A fixed price alone stalls, and a price that only grows freezes its
    territory. Contiguity is tested exactly before each step. Where towns lie far
    apart, load inside a town is worth the way to the next one: tolls would have to
    grow a hundredfold, so a plan that comes from an assignment keeps its limits by a
    price of excess beyond the bound's prices.
    """
    best = rate(problem, start, goal)
    if tolls is None:
        tolls = np.zeros(problem.target.shape)
    state = State(problem, start, goal, rng, tolls)
    if problem.n_territories < 2 or not len(problem.indices):
        return best
    chunk = int(min(_CHUNK_STEPS, max(10_000, 10 * problem.n_units)))
    n_chunks = max(4, -(-n_steps // chunk))
    n_hot = int(n_chunks * (1 - _STILL_SHARE))
    # Downhill from where the cooling led, then from the best plan seen on the way.
    n_turn = (n_hot + n_chunks) // 2
    n_quiet = max(1, _REPORT_STEPS // chunk)
    for number in range(n_chunks):
        if number < n_hot:
            heat = hot * (cold / hot) ** (number / max(1, n_hot))
            if firm is None:
                state.walk(chunk, heat)
            else:
                state.hold(chunk, heat, firm)
        else:
            state.descend(chunk)
        candidate = rate(problem, state.labels, goal)
        if candidate.key < best.key:
            best = candidate
        if number + 1 == n_turn:
            state.labels = best.labels.copy()
        if number % n_quiet == 0 or number + 1 == n_chunks:
            run.report((number + 1) / n_chunks, "Moving borders", best=best.key[2])
            if run.should_stop():
                break
    return best


class State:
    """A plan with its prices and random state; changed in place."""

    def __init__(
        self,
        problem: Problem,
        labels: Ints,
        goal: SearchGoal,
        rng: np.random.Generator,
        tolls: Floats,
    ) -> None:
        self.problem = problem
        self.labels = labels.copy()
        self.tolls = tolls
        self.random = rng.integers(1, 2**63, size=1).astype(np.uint64)
        self.world = _world_of(problem)
        self.max_moved = np.inf if goal.max_moved is None else goal.max_moved + _MARGIN
        spread = problem.travel(labels) / max(problem.weight.sum(), 1e-300)
        if spread <= 0:
            spread = float(problem.xy.var(axis=0).sum()) / problem.n_territories or 1.0
        ideal = problem.pull.sum() / problem.n_territories
        self.mean_share = problem.n_territories / problem.n_units
        self.travel_scale = 1.0 / (spread * ideal)
        self.move_cost = 0.0
        if goal.is_moves:
            self.travel_scale *= 0.02
            cost = 1.0 if problem.move_cost is None else problem.move_cost.mean()
            self.move_cost = self.mean_share / (cost or 1.0)

    def walk(self, n_steps: int, heat: float) -> None:
        """Run steps at a temperature in mean shares, then learn the tolls."""
        self._step(n_steps, self.tolls, _OVER, _OVER_SQUARED, heat * self.mean_share)
        load = self.problem.loads(self.labels) / self.problem.target
        inside = np.clip(load, self.problem.low, self.problem.high)
        step = _TOLL_STEP * n_steps / self.problem.n_units
        self.tolls += step * (load - inside) * self.problem.importance
        # What all have in common moves nothing.
        self.tolls -= self.tolls.mean(axis=0)

    def hold(self, n_steps: int, heat: float, firm: float) -> None:
        """Run steps at a temperature and a fixed price of excess, without tolls."""
        over = max(_OVER, self.travel_scale * firm)
        no_tolls = np.zeros_like(self.tolls)
        self._step(n_steps, no_tolls, over, _OVER_SQUARED, heat * self.mean_share)

    def descend(self, n_steps: int) -> None:
        """Run steps that lower excess or, excess being equal, travel."""
        self._step(n_steps, np.zeros_like(self.tolls), _FORBIDDING, 0.0, 0.0)

    def _step(
        self,
        n_steps: int,
        tolls: Floats,
        over: float,
        over_squared: float,
        temperature: float,
    ) -> None:
        price = Price(
            self.travel_scale,
            self.move_cost,
            self.max_moved,
            over,
            over_squared,
            temperature,
        )
        anneal(n_steps, self.world, self.running(tolls), price)

    def running(self, tolls: Floats) -> Running:
        """Sum up the plan for compiled steps, which change it in place."""
        problem, n_territories = self.problem, self.problem.n_territories
        sums = [
            np.bincount(self.labels, problem.pull * axis, n_territories)
            for axis in (1.0, problem.xy[:, 0], problem.xy[:, 1])
        ]
        return Running(
            label=self.labels,
            load=problem.loads(self.labels),
            sums=np.ascontiguousarray(np.column_stack(sums)),
            count=np.bincount(self.labels, minlength=n_territories),
            moved_size=np.array([problem.size_of_moves(self.labels)]),
            toll=tolls,
            random=self.random,
        )


def _world_of(problem: Problem) -> World:
    no_centres = np.empty((0, 2))
    ones = np.ones(problem.n_units)
    forbidden_pairs = np.concatenate(
        [problem.forbidden_pairs, problem.forbidden_pairs[:, ::-1]]
    )
    forbidden_pairs = forbidden_pairs[np.argsort(forbidden_pairs[:, 0], kind="stable")]
    n_forbidden = np.bincount(forbidden_pairs[:, 0], minlength=problem.n_units)
    return World(
        tail=_plain(problem.pairs[:, 0]),
        indptr=_plain(problem.indptr),
        indices=_plain(problem.indices),
        share=_plain(problem.share),
        pull=_plain(problem.pull),
        xy=_plain(problem.xy),
        centres=no_centres if problem.centres is None else _plain(problem.centres),
        is_locked=problem.locked != NOWHERE,
        current=_plain(problem.current),
        target=_plain(problem.target),
        low=problem.low + _MARGIN,
        high=problem.high - _MARGIN,
        importance=_plain(problem.importance),
        is_contiguous=problem.is_contiguous,
        move_cost=ones if problem.move_cost is None else _plain(problem.move_cost),
        move_size=ones if problem.move_size is None else _plain(problem.move_size),
        forbidden_indptr=np.concatenate([[0], np.cumsum(n_forbidden)]).astype(np.int64),
        forbidden_pairs=_plain(forbidden_pairs[:, 1]),
    )


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    """
    Copy an array in rows, to be written to.

    The kernels are compiled anew, for 20 seconds, for each order in memory and each
    read-only array among all these; pandas hands out any of them.
    """
    return np.array(array, order="C", copy=True)
