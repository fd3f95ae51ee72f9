"""Why a unit moved, and what keeps a territory outside its limits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.core.reasons import Reason
from planner.geography.travel import CrowFlyProvider
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem

_TIE_KM = 1.0  # a difference nobody would drive for
_TIE_SHARE = 0.01  # of what travel and room are worth together


def why_moved(
    problem: Problem,
    labels: Ints,
    measure_names: tuple[str, ...],
    multipliers: Floats | None = None,
) -> pd.Series:
    """
    Find for each moved unit why it did not stay.

    Parameters
    ----------
    problem
        What was asked, with today's alignment.
    labels : shape (n_units,)
        Territory of each unit in the new plan.
    measure_names
        Names of the balanced measures, in their order.
    multipliers : shape (n_territories, n_balanced)
        The certificate's prices of load; None: prices are left out.

    Returns
    -------
    shape (n_moved,)
        A tuple of reasons indexed by `unit_id`.

    Notes
    -----
    Each compares the new plan with the same plan but for this one unit left
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
    reasons = []
    for unit in moved.tolist():
        causes = _causes(problem, labels, unit, centres, loads, measure_names)
        if multipliers is not None:
            to = int(labels[unit])
            causes.append(_priced(problem, unit, to, centres, multipliers))
        reasons.append(tuple(causes))
    index = problem.unit_ids[moved]
    return pd.Series(reasons, index=index, dtype=object, name="reason")


def _causes(
    problem: Problem,
    labels: Ints,
    unit: int,
    centres: Floats,
    loads: Floats,
    measure_names: tuple[str, ...],
) -> list[Reason]:
    old, new = int(problem.current[unit]), int(labels[unit])
    old_id, new_id = problem.territory_ids[old], problem.territory_ids[new]
    causes = []
    for m, measure in enumerate(measure_names):
        over, under = problem.high[old, m] - 1, 1 - problem.low[new, m]
        share = problem.share[unit, m]
        stays = (loads[old, m] + share) / problem.target[old, m] - 1
        leaves = (loads[new, m] - share) / problem.target[new, m] - 1
        if stays > over + 1e-9:
            outside = _outside(stays, over, measure, is_over=True)
            values = {"territory": old_id, "outside": outside}
            causes.append(Reason("over_if_kept", values))
        elif leaves < -under - 1e-9:
            outside = _outside(leaves, -under, measure, is_over=False)
            values = {"territory": new_id, "outside": outside}
            causes.append(Reason("under_without", values))
    around = problem.indices[problem.indptr[unit] : problem.indptr[unit + 1]]
    if problem.is_contiguous and not (labels[around] == old).any():
        causes.append(Reason("cut_off", {"territory": old_id}))
    away = np.hypot(*(problem.xy[unit] - centres[[old, new]]).T)
    nearer_km = float(away[0] - away[1])
    if nearer_km > _TIE_KM:
        far_min, near_min = CrowFlyProvider().minutes(away).tolist()
        values = {
            "territory": new_id,
            "nearer_km": nearer_km,
            "nearer_min": far_min - near_min,
        }
        causes.append(Reason("centre_nearer", values))
    if not causes:
        values = {"territory": old_id}
        if nearer_km < -_TIE_KM:
            values["farther_km"] = -nearer_km
        causes.append(Reason("moved_with_others", values))
    return causes


def _priced(
    problem: Problem, unit: int, new: int, centres: Floats, multipliers: Floats
) -> Reason:
    """Find what the model's prices make of a move."""
    old = int(problem.current[unit])
    square = ((problem.xy[unit] - centres[[old, new]]) ** 2).sum(axis=1)
    travel = problem.weight[unit] * float(square[0] - square[1])
    room = float((multipliers[old] - multipliers[new]) @ problem.share[unit])
    gain, scale = travel + room, abs(travel) + abs(room)
    if scale <= 0 or abs(gain) <= _TIE_SHARE * scale:
        return Reason("price_tie")
    old_id, new_id = problem.territory_ids[old], problem.territory_ids[new]
    if gain < 0:
        return Reason("price_rounding", {"territory": old_id})
    if room > travel:
        return Reason("price_room", {"territory": old_id, "other": new_id})
    return Reason("price_travel", {"territory": new_id})


