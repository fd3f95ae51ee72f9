"""The steps of the demo, each filling in its part of the line."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from planner.accounts.findings import ImportReport
from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.accounts.reading.tables import where as keep_where
from planner.accounts.sample import load_sample
from planner.accounts.simulation.business import simulate_business
from planner.accounts.simulation.deals import simulate_deals
from planner.accounts.simulation.rollforward import sample_on
from planner.accounts.simulation.team import simulate_team, territory_places
from planner.capacity.workload import account_minutes
from planner.commissions.calculation.calculate import calculate, totals_of
from planner.commissions.calculation.vacancy import is_held
from planner.commissions.plans.plan import load_plan
from planner.core import clock, schemas
from planner.core.errors import InputError, named
from planner.core.executors import processes
from planner.core.money import minor_digits
from planner.core.names import name_from
from planner.core.run import RunControl
from planner.core.schemas import POSITIONS, REPS, empty
from planner.core.settings import Settings
from planner.demo.line import DemoLine, DemoParams
from planner.geography.adjacency import connect, find_edges
from planner.geography.distance import places_km
from planner.quotas.crediting import credit_deals
from planner.quotas.ownership import ownership_of, supersede
from planner.quotas.setting import split_top_down
from planner.scenarios.publish import freeze
from planner.segmentation.rules import DEFAULT_RULES, apply_rules
from planner.services.accounts.known import with_segments
from planner.services.company.companies import territories_of
from planner.services.imports.check import list_context
from planner.services.imports.currency import check_in_its_currency
from planner.services.imports.new_company import given_columns
from planner.services.imports.units import place_in_units
from planner.services.people.holders import rep_by_position
from planner.services.people.present_plan import PresentPlan, present_plan
from planner.services.people.present_team import present_team
from planner.services.visits.plans import TEAM_ITERATIONS
from planner.territory.model.alignment import Alignment
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.unit_table import unit_table
from planner.territory.solve.balance import balance
from planner.visits.model.params import RouteParams
from planner.visits.model.problem import LunchRule, RepAccount, RepProblem
from planner.visits.plan.team import plan_visits
from planner.visits.search.annealing import warm_up

ACCOUNTS_A_TERRITORY = 150
MEASURE = "bookings"
GROWTH_PPM = 1_080_000  # of the sample's last twelve months: next year's target
PPM = 1_000_000


def read(params: DemoParams, settings: Settings) -> DemoLine:
    """Read the sample company or the list."""
    if params.accounts_path is None:
        return _read_sample(params, settings)
    return _read_list(params.accounts_path, params, settings)


def _read_sample(params: DemoParams, settings: Settings) -> DemoLine:
    sample = load_sample(settings.data_dir)
    if params.as_of is not None:
        sample = sample_on(sample, params.as_of)
    company = sample.company
    accounts = sample.accounts
    territory_by_position = sample.positions["territory_id"].dropna()
    return DemoLine(
        name=company["name"],
        currency=company["currency"],
        as_of=dt.date.fromisoformat(company["as_of"]),
        simulated="Invented company in real geography: everything is simulated",
        effective_from=dt.date.fromisoformat(company["plan_year_from"]),
        measures=(
            BalanceMeasure(column="potential_minor", tolerance=0.05),
            BalanceMeasure(column="accounts"),
            BalanceMeasure(column="workload_min"),
        ),
        import_counts={
            "rows_read": len(accounts),
            "rows_accepted": len(accounts),
            "rows_rejected": 0,
        },
        findings=pd.DataFrame(),
        accounts=accounts,
        units=sample.units,
        edges=sample.edges,
        plan_text=sample.plan_text,
        before=accounts["owner_id"].map(territory_by_position),
        sample=sample,
        positions=sample.positions,
        reps=sample.reps,
        deals=sample.deals,
        splits=sample.splits,
    )


def _checked(path: Path, params: DemoParams, settings: Settings) -> ImportReport:
    """Check a list of one's own, in its currency."""
    raw = read_source(path, path.name)
    if params.where:
        raw = keep_where(raw, params.where)
    as_of = params.as_of or clock.today()
    context = list_context(settings, "accounts", as_of=as_of, country=params.country)
    report = check_in_its_currency(partial(import_table, raw), context, params.currency)
    if not report.is_usable:
        reasons = "; ".join(report.findings["message"].head(3))
        raise InputError(named(path.name, f"{reasons}; no row can be used"))
    return report


