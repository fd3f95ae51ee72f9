"""What balancing returns, and what it says in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from planner.core.reasons import Reason
from planner.core.results import Result, SolveStatus
from planner.territory.model.alignment import Alignment
from planner.territory.model.measures import balance_index
from planner.territory.model.params import BalanceParams
from planner.territory.proof.certificate import Certificate

_ROUNDING = 1e-8  # of a deviation, at its limit


@dataclass(frozen=True, kw_only=True)
class BalanceResult(Result):
    """
    A balanced alignment and how good it is.

    Parameters
    ----------
    alignment
        Territory of each unit.
    territories
        One row for each territory, indexed `territory_id`: n_units, x_km, y_km (its
        centre), rms_km, mean_km, extra_pieces, and for each measure its sum and
        ``<measure>_deviation``.
    tallies
        What `measures.tally` returns.
    objective
        Σ weight · km² to the centres, or the number of moved units if minimised.
    bound
        Proven lower bound of `objective` at the tolerances, for these centres.
    gap
        (objective - bound) ÷ bound; None where the plan misses a tolerance.
    gap_wanted
        The gap at which the search may end.
    stopped_because
        Why it ended: ``gap_reached`` (tolerances kept and the gap as wanted),
        ``proof`` (nothing better, or nothing at all, can exist), ``time``, ``work``
        (all that was to be tried) or ``cancelled``.
    travel
        ``weighted_rms_km`` and ``weighted_mean_km``.
    moved, moved_share
        Units, and share of the first measure, that leave today's territory; None
        without an alignment today.
    moved_lower_bound
        Proven least number of units that must move; None without one.
    locked_moved
        Locked units that moved: always 0.
    extra_pieces
        Pieces beyond one for each territory.
    is_met
        Whether all tolerances and limits are kept.
    blocking
        Columns territory, unit, measure, reason, a `Reason`.
    violations
        What could not be had: the least found and the least proven.
    proven_deviation
        Largest deviation, a share, that no plan can stay under: by measure, and under
        ``""`` for all measures together; empty where every tolerance is kept.
    reasons
        Why each moved unit moved, a tuple of reasons, indexed `unit_id`.
    bridges
        EDGES rows that were added to connect the map.
    certificate
        What proves `bound`.
    stages
        Seconds by stage.
    """

    alignment: Alignment
    territories: pd.DataFrame
    tallies: pd.DataFrame
    objective: float
    bound: float | None
    gap: float | None
    gap_wanted: float
    stopped_because: str
    travel: dict[str, float]
    moved: int | None
    moved_share: float | None
    moved_lower_bound: int | None
    locked_moved: int
    extra_pieces: int
    is_met: bool
    blocking: pd.DataFrame
    violations: tuple[Reason, ...]
    proven_deviation: dict[str, float]
    reasons: pd.Series
    bridges: pd.DataFrame
    certificate: Certificate | None = field(repr=False)
    stages: dict[str, float]

    def to_frame(self) -> pd.DataFrame:
        """Return the alignment as a frame indexed `unit_id`."""
        return self.alignment.territory_by_unit.to_frame()

    def summary(self) -> str:
        """Say in plain words what came out."""
        return "\n".join(map(str, self.findings()))

    def findings(self) -> list[Reason]:
        """Tell what came out, line by line."""
        return [*_reached(self), *_unmet(self)]


def _reached(result: BalanceResult) -> list[Reason]:
    """Tell what a plan reaches."""
    params: BalanceParams = result.params
    worst = balance_index(result.tallies)
    sizes = {"n_territories": len(result.territories)}
    sizes["n_units"] = len(result.alignment.territory_by_unit)
    lines = [Reason("plan_size", sizes)]
    for measure in params.balanced:
        if measure.tolerance is None:
            continue
        deviation = float(worst[measure.column])
        is_kept = deviation <= measure.tolerance + _ROUNDING
        values = {
            "measure": measure.column,
            "deviation": deviation,
            "tolerance": measure.tolerance,
        }
        lines.append(
            Reason("deviation_kept" if is_kept else "deviation_not_kept", values)
        )
    lines.append(Reason("plan_travel", {"rms_km": result.travel["weighted_rms_km"]}))
    if result.gap is not None:
        lines.append(Reason("plan_gap", {"gap": result.gap}))
        # A plan that starts from today's is searched, but not led on by its gap.
        if result.stopped_because == "work" and not params.needs_current:
            values = {"gap": result.gap, "gap_wanted": result.gap_wanted}
            lines.append(Reason("plan_gap_wide", values))
    if result.moved is not None:
        moves = {"n_moved": result.moved, "n_least": result.moved_lower_bound}
        lines.append(Reason("plan_moves", moves))
    return lines


def _unmet(result: BalanceResult) -> list[Reason]:
    """Tell what is to be known beside, and what could not be had."""
    lines = []
    if result.extra_pieces:
        lines.append(Reason("plan_pieces", {"n_pieces": result.extra_pieces}))
    if len(result.bridges):
        lines.append(Reason("plan_bridges", {"n_bridges": len(result.bridges)}))
    lines += [Reason("plan_violation", {"violation": why}) for why in result.violations]
    if len(result.blocking):
        first = result.blocking.iloc[0]
        values = {"territory": first["territory"], "blocked": first["reason"]}
        lines.append(Reason("plan_blocked", values))
    if result.status in (SolveStatus.CANCELLED, SolveStatus.TIME_LIMIT):
        lines.append(Reason("plan_stopped"))
    return lines
