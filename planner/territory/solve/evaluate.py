"""What is to be said of a plan that was made before: proof, tallies, reasons."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.core.run import RunControl
from planner.territory.model.instance import Instance
from planner.territory.model.naming import rename
from planner.territory.model.params import BalanceParams
from planner.territory.model.precheck import check_request
from planner.territory.solve.assemble import assemble
from planner.territory.solve.balance import prepare
from planner.territory.solve.result import BalanceResult


def describe(
    instance: Instance,
    params: BalanceParams,
    territory_by_unit: pd.Series,
    *,
    is_renamed: bool = False,
    run: RunControl | None = None,
) -> BalanceResult:
    """
    Prove and explain a plan as if `balance` had just made it.

    Parameters
    ----------
    instance, params
        As `balance` takes them.
    territory_by_unit
        The plan, indexed `unit_id`.
    is_renamed
        Whether its names mean nothing: territories then get the names that fit best
        with those of today, else ``T01`` and so on. Otherwise its names are those that
        the request asks for.
    run
        Time limit of the proof.

    Raises
    ------
    InputError
        If the plan leaves a unit out, or names a territory that is not asked for.
    """
    request = check_request(instance, params)
    problem, bridges = prepare(request, params)
    plan = territory_by_unit.reindex(instance.units.index)
    if plan.isna().any():
        unit = str(plan.index[plan.isna()][0])
        raise InputError(Reason("plan_unit_missing", {"unit": unit}))
    if is_renamed:
        codes, names = pd.factorize(plan)
        if len(names) > problem.n_territories:
            values = {"n_plan": len(names), "n_territories": problem.n_territories}
            raise InputError(Reason("plan_territories_too_many", values))
        labels = rename(problem, np.asarray(codes, dtype=np.int64))
    else:
        territory_ids = pd.Index(problem.territory_ids)
        labels = territory_ids.get_indexer(plan).astype(np.int64)
        if (labels < 0).any():
            stranger = {
                "territory": str(plan[labels < 0].iloc[0]),
                "territories": list(problem.territory_ids),
            }
            raise InputError(Reason("plan_territory_unknown", stranger))
    return assemble(
        params,
        request,
        problem,
        labels,
        bridges=bridges,
        stages={},
        run=run or RunControl(),
    )
