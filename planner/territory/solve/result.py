"""What balancing returns, and what it says in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

import pandas as pd

from planner.core.results import Result
from planner.core.results import SolveStatus
from planner.territory.model.alignment import Alignment
from planner.territory.model.measures import balance_index
from planner.territory.model.params import BalanceParams
from planner.territory.proof.certificate import Certificate


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
        Columns territory, unit, measure, reason.
    violations
        What could not be had, in sentences: the least found and the least proven.
    proven_deviation
        Largest deviation, a share, that no plan can stay under: by measure, and under
        ``""`` for all measures together; empty where every tolerance is kept.
    reasons
        Why each moved unit moved, indexed `unit_id`.
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
    travel: dict[str, float]
    moved: int | None
    moved_share: float | None
    moved_lower_bound: int | None
    locked_moved: int
    extra_pieces: int
    is_met: bool
    blocking: pd.DataFrame
    violations: tuple[str, ...]
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
        return "\n".join(_sentences(self))


def _sentences(result: BalanceResult) -> list[str]:
    params: BalanceParams = result.params
    worst = balance_index(result.tallies)
    n_territories = len(result.territories)
    said = [f"{n_territories} territories of {len(result.to_frame())} units."]
    for measure in params.balanced:
        if measure.tolerance is None:
            continue
        reached = 100 * float(worst[measure.column])
        limit = 100 * measure.tolerance
        verdict = "kept" if reached <= limit + 1e-6 else "not kept"
        said.append(
            f"{measure.column}: at most {reached:.1f} % from the ideal, "
            f"limit {limit:g} % {verdict}."
        )
    km = result.travel["weighted_rms_km"]
    said.append(f"Travel: {km:.1f} km to the centre (root mean square).")
    if result.gap is not None:
        said.append(
            f"Proven: within {100 * result.gap:.1f} % of the best possible with these "
            "centres and limits."
        )
    if result.moved is not None:
        said.append(
            f"{result.moved} units change territory; at least "
            f"{result.moved_lower_bound} must."
        )
    if result.extra_pieces:
        said.append(f"{result.extra_pieces} pieces lie apart from their territory.")
    if len(result.bridges):
        said.append(f"{len(result.bridges)} links over gaps in the map were assumed.")
    said += [f"{text}." for text in result.violations]
    if len(result.blocking):
        first = result.blocking.iloc[0]
        said.append(f"In the way: {first['territory']}: {first['reason']}.")
    if result.status in (SolveStatus.CANCELLED, SolveStatus.TIME_LIMIT):
        said.append("Stopped early: this is the best found until then.")
    return said