def _read_list(path: Path, params: DemoParams, settings: Settings) -> DemoLine:
    """Begin the line with a list of one's own; what it lacks is simulated."""
    as_of = params.as_of or clock.today()
    report = _checked(path, params, settings)
    currency = report.currency
    placed, units = place_in_units(report.accounts, settings, params.units)
    accounts = simulate_business(
        placed,
        seed=params.seed,
        currency=currency,
        as_of=as_of,
        given=given_columns(report.mapping),
    )
    edges = connect(find_edges(units), places_km(units))
    team = present_team(accounts, empty(POSITIONS), empty(REPS))
    today = present_plan(accounts, units.index, edges, team)
    labels = accounts["simulated"].fillna("").str.split(";").explode()
    plan_path = settings.data_dir / "sample" / "comp_plan.yaml"
    return DemoLine(
        name=name_from(path.stem),
        currency=currency,
        as_of=as_of,
        simulated=(
            "Accounts and places are from the list; whatever it lacks (revenue, "
            "potential, deals, reps) is simulated, and pay goes by the sample's plan"
        ),
        effective_from=dt.date(as_of.year, 1, 1),
        measures=(
            BalanceMeasure(column="accounts", tolerance=0.10),
            BalanceMeasure(column="potential_minor"),
            BalanceMeasure(column="workload_min"),
        ),
        import_counts={
            "rows_read": report.rows_read,
            "rows_accepted": report.rows_accepted,
            "rows_rejected": report.rows_rejected,
        },
        findings=report.findings,
        accounts=accounts,
        units=units,
        edges=edges,
        simulated_codes=(*labels[labels != ""].unique(), "team", "deals"),
        today=today,
        before=None if today is None else _territory_today(today, accounts),
        plan_text=plan_path.read_text(encoding="utf-8").replace("USD", currency),
        deals=simulate_deals(
            accounts, as_of=as_of, currency=currency, seed=params.seed
        ),
    )


def _territory_today(today: PresentPlan, accounts: pd.DataFrame) -> pd.Series:
    """Find whose territory each account lies in now."""
    alignment = Alignment(today.territory_by_unit, today.territory_by_account)
    return alignment.territory_of(accounts["unit_id"])


def segment(line: DemoLine) -> None:
    """Apply the default rules and reckon each account's workload."""
    segments = apply_rules(
        line.accounts,
        DEFAULT_RULES,
        pd.Timestamp(line.as_of),
        minor_digits=minor_digits(line.currency),
    )
    line.accounts = with_segments(line.accounts, segments)
    line.accounts["workload_min"] = account_minutes(
        line.accounts, line.accounts["visit_class"]
    )


def balance_territories(line: DemoLine, params: DemoParams, run: RunControl) -> None:
    """Balance the territories, from today's where there are any."""
    table = unit_table(line.accounts, line.units)
    n_territories = params.n_territories
    current = None if line.sample is None else line.sample.alignment["territory_id"]
    if line.today is not None:
        current = line.today.territory_by_unit
    if n_territories is None and current is None:
        n_territories = max(1, round(len(line.accounts) / ACCOUNTS_A_TERRITORY))
    line.balanced = balance(
        Instance.from_units(table, line.edges, current),
        BalanceParams(
            measures=line.measures, n_territories=n_territories, seed=params.seed
        ),
        run=run,
    )
    alignment: Alignment = line.balanced.alignment
    line.territory_by_account = alignment.territory_of(line.accounts["unit_id"])


def own_and_set(line: DemoLine, params: DemoParams) -> None:
    """Staff the territories, split the target, decide who owns what from when."""
    territory = line.territory_by_account
    if line.sample is None:
        places = territory_places(line.accounts, territory)
        line.positions, line.reps = simulate_team(
            places, as_of=line.as_of, currency=line.currency, seed=params.seed
        )
        _name_owners(line)
    position_by_territory = _position_by_territory(line)
    new = ownership_of(
        territory,
        position_by_territory,
        line.effective_from,
        overlays=None if line.sample is None else line.sample.overlays,
        accounts=line.accounts,
    )
    old = schemas.empty(schemas.OWNERSHIP)
    if line.sample is not None:
        old = line.sample.ownership
    line.ownership = supersede(old, new, line.effective_from)
    position = territory.map(position_by_territory)
    potential = line.accounts["potential_minor"].astype("Float64").fillna(0)
    weight = potential.groupby(position).sum()
    sales = int(line.accounts["our_sales_minor"].fillna(0).sum())
    active = line.reps[line.reps["left_on"].isna() & line.reps["position_id"].notna()]
    ramp = active.drop_duplicates("position_id").set_index("position_id")["ramp_share"]
    reps = line.positions["role"] == "rep"
    in_use = line.positions[~reps | line.positions.index.isin(weight.index)]
    line.quotas = split_top_down(
        sales * GROWTH_PPM // PPM,
        {str(name): float(value) for name, value in weight.items()},
        in_use,
        measure=MEASURE,
        year=line.effective_from.year,
        currency=line.currency,
        ramp_by_position={str(k): float(v) for k, v in ramp.items()},
    )


