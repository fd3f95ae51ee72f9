"""From a scenario and a request to what the balancing engine takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planner.capacity.workload import PERIODS_PER_YEAR, SERVICE_MIN, VISITS_PER_4_WEEKS
from planner.core.errors import InfeasibleError, InputError
from planner.core.reasons import Reason
from planner.services.balance.places import (
    homes_of,
    hours_today,
    open_borders,
    place_km,
)
from planner.services.balance.proposal import DAYS_PER_MONTH
from planner.services.balance.request import (
    CAPACITY,
    HOME,
    BalanceRequest,
    custom_fields,
)
from planner.services.balance.team import Team, fixed_load_of, load_team, targets_of
from planner.services.drafts.view import NOTHING, Held
from planner.services.territories import wording
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceParams
from planner.territory.model.precheck import UNIT_OVERSIZED, check_request
from planner.territory.model.rules import Rules
from planner.territory.model.unit_table import unit_table
from planner.territory.model.workhours import HOURS
from planner.territory.studies.splitting import JOINT, split_units


@dataclass(frozen=True, kw_only=True, eq=False)
class BalanceInputs:
    """
    What `balance`, `frontier` and `sweep_headcount` take, and whose rows these are.

    Parameters
    ----------
    instance
        Units by `unit_id`, ``unit/account`` where one is divided, with `visits` and
        `service_min` a year, and `work_hours` where they are asked; today, locks,
        homes as centres, and rules: what a move counts where moves are limited is the
        row's accounts, `move_cost` is put in by who solves.
    accounts
        Open accounts by `account_id`, with `relationship_months` and the `row` of
        `units` they move with (missing: none).
    named
        Territory of the accounts that stay apart from their unit.
    n_ended
        Accounts apart from their unit that follow it again: they may move, whatever
        the units do.
    """

    instance: Instance
    accounts: pd.DataFrame
    named: pd.Series
    n_ended: int = 0

    @property
    def n_accounts_by_row(self) -> pd.Series:
        """What a moved row of the units counts in accounts."""
        return self.instance.units["accounts"]

    def with_move_cost(self, cost_by_row: pd.Series) -> Self:
        """Say what leaving today's territory costs, by row of the units, (n_units,)."""
        rules = replace(self.instance.rules, move_cost=cost_by_row)
        return replace(self, instance=replace(self.instance, rules=rules))

    def params_of(self, request: BalanceRequest) -> BalanceParams:
        """Take the accounts that move anyway off the limit of moves."""
        params = request.params
        if params.max_moved is None:
            return params
        return replace(params, max_moved=params.max_moved - self.n_ended)


