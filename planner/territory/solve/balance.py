"""Balance: check → seed → repair → search → certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.core.run import RunControl
from planner.geography.adjacency import connect
from planner.territory.disruption.near_today import stay_near
from planner.territory.model.instance import Instance
from planner.territory.model.naming import rename
from planner.territory.model.params import BalanceParams, params_of
from planner.territory.model.precheck import Request, check_request
from planner.territory.model.problem import NOWHERE, Ints, Problem, build_problem
from planner.territory.search import contiguity, seeds
from planner.territory.search.lns import improve_by_lns, shorten_by_lns
from planner.territory.search.local_search import Plan, SearchGoal, search
from planner.territory.solve.assemble import assemble
from planner.territory.solve.decompose import decompose, open_borders
from planner.territory.solve.feasibility import can_restore, restore_feasibility
from planner.territory.solve.leading import Leader, may_lead
from planner.territory.solve.result import BalanceResult

_FLOW_UNITS = 6_000  # beyond these the flow takes longer than the search
_FLOW_ROUNDS = 20
_SMALL, _MIDDLE = 20_000, 400_000  # units · territories that get eight or three starts
_LARGE_UNITS = 20_000  # from here on only borders are searched
_BESIDE = 3  # seeds of another kind that are searched beside the located plan
_LEAST_STEPS, _MOST_STEPS, _STEPS_PER_UNIT = 2_000_000, 40_000_000, 4_000
_LNS_ROUNDS = 8
_PAIR_ROUNDS = 20  # of pairs divided anew for travel: most of the gain
_AGAIN = 4  # more searches where the tolerance is not met at once
_NEARLY, _FAR = 0.05, 0.3  # excess for CP-SAT alone; too much for more searches
_NEAR_STEPS = 1_000_000  # of each search for fewer moves
_TRIAL_SHARE = 0.1  # of the steps, to choose among starts


def balance(
    instance: Instance,
    measures: Mapping[str, float | None] | BalanceParams,
    n_territories: int | None = None,
    seed: int = 0,
    run: RunControl | None = None,
) -> BalanceResult:
    """
    Divide units into territories that share the measures evenly with little travel.

    Parameters
    ----------
    instance
        What is to be balanced.
    measures
        Tolerance by column, most important first, None for a measure that is only
        reported; or all parameters, `n_territories` and `seed` among them.
    n_territories
        How many; None: as many as there are centres or territories today.
    seed
        Of all random choices.
    run
        Time limit, progress and cancel; the best so far is returned then.

    Returns
    -------
    The plan; what could not be met stands in `is_met` and `blocking`.

    Raises
    ------
    InputError
        If the instance or the measures cannot be used.
    InfeasibleError
        If no plan can exist.

    Examples
    --------
    >>> units = pd.DataFrame(
    ...     {"x_km": [0, 1, 2, 3], "y_km": [0, 0, 0, 0], "accounts": [5, 5, 5, 5]},
    ...     index=["a", "b", "c", "d"],
    ... )
    >>> result = balance(Instance.from_units(units), {"accounts": 0.05}, 2)
    >>> result.alignment.territory_by_unit.to_dict()
    {'a': 'T01', 'b': 'T01', 'c': 'T02', 'd': 'T02'}
    """
    run = run or RunControl()
    params = params_of(measures, n_territories, seed)
    if not isinstance(instance, Instance):
        raise InputError(Reason("instance_wrong", {"got": type(instance).__name__}))
    request = check_request(instance, params)
    problem, bridges = prepare(request, params)
    stages = {"check": run.elapsed_s}
    rng = np.random.default_rng(params.seed)
    run.report(0.02, "Placing territories")
    goal = SearchGoal(is_moves=params.minimise == "moves", max_moved=params.max_moved)
    labels = decompose(
        problem,
        instance.rules,
        goal,
        rng,
        lambda component, component_goal: _planned(
            component, component_goal, params, rng, run, stages
        ),
    )
    stages["search"] = run.elapsed_s - sum(stages.values())
    run.report(0.92, "Proving how good it is", best=problem.travel(labels))
    return assemble(
        params,
        request,
        problem,
        labels,
        bridges=bridges,
        stages=stages,
        run=run,
    )


def _planned(
    problem: Problem,
    goal: SearchGoal,
    params: BalanceParams,
    rng: np.random.Generator,
    run: RunControl,
    stages: dict[str, float],
) -> Ints:
    """Seed and search on a map that hangs together."""
    if may_lead(problem, goal, params):
        return _renamed(problem, _led(problem, goal, params, rng, run, stages).labels)
    core = contiguity.join_locked(problem, rng)
    starts = _starts(problem, core, params, rng, run)
    stages["seed"] = run.elapsed_s - sum(stages.values())
    plan = _best_search(problem, starts, goal, params, rng, run)
    if goal.is_moves:
        n_steps = int(min(_NEAR_STEPS, _STEPS_PER_UNIT * problem.n_units))
        n_steps = int(n_steps * params.effort)
        plan = stay_near(problem, plan, goal, n_steps, rng, run.part(0.85, 0.9))
    return _renamed(problem, plan.labels)


def _led(
    problem: Problem,
    goal: SearchGoal,
    params: BalanceParams,
    rng: np.random.Generator,
    run: RunControl,
    stages: dict[str, float],
) -> Plan:
    """Find a plan from centres, search on where that is not enough, close the gap."""
    leader = Leader(problem, goal, params, rng, run.part(0.02, 0.3).steady())
    plan = leader.first()
    stages["location"] = run.elapsed_s - sum(stages.values())
    leader.run = run.part(0.3, 0.4).steady()
    is_large = problem.n_units >= _LARGE_UNITS
    if is_large and plan.key[0] > 0 and not run.should_stop():
        plan = leader.revised(plan)
    # A gap is proven at the plan's own centres: without towns others may be better.
    if not is_large and not run.should_stop():
        core = contiguity.join_locked(problem, rng)
        starts = _starts(problem, core, params, rng, run)
        starts = [plan.labels, *starts[:_BESIDE]]
        other = _best_search(problem, starts, goal, params, rng, run.part(0.4, 0.7))
        plan = min(plan, other, key=lambda plan: plan.key)
    stages["borders"] = run.elapsed_s - sum(stages.values())
    leader.run = run.part(0.7, 0.9)
    return leader.onward(plan)


def prepare(request: Request, params: BalanceParams) -> tuple[Problem, pd.DataFrame]:
    """
    Make the problem of a checked request.

    Returns
    -------
    problem
        On the borders that are open.
    bridges
        EDGES rows added to connect the map; none where there were no edges to begin
        with.
    """
    instance = request.instance
    linked = instance.neighbours
    if instance.n_units > 1:
        linked = connect(linked, instance.units)
    n_given = len(linked) if instance.edges is None else len(instance.edges)
    bridges = linked.iloc[n_given:]
    borders = open_borders(linked, instance.rules, instance.units.index)
    problem = build_problem(
        replace(instance, edges=borders), params, request.territory_ids
    )
    return problem, bridges.reset_index(drop=True)


def _starts(
    problem: Problem,
    core: Ints,
    params: BalanceParams,
    rng: np.random.Generator,
    run: RunControl,
) -> list[Ints]:
    """Make the plans the search begins with."""
    if params.needs_current:
        return [contiguity.repair(problem, problem.current, core)]
    size = problem.n_units * problem.n_territories
    n_starts = 8 if size <= _SMALL else 3 if size <= _MIDDLE else 1
    if problem.centres is not None or problem.n_territories == 1:
        n_starts = 1
    drawn = []
    if (problem.locked != NOWHERE).any():
        drawn.append(problem.current)
    if problem.share.shape[1] > 1 and problem.centres is None:
        drawn.append(seeds.bisection_seed(problem))
    for _ in range(n_starts):
        if problem.n_units <= _FLOW_UNITS or problem.centres is not None:
            drawn.append(seeds.flow_seed(problem, rng, _FLOW_ROUNDS, run))
        else:
            drawn.append(seeds.bisection_seed(problem))
        if run.should_stop():
            break
    return [
        contiguity.repair(problem, rename(problem, labels), core) for labels in drawn
    ]


def _best_search(
    problem: Problem,
    starts: list[Ints],
    goal: SearchGoal,
    params: BalanceParams,
    rng: np.random.Generator,
    run: RunControl,
) -> Plan:
    """Try all starts a little, then search on from the best of them."""
    n_steps = min(max(_STEPS_PER_UNIT * problem.n_units, _LEAST_STEPS), _MOST_STEPS)
    n_steps = int(n_steps * params.effort)
    rngs = rng.spawn(len(starts) + 2)
    if len(starts) == 1:
        candidate = search(
            problem, starts[0], goal, n_steps, rngs[0], run.part(0.1, 0.7)
        )
        return _warmed(
            problem,
            candidate,
            goal,
            n_steps,
            params.effort,
            rngs[-1],
            run.part(0.7, 0.9),
        )
    trials = []
    for number, start in enumerate(starts):
        first, last = number / len(starts), (number + 1) / len(starts)
        stage = run.part(0.1 + 0.3 * first, 0.1 + 0.3 * last)
        trials.append(
            search(
                problem, start, goal, int(n_steps * _TRIAL_SHARE), rngs[number], stage
            )
        )
        if run.should_stop():
            break
    trials.sort(key=lambda plan: plan.key)
    best = trials[0]
    n_kept = 2 if problem.n_units * problem.n_territories <= _SMALL else 1
    for number, trial in enumerate(trials[:n_kept]):
        if run.should_stop():
            break
        stage = run.part(0.4 + 0.3 * number / n_kept, 0.4 + 0.3 * (number + 1) / n_kept)
        candidate = search(
            problem, trial.labels, goal, n_steps, rngs[-1 - number], stage
        )
        best = min(best, candidate, key=lambda plan: plan.key)
    return _warmed(problem, best, goal, n_steps, params.effort, rng, run.part(0.7, 0.9))


def _warmed(
    problem: Problem,
    best: Plan,
    goal: SearchGoal,
    n_steps: int,
    effort: float,
    rng: np.random.Generator,
    run: RunControl,
) -> Plan:
    """Search on from a plan outside its tolerance, divide anew by CP-SAT, restore."""
    if (problem.share > problem.most.max(axis=0)).any():
        return best  # a unit too big for any territory: no search can help
    is_restorable = can_restore(problem, goal)
    tolls = np.zeros(problem.target.shape)
    for number in range(_AGAIN):
        is_far = is_restorable and best.key[0] > _FAR
        if best.key[0] <= 0 or is_far or run.should_stop():
            break
        stage = run.part(0.5 * number / _AGAIN, 0.5 * (number + 1) / _AGAIN)
        candidate = search(
            problem, best.labels, goal, n_steps, rng.spawn(1)[0], stage, tolls=tolls
        )
        best = min(best, candidate, key=lambda plan: plan.key)
    if (
        0 < best.key[0] <= (_NEARLY if is_restorable else np.inf)
        and not run.should_stop()
    ):
        rounds = max(1, int(_LNS_ROUNDS * min(effort, 4.0)))
        best = improve_by_lns(problem, best, goal, rounds, rng.spawn(1)[0], run)
    if best.key[0] > 0 and is_restorable and not run.should_stop():
        best = restore_feasibility(
            problem, best, goal, effort, n_steps, rng.spawn(1)[0], run.part(0.5, 0.8)
        )
    # With several measures units freeze where they keep all tolerances at once.
    if best.key[0] <= 0 and is_restorable and problem.share.shape[1] > 1:
        rounds = max(1, int(_PAIR_ROUNDS * min(effort, 4.0)))
        stage = run.part(0.8, 1.0)
        best = shorten_by_lns(problem, best, goal, rounds, rng.spawn(1)[0], stage)
    return best


def _renamed(problem: Problem, labels: Ints) -> Ints:
    """Give the names that fit best, where names are free."""
    if (problem.locked != NOWHERE).any() or np.ptp(problem.target, axis=0).any():
        return labels
    renamed = rename(problem, labels)
    before, after = (problem.size_of_moves(plan) for plan in (labels, renamed))
    return renamed if after <= before else labels
