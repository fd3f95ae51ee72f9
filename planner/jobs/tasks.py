"""What the worker can do: one function for each kind of job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.services.balance.request import BalanceRequest
from planner.services.workspace import OpenCompany, Workspace, open_company
from planner.store.database.engine import Store
from planner.store.jobs import Job

Task = Callable[[Store, Job, RunControl], Mapping[str, Any] | None]


def balance(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Balance a scenario's territories: a proposal, nothing is saved."""
    from planner.services.balance import run as use_case

    return use_case.balance(*_request(store, job), run).to_dict()


def frontier(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Find the best balance for each number of moved accounts."""
    from planner.services.balance import run as use_case

    return use_case.frontier(*_request(store, job), run).to_dict()


def headcount(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Compare numbers of territories."""
    from planner.services.balance import run as use_case

    return use_case.headcount(*_request(store, job), run).to_dict()


def visits(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Plan the visits of a scenario's reps and save them with it."""
    from planner.services.visits.run import plan_and_save

    return plan_and_save(_company(store, job), _scenario_id(job), job.params, run)


def pay(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Run pay for a period from the published ownership."""
    from planner.services.pay.runs import run_period

    return run_period(_company(store, job), job.params, run)


def geocode(store: Store, job: Job, run: RunControl) -> Mapping[str, Any]:
    """Ask the company's address service about accounts; every answer is kept."""
    from planner.services.accounts.geocoding import ask_addresses

    answer = ask_addresses(_company(store, job), list(job.params["account_ids"]), run)
    return asdict(answer) | {"status": str(answer.status)}


TASKS: Mapping[str, Task] = {
    "balance": balance,
    "frontier": frontier,
    "headcount": headcount,
    "visits": visits,
    "pay": pay,
    "geocode": geocode,
}


def _company(store: Store, job: Job) -> OpenCompany:
    """Open the company a job is for, as the user who asked for it."""
    settings = Settings.from_environment()
    ws = Workspace(store=store, settings=settings, user=job.created_by)
    return open_company(ws, job.company_id)


def _request(store: Store, job: Job) -> tuple[OpenCompany, str, BalanceRequest]:
    company = _company(store, job)
    return company, _scenario_id(job), BalanceRequest.from_dict(job.params)


def _scenario_id(job: Job) -> str:
    return str(job.scenario_id)