def balance_inputs(
    view: TerritoryView,
    team: Team,
    request: BalanceRequest,
    locks: Held = NOTHING,
    baseline: pd.Series | None = None,
) -> BalanceInputs:
    """
    Put together what the engine needs.

    Parameters
    ----------
    view
        The scenario as it is, or as a draft has it.
    team
        Who works it.
    request
        What is asked.
    locks
        What is locked or drawn.
    baseline
        Territory by unit that moves are counted from; None: those of the scenario.
        What is locked stays where the scenario has it.

    Raises
    ------
    InputError
        If something is asked that the scenario does not have.
    InfeasibleError
        If named accounts leave a territory nothing to share.
    """
    today = view.units["territory_id"]
    is_as_today = _check(view, request, today)
    if not is_as_today and not locks.is_empty:
        raise InputError(
            "locks and what you have drawn hold for the territories of today: ask for "
            f"{int(today.nunique())} territories, or unlock everything and do not keep "
            "what you have drawn"
        )
    accounts = _accounts(view, team)
    is_apart = wording.exceptions(accounts, today)
    is_kept = accounts.index.isin(request.kept_accounts)
    is_held = accounts.index.isin(locks.accounts) & accounts["territory_id"].notna()
    # What lies apart in a locked territory, or whose unit does, stays apart.
    in_locked = accounts["territory_id"].isin(list(locks.territories))
    in_locked |= accounts["unit_id"].map(today).isin(list(locks.territories))
    is_held |= is_apart & in_locked
    is_named = is_apart.copy()
    if is_as_today:
        is_named &= is_kept | request.keeps_named
        is_named |= is_held
    elif (is_named & is_kept).any():
        raise InputError(
            f"account {accounts.loc[is_named & is_kept, 'name'].iloc[0]!r} is apart "
            "from its unit by name; it can stay so only with the territories of today"
        )
    else:
        is_named &= False
    territory_by_account = accounts.loc[is_named, "territory_id"]
    n_ended = int((is_apart & ~is_named).sum())
    if request.params.max_moved is not None and n_ended > request.params.max_moved:
        raise InfeasibleError(
            [
                Reason(
                    "named_accounts_exceed_moves",
                    {"n_accounts": n_ended, "max_moved": request.params.max_moved},
                )
            ]
        )
    moving = accounts[~is_named]
    units = (
        unit_table(moving, view.units)
        .join(_visits(moving))
        .fillna({"visits": 0.0, "service_min": 0.0})
    )
    edges, barriers = open_borders(view.edges, units, view.units["region"], request)
    centres = None
    if request.travel_to == HOME:
        centres = homes_of(view, units, today)
    if HOURS in request.columns:
        units[HOURS] = hours_today(units, today, centres)
    row = moving["unit_id"].where(moving["unit_id"].isin(units.index))
    unit_of = pd.Series(units.index, index=units.index)
    if request.split_units:
        units, edges, pieces = _split(view, units, edges, moving, request)
        row = pieces.reindex(row.index).fillna(row)
        unit_of = pd.Series(moving.loc[pieces.index, "unit_id"].to_numpy(), pieces)
        unit_of = unit_of.reindex(units.index).fillna(
            pd.Series(units.index, units.index)
        )
    current = unit_of.map(today)
    locked = _locked(current, moving, row, unit_of, request, locks)
    if baseline is not None:
        start = unit_of.map(baseline)
        current = start if locked is None else current.where(locked, start)
    rules = Rules(
        together=_together(moving, row, request),
        barriers=_barriers(barriers, locks, units.index),
        targets=targets_of(view, team, accounts, territory_by_account, request),
        fixed_load=fixed_load_of(accounts, territory_by_account, request),
        move_size=None if request.params.max_moved is None else units["accounts"],
    )
    return BalanceInputs(
        instance=Instance(
            units=units,
            edges=edges,
            current=current if current.notna().any() else None,
            locked=locked,
            centres=centres,
            rules=rules,
        ),
        accounts=accounts.assign(row=row.reindex(accounts.index)),
        named=territory_by_account,
        n_ended=n_ended,
    )


def check(
    ws: OpenCompany,
    view: TerritoryView,
    request: BalanceRequest,
    locks: Held = NOTHING,
) -> list[str]:
    """
    Refuse before solving what cannot be done, in the names people know.

    Returns
    -------
    What can be tried but not met: locked units or groups that are too much for a
    territory; a sentence each. Single units too big are found by `balancing.too_big`.

    Raises
    ------
    InputError
        If something is asked that the scenario does not have.
    InfeasibleError
        If what is asked contradicts itself; each reason comes with its repair.
    """
    team, language = load_team(ws), wording.language_of(ws, view.units)
    with wording.refusals_in(language):
        inputs = balance_inputs(view, team, request, locks)
        checked = check_request(inputs.instance, inputs.params_of(request))
    oversized = [
        why for why in checked.oversized["reason"] if why.code != UNIT_OVERSIZED
    ]
    return list(dict.fromkeys(map(language.clause, oversized)))


def _check(view: TerritoryView, request: BalanceRequest, today: pd.Series) -> bool:
    """Refuse what needs today's territories where they are not the ones to make."""
    n_today = int(today.nunique())
    is_as_today = request.params.n_territories in (None, n_today) and n_today > 0
    for is_asked, what in (
        (request.shares == CAPACITY, "shares by capacity"),
        (request.travel_to == HOME, "travel to the reps' homes"),
    ):
        if is_asked and not is_as_today:
            raise InputError(
                f"{what} need the territories of today: ask for {n_today} territories "
                "or choose equal shares and travel to the centre"
            )
    unknown = set(request.kept_territories) - set(today.dropna())
    if unknown:
        raise InputError(f"territory {min(unknown)!r} is not in this scenario")
    strangers = set(request.kept_accounts) - set(view.accounts.index)
    if strangers:
        raise InputError(f"account {min(strangers)!r} is not an open account")
    return is_as_today


