"""From a plan found to the result that is shown: proof, tallies, travel, reasons."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from planner.core.results import SolveStatus
from planner.core.run import RunControl
from planner.territory.model.alignment import Alignment
from planner.territory.model.limits import missed_limits
from planner.territory.model.measures import tally
from planner.territory.model.params import BalanceParams
from planner.territory.model.precheck import Request
from planner.territory.model.problem import NOWHERE, Floats, Ints, Problem
from planner.territory.proof.certificate import (
    Certificate,
    certify,
    move_cost,
    travel_cost,
)
from planner.territory.proof.explain import find_blocking, why_moved
from planner.territory.proof.infeasibility import Floor, missed_tolerances, prove_floors
from planner.territory.proof.move_bound import least_moves
from planner.territory.search import contiguity
from planner.territory.search.location import guess_prices
from planner.territory.solve.result import BalanceResult

_MET = 1e-9  # rounding allowed at a tolerance
_SMALL = 60_000  # units · territories that the certificate's own program takes whole
_PROVEN = 1e-6  # a gap that is none


def assemble(
    params: BalanceParams,
    request: Request,
    problem: Problem,
    labels: Ints,
    *,
    bridges: pd.DataFrame,
    stages: dict[str, float],
    run: RunControl,
) -> BalanceResult:
    """
    Prove how good a plan is and describe it.

    Parameters
    ----------
    params, request, problem
        What was asked.
    labels : shape (n_units,)
        Territory of each unit.
    bridges
        EDGES rows added to connect the map.
    stages
        Seconds by stage so far; the certificate's are added.
    run
        Asked to stop.
    """
    travel_km2 = problem.travel(labels)
    units = request.instance.units
    moved = None if request.instance.current is None else problem.n_moved(labels)
    started_s = run.elapsed_s
    is_near = params.minimise == "moves" and problem.move_cost is None
    fewest = _fewest_moves(problem, labels, moved, run, is_near=is_near)
    if params.minimise == "moves":
        objective, proof = problem.cost_of_moves(labels), None
        bound = float(fewest or 0)
        if problem.move_cost is not None:
            bound = _cheapest_moves(problem, labels, run)
    else:
        centres = problem.centres_of(labels)
        is_small = problem.n_units * problem.n_territories <= _SMALL
        guess = None if is_small else guess_prices(problem, centres)
        cost = travel_cost(problem, centres)
        objective, proof = travel_km2, certify(problem, cost, travel_km2, run, guess)
        bound = max(0.0, proof.bound)
    stages["certificate"] = run.elapsed_s - started_s
    is_met = bool((problem.excess(labels) <= _MET).all())
    if params.max_moved is not None:
        is_met = is_met and (
            moved is None or problem.size_of_moves(labels) <= params.max_moved + _MET
        )
    gap = _gap(objective, bound) if is_met else None
    names = tuple(measure.column for measure in params.balanced)
    floors = _floors(params, problem, labels, run)
    alignment = _alignment(problem, labels)
    tallies = _tallies(units, params, problem, alignment)
    km = _distances_km(problem, labels)
    locked = problem.locked != NOWHERE
    status = _status(
        run, params, problem, request, is_met=is_met, gap=gap, floors=floors
    )
    return BalanceResult(
        status=status,
        stopped_because=_stop(status, gap, params.gap_aim),
        gap_wanted=params.gap_aim,
        params=params,
        elapsed_s=run.elapsed_s,
        alignment=alignment,
        territories=_territories(units, params, problem, labels, km),
        tallies=tallies,
        objective=objective,
        bound=bound,
        gap=gap,
        travel=_travel(problem, km),
        moved=moved,
        moved_share=None if moved is None else _moved_share(problem, labels),
        moved_lower_bound=fewest,
        locked_moved=int((labels[locked] != problem.locked[locked]).sum()),
        extra_pieces=contiguity.count_extra_pieces(problem, labels),
        is_met=is_met,
        blocking=find_blocking(problem, labels, names, request.oversized),
        violations=(
            *missed_tolerances(problem, labels, params.balanced, floors),
            *missed_limits(params.balanced, tallies, request.instance.rules.fixed_load),
        ),
        proven_deviation={floor.measure: floor.deviation for floor in reversed(floors)},
        reasons=why_moved(
            problem, labels, names, None if proof is None else proof.multipliers
        ),
        bridges=bridges,
        certificate=proof,
        stages={name: round(seconds, 3) for name, seconds in stages.items()},
    )


def _floors(
    params: BalanceParams, problem: Problem, labels: Ints, run: RunControl
) -> list[Floor]:
    """Prove the least deviation of the measures with a tolerance, if one is passed."""
    if not (problem.excess(labels) > _MET).any():
        return []
    has_tolerance = np.array(
        [m.tolerance is not None for m in params.balanced], dtype=bool
    )
    names = tuple(m.column for m in params.balanced if m.tolerance is not None)
    return prove_floors(problem.of_measures(has_tolerance), names, run) if names else []


def _fewest_moves(
    problem: Problem,
    labels: Ints,
    moved: int | None,
    run: RunControl,
    *,
    is_near: bool,
) -> int | None:
    """Prove how many units must move at least; None without an alignment today."""
    if moved is None:
        return None
    given_up = int(problem.is_given_up.sum())
    if moved == given_up:
        return moved
    upper = float(moved - given_up)
    # Cuts need a plan of few moves to compare with.
    is_kept = is_near and bool((problem.excess(labels) <= _MET).all())
    least = least_moves(problem, np.ones(problem.n_units), upper, run, is_kept=is_kept)
    if least is not None:
        return given_up + max(0, math.ceil(least.bound - 1e-6))
    proof: Certificate = certify(problem, move_cost(problem), upper, run)
    return given_up + max(0, math.ceil(proof.bound - 1e-6))


def _cheapest_moves(problem: Problem, labels: Ints, run: RunControl) -> float:
    """Prove what the moves must cost at least."""
    cost = problem.move_cost
    if cost is None:
        raise ValueError("moves have no cost of their own")
    given_up = float(cost[problem.is_given_up].sum())
    upper = problem.cost_of_moves(labels) - given_up
    is_kept = bool((problem.excess(labels) <= _MET).all())
    least = least_moves(problem, cost, upper, run, is_kept=is_kept)
    return given_up + max(0.0, least.bound if least is not None else 0.0)


def _gap(objective: float, bound: float) -> float | None:
    if objective <= bound * (1 + 1e-12):
        return 0.0
    return (objective - bound) / bound if bound > 0 else None


def _status(
    run: RunControl,
    params: BalanceParams,
    problem: Problem,
    request: Request,
    *,
    is_met: bool,
    gap: float | None,
    floors: list[Floor],
) -> SolveStatus:
    ended = SolveStatus.of_stop(run)
    if ended is not SolveStatus.FEASIBLE:
        return ended
    if is_met:
        # With free centres only these centres are proven best, not all.
        is_best = gap is not None and gap <= _PROVEN and problem.centres is not None
        return SolveStatus.OPTIMAL if is_best else SolveStatus.FEASIBLE
    limit = {m.column: m.tolerance or 0.0 for m in params.balanced}
    proven = any(
        floor.deviation > limit.get(floor.measure, max(limit.values())) + _MET
        for floor in floors
    )
    is_impossible = proven or len(request.oversized) > 0
    return SolveStatus.INFEASIBLE if is_impossible else SolveStatus.NOT_MET


def _stop(status: SolveStatus, gap: float | None, gap_wanted: float) -> str:
    """Say in a code why the search ended."""
    if gap is not None and gap <= gap_wanted:
        return "gap_reached"
    return {
        SolveStatus.OPTIMAL: "proof",
        SolveStatus.INFEASIBLE: "proof",
        SolveStatus.TIME_LIMIT: "time",
        SolveStatus.CANCELLED: "cancelled",
    }.get(status, "work")


def _alignment(problem: Problem, labels: Ints) -> Alignment:
    ids = np.array(problem.territory_ids, dtype=object)
    return Alignment(pd.Series(ids[labels], index=problem.unit_ids, dtype="str"))


def _distances_km(problem: Problem, labels: Ints) -> Floats:
    away = problem.xy - problem.centres_of(labels)[labels]
    km: Floats = np.hypot(away[:, 0], away[:, 1])
    return km


def _travel(problem: Problem, km: Floats) -> dict[str, float]:
    total = float(problem.weight.sum())
    return {
        "weighted_rms_km": float(np.sqrt(problem.weight @ km**2 / total)),
        "weighted_mean_km": float(problem.weight @ km / total),
    }


def _moved_share(problem: Problem, labels: Ints) -> float:
    moved = problem.is_moved(labels)
    return float(problem.weight[moved].sum() / problem.weight.sum())


def _tallies(
    units: pd.DataFrame, params: BalanceParams, problem: Problem, alignment: Alignment
) -> pd.DataFrame:
    columns = [measure.column for measure in params.measures]
    long = tally(units, alignment.territory_by_unit, columns, problem.territory_ids)
    for m, measure in enumerate(params.balanced):
        wanted = pd.Series(problem.target[:, m], index=list(problem.territory_ids))
        rows = long["measure"] == measure.column
        ideal = long.loc[rows, "ideal"] * long.loc[rows, "territory_id"].map(wanted)
        long.loc[rows, "ideal"] = ideal
        long.loc[rows, "deviation"] = long.loc[rows, "actual"] / ideal - 1
    return long


def _territories(
    units: pd.DataFrame,
    params: BalanceParams,
    problem: Problem,
    labels: Ints,
    km: Floats,
) -> pd.DataFrame:
    """Describe each territory in one row."""
    n_territories = problem.n_territories
    centres = problem.centres_of(labels)
    mass = np.bincount(labels, problem.weight, n_territories)
    safe = np.where(mass > 0, mass, np.nan)
    piece = contiguity.pieces_of(problem, labels)
    owner_of_piece = np.empty(int(piece.max()) + 1, dtype=np.int64)
    owner_of_piece[piece] = labels
    columns: dict[str, Floats | Ints] = {
        "n_units": np.bincount(labels, minlength=n_territories),
        "x_km": centres[:, 0],
        "y_km": centres[:, 1],
        "rms_km": np.sqrt(
            np.bincount(labels, problem.weight * km**2, n_territories) / safe
        ),
        "mean_km": np.bincount(labels, problem.weight * km, n_territories) / safe,
        "extra_pieces": np.bincount(owner_of_piece, minlength=n_territories) - 1,
    }
    wanted = {m.column: problem.target[:, at] for at, m in enumerate(params.balanced)}
    for measure in params.measures:
        values = units[measure.column].to_numpy(dtype=float)
        actual = np.bincount(labels, values, n_territories)
        ideal = values.sum() / n_territories * wanted.get(measure.column, 1.0)
        columns[measure.column] = actual
        columns[f"{measure.column}_deviation"] = (
            actual / ideal - 1 if values.any() else np.full(n_territories, np.nan)
        )
    ids = pd.Index(problem.territory_ids, dtype="str", name="territory_id")
    return pd.DataFrame(columns, index=ids)
