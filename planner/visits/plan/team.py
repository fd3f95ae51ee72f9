"""Visit plans of a whole team: frames in, visits and unserved accounts out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planner.core.reasons import Reason
from planner.core.results import Result, SolveStatus
from planner.core.run import RunControl
from planner.core.schemas import UNSERVED, VISITS, check, empty
from planner.core.units import S_PER_HOUR
from planner.geography.travel import CrowFlyProvider, TravelProvider
from planner.visits.model.params import CadenceParams, RouteParams
from planner.visits.model.policy import TeamPolicy
from planner.visits.model.problem import RepProblem
from planner.visits.plan.problems import RepTask, TeamRules, build_team
from planner.visits.plan.promises import by_class, promise_table
from planner.visits.plan.rep import RepPlan, plan_rep
from planner.visits.plan.rows import DAY_COLUMNS, day_rows, unserved_rows, visit_rows
from planner.visits.search.annealing import warm_up


@dataclass(frozen=True, kw_only=True)
class VisitsResult(Result):
    """
    The visits of a team.

    Parameters
    ----------
    visits
        Frame after `core.schemas.VISITS`; travel is the way to the stop.
    unserved
        Frame after `core.schemas.UNSERVED`; ``rep_id`` is empty where nobody works.
        `reasons.unserved.in_words` words its reasons.
    days
        One row a rep and day with stops; travel includes the way home.
    visits_required, visits_missed
        Visits owed by the cadence, vacant positions' accounts included.
    travel_label
        How travel times came about.
    promises
        One row a rep and class, after `PROMISE_COLUMNS`: accounts that are owed visits,
        visits owed and kept, accounts left without any of theirs.
    """

    visits: pd.DataFrame
    unserved: pd.DataFrame
    days: pd.DataFrame
    visits_required: int
    visits_missed: int
    travel_label: str
    promises: pd.DataFrame

    @property
    def met(self) -> bool:
        """Whether every required visit is planned."""
        return self.visits_missed == 0

    def summary(self) -> str:
        """Say in one line what came out."""
        travel_s = self.days["travel_s"].sum() if len(self.days) else 0
        figures = {
            "n_planned": self.visits_required - self.visits_missed,
            "n_required": self.visits_required,
            "travel_h": float(travel_s) / S_PER_HOUR,
            "travel": self.travel_label,
            "promises": [
                Reason("promises_of_class", {"visit_class": visit_class, **figures})
                for visit_class, figures in by_class(self.promises).items()
            ],
        }
        return str(Reason("team_visits_planned", figures))

    def to_frame(self) -> pd.DataFrame:
        """Return the visits."""
        return self.visits


def plan_visits(
    accounts: pd.DataFrame,
    reps: pd.DataFrame,
    rep_of: Mapping[str, str],
    *,
    start_on: date,
    cadence: CadenceParams | None = None,
    policy: TeamPolicy | None = None,
    params: RouteParams | None = None,
    provider: TravelProvider | None = None,
    non_working: Collection[date] = frozenset(),
    executor: Executor | None = None,
    run: RunControl | None = None,
) -> VisitsResult:
    """
    Plan the visits of every rep: four weeks, or `params.n_days`.

    Parameters
    ----------
    accounts
        Frame after `core.schemas.ACCOUNTS` with `owner_id` (a position) and
        `visit_class`; closed accounts are left out.
    reps
        Frame after `core.schemas.REPS`.
    rep_of
        Rep id by position id; a position that is missing is vacant.
    start_on
        First day of the plan.
    cadence, params, provider
        None: the defaults, and crow-fly travel.
    policy
        All that differs by class, account and rep; in place of `cadence`.
    non_working
        Dates on which nobody works.
    executor
        Where reps are planned side by side; None: one after the other, here.

    Raises
    ------
    InputError
        If an account's class or hours cannot be read, or a rule of the policy names an
        account or a rep that is not there.
    """
    params = params or RouteParams()
    run, provider = run or RunControl(), provider or CrowFlyProvider()
    rules = TeamRules(
        start_on=start_on,
        params=params,
        policy=policy or TeamPolicy(cadence=cadence or CadenceParams()),
        provider=provider,
        non_working=frozenset(non_working),
    )
    team = build_team(accounts, reps, rep_of, rules)
    plans = _plan_all(team.tasks, params, run, executor)
    visits, days = [], []
    unserved, required = list(team.outside), 0
    for task, plan in zip(team.tasks, plans, strict=True):
        if plan is None:
            unserved += task.all_unserved(Reason("unserved_stopped"))
            continue
        required += plan.check.visits_required
        visits += visit_rows(task, plan, task.dates)
        days += day_rows(task, plan, task.dates)
        unserved += unserved_rows(task, plan, task.dates)
    n_missed = sum(row["missing"] for row in unserved)
    n_in_plans = sum(plan.check.visits_missed for plan in plans if plan)
    missing = pd.DataFrame(unserved) if unserved else empty(UNSERVED)
    run.report(1.0, "visits planned")
    return VisitsResult(
        status=SolveStatus.of_stop(run),
        params=params,
        elapsed_s=run.elapsed_s,
        visits=check(pd.DataFrame(visits) if visits else empty(VISITS), VISITS),
        unserved=check(missing, UNSERVED),
        days=pd.DataFrame(days, columns=list(DAY_COLUMNS)).astype(DAY_COLUMNS),
        visits_required=required + n_missed - n_in_plans,
        visits_missed=n_missed,
        travel_label=team.tasks[0].travel.label if team.tasks else "none",
        promises=promise_table(team, unserved, accounts["visit_class"]),
    )


def _plan_all(
    tasks: Sequence[RepTask],
    params: RouteParams,
    run: RunControl,
    executor: Executor | None,
) -> list[RepPlan | None]:
    """Plan every rep, side by side if there is an executor; None: stopped before."""
    plans: list[RepPlan | None] = [None] * len(tasks)
    if executor is not None and tasks:
        warm_up(tasks[0].problem)
        plans = _in_parallel(tasks, params, run, executor)
    for number, task in enumerate(tasks):
        if plans[number] is None and not run.should_stop():
            limits = RunControl(_time_left_s(run), is_cancelled=run.is_cancelled)
            plans[number] = plan_rep(task.problem, params, limits)
            run.report((number + 1) / len(tasks), f"planned {task.rep_id}")
    return plans


def _in_parallel(
    tasks: Sequence[RepTask],
    params: RouteParams,
    run: RunControl,
    executor: Executor,
) -> list[RepPlan | None]:
    """Fan out; a worker that dies leaves None for what it had in hand."""
    plans: list[RepPlan | None] = [None] * len(tasks)
    left_s = _time_left_s(run)
    waiting: dict[Future[RepPlan], int] = {}
    try:
        # The largest first: none of them is left over at the end.
        for number in sorted(
            range(len(tasks)), key=lambda n: -len(tasks[n].account_ids)
        ):
            task = tasks[number]
            future = executor.submit(_plan_one, task.problem, params, left_s)
            waiting[future] = number
        while waiting:
            done, _ = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                number = waiting.pop(future)
                plans[number] = future.result()
                share = 1 - len(waiting) / len(tasks)
                run.report(share, f"planned {tasks[number].rep_id}")
            if run.is_cancelled():
                break
    except BrokenProcessPool:
        return plans
    finally:
        for future in waiting:
            future.cancel()
    return plans


def _plan_one(
    problem: RepProblem, params: RouteParams, time_limit_s: float | None
) -> RepPlan:
    """Plan one rep in another process, where callbacks cannot reach."""
    return plan_rep(problem, params, RunControl(time_limit_s))


def _time_left_s(run: RunControl) -> float | None:
    if run.time_limit_s is None:
        return None
    return max(0.0, run.time_limit_s - run.elapsed_s)
