"""A plan that was made, proven, explained and laid out as a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from planner.core.run import RunControl
from planner.services.balance.inputs import BalanceInputs
from planner.services.balance.request import CAPACITY, BalanceRequest
from planner.services.balance.studies import records
from planner.services.balance.team import Team, shares_of
from planner.services.territories import view as territory_view
from planner.services.territories import wording
from planner.services.territories.view import TerritoryView
from planner.territory.model.params import BalanceParams
from planner.territory.solve.proposal import Proposal
from planner.territory.solve.result import BalanceResult
from planner.territory.studies.splitting import join_split, split_offers


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A request with the scenario it is about."""

    view: TerritoryView
    team: Team
    request: BalanceRequest
    inputs: BalanceInputs
    move_cost: pd.Series | None  # by account; None: 1 a unit
    named_today: pd.Series  # territory of the accounts apart when it was asked

    @property
    def params(self) -> BalanceParams:
        """What is asked of the engine: accounts that move anyway are off the limit."""
        return self.inputs.params_of(self.request)

    @property
    def move_size(self) -> pd.Series:
        """
        What a moved row of the units counts on the curve of moves, shape (n_units,).

        Its accounts; where moves are weighed, each by its cost, the mean account
        counting 1.
        """
        cost = self.inputs.instance.rules.move_cost
        if self.move_cost is None or cost is None:
            return self.inputs.n_accounts_by_row
        total = float(self.inputs.n_accounts_by_row.sum())
        return cost * (total / cost.sum()) if cost.sum() > 0 else cost

    def n_moved(self, result: BalanceResult) -> int:
        """Count the accounts of the units that a plan moves from where moves count."""
        current = self.inputs.instance.current
        if current is None:
            return 0
        is_moved = result.alignment.territory_by_unit != current
        return int(self.inputs.n_accounts_by_row[is_moved & current.notna()].sum())


def described(
    task: Asked,
    params: BalanceParams,
    territory_by_row: pd.Series,
    run: RunControl,
    *,
    is_renamed: bool = False,
) -> BalanceResult:
    """Prove and explain a plan that was made before; give it today's names if asked."""
    from planner.territory.solve.evaluate import describe

    return describe(
        task.inputs.instance,
        params,
        territory_by_row,
        is_renamed=is_renamed,
        run=run,
    )


def proposal_of(
    task: Asked,
    result: BalanceResult,
    note: str = "",
    district_by_territory: Mapping[str, str] | None = None,
) -> Proposal:
    """Lay out a plan as a proposal."""
    from planner.territory.files.run import report_of

    inputs, request = task.inputs, task.request
    by_row = result.alignment.territory_by_unit
    by_unit, pieces = by_row, by_row.iloc[:0]
    if request.split_units:
        by_unit, pieces = join_split(by_row, request.split_units)
    territory_by_account = pd.concat([inputs.named, pieces]).astype("str")
    costs = {}
    if task.move_cost is not None:
        movers = inputs.accounts["row"].isin(result.reasons.index)
        costs = task.move_cost[movers].round(2).to_dict()
    shares = {}
    if request.shares == CAPACITY:
        shares = shares_of(task.view, task.team, request).to_dict()
    # What it changes is told too, so that it can be laid on a draft that went on.
    today = task.view.units["territory_id"].reindex(by_unit.index)
    movers = today[(today != by_unit).fillna(value=True).astype(bool)]
    apart = wording.exceptions(task.view.accounts, task.view.units["territory_id"])
    ended = apart.index[apart].difference(territory_by_account.index)
    plan = Proposal(
        territory_by_unit=by_unit,
        territory_by_account=territory_by_account,
        today_by_unit=movers,
        today_by_account=task.named_today,
        ended_accounts=frozenset(map(str, ended)),
        shares=shares,
        district_by_territory=district_by_territory,
        reasons={str(row): tuple(causes) for row, causes in result.reasons.items()},
        move_cost=costs,
        summary=tuple(result.findings()),
        note=note,
        params=request.to_dict(),
    )
    report = report_of(result) | {"too_big": _too_big(task, result)}
    if request.params.minimise == "moves":
        is_weighed = task.move_cost is not None
        report["moves_counted"] = "disturbance" if is_weighed else "accounts"
    return replace(plan, report=_with_real_deviations(task, plan, report))


def _with_real_deviations(
    task: Asked, plan: Proposal, report: dict[str, Any]
) -> dict[str, Any]:
    """
    Put the deviations of whole territories in the place of those of the units.

    The engine balances what can move; what named accounts bring comes on top.
    """
    after = territory_view.planned(task.view, plan)
    measures = {}
    for name, figures in report["measures"].items():
        measures[name] = dict(figures)
        if name not in after.index or figures["max_deviation"] is None:
            continue
        of_each = after.territories[f"{name}_deviation"].abs()
        measures[name]["max_deviation"] = float(of_each.max())
        measures[name]["worst_territory"] = str(of_each.idxmax())
        for edge, of_all in (("least", "min"), ("most", "max")):
            if edge in figures:
                measures[name][edge] = float(getattr(after.territories[name], of_all)())
    return report | {"measures": measures}


def _too_big(task: Asked, result: BalanceResult) -> list[dict[str, Any]]:
    """List the units no plan of whole units can balance, and what would divide them."""
    accounts = task.inputs.accounts
    finer = accounts.assign(accounts=1.0)
    for name in finer.columns.intersection(task.request.columns):
        finer[name] = finer[name].astype("Float64").fillna(0).astype(float)
    offers = split_offers(
        task.inputs.instance.units, result.params, list(result.territories.index), finer
    )
    return records(offers)
