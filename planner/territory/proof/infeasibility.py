"""Impossible is an answer: the least deviation proven, and who blocks it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from planner.core.reasons import Reason
from planner.core.run import RunControl
from planner.territory.model.components import component_of_territory, components_of
from planner.territory.model.params import BalanceMeasure
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem

_MOST_UNITS = 20_000  # beyond these only oversized, locks and parts are looked at
_SUSPECTS = 12  # units around which a territory is tried
_NAMED = 3  # units in the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """
    A deviation no plan can stay under.

    Parameters
    ----------
    measure
        Of which measure; empty: of the worse of all measures together.
    deviation
        The proven least of the largest deviation, a share.
    unit_ids
        Units that force it.
    reason
        Why.
    """

    measure: str
    deviation: float
    unit_ids: tuple[str, ...]
    reason: Reason


def prove_floors(
    problem: Problem, measures: tuple[str, ...], run: RunControl
) -> list[Floor]:
    """
    Prove how large the largest deviation must be at least.

    Parameters
    ----------
    problem
        What is asked; tolerances are not looked at.
    measures
        Names of the balanced measures, in their order.
    run
        Asked to stop between proofs.

    Returns
    -------
    The floors above 0, the highest first.

    Notes
    -----
    Each is a proof by itself. *Unit*: its territory holds it whole, so it is at least
    share ÷ largest target - 1 over. *Locks*: the same of all units locked to a
    territory. *Part*: territories that share a part cut off by barriers have its load
    on average. *Around a unit*: the territory with this unit needs other units for the
    measure it has little of; the least largest deviation over all sets of units, in
    pieces or not, is a linear program (units may be split) with one side of it forced.
    """
    floors = [*_of_units(problem, measures), *_of_locks(problem, measures)]
    floors += _of_components(problem, measures)
    if len(measures) > 1 and problem.n_units <= _MOST_UNITS:
        floors += _around_units(problem, run)
    return sorted(
        (floor for floor in floors if floor.deviation > 1e-6),
        key=lambda floor: -floor.deviation,
    )


def _of_units(problem: Problem, measures: tuple[str, ...]) -> list[Floor]:
    floors = []
    for m, name in enumerate(measures):
        room = float(problem.target[:, m].max())
        unit = int(problem.share[:, m].argmax())
        over = float(problem.share[unit, m]) / room - 1
        if over > 0:
            floors.append(
                Floor(
                    measure=name,
                    deviation=over,
                    unit_ids=(str(problem.unit_ids[unit]),),
                    reason=Reason(
                        "bound_of_unit",
                        {
                            "unit": str(problem.unit_ids[unit]),
                            "share": 1 + over,
                            "measure": name,
                        },
                    ),
                )
            )
    return floors


def _of_locks(problem: Problem, measures: tuple[str, ...]) -> list[Floor]:
    is_locked = problem.locked != NOWHERE
    if not is_locked.any():
        return []
    floors = []
    for m, name in enumerate(measures):
        load = np.bincount(
            problem.locked[is_locked],
            problem.share[is_locked, m],
            problem.n_territories,
        )
        territory = int((load / problem.target[:, m]).argmax())
        over = float(load[territory] / problem.target[territory, m]) - 1
        members = problem.unit_ids[problem.locked == territory]
        if over > 0 and len(members) > 1:
            floors.append(
                Floor(
                    measure=name,
                    deviation=over,
                    unit_ids=tuple(map(str, members[:20])),
                    reason=Reason(
                        "bound_of_locks",
                        {
                            "n_units": len(members),
                            "territory": problem.territory_ids[territory],
                            "share": 1 + over,
                            "measure": name,
                        },
                    ),
                )
            )
    return floors


def _of_components(problem: Problem, measures: tuple[str, ...]) -> list[Floor]:
    """Hold each part that barriers cut off to whole numbers of territories."""
    if not problem.is_contiguous or np.ptp(problem.target, axis=0).any():
        return []
    component = components_of(problem)
    n_parts = int(component.max()) + 1
    if n_parts == 1:
        return []
    component_of_territory(problem, component)  # refuses what cannot be
    floors = []
    for m, name in enumerate(measures):
        load = np.bincount(component, problem.share[:, m], n_parts)
        for number in range(n_parts):
            counts = np.arange(1, problem.n_territories + 1)
            over = float(np.abs(load[number] / counts - 1).min())
            unit = str(problem.unit_ids[component == number][0])
            floors.append(
                Floor(
                    measure=name,
                    deviation=over,
                    unit_ids=(unit,),
                    reason=Reason(
                        "bound_of_component",
                        {"unit": unit, "measure": name, "load": float(load[number])},
                    ),
                )
            )
    return floors


def _around_units(problem: Problem, run: RunControl) -> list[Floor]:
    """Try a territory around the units whose measures differ most."""
    uneven = problem.share.max(axis=1) - problem.share.min(axis=1)
    floors = []
    for unit in np.argsort(-uneven, kind="stable")[:_SUSPECTS]:
        if run.should_stop() or uneven[unit] <= 0:
            break
        least = least_deviation_around(problem, int(unit))
        if least is not None and least > 1e-6:
            name = str(problem.unit_ids[unit])
            floors.append(
                Floor(
                    measure="",
                    deviation=least,
                    unit_ids=(name,),
                    reason=Reason(
                        "bound_around_unit", {"unit": name, "deviation": least}
                    ),
                )
            )
    return floors


def least_deviation_around(problem: Problem, unit: int) -> float | None:
    """
    Find the least largest deviation of a territory that holds a unit.

    Parameters
    ----------
    problem
        Shares, targets and forbidden pairs.
    unit
        Row of the unit.

    Returns
    -------
    A lower bound over all measures, a share; None if the program was not solved.

    Notes
    -----
    min d with Σ y_v · s_vm between (1 - d) and (1 + d) for every m, y_unit = 1, its
    forbidden partners 0, other y in [0, 1]; targets as the range from the least to
    the largest.
    """
    n, n_measures = problem.share.shape
    low, high = problem.target.min(axis=0), problem.target.max(axis=0)
    rows = np.concatenate([problem.share.T, problem.share.T])
    slack = np.concatenate([-high, low])[:, None]
    matrix = coo_array(np.hstack([rows, slack]))
    upper = np.concatenate([high, np.full(n_measures, np.inf)])
    lower = np.concatenate([np.full(n_measures, -np.inf), low])
    first, last = np.zeros(n + 1), np.ones(n + 1)
    first[unit] = 1.0
    forbidden_pairs = problem.forbidden_pairs[
        (problem.forbidden_pairs == unit).any(axis=1)
    ]
    last[forbidden_pairs[forbidden_pairs != unit]] = 0.0
    last[n] = np.inf
    aim = np.zeros(n + 1)
    aim[n] = 1.0
    solved = milp(
        aim,
        constraints=LinearConstraint(matrix.tocsr(), lower, upper),
        bounds=Bounds(first, last),
    )
    return float(solved.fun) if solved.status == 0 else None


def missed_tolerances(
    problem: Problem,
    labels: Ints,
    measures: tuple[BalanceMeasure, ...],
    floors: list[Floor],
) -> list[Reason]:
    """
    Tell what cannot be had, or was not reached.

    Parameters
    ----------
    problem
        What is asked.
    labels : shape (n_units,)
        The best plan found.
    measures
        The balanced measures; those without a tolerance are passed over.
    floors
        What `prove_floors` returned.

    Returns
    -------
    One for each measure outside its tolerance; empty if all are kept.
    """
    deviation = np.abs(problem.loads(labels) / problem.target - 1)
    worst: Floats = deviation.max(axis=0)
    limits = {m.column: m.tolerance for m in measures if m.tolerance is not None}
    reasons = []
    for m, measure in enumerate(measures):
        if measure.tolerance is None or worst[m] <= measure.tolerance + 1e-9:
            continue
        name, limit = measure.column, measure.tolerance
        single = [floor for floor in floors if floor.measure == name][:1]
        least = single[0].deviation if single else 0.0
        # What holds for the worst of all measures is no proof for this one.
        joint = [floor for floor in floors if floor.measure == ""][:1]
        widest = max(limits.values())
        joint = [floor for floor in joint if floor.deviation > max(least, widest)]
        proof = Reason("proven_so") if joint else Reason("unproven")
        if single:
            proof = Reason("proven_least", {"deviation": least})
        is_impossible = least > limit or bool(joint)
        blockers = sorted({unit for floor in single + joint for unit in floor.unit_ids})
        values = {
            "measure": name,
            "tolerance": limit,
            "others": [column for column in limits if column != name],
            "verdict": Reason("impossible" if is_impossible else "not_reached"),
            "reached": float(worst[m]),
            "proof": proof,
            "because": [floor.reason for floor in single + joint],
            "territory": problem.territory_ids[int(deviation[:, m].argmax())],
            "units": blockers[:_NAMED],
        }
        reasons.append(Reason("tolerance_missed", values))
    return reasons
