"""What the worker can do: one function for each kind of job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.services.balance.request import BalanceRequest
from planner.services.workspace import Workspace
from planner.store.database.engine import Store
from planner.store.jobs import Job

Task = Callable[[Store, Job, RunControl], Mapping[str, Any] | None]


def balance(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Balance a scenario's territories: a proposal, nothing is saved."""
    from planner.services.balance import run as use_case

    return use_case.balance(*_asked(store, job), run).to_dict()


def frontier(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Find the best balance for each number of moved accounts."""
    from planner.services.balance import run as use_case

    return use_case.frontier(*_asked(store, job), run).to_dict()


def headcount(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Compare numbers of territories."""
    from planner.services.balance import run as use_case

    return use_case.headcount(*_asked(store, job), run).to_dict()


def visits(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Plan the visits of a scenario's reps and save them with it."""
    from planner.services.visits.run import plan_and_save

    return plan_and_save(_workspace(store, job), _scenario_id(job), job.params, run)


def pay(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Run pay for a period from the published ownership."""
    from planner.services.pay.runs import run_period

    return run_period(_workspace(store, job), job.params, run)


def geocode(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Ask the company's address service about accounts; every answer is kept."""
    from planner.services.accounts.geocoding import ask_addresses

    answers = ask_addresses(
        _workspace(store, job), list(job.params["account_ids"]), run
    )
    return asdict(answers) | {"status": str(answers.status)}


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


def _asked(store: Store, job: Job) -> tuple[Workspace, str, BalanceRequest]:
    request = BalanceRequest.from_dict(job.params)
    return _workspace(store, job), _scenario_id(job), request


def _scenario_id(job: Job) -> str:
    return str(job.scenario_id)
