"""As few moves as can be: what a move costs, and a search that brings units back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from planner.core.errors import ParamsError
from planner.core.run import RunControl
from planner.territory.disruption.multistart import (
    JOINS,
    restart_many,
    transfer_paths_from,
)
from planner.territory.disruption.transfer_paths import TransferPath
from planner.territory.model.problem import Problem
from planner.territory.search import contiguity
from planner.territory.search.local_search import Plan, SearchGoal, rate, search

_WARMTH = ((1.0, 0.01), (0.3, 0.003), (0.1, 0.003), (0.3, 0.01))  # from, to
_AGAIN = 4  # searches for fewer moves
_RESTARTS = 36  # other plans begun from today's
_RESTARTS_SHARE = 0.8  # of the time


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCostParams:
    """
    What moving an account to another rep costs, in points.

    Parameters
    ----------
    base
        Of any move.
    relationship_per_year
        For each year the rep has had it, up to `relationship_years`.
    relationship_years
        Years after which more make no difference.
    pipeline
        For open pipeline as large as the mean account's annual sales.
    visit
        For a visit today; falls to 0 over `visit_days`.
    visit_days
        Days after which a visit is forgotten.
    revenue
        For sales as large as the mean account's.
    """

    base: float = 1.0
    relationship_per_year: float = 1.0
    relationship_years: float = 5.0
    pipeline: float = 2.0
    visit: float = 1.0
    visit_days: int = 90
    revenue: float = 1.0

    def __post_init__(self) -> None:
        for name in ("base", "relationship_per_year", "pipeline", "visit", "revenue"):
            if getattr(self, name) < 0:
                raise ParamsError(
                    f"{name} must be at least 0, got {getattr(self, name)}"
                )
        if self.visit_days < 1 or self.relationship_years <= 0:
            raise ParamsError("visit_days and relationship_years must be above 0")


def cost_of_accounts(
    accounts: pd.DataFrame, params: MoveCostParams, as_of: date
) -> pd.Series:
    """
    Work out what moving each account costs.

    Parameters
    ----------
    accounts
        Indexed `account_id`; of these columns those that are known:
        `relationship_months`, `open_pipeline_minor`, `last_visit_on`,
        `our_sales_minor`. Missing is none.
    params
        Points.
    as_of
        Today.

    Returns
    -------
    shape (n_accounts,)
        base + relationship_per_year · min(years, relationship_years)
        + pipeline · pipeline ÷ mean sales + visit · max(0, 1 - days ÷ visit_days)
        + revenue · sales ÷ mean sales; indexed `account_id`, ``move_cost``.
    """
    sales = _known(accounts, "our_sales_minor")
    mean = float(sales[sales > 0].mean()) if (sales > 0).any() else 1.0
    years = _known(accounts, "relationship_months") / 12
    cost = params.base + params.revenue * sales / mean
    cost += params.pipeline * _known(accounts, "open_pipeline_minor") / mean
    cost += params.relationship_per_year * years.clip(0, params.relationship_years)
    if "last_visit_on" in accounts:
        days = (pd.Timestamp(as_of) - pd.to_datetime(accounts["last_visit_on"])).dt.days
        fresh = (1 - days.astype(float) / params.visit_days).clip(0, 1).fillna(0.0)
        cost += params.visit * fresh
    return cost.rename("move_cost")


def cost_of_units(cost: pd.Series, unit_by_account: pd.Series) -> pd.Series:
    """Sum the costs of the accounts of each unit, indexed `unit_id`."""
    return cost.groupby(unit_by_account.reindex(cost.index).to_numpy()).sum()


def _known(accounts: pd.DataFrame, column: str) -> pd.Series:
    if column not in accounts:
        return pd.Series(0.0, index=accounts.index)
    numbers = pd.to_numeric(accounts[column], errors="coerce")
    return numbers.astype("Float64").fillna(0.0).astype(float).clip(lower=0.0)


def stay_near(
    problem: Problem,
    plan: Plan,
    goal: SearchGoal,
    n_steps: int,
    rng: np.random.Generator,
    run: RunControl,
    n_searches: int = _AGAIN,
    n_restarts: int = _RESTARTS,
    n_joins: int = JOINS,
    transfer_paths: Sequence[TransferPath] | None = None,
) -> Plan:
    """
    Bring back what need not have moved.

    Parameters
    ----------
    problem
        What is asked, with today's alignment.
    plan
        Where to begin.
    goal
        What is minimised; moves come first here.
    n_steps
        Of each search that goes on from the best plan; the others take less.
    rng
        Random numbers.
    run
        Asked to stop.
    n_searches
        How many go on from the best plan at hand.
    n_restarts
        How many other plans are begun from today's before.
    n_joins
        How many pairs of these are joined.
    transfer_paths
        From today's plan, found before; None: they are found here.

    Returns
    -------
    The best plan found, the given one included.

    Notes
    -----
    Which territory hands on to which is decided early and hardly ever changed later:
    so other plans are begun from today's and joined with each other
    (`restart_many`). Then cooler searches go on from the best of all, with the tolls
    learnt so far: a step that moves a unit for nothing is taken less and less.
    """
    move_goal = replace(goal, is_moves=True)
    best = rate(problem, plan.labels, move_goal)
    share = _RESTARTS_SHARE if n_restarts else 0.0
    if n_restarts:
        core = contiguity.join_locked(problem, rng)
        today = contiguity.repair(problem, problem.current, core)
        stage = run.part(0.0, share)
        if transfer_paths is None:
            transfer_paths = transfer_paths_from(problem, today, rng)
        plans = restart_many(
            problem,
            [best],
            today,
            move_goal,
            n_steps,
            rng,
            stage,
            n_restarts,
            transfer_paths,
            n_joins,
        )
        best = min([best, *plans], key=lambda one: one.key)
    return _cooled(
        problem, best, move_goal, n_steps, n_searches, rng, run.part(share, 1.0)
    )


def _cooled(
    problem: Problem,
    best: Plan,
    goal: SearchGoal,
    n_steps: int,
    n_searches: int,
    rng: np.random.Generator,
    run: RunControl,
) -> Plan:
    """Search again and again from the best plan, with one set of tolls."""
    tolls = np.zeros(problem.target.shape)
    for number in range(n_searches):
        if run.should_stop():
            break
        hot, cold = _WARMTH[number % len(_WARMTH)]
        candidate = search(
            problem,
            best.labels,
            goal,
            n_steps,
            rng.spawn(1)[0],
            run.part(number / n_searches, (number + 1) / n_searches),
            tolls=tolls,
            hot=hot,
            cold=cold,
        )
        best = min(best, candidate, key=lambda one: one.key)
    return best
