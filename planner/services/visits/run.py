"""Visits of a whole team planned and kept; apart from what pages read: it solves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.core.executors import processes
from planner.core.run import RunControl
from planner.services.visits.plans import TEAM_ITERATIONS, save_plan, visit_inputs
from planner.services.workspace import OpenCompany
from planner.visits.model.params import RouteParams
from planner.visits.plan.promises import by_class
from planner.visits.plan.team import plan_visits


def plan_and_save(
    ws: OpenCompany,
    scenario_id: str,
    params: Mapping[str, Any],
    run: RunControl,
    *,
    n_workers: int = 0,
) -> dict[str, Any]:
    """
    Plan the visits of a scenario's reps and keep them with it.

    Parameters
    ----------
    ws, scenario_id
        Whose visits.
    params
        `start_on` (a Monday) and maybe `seed`; see `plans.default_params`.
    run
        Progress and cancel; a plan that was cancelled is not kept.
    n_workers
        As of `processes`.

    Returns
    -------
    What `plans.save_plan` returns; of a plan that was cancelled its `status`.

    Raises
    ------
    InputError
        If the start is no Monday or the scenario has no territories.
    """
    run.report(0.02, "Reading the scenario")
    inputs = visit_inputs(ws, scenario_id, params)
    with processes(n_workers, run) as executor:
        result = plan_visits(
            inputs.accounts,
            inputs.reps,
            inputs.rep_of,
            start_on=inputs.start_on,
            params=RouteParams(
                seed=int(params.get("seed", 0)), iterations=TEAM_ITERATIONS
            ),
            run=run.part(0.05, 0.95),
            executor=executor,
        )
    if run.is_cancelled():
        return {"status": str(result.status)}
    promises = by_class(result.promises)
    return save_plan(ws, scenario_id, result.visits, result.unserved, params, promises)