def why_accounts_moved(reasons: pd.Series, accounts: pd.DataFrame) -> pd.Series:
    """
    Find for each moved account why it did not stay.

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
        The unit's reasons with what the move costs this account, indexed `account_id`.
    """
    moved = accounts[accounts["unit_id"].isin(reasons.index)]
    months = _numbers(moved, "relationship_months")
    cost = _numbers(moved, "move_cost")
    by_account = []
    for row, unit_id in enumerate(moved["unit_id"]):
        costs = []
        if np.isfinite(months[row]):
            costs.append(Reason("relationship", {"months": round(months[row])}))
        if np.isfinite(cost[row]):
            costs.append(Reason("move_cost", {"cost": cost[row]}))
        by_account.append((*reasons[unit_id], *costs))
    return pd.Series(by_account, index=moved.index, dtype=object, name="reason")


def _numbers(accounts: pd.DataFrame, column: str) -> list[float]:
    """Read a column that may be missing, as floats."""
    if column not in accounts:
        return [np.nan] * len(accounts)
    numbers = pd.to_numeric(accounts[column], errors="coerce").astype("Float64")
    return numbers.to_numpy(dtype=float, na_value=np.nan).tolist()


def find_blocking(
    problem: Problem,
    labels: Ints,
    measure_names: tuple[str, ...],
    oversized: pd.DataFrame,
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
    oversized
        What `precheck.find_oversized` returned.

    Returns
    -------
    Columns territory, unit, measure, reason, a `Reason`: first the units too big for
    any territory, then each territory outside a tolerance, worst first, with its
    heaviest unit (if it has too much) or the heaviest unit beside it (if it has too
    little).
    """
    rows = []
    for row in oversized.to_dict("records"):
        unit = problem.unit_ids.get_loc(row["unit_id"])
        rows.append(
            (
                problem.territory_ids[labels[unit]],
                row["unit_id"],
                row["measure"],
                row["reason"],
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
) -> tuple[str, str, str, Reason]:
    is_over = deviation > problem.high[territory, m] - 1
    edge = float((problem.high if is_over else problem.low)[territory, m] - 1)
    is_member = labels == territory
    pairs = problem.pairs
    border = pairs[is_member[pairs[:, 0]] & ~is_member[pairs[:, 1]], 1]
    looked_at = np.flatnonzero(is_member) if is_over or not len(border) else border
    unit = int(looked_at[problem.share[looked_at, m].argmax()])
    values = {
        "outside": _outside(deviation, edge, name, is_over=is_over),
        "share": float(problem.share[unit, m]),
    }
    if problem.locked[unit] != NOWHERE:
        values["lock"] = Reason("locked")
    return (
        problem.territory_ids[territory],
        str(problem.unit_ids[unit]),
        name,
        Reason("territory_over" if is_over else "territory_under", values),
    )


def _outside(deviation: float, edge: float, name: str, *, is_over: bool) -> Reason:
    """Tell how far a territory is outside a limit, both from its share of a measure."""
    deviation, edge = float(deviation), float(edge)
    if is_over and edge >= 0:
        values = {"deviation": deviation, "limit": edge}
        return Reason("over_share", {"measure": name, **values})
    if not is_over and edge <= 0:
        values = {"deviation": -deviation, "limit": -edge}
        return Reason("under_share", {"measure": name, **values})
    # A minimum above its share, or a maximum below.
    values = {"load": 1 + deviation, "limit": 1 + edge}
    code = "over_maximum" if is_over else "under_minimum"
    return Reason(code, {"measure": name, **values})