def _accounts(view: TerritoryView, team: Team) -> pd.DataFrame:
    since = pd.Timestamp(team.as_of) - pd.to_datetime(view.accounts["owned_since"])
    months = since.dt.days.astype(float).clip(lower=0) / DAYS_PER_MONTH
    return view.accounts.assign(relationship_months=months)


def _visits(accounts: pd.DataFrame) -> pd.DataFrame:
    """Count visits and minutes with customers a year, by unit."""
    visits = accounts["visit_class"].map(VISITS_PER_4_WEEKS).astype("Float64").fillna(0)
    service = accounts["visit_class"].map(SERVICE_MIN).astype("Float64").fillna(0)
    yearly = visits.astype(float) * PERIODS_PER_YEAR
    table = pd.DataFrame(
        {"visits": yearly, "service_min": yearly * service.astype(float)}
    )
    return table.groupby(accounts["unit_id"]).sum()


def _split(
    view: TerritoryView,
    units: pd.DataFrame,
    edges: pd.DataFrame,
    moving: pd.DataFrame,
    request: BalanceRequest,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Put accounts in the place of the units to be divided, and name their rows."""
    own = moving[moving["unit_id"].isin(request.split_units)]
    if own.empty:
        raise InputError("the units to divide hold no account")
    finer = place_km(view, own).assign(unit_id=own["unit_id"], accounts=1.0)
    for name in units.columns.intersection(own.columns).difference(["name"]):
        finer[name] = own[name].astype("Float64").fillna(0).astype(float)
    visits = own["visit_class"].map(VISITS_PER_4_WEEKS).astype("Float64").fillna(0)
    finer["visits"] = visits.astype(float) * PERIODS_PER_YEAR
    units, edges = split_units(units, edges, finer, list(request.split_units))
    return units, edges, own["unit_id"] + JOINT + own.index.astype("str")


def _barriers(
    borders: pd.DataFrame | None, locks: Held, units: pd.Index
) -> pd.DataFrame | None:
    """Add the barriers drawn by hand; those of divided units hold no longer."""
    lines = pd.DataFrame(sorted(locks.barriers), columns=["unit_id", "other_id"])
    lines = lines[lines.isin(units).all(axis=1)]
    if lines.empty:
        return borders
    return lines if borders is None else pd.concat([borders, lines], ignore_index=True)


def _locked(
    current: pd.Series,
    accounts: pd.DataFrame,
    row: pd.Series,
    unit_of: pd.Series,
    request: BalanceRequest,
    locks: Held,
) -> pd.Series | None:
    """Find the rows that stay where they are."""
    fixed_rows = row.reindex(list(request.kept_accounts)).dropna()
    stays = current.isin([*request.kept_territories, *locks.territories])
    stays |= current.index.isin(fixed_rows)
    stays |= unit_of.isin(list(locks.units)) & current.notna()
    homeless = fixed_rows[current.reindex(fixed_rows.to_numpy()).isna().to_numpy()]
    if len(homeless):
        name = accounts.loc[homeless.index[0], "name"]
        raise InputError(f"account {name!r} has no territory to stay in")
    return stays if stays.any() else None


def _together(
    accounts: pd.DataFrame, row: pd.Series, request: BalanceRequest
) -> pd.Series | None:
    """
    Group the rows that hold accounts of one parent company.

    Companies that meet in a row make one group: its rows move whole.
    """
    if request.together_by is None:
        return None
    fields = custom_fields(accounts)
    if request.together_by not in fields:
        raise InputError(f"no account has a field {request.together_by!r}")
    pairs = pd.DataFrame({"row": row, "parent": fields[request.together_by]}).dropna()
    rows, row_ids = pd.factorize(pairs["row"])
    parents, names = pd.factorize(pairs["parent"])
    n_rows, n = len(row_ids), len(row_ids) + len(names)
    links = coo_array((np.ones(len(pairs)), (rows, n_rows + parents)), shape=(n, n))
    _, part = connected_components(links, directed=False)
    first = pd.Series(names, dtype="str").groupby(part[n_rows:]).first()
    return pd.Series(first.reindex(part[:n_rows]).to_numpy(), index=row_ids)
