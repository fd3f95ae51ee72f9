"""What is asked about territories: a balance, the frontier, the headcount."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from planner.core.errors import InputError
from planner.core.run import RunControl
from planner.core.units import MIN_PER_HOUR
from planner.services.balance.baseline import baseline_of
from planner.services.balance.inputs import balance_inputs
from planner.services.balance.levels import district_plan
from planner.services.balance.places import home_places
from planner.services.balance.plan import Asked, described, proposal_of
from planner.services.balance.request import HOME, BalanceRequest, usual_counts
from planner.services.balance.studies import FrontierStudy, HeadcountStudy
from planner.services.balance.team import load_team
from planner.services.drafts.editing import open_draft
from planner.services.drafts.log import without_answer
from planner.services.drafts.view import NOTHING, drafted, held_of
from planner.services.territories import view as territory_view
from planner.services.territories import wording
from planner.services.workspace import OpenCompany
from planner.territory.model.workhours import HOURS, HoursParams, settle_hours
from planner.territory.solve.proposal import Proposal
from planner.territory.solve.result import BalanceResult

_AGREEMENT = 0.3  # of the mean unit's hours: about 1 % of a territory's
_COMPARED = 0.6  # of the work, before the plan is compared with the shortest way
_TIGHTER = 0.9  # of the tolerance of hours, while they are not settled


def balance(
    ws: OpenCompany, scenario_id: str, request: BalanceRequest, run: RunControl
) -> Proposal:
    """
    Balance a scenario's territories from the user's draft; nothing is saved.

    Parameters
    ----------
    ws
        The open company, and whose draft is started from.
    scenario_id
        Whose territories.
    request
        What is asked.
    run
        Time limit, progress, cancel.

    Raises
    ------
    InputError, InfeasibleError
        If what is asked contradicts itself or the data, in the names people know.
    """
    task = _read(ws, scenario_id, "balance", request, run)
    is_compared = task.params.minimise == "moves" and task.params.max_moved is None
    with wording.refusals_in(wording.language_of(ws, task.view.units)):
        if task.request.districts:
            return district_plan(task, run.part(0.05, 1.0))
        share = _COMPARED if is_compared else 1.0
        result, note = _solved(task, run.part(0.05, share))
        plan = proposal_of(task, result, note)
        if not is_compared or run.should_stop():
            return plan
        return replace(plan, by_travel=_by_travel(task, run.part(share, 1.0)))


def _by_travel(task: Asked, run: RunControl) -> dict[str, float]:
    """Find what the shortest way at the same limits would move: a plan beside."""
    run.report(0.0, "Comparing with the shortest way")
    request = task.request
    params = replace(request.params, minimise="travel", is_started_from_current=True)
    request = replace(request, params=params, weighs_moves=False)
    shortest = replace(task, request=request, move_cost=None)
    result, _ = _solved(shortest, run)
    if run.should_stop():
        return {}  # half a search says nothing of the shortest way
    return {
        "n_moved_accounts": task.n_moved(result),
        "rms_km": result.travel["weighted_rms_km"],
        "is_met": float(result.is_met),
    }


def frontier(
    ws: OpenCompany, scenario_id: str, request: BalanceRequest, run: RunControl
) -> FrontierStudy:
    """Find the best balance for each number of moved accounts; see `balance`."""
    from planner.territory.studies.frontier import frontier as find_frontier

    task = _read(ws, scenario_id, "frontier", request, run)
    inputs = task.inputs
    if inputs.instance.current is None:
        raise InputError(
            "moves are counted from the territories of today, and there are none yet: "
            "balance first"
        )
    with wording.refusals_in(wording.language_of(ws, task.view.units)):
        curve = find_frontier(
            inputs.instance,
            task.params,
            counts=task.request.counts or usual_counts(len(inputs.accounts)),
            size=task.move_size,
            run=run.part(0.05, 0.85),
        )
        plans = {}
        for number, (limit, plan) in enumerate(curve.plans.items()):
            share = 0.85 + 0.15 * number / len(curve.plans.columns)
            run.report(share, "Finding the reasons")
            offer = proposal_of(task, described(task, task.params, plan, run))
            # What few moves cannot reach is no reason to call the limit impossible.
            report = {**offer.report, "violations": [], "blocking": []}
            plans[f"{limit:g}"] = replace(offer, report=report)
    points = curve.points.copy()
    for name in task.request.columns:
        if f"{name}_deviation" in points:
            points[f"{name}_deviation"] = [
                plan.report["measures"][name]["max_deviation"]
                for plan in plans.values()
            ]
    return FrontierStudy(points=points, least_moves=curve.least_moves, plans=plans)


def headcount(
    ws: OpenCompany, scenario_id: str, request: BalanceRequest, run: RunControl
) -> HeadcountStudy:
    """Compare numbers of territories, three fewer to three more; see `balance`."""
    from planner.territory.studies.headcount import HeadcountParams, sweep_headcount

    task = _read(ws, scenario_id, "headcount", request, run)
    inputs, team = task.inputs, task.team
    around = task.params.n_territories or int(inputs.instance.current.nunique())  # type: ignore[union-attr]
    known_h = team.capacity_min[team.capacity_min > 0] / MIN_PER_HOUR
    costs = team.cost_minor.dropna()
    params = HeadcountParams(
        cost_minor=round(costs.mean()) if len(costs) else 0,
        travel_minor_per_h=task.request.travel_minor_per_h,
    )
    if len(known_h):
        params = replace(params, capacity_h=float(known_h.mean()))
    bases = None
    if request.travel_to == HOME and len(task.view.homes):
        bases = home_places(task.view).set_index("name")[["x_km", "y_km"]]
    with wording.refusals_in(wording.language_of(ws, task.view.units)):
        sweep = sweep_headcount(
            inputs.instance,
            task.params,
            around=around,
            headcount=params,
            bases=bases,
            run=run.part(0.05, 0.85),
        )
        plans = {}
        for number, (k, plan) in enumerate(sweep.plans.items()):
            share = 0.85 + 0.15 * number / len(sweep.plans.columns)
            run.report(share, "Finding the reasons")
            params_of_k = replace(task.params, n_territories=int(str(k)))
            result = described(task, params_of_k, plan, run, is_renamed=True)
            plans[str(k)] = proposal_of(task, result)
    points = sweep.points.reset_index()
    if "problem" in points:
        points["problem"] = [
            [why.to_dict() for why in reasons] if isinstance(reasons, tuple) else None
            for reasons in points["problem"]
        ]
    if "next_head_unit" in points:
        points["next_head"] = points["next_head_unit"].map(
            wording.unit_names(task.view.units)
        )
    return HeadcountStudy(
        points=points,
        around=around,
        reach_min=params.reach_min,
        capacity_h=params.capacity_h,
        plans=plans,
    )


def _read(
    ws: OpenCompany,
    scenario_id: str,
    kind: str,
    request: BalanceRequest,
    run: RunControl,
) -> Asked:
    """Read the scenario and put together what the engine takes."""
    from planner.territory.disruption.near_today import (
        MoveCostParams,
        cost_of_accounts,
        cost_of_units,
    )

    request = request.for_kind(kind)
    run.report(0.02, "Reading the scenario")
    opened = without_answer(open_draft(ws, scenario_id), request.replaces)
    view = drafted(territory_view.overview(ws, scenario_id), opened.draft)
    team = load_team(ws)
    locks = held_of(opened, keeps_drawn=request.keeps_drawn)
    if kind == "headcount" or request.districts:
        locks = NOTHING  # other territories than today's: nothing can stay in one
    baseline = None
    if request.counted_from and (kind == "frontier" or request.counts_moves):
        baseline = baseline_of(ws, request.counted_from, view.units)
    inputs = balance_inputs(view, team, request, locks, baseline)
    cost = None
    if request.weighs_moves:
        cost = cost_of_accounts(inputs.accounts, MoveCostParams(), team.as_of)
        rows = inputs.accounts["row"].dropna()
        by_row = cost_of_units(cost[rows.index], rows).reindex(
            inputs.instance.units.index
        )
        inputs = inputs.with_move_cost(by_row.fillna(0.0))
    elif request.params.minimise == "moves":
        inputs = inputs.with_move_cost(inputs.n_accounts_by_row)
    return Asked(
        view=view,
        team=team,
        request=request,
        inputs=inputs,
        move_cost=cost,
        named_today=opened.draft.alignment.territory_by_account,
    )


def _solved(task: Asked, run: RunControl) -> tuple[BalanceResult, str]:
    """Balance; hours with driving are settled with the plan they depend on."""
    from planner.territory.solve.balance import balance as solve

    if HOURS in task.request.columns:
        return _settled(task, run)
    return solve(task.inputs.instance, task.params, run=run), ""


def _settled(task: Asked, run: RunControl) -> tuple[BalanceResult, str]:
    """
    Plan on hours until they agree with the plan.

    From the second round on as few units as can be leave the plan before, for a plan
    made afresh changes the hours as much as the last one did; and hours are planned a
    little tighter than asked, so that they may still change a little.
    """
    from planner.territory.solve.balance import balance as solve

    instance, params = task.inputs.instance, task.params
    hours = HoursParams(agreement=_AGREEMENT)
    tight = tuple(
        replace(m, tolerance=m.tolerance * _TIGHTER)
        if m.column == HOURS and m.tolerance is not None
        else m
        for m in params.measures
    )
    first = replace(params, measures=tight)
    plans: list[pd.Series] = []

    def plan(units: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
        n_done = len(plans)
        is_near = bool(plans) and params.max_moved is None
        goal = replace(first, minimise="moves") if is_near else first
        start = replace(instance, units=units)
        if is_near:
            rules = replace(instance.rules, move_cost=None)
            start = replace(start, current=plans[-1], rules=rules)
        part = run.part(n_done / hours.rounds, (n_done + 1) / hours.rounds)
        solution = solve(start, goal, run=part)
        plans.append(solution.alignment.territory_by_unit)
        return plans[-1], solution.territories[["x_km", "y_km"]]

    settled = settle_hours(instance.units, hours, plan)
    real = instance.units.assign(**{HOURS: settled.hours})
    real_task = replace(
        task, inputs=replace(task.inputs, instance=replace(instance, units=real))
    )
    note = "Hours count the way from where each territory is worked; "
    if settled.is_settled:
        note += f"hours and plan agreed after {settled.n_rounds} rounds."
    else:
        note += (
            f"hours and plan did not quite agree in {settled.n_rounds} rounds: they "
            "may lie a little outside the limit. What is shown is what is really due."
        )
    return described(real_task, params, settled.territory_by_unit, run), note
