"""Why a unit moved, and what keeps a territory outside its limits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.geography.travel import CrowFlyProvider
from planner.territory.model.problem import NOWHERE
from planner.territory.model.problem import Floats
from planner.territory.model.problem import Ints
from planner.territory.model.problem import Problem

_TIE_KM = 1.0  # a difference nobody would drive for
_TIE_SHARE = 0.01  # of what travel and room are worth together


def why_moved(
    problem: Problem,
    labels: Ints,
    measure_names: tuple[str, ...],
    multipliers: Floats | None = None,
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
    multipliers : shape (n_territories, n_balanced)
        The certificate's prices of load; None: no prices are told.

    Returns
    -------
    shape (n_moved,)
        One sentence indexed by `unit_id`.

    Notes
    -----
    Each sentence compares the new plan with the same plan but for this one unit left
    where it is: the deviations of the two territories, the distances to their centres,
    and whether it would hang on to its territory. It is one unit's reason at a time:
    units that moved together may each show a small one. Then the model's own prices
    speak: weight · km² + Σ price · load in either territory. Where the two differ by
    less than 1 % it is a tie; where staying is cheaper, the unit moved for whole units
    or connection, which the prices do not know: rounding.
    """
    centres = problem.centres_of(labels)
    loads = problem.loads(labels)
    moved = np.flatnonzero((problem.current != NOWHERE) & (labels != problem.current))
    sentences = [
        _reason(problem, labels, int(unit), centres, loads, measure_names)
        + (
            ""
            if multipliers is None
            else _priced(problem, unit, to, centres, multipliers)
        )
        for unit, to in zip(moved.tolist(), labels[moved].tolist(), strict=True)
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
        over, under = problem.high[old, m] - 1, 1 - problem.low[new, m]
        share = problem.share[unit, m]
        stays = (loads[old, m] + share) / problem.target[old, m] - 1
        leaves = (loads[new, m] - share) / problem.target[new, m] - 1
        if stays > over + 1e-9:
            parts.append(
                f"staying would put {old_name} "
                + _outside(stays, over, name, is_over=True)
            )
        elif leaves < -under - 1e-9:
            parts.append(
                f"without it {new_name} would be "
                + _outside(leaves, -under, name, is_over=False)
            )
    around = problem.indices[problem.indptr[unit] : problem.indptr[unit + 1]]
    if problem.is_contiguous and not (labels[around] == old).any():
        parts.append(f"none of its neighbours is in {old_name} any more")
    away = np.hypot(*(problem.xy[unit] - centres[[old, new]]).T)
    nearer_km = float(away[0] - away[1])
    if nearer_km > _TIE_KM:
        there, here = CrowFlyProvider().minutes(away)[::-1].tolist()
        minutes = here - there
        parts.append(
            f"the centre of {new_name} is {nearer_km:.0f} km nearer, about "
            f"{minutes:.0f} minutes"
        )
    if not parts:
        farther = f", {-nearer_km:.0f} km farther" if nearer_km < -_TIE_KM else ""
        return (
            f"A tie by itself{farther}: {old_name} could keep it within the limits; it "
            "moved together with others"
        )
    return "; ".join([parts[0][0].upper() + parts[0][1:], *parts[1:]])


def _priced(
    problem: Problem, unit: int, new: int, centres: Floats, multipliers: Floats
) -> str:
    """Say what the model's prices make of a move."""
    old = int(problem.current[unit])
    square = ((problem.xy[unit] - centres[[old, new]]) ** 2).sum(axis=1)
    travel = problem.weight[unit] * float(square[0] - square[1])
    room = float((multipliers[old] - multipliers[new]) @ problem.share[unit])
    gain, scale = travel + room, abs(travel) + abs(room)
    if scale <= 0 or abs(gain) <= _TIE_SHARE * scale:
        return "; a tie by the model's prices: either would do"
    old_name, new_name = problem.territory_ids[old], problem.territory_ids[new]
    if gain < 0:
        return (
            f"; rounding: by the model's prices it would stay in {old_name}, but units "
            "move whole and territories hang together"
        )
    if room > travel:
        return (
            f"; by the model's prices room in {old_name} is dearer than in {new_name}"
        )
    return f"; by the model's prices travel to {new_name} decides"


def why_accounts_moved(reasons: pd.Series, accounts: pd.DataFrame) -> pd.Series:
    """
    Say for each moved account why it did not stay.

    Parameters
    ----------
    reasons
        From `why_moved`, indexed `unit_id`.
    accounts
        Indexed `account_id`: `unit_id` and, where known, `relationship_months`,
        `move_cost`.

    Returns
    -------
    shape (n_moved_accounts,)
        The unit's sentence with what the move costs this account, indexed `account_id`.
    """
    moved = accounts[accounts["unit_id"].isin(reasons.index)]
    sentences = moved["unit_id"].map(reasons).astype("str")
    if "relationship_months" in moved:
        months = pd.to_numeric(moved["relationship_months"], errors="coerce")
        known = months.notna()
        told = months[known].round().astype(int).astype("str")
        unit = told.where(told != "1", "").where(told == "1", " months")
        unit = unit.where(told != "1", " month")
        sentences.loc[known] += "; relationship " + told + unit
    if "move_cost" in moved:
        cost = pd.to_numeric(moved["move_cost"], errors="coerce")
        known = cost.notna()
        sentences.loc[known] += "; the move costs " + cost[known].map("{:.1f}".format)
    return sentences.rename("reason")


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
    is_over = deviation > problem.high[territory, m] - 1
    edge = float((problem.high if is_over else problem.low)[territory, m] - 1)
    own = labels == territory
    pairs = problem.pairs
    border = pairs[own[pairs[:, 0]] & ~own[pairs[:, 1]], 1]
    looked_at = np.flatnonzero(own) if is_over or not len(border) else border
    unit = int(looked_at[problem.share[looked_at, m].argmax()])
    size = f"{100 * problem.share[unit, m]:.1f} % of the ideal"
    where = "its heaviest unit" if is_over else "the heaviest unit beside it"
    stuck = " and is locked" if problem.locked[unit] != NOWHERE else ""
    return (
        problem.territory_ids[territory],
        str(problem.unit_ids[unit]),
        name,
        f"{_outside(deviation, edge, name, is_over=is_over)}; {where} is {size}{stuck}",
    )


def _outside(deviation: float, edge: float, name: str, *, is_over: bool) -> str:
    """Say how far a territory is outside a limit, both from its share of a measure."""
    if is_over and edge >= 0:
        told = f"{100 * deviation:.1f} % over its {name} (limit {100 * edge:.3g} %)"
    elif not is_over and edge <= 0:
        told = f"{-100 * deviation:.1f} % under its {name} (limit {-100 * edge:.3g} %)"
    else:  # a minimum above its share, or a maximum below
        most, words = ("most", "below") if is_over else ("least", "above")
        told = (
            f"at {100 * (1 + deviation):.1f} % of its {name}, where the {most} it may "
            f"have is {100 * (1 + edge):.3g} %, {words} its share"
        )
    return told
