"""What is to be said of a plan that was made before: proof, tallies, reasons."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.core.errors import InputError
from planner.core.run import RunControl
from planner.territory.model.naming import rename
from planner.territory.model.params import BalanceParams
from planner.territory.model.precheck import check_request
from planner.territory.model.rules import Rules
from planner.territory.solve.assemble import conclude
from planner.territory.solve.balance import prepare
from planner.territory.solve.result import BalanceResult


def describe(
    units: pd.DataFrame,
    edges: pd.DataFrame | None,
    params: BalanceParams,
    territory_by_unit: pd.Series,
    *,
    current: pd.Series | None = None,
    locked: pd.Series | None = None,
    centres: pd.DataFrame | None = None,
    rules: Rules | None = None,
    is_renamed: bool = False,
    run: RunControl | None = None,
) -> BalanceResult:
    """
    Prove and explain a plan as if `balance` had just made it.

    Parameters
    ----------
    units, edges, params, current, locked, centres, rules
        As `balance` takes them.
    territory_by_unit
        The plan, indexed `unit_id`.
    is_renamed
        Whether its names mean nothing: territories then get the names that fit best
        with `current`, else ``T01`` and so on. Otherwise its names are those that the
        request asks for.
    run
        Time limit of the proof.

    Raises
    ------
    InputError
        If the plan leaves a unit out, or names a territory that is not asked for.
    """
    request = check_request(
        units, params, current=current, locked=locked, centres=centres, rules=rules
    )
    problem, bridges = prepare(units, edges, params, request)
    own = territory_by_unit.reindex(units.index)
    if own.isna().any():
        raise InputError(f"the plan leaves unit {own.index[own.isna()][0]!r} out")
    if is_renamed:
        codes, names = pd.factorize(own)
        if len(names) > problem.n_territories:
            raise InputError(
                f"the plan has {len(names)} territories, asked are "
                f"{problem.n_territories}"
            )
        labels = rename(problem, np.asarray(codes, dtype=np.int64))
    else:
        known = pd.Index(problem.territory_ids)
        labels = known.get_indexer(own).astype(np.int64)
        if (labels < 0).any():
            raise InputError(
                f"the plan names territory {own[labels < 0].iloc[0]!r}; there are "
                f"{', '.join(map(str, known[:5]))} …"
            )
    return conclude(
        units,
        params,
        request,
        problem,
        labels,
        bridges=bridges,
        stages={},
        run=run or RunControl(),
    )