def _name_owners(line: DemoLine) -> None:
    """Call positions and people as the list does: homes and hours stay simulated."""
    if line.today is None:
        return
    owners = line.today.territories["name"]
    owner = line.positions["territory_id"].map(owners).astype("str")
    line.positions["title"] = owner.fillna(line.positions["title"])
    of_rep = line.reps["position_id"].map(owner).astype("str")
    line.reps["name"] = of_rep.fillna(line.reps["name"])


def _position_by_territory(line: DemoLine) -> dict[str, str]:
    """Name the position of each territory; a new one has a vacant position."""
    known = dict(territories_of(line.positions)["position_id"])
    territory = line.territory_by_account
    added = sorted(set(territory.dropna().unique()) - set(known))
    if added:
        managers = line.positions.index[line.positions["role"] == "manager"]
        rows = pd.DataFrame(
            {
                "title": [f"Field rep {name}" for name in added],
                "role": "rep",
                "parent_id": managers[0] if len(managers) else None,
                "territory_id": added,
            },
            index=pd.Index([f"P-{name}" for name in added], name="position_id"),
        )
        line.positions = pd.concat([line.positions, rows])
        known.update({name: f"P-{name}" for name in added})
    return known


def visit_workers(
    params: DemoParams, run: RunControl
) -> AbstractContextManager[Executor]:
    """
    Start the processes that plan visits, and let them compile the search meanwhile.

    Compiled code is kept on disk: only the first run on a machine gains from this.
    """
    return processes(params.n_workers, run, _compile_visits)


def _compile_visits() -> None:
    """Plan a rep with one account, for the sake of the compiled code."""
    always = (((0, 86_400),),) * 5
    warm_up(
        RepProblem(
            accounts=(
                RepAccount(visits_per_4_weeks=0, service_s=0, start_windows=always),
                RepAccount(visits_per_4_weeks=1, service_s=60, start_windows=always),
            ),
            travel_s=np.array([[0, 60], [60, 0]]),
            day=(28_800, 61_200),
            lunch=LunchRule(1_800, 39_600, 50_400),
        )
    )


def plan_team_visits(
    line: DemoLine, params: DemoParams, executor: Executor, run: RunControl
) -> None:
    """Plan four weeks of visits from the next Monday, reps side by side."""
    position = line.territory_by_account.map(_position_by_territory(line))
    monday = line.as_of + dt.timedelta(days=7 - line.as_of.weekday())
    line.visits = plan_visits(
        line.accounts.assign(owner_id=position.astype("str")),
        line.reps,
        rep_by_position(line.reps, line.as_of),
        start_on=monday,
        params=RouteParams(seed=params.seed, iterations=TEAM_ITERATIONS),
        run=run,
        executor=executor,
    )


def freeze_plan(line: DemoLine) -> None:
    """Freeze the plan: alignment, owners, quotas, with their hash."""
    alignment: Alignment = line.balanced.alignment
    line.published = freeze(
        f"{line.name}: balanced",
        alignment=alignment.territory_by_unit.to_frame("territory_id"),
        named_accounts=alignment.territory_by_account.to_frame("territory_id"),
        territories=territories_of(line.positions),
        ownership=line.ownership,
        quotas=line.quotas,
        positions=line.positions,
        effective_from=line.effective_from,
    )


def pay_month(line: DemoLine) -> None:
    """Pay the last whole month from the dated ownership and the quotas in force."""
    period = pd.Period(line.as_of, "M") - 1
    line.period = str(period)
    plan = load_plan(line.plan_text)
    line.credited = credit_deals(
        line.deals,
        line.ownership,
        line.splits,
        line.positions,
        *plan.days_to(line.period),
    )
    quotas = line.quotas if line.sample is None else line.sample.quotas
    line.paid = calculate(
        line.credited.credits,
        quotas,
        plan,
        line.period,
        line.positions,
    )
    tenures = line.reps[["position_id", "hired_on", "left_on"]]
    lines = line.paid.lines[is_held(line.paid.lines, line.deals, tenures)]
    line.paid = replace(line.paid, lines=lines, totals=totals_of(lines))
