"""Which territories a change of the accounts drives out of their tolerance."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.own_measures import with_own_numbers
from planner.capacity.workload import account_minutes
from planner.services.accounts.known import with_calculated_measures
from planner.services.balance.request import KINDS
from planner.services.territories.alignments import alignment_of
from planner.services.territories.deviations import tallied
from planner.services.territories.tallies import measure_values
from planner.store import jobs as job_rows
from planner.store.company.companies import Company
from planner.store.scenarios import lineage
from planner.store.scenarios.lineage import Scenario
from planner.store.scenarios.publications import list_publications
from planner.store.scenarios.reading import load_saved_plan

DEFAULT_TOLERANCE = 0.10
_EPSILON = 1e-9
_VERDICTS = ("leaves", "lost", "returns", "stays out", "within")  # as they are listed
COLUMNS = (
    "scenario_id",
    "scenario",
    "status",
    "territory_id",
    "name",
    "measure",
    "tolerance",
    "before",
    "after",
    "verdict",
)


def territory_effects(
    conn: Connection,
    company: Company,
    before: tuple[pd.DataFrame, pd.Series],
    after: tuple[pd.DataFrame, pd.Series],
) -> pd.DataFrame:
    """
    Hold every plan's territories against their tolerance, before and after.

    Parameters
    ----------
    before, after
        The ACCOUNTS frame and the visit class by account; closed accounts count
        nothing.

    Returns
    -------
    A row for each plan, territory and measure: `scenario_id`, `scenario`, `status`
    (``in force``, ``published``, ``draft``), `territory_id`, `name`, `measure`,
    `tolerance`, `before` and `after` (deviation from the wanted share; missing where
    the accounts have nothing of the measure), `verdict`: ``leaves``, ``lost`` (nothing
    of the measure is left to be shared), ``returns``, ``stays out``, ``within``. What
    leaves comes first.

    Notes
    -----
    New accounts count in the territory of their unit. The measures, the list's own
    numbers among them, and tolerances are those of the last balance of the plan or of
    one it was copied from; without one all measures are held against 10 %. Calculated
    measures count as far as the list itself has what their formulas name.
    """
    scenarios = lineage.list_scenarios(conn, company.company_id)
    by_id = {scenario.scenario_id: scenario for scenario in scenarios}
    statuses = _statuses(conn, company, scenarios)
    measured = [_measured(company, *side) for side in (before, after)]
    parts = []
    for scenario_id, status in statuses.items():
        plan = load_saved_plan(conn, scenario_id)
        alignment, territories = alignment_of(plan), plan.territories
        if territories.empty:
            continue
        sides = [
            _deviations(values, alignment.territory_of(values["unit_id"]), territories)
            for values in measured
        ]
        rows = pd.concat(sides, axis=1, keys=["before", "after"])
        rows = rows.dropna(how="all").reset_index()
        tolerances = _tolerances(conn, by_id, scenario_id)
        rows["tolerance"] = (
            DEFAULT_TOLERANCE if tolerances is None else rows["measure"].map(tolerances)
        )
        rows = rows.dropna(subset=["tolerance"])
        rows["name"] = rows["territory_id"].map(territories["name"])
        rows = rows.assign(
            scenario_id=scenario_id, scenario=by_id[scenario_id].name, status=status
        )
        parts.append(rows)
    return _judged(parts)


def _statuses(
    conn: Connection, company: Company, scenarios: list[Scenario]
) -> dict[str, str]:
    """Choose the plans that count: in force, to come, drafts; not what is over."""
    status_by_scenario: dict[str, str] = {}
    for team in sorted({scenario.team for scenario in scenarios}):
        is_known = False
        for publication in list_publications(conn, company.company_id, team):
            if publication.effective_from > company.today:
                status_by_scenario[publication.scenario_id] = "published"
            elif not is_known:
                status_by_scenario[publication.scenario_id] = "in force"
                is_known = True
    drafts = [s.scenario_id for s in scenarios if s.status == "draft"]
    return status_by_scenario | dict.fromkeys(drafts, "draft")


def _measured(
    company: Company, accounts: pd.DataFrame, visit_class: pd.Series
) -> pd.DataFrame:
    """Give the accounts that count their measures, own and calculated ones too."""
    minutes = account_minutes(accounts, visit_class.reindex(accounts.index))
    values = with_own_numbers(accounts.assign(workload_min=minutes))
    values = with_calculated_measures(company, values)
    values = values[accounts["status"] != "closed"]
    return measure_values(values).assign(unit_id=values["unit_id"])


def _deviations(
    values: pd.DataFrame, territory: pd.Series, territories: pd.DataFrame
) -> pd.Series:
    tallies = tallied(values.drop(columns="unit_id"), territory, territories)
    return tallies.set_index(["territory_id", "measure"])["deviation"].astype(float)


def _tolerances(
    conn: Connection, by_id: Mapping[str, Scenario], scenario_id: str
) -> dict[str, float] | None:
    """Find what the plan, or one it was copied from, was balanced to; None: neither."""
    visited: set[str] = set()
    ancestor: str | None = scenario_id
    while ancestor is not None and ancestor not in visited:
        visited.add(ancestor)
        for job in job_rows.find_jobs(conn, scenario_id=ancestor):
            if job.kind not in KINDS or job.state != "done":
                continue
            measures = job.params.get("measures", [])
            tolerances = {
                str(m["column"]): float(m["tolerance"])
                for m in measures
                if m.get("tolerance") is not None
            }
            if tolerances:
                return tolerances
        ancestor = by_id[ancestor].parent_id if ancestor in by_id else None
    return None


def _judged(parts: list[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS})
    rows = pd.concat(parts, ignore_index=True)
    # A measure that was nothing at all before has no deviation: nobody was out.
    was = rows["before"].fillna(0.0).abs() > rows["tolerance"] + _EPSILON
    now = rows["after"].fillna(0.0).abs() > rows["tolerance"] + _EPSILON
    rows["verdict"] = "within"
    rows.loc[was & now, "verdict"] = "stays out"
    rows.loc[was & ~now, "verdict"] = "returns"
    rows.loc[~was & now, "verdict"] = "leaves"
    rows.loc[rows["before"].notna() & rows["after"].isna(), "verdict"] = "lost"
    rank = rows["verdict"].map({name: place for place, name in enumerate(_VERDICTS)})
    plan = rows["status"].map({"in force": 0, "published": 1, "draft": 2})
    order = rows.assign(rank=rank, plan=plan, size=-rows["after"].abs())
    order = order.sort_values(["plan", "rank", "size"], kind="stable")
    return order[list(COLUMNS)].reset_index(drop=True)
