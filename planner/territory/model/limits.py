"""Least and most that a territory may hold: tolerances, minima and maxima as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.territory.model.params import BalanceMeasure

Floats = NDArray[np.float64]

_LESS = 0.1  # what excess of the next priority counts
_MET = 1e-9  # rounding allowed at a limit


def limits_of(
    measures: Sequence[BalanceMeasure],
    totals: Floats,
    target: Floats,
    brought: Floats | None = None,
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
    brought : shape (n_territories, n_measures)
        What each has beside the units, for minimum and maximum; None: nothing.

    Returns
    -------
    low, high : shape (n_territories, n_measures)
        As multiples of each territory's own target; 0 and infinity for no limit.
    """
    low, high = np.zeros(target.shape), np.full(target.shape, np.inf)
    held = np.zeros(target.shape) if brought is None else brought
    for m, measure in enumerate(measures):
        ideal = totals[m] / len(target) * target[:, m]
        if measure.tolerance is not None:
            low[:, m], high[:, m] = 1 - measure.tolerance, 1 + measure.tolerance
        if measure.minimum is not None:
            low[:, m] = np.maximum(low[:, m], (measure.minimum - held[:, m]) / ideal)
        if measure.maximum is not None:
            high[:, m] = np.minimum(high[:, m], (measure.maximum - held[:, m]) / ideal)
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
    brought: Floats | None = None,
) -> list[str]:
    """
    Find limits that no plan can keep, before any plan is made.

    Parameters
    ----------
    measures, totals, target, brought
        As `limits_of` takes them.
    territory_ids
        Names by number.

    Returns
    -------
    One sentence for each, with its repair; empty if none is seen.
    """
    low, high = limits_of(measures, totals, target, brought)
    held = np.zeros(target.shape) if brought is None else brought
    said = []
    for m, measure in enumerate(measures):
        ideal = totals[m] / len(target) * target[:, m]
        total, name, n_territories = float(totals[m]), measure.column, len(target)
        crossed = np.flatnonzero(low[:, m] >= high[:, m])
        full = np.flatnonzero(high[:, m] <= 0)
        least, most = float(low[:, m] @ ideal), float(high[:, m] @ ideal)
        whole = total + float(held[:, m].sum())
        minimum = 0.0 if measure.minimum is None else measure.minimum
        maximum = np.inf if measure.maximum is None else measure.maximum
        if minimum * n_territories > whole * (1 + _MET):
            said.append(
                f"{n_territories} territories with at least {_told(minimum, name)} "
                f"each need {_told(n_territories * minimum, name)}, but there are "
                f"{_told(whole, name)}; ask for fewer territories or a smaller minimum"
            )
        elif maximum * n_territories < whole * (1 - _MET):
            said.append(
                f"{n_territories} territories with at most {_told(maximum, name)} each "
                f"hold {_told(n_territories * maximum, name)}, but there are "
                f"{_told(whole, name)}; ask for more territories or a larger maximum"
            )
        elif len(full):
            at = int(full[0])
            said.append(
                f"{territory_ids[at]} has {_told(held[at, m], name)} beside its units "
                f"already, its maximum is {_told(maximum, name)}; raise it or give "
                "some of its accounts back to their units"
            )
        elif len(crossed):
            at = int(crossed[0])
            which = "minimum" if low[at, m] > 1 else "maximum"
            said.append(
                f"{territory_ids[at]} is to have {_told(ideal[at], name)} within "
                f"{100 * float(measure.tolerance or 0):g} %, which its {which} of "
                f"{_told(getattr(measure, which), name)} does not allow; change the "
                f"{which}, the tolerance or its share"
            )
        elif least > total * (1 + _MET) or most < total * (1 - _MET):
            few, many = (least, "more") if least > total else (most, "less")
            said.append(
                f"tolerance, minimum and maximum add up to {_told(few, name)} over all "
                f"territories, {many} than the {_told(total, name)} there are; widen "
                "one of them"
            )
    return said


def say_passed(
    measures: Sequence[BalanceMeasure],
    tallies: pd.DataFrame,
    brought: pd.DataFrame | None = None,
) -> tuple[str, ...]:
    """
    Say which minima and maxima a plan passes.

    Parameters
    ----------
    measures
        What was asked.
    tallies
        What `measures.tally` returns.
    brought
        As `Rules.brought`.

    Returns
    -------
    A sentence for each minimum and maximum that is not kept, the worst territory first.
    """
    said = []
    for measure in measures:
        rows = tallies[tallies["measure"] == measure.column]
        actual = rows.set_index("territory_id")["actual"].astype(float)
        if brought is not None and measure.column in brought:
            actual = actual.add(
                brought[measure.column].reindex(actual.index), fill_value=0
            )
        for word, limit, over in (
            ("at least", measure.minimum, -1.0),
            ("at most", measure.maximum, 1.0),
        ):
            if limit is None:
                continue
            by = over * (actual - limit)
            outside = by[by > _MET * max(1.0, limit)].sort_values(ascending=False)
            if len(outside):
                column = measure.column
                told = ", ".join(
                    f"{name} has {_told(actual[name], column)}"
                    for name in outside.index[:3]
                )
                rest = f" and {len(outside) - 3} more" if len(outside) > 3 else ""
                said.append(
                    f"{word} {_told(limit, column)} was not reached everywhere: "
                    f"{told}{rest}"
                )
    return tuple(said)


def _told(amount: float, name: str) -> str:
    """Write an amount before its measure: whole from a thousand on."""
    number = f"{amount:,.0f}" if amount >= 1000 else f"{amount:.5g}"
    return f"{number} {name}"
