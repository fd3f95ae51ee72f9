"""What the worker can do: one function for each kind of job."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from planner.core.executors import processes
from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.services.workspace import Workspace
from planner.store.database.engine import Store
from planner.store.jobs import Job

Task = Callable[[Store, Job, RunControl], Mapping[str, Any] | None]


def balance(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Balance a scenario's territories: a proposal, nothing is saved."""
    from planner.services.balance.run import run_balance

    return run_balance(_workspace(store, job), job, run)


def frontier(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Find the best balance for each number of moved accounts."""
    from planner.services.balance.run import run_frontier

    return run_frontier(_workspace(store, job), job, run)


def headcount(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Compare numbers of territories."""
    from planner.services.balance.run import run_headcount

    return run_headcount(_workspace(store, job), job, run)


def visits(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Plan the visits of a scenario's reps and save them with it."""
    from planner.services.visits.plans import TEAM_ITERATIONS
    from planner.services.visits.plans import save_plan
    from planner.services.visits.plans import visit_inputs
    from planner.visits.model.params import RouteParams
    from planner.visits.plan.team import plan_visits

    ws, scenario_id = _workspace(store, job), _scenario_id(job)
    run.report(0.02, "Reading the scenario")
    inputs = visit_inputs(ws, scenario_id, job.params)
    params = RouteParams(
        seed=int(job.params.get("seed", 0)), iterations=TEAM_ITERATIONS
    )
    with processes(0, run) as executor:
        result = plan_visits(
            inputs.accounts,
            inputs.reps,
            inputs.rep_of,
            start_on=inputs.start_on,
            params=params,
            run=run.part(0.05, 0.95),
            executor=executor,
        )
    if run.is_cancelled():
        return {"status": str(result.status)}
    return save_plan(ws, scenario_id, result.visits, result.unserved, job.params)


def pay(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Run pay for a period from the published ownership."""
    from planner.services.pay.runs import run_period

    return run_period(_workspace(store, job), job.params, run)


def geocode(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Ask the company's address service about accounts; every answer is kept."""
    from planner.services.accounts.geocoding import ask_addresses

    asked = ask_addresses(_workspace(store, job), list(job.params["account_ids"]), run)
    return asdict(asked) | {"status": str(asked.status)}


TASKS: Mapping[str, Task] = {
    "balance": balance,
    "frontier": frontier,
    "headcount": headcount,
    "visits": visits,
    "pay": pay,
    "geocode": geocode,
}


def _workspace(store: Store, job: Job) -> Workspace:
    settings = Settings.from_environment()
    return Workspace(
        store=store,
        settings=settings,
        user=job.created_by,
        company_id=job.company_id,
    )


def _scenario_id(job: Job) -> str:
    return str(job.scenario_id)
