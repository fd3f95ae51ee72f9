"""Least and most that a territory may hold: tolerances, minima and maxima as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.core.reasons import Reason
from planner.territory.model.params import BalanceMeasure

Floats = NDArray[np.float64]

_LESS = 0.1  # what excess of the next priority counts
_MET = 1e-9  # rounding allowed at a limit
_NAMED = 3  # territories outside a limit; the rest are counted


def limits_of(
    measures: Sequence[BalanceMeasure],
    totals: Floats,
    target: Floats,
    fixed_load: Floats | None = None,
) -> tuple[Floats, Floats]:
    """
    Work out the least and most of each territory.

    Parameters
    ----------
    measures
        The balanced ones.
    totals : shape (n_measures,)
        Sum of each over all units.
    target : shape (n_territories, n_measures)
        Wanted load as a multiple of the mean.
    fixed_load : shape (n_territories, n_measures)
        What each has beside the units, for minimum and maximum; None: nothing.

    Returns
    -------
    low, high : shape (n_territories, n_measures)
        As multiples of each territory's own target; 0 and infinity for no limit.
    """
    low, high = np.zeros(target.shape), np.full(target.shape, np.inf)
    beside = np.zeros(target.shape) if fixed_load is None else fixed_load
    for m, measure in enumerate(measures):
        ideal = totals[m] / len(target) * target[:, m]
        if measure.tolerance is not None:
            low[:, m], high[:, m] = 1 - measure.tolerance, 1 + measure.tolerance
        if measure.minimum is not None:
            low[:, m] = np.maximum(low[:, m], (measure.minimum - beside[:, m]) / ideal)
        if measure.maximum is not None:
            high[:, m] = np.minimum(
                high[:, m], (measure.maximum - beside[:, m]) / ideal
            )
    return low, high


def importance_of(measures: Sequence[BalanceMeasure]) -> Floats:
    """Work out what excess of each measure counts: 1 for the first priority asked."""
    first = min((measure.priority for measure in measures), default=1)
    return np.array([_LESS ** (m.priority - first) for m in measures], dtype=float)


def find_contradictions(
    measures: Sequence[BalanceMeasure],
    totals: Floats,
    target: Floats,
    territory_ids: Sequence[str],
    fixed_load: Floats | None = None,
) -> list[Reason]:
    """
    Find limits that no plan can keep, before any plan is made.

    Parameters
    ----------
    measures, totals, target, fixed_load
        As `limits_of` takes them.
    territory_ids
        Names by number.

    Returns
    -------
    One for each measure that cannot keep its limits; empty if none is seen.
    """
    low, high = limits_of(measures, totals, target, fixed_load)
    beside = np.zeros(target.shape) if fixed_load is None else fixed_load
    reasons = []
    for m, measure in enumerate(measures):
        reason = _contradiction(
            measure,
            float(totals[m]),
            target[:, m],
            low[:, m],
            high[:, m],
            territory_ids,
            beside[:, m],
        )
        if reason is not None:
            reasons.append(reason)
    return reasons


def _contradiction(
    measure: BalanceMeasure,
    total: float,
    target: Floats,
    low: Floats,
    high: Floats,
    territory_ids: Sequence[str],
    beside: Floats,
) -> Reason | None:
    """Find the first limit of one measure that no plan can keep."""
    n_territories = len(target)
    ideal = total / n_territories * target
    whole = total + float(beside.sum())
    minimum = 0.0 if measure.minimum is None else measure.minimum
    maximum = np.inf if measure.maximum is None else measure.maximum

    def reason(code: str, **values: Any) -> Reason:
        return Reason(code, {"measure": measure.column, **values})

    if minimum * n_territories > whole * (1 + _MET):
        return reason(
            "minimum_exceeds_total",
            n_territories=n_territories,
            minimum=minimum,
            needed=n_territories * minimum,
            total=whole,
        )
    if maximum * n_territories < whole * (1 - _MET):
        return reason(
            "maximum_below_total",
            n_territories=n_territories,
            maximum=maximum,
            room=n_territories * maximum,
            total=whole,
        )
    full = np.flatnonzero(high <= 0)
    if len(full):
        at = int(full[0])
        return reason(
            "fixed_load_exceeds_maximum",
            territory=territory_ids[at],
            load=float(beside[at]),
            maximum=maximum,
        )
    crossed = np.flatnonzero(low >= high)
    if len(crossed):
        at = int(crossed[0])
        is_minimum = low[at] > 1
        return reason(
            "minimum_above_tolerance" if is_minimum else "maximum_below_tolerance",
            territory=territory_ids[at],
            ideal=float(ideal[at]),
            tolerance=float(measure.tolerance or 0),
            limit=minimum if is_minimum else maximum,
        )
    least, most = float(low @ ideal), float(high @ ideal)
    if least > total * (1 + _MET):
        return reason("limits_exceed_total", sum=least, total=total)
    if most < total * (1 - _MET):
        return reason("limits_below_total", sum=most, total=total)
    return None


def missed_limits(
    measures: Sequence[BalanceMeasure],
    tallies: pd.DataFrame,
    fixed_load: pd.DataFrame | None = None,
) -> tuple[Reason, ...]:
    """
    Find the minima and maxima that a plan does not keep.

    Parameters
    ----------
    measures
        What was asked.
    tallies
        What `measures.tally` returns.
    fixed_load
        As `Rules.fixed_load`.

    Returns
    -------
    One for each minimum and maximum that is not kept, with the worst territories first.
    """
    reasons = []
    for measure in measures:
        rows = tallies[tallies["measure"] == measure.column]
        actual = rows.set_index("territory_id")["actual"].astype(float)
        if fixed_load is not None and measure.column in fixed_load:
            actual = actual.add(
                fixed_load[measure.column].reindex(actual.index), fill_value=0
            )
        for code, limit, over in (
            ("minimum_missed", measure.minimum, -1.0),
            ("maximum_missed", measure.maximum, 1.0),
        ):
            if limit is None:
                continue
            by = over * (actual - limit)
            outside = by[by > _MET * max(1.0, limit)].sort_values(ascending=False)
            if len(outside):
                worst = actual[outside.index[:_NAMED]]
                reasons.append(
                    _missed(code, measure.column, limit, worst, len(outside))
                )
    return tuple(reasons)


def _missed(
    code: str, measure: str, limit: float, worst: pd.Series, n_outside: int
) -> Reason:
    loads = [
        Reason(
            "territory_load",
            {"territory": str(name), "load": float(load), "measure": measure},
        )
        for name, load in worst.items()
    ]
    values = {"measure": measure, "limit": limit, "loads": loads}
    if n_outside > len(worst):
        values["n_more"] = n_outside - len(worst)
    return Reason(code, values)
