"""The steps of the demo: each asks the service that the app asks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from planner.accounts.findings import ImportReport
from planner.core.errors import InputError, PlannerError, named
from planner.core.run import RunControl
from planner.demo.line import DemoLine, DemoParams
from planner.services.balance import run as balancing
from planner.services.balance.accept import accept_proposal
from planner.services.balance.request import BalanceRequest
from planner.services.company import companies
from planner.services.company.settings import company_settings
from planner.services.imports.importing import PathOptions, import_path
from planner.services.pay import runs, terms
from planner.services.people.holders import VACANT
from planner.services.people.roster import load_roster
from planner.services.quotas import setting
from planner.services.scenarios import listing, publishing
from planner.services.territories.view import overview
from planner.services.visits.plans import default_params
from planner.services.visits.run import plan_and_save
from planner.services.workspace import OpenCompany, Workspace, open_company
from planner.territory.model.params import BalanceMeasure, BalanceParams

ACCOUNTS_A_TERRITORY = 150
GROWTH_PPM = 1_080_000  # of the last twelve months' sales: the year's target
PPM = 1_000_000
SAMPLES_MEASURES = (
    BalanceMeasure(column="potential_minor", tolerance=0.05),
    BalanceMeasure(column="accounts"),
    BalanceMeasure(column="workload_min"),
)
MEASURES = (
    BalanceMeasure(column="accounts", tolerance=0.10),
    BalanceMeasure(column="potential_minor"),
    BalanceMeasure(column="workload_min"),
)


def begin(ws: Workspace, params: DemoParams) -> DemoLine:
    """Make the company: the sample, or one of the list and the files beside it."""
    reports: list[ImportReport] = []
    if params.accounts_path is None:
        company = companies.load_sample_company(ws, stays=True)
    else:
        company, reports = _company_of_list(ws, params.accounts_path, params)
    today_id = company_settings(company).today_id
    draft = next(
        scenario
        for scenario in listing.scenarios(company)
        if scenario.status == "draft" and scenario.scenario_id != today_id
    )
    return DemoLine(
        ws=company,
        reports=tuple(reports),
        scenario_id=draft.scenario_id,
        before=overview(company, today_id or draft.scenario_id),
        period=runs.latest_period(company),
    )


def _company_of_list(
    ws: Workspace, path: Path, params: DemoParams
) -> tuple[OpenCompany, list[ImportReport]]:
    options = PathOptions(
        where=params.where,
        country=params.country,
        currency=params.currency,
        units=params.units,
        accept_warnings=True,
        fills_gaps=True,
    )
    reports = [_imported(ws, path, "accounts", options)]
    company = open_company(ws)
    beside = PathOptions(country=params.country, accept_warnings=True)
    for kind, file in (("reps", params.reps_path), ("deals", params.deals_path)):
        if file is not None:
            reports.append(_imported(company, file, kind, beside))
    _keep_terms(company, params.comp_plan_path)
    return company, reports


def _imported(
    ws: Workspace, path: Path, kind: str, options: PathOptions
) -> ImportReport:
    report = import_path(ws, path, kind, options)
    if not report.is_usable:
        reasons = "; ".join(report.findings["message"].head(3))
        raise InputError(named(path.name, f"{reasons}; no row can be used"))
    return report


def _keep_terms(company: OpenCompany, path: Path | None) -> None:
    """Keep the pay terms of a file, which pay the month; else the sample's are lent."""
    if path is None:
        terms.lend_samples(company)
        return
    try:
        plan = terms.save_terms(company, path.read_bytes()).plan
        plan.days_to(runs.latest_period(company))
    except PlannerError as error:
        raise InputError(named(path.name, str(error))) from error


def balance(line: DemoLine, params: DemoParams, run: RunControl) -> None:
    """Balance the territories, from today's where there are any, and save them."""
    ws = line.ws
    version = listing.scenario(ws, line.scenario_id).version
    request = BalanceRequest(
        params=BalanceParams(
            measures=MEASURES if params.accounts_path else SAMPLES_MEASURES,
            n_territories=params.n_territories or _usual_number(line, params),
            seed=params.seed,
        )
    )
    line.proposal = balancing.balance(ws, line.scenario_id, request, run)
    if not run.is_cancelled():
        accept_proposal(ws, line.scenario_id, version, line.proposal)


def _usual_number(line: DemoLine, params: DemoParams) -> int | None:
    """Choose how many territories; None: as many as there are today."""
    if len(line.before.territories):
        return None
    if params.reps_path is not None:
        roster = load_roster(line.ws)
        seats = roster.positions.index[roster.positions["role"] == "rep"]
        n_people = int((roster.owner_names[seats] != VACANT).sum())
        if n_people:
            return n_people
    return max(1, round(len(line.before.accounts) / ACCOUNTS_A_TERRITORY))


def set_quotas(line: DemoLine) -> None:
    """Split the target by potential; nothing to split sets none."""
    sales_minor = int(line.before.accounts["our_sales_minor"].fillna(0).sum())
    if sales_minor <= 0:
        return
    setting.set_quotas(
        line.ws,
        line.scenario_id,
        listing.scenario(line.ws, line.scenario_id).version,
        target_minor=sales_minor * GROWTH_PPM // PPM,
        year=_first_day(line).year,
    )


def _first_day(line: DemoLine) -> dt.date:
    """Choose the plan's first day: so that a list's plan pays the month."""
    if publishing.publications(line.ws):
        return publishing.suggested_start(line.ws)
    return dt.date(int(line.period[:4]), 1, 1)


def plan_visits(line: DemoLine, params: DemoParams, run: RunControl) -> None:
    """Plan four weeks of visits, reps side by side."""
    plan_and_save(
        line.ws,
        line.scenario_id,
        default_params(line.ws) | {"seed": params.seed},
        run,
        n_workers=params.n_workers,
    )


def publish(line: DemoLine) -> None:
    """Freeze the plan: alignment, owners, quotas, with their hash."""
    version = listing.scenario(line.ws, line.scenario_id).version
    line.published = publishing.publish(
        line.ws,
        line.scenario_id,
        version,
        _first_day(line),
        past=publishing.BY_PLAN,
    )


def pay(line: DemoLine, run: RunControl) -> None:
    """Pay the last whole month from the dated ownership and the quotas in force."""
    runs.run_period(line.ws, {"period": line.period}, run)
