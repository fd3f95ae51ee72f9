"""Why a unit moved, and what keeps a territory outside its tolerance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.territory.problem import NOWHERE
from planner.territory.problem import Floats
from planner.territory.problem import Ints
from planner.territory.problem import Problem

_TIE_KM = 1.0  # a difference nobody would drive for


def why_moved(
    problem: Problem, labels: Ints, measure_names: tuple[str, ...]
) -> pd.Series:
    """
    Say for each moved unit why it did not stay.

    Parameters
    ----------
    problem
        What was asked, with today's alignment.
    labels : shape (n_units,)
        Territory of each unit in the new plan.
    measure_names
        Names of the balanced measures, in their order.

    Returns
    -------
    shape (n_moved,)
        One sentence indexed by `unit_id`.

    Notes
    -----
    Each sentence compares the new plan with the same plan but for this one unit left
    where it is: the deviations of the two territories, the distances to their centres,
    and whether it would hang on to its territory. It is one unit's reason at a time:
    units that moved together may each show a small one.
    """
    centres = problem.centres_of(labels)
    loads = problem.loads(labels)
    moved = np.flatnonzero((problem.current != NOWHERE) & (labels != problem.current))
    sentences = [
        _reason(problem, labels, int(unit), centres, loads, measure_names)
        for unit in moved
    ]
    return pd.Series(
        sentences, index=problem.unit_ids[moved], dtype="str", name="reason"
    )


def _reason(
    problem: Problem,
    labels: Ints,
    unit: int,
    centres: Floats,
    loads: Floats,
    measure_names: tuple[str, ...],
) -> str:
    old, new = int(problem.current[unit]), int(labels[unit])
    old_name, new_name = problem.territory_ids[old], problem.territory_ids[new]
    parts = []
    for m, name in enumerate(measure_names):
        limit = problem.tolerance[m]
        share = problem.share[unit, m]
        stays = (loads[old, m] + share) / problem.target[old, m] - 1
        leaves = (loads[new, m] - share) / problem.target[new, m] - 1
        if stays > limit + 1e-9:
            parts.append(
                f"staying would put {old_name} {100 * stays:.1f} % over its {name} "
                f"(limit {100 * limit:g} %)"
            )
        elif leaves < -limit - 1e-9:
            parts.append(
                f"without it {new_name} would be {-100 * leaves:.1f} % under its "
                f"{name} (limit {100 * limit:g} %)"
            )
    around = problem.indices[problem.indptr[unit] : problem.indptr[unit + 1]]
    if problem.is_contiguous and not (labels[around] == old).any():
        parts.append(f"none of its neighbours is in {old_name} any more")
    away = np.hypot(*(problem.xy[unit] - centres[[old, new]]).T)
    nearer_km = float(away[0] - away[1])
    if nearer_km > _TIE_KM:
        parts.append(f"the centre of {new_name} is {nearer_km:.0f} km nearer")
    if not parts:
        farther = f", {-nearer_km:.0f} km farther" if nearer_km < -_TIE_KM else ""
        return (
            f"A tie by itself{farther}: {old_name} could keep it within the limits; it "
            "moved together with others"
        )
    return "; ".join([parts[0][0].upper() + parts[0][1:], *parts[1:]])


def find_blocking(
    problem: Problem,
    labels: Ints,
    measure_names: tuple[str, ...],
    lumps: pd.DataFrame,
) -> pd.DataFrame:
    """
    Name what stands in the way of a tolerance.

    Parameters
    ----------
    problem
        What was asked.
    labels : shape (n_units,)
        Territory of each unit in the plan.
    measure_names
        Names of the balanced measures, in their order.
    lumps
        What `precheck.find_lumps` returned.

    Returns
    -------
    Columns territory, unit, measure, reason: first the units too big for any
    territory, then each territory outside a tolerance, worst first, with its heaviest
    unit (if it has too much) or the heaviest unit beside it (if it has too little).
    """
    rows = []
    for lump in lumps.to_dict("records"):
        unit = problem.unit_ids.get_loc(lump["unit_id"])
        rows.append(
            (
                problem.territory_ids[labels[unit]],
                lump["unit_id"],
                lump["measure"],
                lump["reason"],
            )
        )
    deviation = problem.loads(labels) / problem.target - 1
    excess = problem.excess(labels)
    order = np.argsort(-excess, axis=None, kind="stable")
    for territory, m in zip(*np.unravel_index(order, excess.shape), strict=True):
        if excess[territory, m] <= 1e-9:
            break
        rows.append(
            _blocked(
                problem,
                labels,
                int(territory),
                int(m),
                measure_names[m],
                float(deviation[territory, m]),
            )
        )
    return pd.DataFrame(rows, columns=["territory", "unit", "measure", "reason"])


def _blocked(
    problem: Problem,
    labels: Ints,
    territory: int,
    m: int,
    name: str,
    deviation: float,
) -> tuple[str, str, str, str]:
    tolerance = f"{100 * problem.tolerance[m]:g} %"
    own = labels == territory
    pairs = problem.pairs
    border = pairs[own[pairs[:, 0]] & ~own[pairs[:, 1]], 1]
    looked_at = np.flatnonzero(own) if deviation > 0 or not len(border) else border
    unit = int(looked_at[problem.share[looked_at, m].argmax()])
    size = f"{100 * problem.share[unit, m]:.1f} % of the ideal"
    words = "over" if deviation > 0 else "under"
    where = "its heaviest unit" if deviation > 0 else "the heaviest unit beside it"
    stuck = " and is locked" if problem.locked[unit] != NOWHERE else ""
    return (
        problem.territory_ids[territory],
        str(problem.unit_ids[unit]),
        name,
        f"{100 * abs(deviation):.1f} % {words} its {name} (limit {tolerance}); {where} "
        f"is {size}{stuck}",
    )
