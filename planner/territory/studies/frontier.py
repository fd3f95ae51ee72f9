"""The frontier: the best balance that can be had for each number of moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from planner.core.errors import InfeasibleError, InputError
from planner.core.reasons import Reason
from planner.core.run import RunControl
from planner.territory.disruption.tolerance_path import TolerancePath, key_of
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceParams
from planner.territory.model.precheck import check_request
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem
from planner.territory.model.rules import Rules, group_of
from planner.territory.proof.move_bound import least_moves
from planner.territory.search import contiguity
from planner.territory.search.contraction import contract, join_groups, lock_groups
from planner.territory.search.local_search import SearchGoal, search
from planner.territory.solve.balance import prepare
from planner.territory.solve.decompose import group_names

COUNTS = (0, 10, 25, 50, 100)
_STEPS_PER_UNIT, _LEAST_STEPS, _MOST_STEPS = 800, 200_000, 4_000_000
_NEARER = (0.5, 0.8)  # how far the tolerance goes from the deviation to the one asked
_HEATS = ((1.0, 0.01), (0.3, 0.003))
_SAME = 1e-9


@dataclass(frozen=True, kw_only=True)
class Frontier:
    """
    Balance against moves.

    Parameters
    ----------
    points
        One row for each count, moves rising: `limit` (most that may move), `moved` (in
        the unit of the limit), `moved_units`, ``<measure>_deviation`` (largest,
        a share), `ratio` (largest deviation ÷ tolerance; 1 and less is met),
        `weighted_rms_km`, `least_moves` (proven: any plan with a ratio this small
        moves at least so many; missing where none is proven) and `status`
        (``today``, ``met``, ``not_met``).
    plans
        Territory of each unit by `limit`, a column for each point; indexed `unit_id`.
    least_moves
        Proven: what must move at least to keep the tolerances asked; None without.
    """

    points: pd.DataFrame
    plans: pd.DataFrame = field(repr=False)
    least_moves: float | None

    def summary(self) -> str:
        """Say the curve in words."""
        return "\n".join(map(str, self.findings()))

    def findings(self) -> list[Reason]:
        """Tell what came out, a line for each point and the proven least."""
        lines = []
        for row in self.points.to_dict("records"):
            deviations = [
                Reason(
                    "measure_deviation",
                    {"measure": name.removesuffix("_deviation"), "deviation": value},
                )
                for name, value in row.items()
                if str(name).endswith("_deviation")
            ]
            values = {"moved": row["moved"], "deviations": deviations}
            lines.append(Reason("frontier_point", values))
        if self.least_moves is not None:
            lines.append(Reason("frontier_least", {"least": self.least_moves}))
        return lines


def frontier(
    instance: Instance,
    params: BalanceParams,
    *,
    counts: Sequence[float] = COUNTS,
    size: pd.Series | None = None,
    run: RunControl | None = None,
) -> Frontier:
    """
    Find the best balance for each number of moves.

    Parameters
    ----------
    instance, params
        As `balance` takes them; the territories are today's, measured to their
        centroids. `params.minimise` and `params.max_moved` are not looked at.
    counts
        Most that may move, each at least 0.
    size : shape (n_units,)
        What a moved unit counts, by `unit_id`: its accounts, say; None: 1.
    run
        Time limit, progress and cancel; the points found until then are returned.

    Returns
    -------
    The points; more moves never mean worse balance, as each search starts from the
    plan of the point before, which stays allowed.

    Raises
    ------
    InputError
        If no measure has a tolerance, or a count or size is below 0.
    InfeasibleError
        If the rules contradict each other.
    """
    run = run or RunControl()
    counts = _checked_counts(counts, params)
    travel_params = replace(params, minimise="travel", max_moved=None)
    request = check_request(
        replace(instance, centres=None),
        replace(travel_params, is_started_from_current=True),
    )
    problem, _ = prepare(request, travel_params)
    problem = replace(problem, move_size=_sizes(size, instance.units.index))
    rng = np.random.default_rng(params.seed)
    cell, coarse = _grouped(problem, instance.rules, rng)
    core = contiguity.join_locked(coarse, rng)
    best = contiguity.repair(coarse, coarse.current, core)
    if (best == NOWHERE).any():
        raise InfeasibleError([Reason("component_without_current")])
    n_steps = _STEPS_PER_UNIT * coarse.n_units
    n_steps = int(max(_LEAST_STEPS, min(n_steps, _MOST_STEPS)) * params.effort)
    weighed = replace(coarse, move_cost=coarse.move_size)
    path = TolerancePath(weighed, best, n_steps, rng)
    path.trace(counts, run.part(0.0, 0.7))
    labels_by_count: dict[float, Ints] = {}
    for number, count in enumerate(counts):
        if run.should_stop() and labels_by_count:
            break
        fraction = 0.7 + 0.2 * number / len(counts)
        stage = run.part(fraction, fraction + 0.2 / len(counts))
        if number == 0 and count == 0 and not problem.is_given_up.any():
            labels_by_count[count] = np.where(
                problem.current == NOWHERE, best[cell], problem.current
            )
            continue
        best = _improved(coarse, path.within(count), count, n_steps, rng, stage)
        path.plans.append(best)
        labels_by_count[count] = best[cell]
    return _described(problem, params, labels_by_count, run)


def _checked_counts(counts: Sequence[float], params: BalanceParams) -> list[float]:
    if not params.balanced:
        raise InputError(Reason("frontier_without_limit"))
    wrong = [count for count in counts if not (np.isfinite(count) and count >= 0)]
    if wrong or not len(counts):
        values = ", ".join(map(str, wrong)) or "none"
        raise InputError(Reason("move_limits_wrong", {"got": values}))
    return sorted({float(count) for count in counts})


def _sizes(size: pd.Series | None, units: pd.Index) -> Floats:
    if size is None:
        return np.ones(len(units))
    values = size.reindex(units).fillna(0.0).to_numpy(dtype=float)
    if (~np.isfinite(values) | (values < 0)).any():
        raise InputError(Reason("move_sizes_wrong"))
    return values


def _grouped(
    problem: Problem, rules: Rules, rng: np.random.Generator
) -> tuple[Ints, Problem]:
    """Join what must stay together."""
    problem, group = lock_groups(problem, group_of(rules, problem.unit_ids))
    if not (group != NOWHERE).any():
        return np.arange(problem.n_units), problem
    names = group_names(rules, problem, group)
    cell = join_groups(problem, group, names, rng)
    return cell, contract(problem, cell)


def _improved(
    problem: Problem,
    start: Ints,
    limit: float,
    n_steps: int,
    rng: np.random.Generator,
    run: RunControl,
) -> Ints:
    """Search for a smaller ratio within the limit of moves."""
    goal = SearchGoal(max_moved=limit)
    best, best_key = start, key_of(problem, start)
    tolls = np.zeros(problem.target.shape)
    for nearer in (1.0, *_NEARER):
        for hot, cold in _HEATS:
            if run.should_stop() or best_key[1] <= 1:
                return best
            wanted = best_key[1] + nearer * (1 - best_key[1])
            eased = problem.eased(wanted)
            plan = search(
                eased,
                best,
                goal,
                n_steps,
                rng.spawn(1)[0],
                run,
                tolls=tolls,
                hot=hot,
                cold=cold,
            )
            key = key_of(problem, plan.labels)
            if key < best_key and problem.size_of_moves(plan.labels) <= limit + _SAME:
                best, best_key = plan.labels, key
    return best


def _described(
    problem: Problem,
    params: BalanceParams,
    labels_by_count: dict[float, Ints],
    run: RunControl,
) -> Frontier:
    """Describe each point, and prove what its balance needs."""
    size = problem.move_size if problem.move_size is not None else np.ones(0)
    given_up = float(size[problem.is_given_up].sum())
    rows, least_of_all, total = [], None, float(problem.weight.sum())
    for count, labels in labels_by_count.items():
        reached = problem.ratio(labels)
        moved = problem.size_of_moves(labels)
        eased = problem.eased(max(1.0, reached))
        least = least_moves(eased, size, moved - given_up, run)
        proven = None if least is None else given_up + max(0.0, least.bound)
        is_met = reached <= 1 + _SAME
        if is_met and proven is not None:
            least_of_all = proven
        deviation = np.abs(problem.loads(labels) / problem.target - 1).max(axis=0)
        rows.append(
            {
                "limit": count,
                "moved": moved,
                "moved_units": problem.n_moved(labels),
                **{
                    f"{measure.column}_deviation": float(deviation[m])
                    for m, measure in enumerate(params.balanced)
                },
                "ratio": reached,
                "weighted_rms_km": float(np.sqrt(problem.travel(labels) / total)),
                "least_moves": np.nan if proven is None else proven,
                "status": "met" if is_met else "today" if not moved else "not_met",
            }
        )
    if least_of_all is None:
        least = least_moves(problem, size, np.inf, run, is_kept=False)
        least_of_all = None if least is None else given_up + max(0.0, least.bound)
    ids = np.array(problem.territory_ids, dtype=object)
    plans = pd.DataFrame(
        {count: ids[labels] for count, labels in labels_by_count.items()},
        index=problem.unit_ids,
    )
    return Frontier(points=pd.DataFrame(rows), plans=plans, least_moves=least_of_all)
