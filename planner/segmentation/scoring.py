"""A plain score of each account, 0 to 100, as the sum of three visible parts."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.core.errors import ParamsError


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreParams:
    """
    What counts how much.

    Parameters
    ----------
    potential_points, propensity_points, recency_points
        Most points of each part; together 100.
    due_after_days
        Days without a visit that earn all points of recency.
    """

    potential_points: float = 50.0
    propensity_points: float = 30.0
    recency_points: float = 20.0
    due_after_days: int = 90

    def __post_init__(self) -> None:
        points = (self.potential_points, self.propensity_points, self.recency_points)
        if min(points) < 0 or abs(sum(points) - 100) > 1e-9:
            raise ParamsError(f"points must be ≥ 0 and sum to 100, got {points}")
        if self.due_after_days < 1:
            raise ParamsError(
                f"due_after_days must be at least 1, got {self.due_after_days}"
            )


def score_accounts(
    accounts: pd.DataFrame, as_of: pd.Timestamp, params: ScoreParams | None = None
) -> pd.DataFrame:
    """
    Score accounts: where an hour is worth most.

    Parameters
    ----------
    accounts : shape (n_accounts, n_columns)
        Frame of the ACCOUNTS schema.
    as_of
        The company's today.
    params
        Points of the parts.

    Returns
    -------
    columns potential_points, propensity_points, recency_points, score
        Floats indexed by account_id; `score` is their sum, rounded to whole points.

    Notes
    -----
    Potential: points × the share of open accounts with less potential (ties share
    their middle), so that one giant does not flatten the rest. Propensity: points ×
    `propensity_share`. Recency: points × days since the last visit ÷
    `due_after_days`, at most 1; never visited counts as due. Empty potential and
    propensity earn nothing; closed accounts score 0.
    """
    used = params or ScoreParams()
    is_open = (accounts["status"] != "closed").fillna(value=True).astype(bool)
    potential = _floats(accounts["potential_minor"]).where(is_open)
    n_known = max(1, int(potential.notna().sum()))
    rank = (potential.rank(method="average") - 0.5) / n_known
    days = (pd.Timestamp(as_of) - accounts["last_visit_on"]).dt.days
    waited = (days.astype("float64") / used.due_after_days).clip(0, 1).fillna(1.0)
    propensity = _floats(accounts["propensity_share"]).fillna(0.0)
    has_potential = potential.fillna(0) > 0
    parts = pd.DataFrame(
        {
            "potential_points": used.potential_points
            * rank.fillna(0.0).where(has_potential, 0.0),
            "propensity_points": used.propensity_points * propensity,
            "recency_points": used.recency_points * waited,
        }
    )
    parts = parts.where(is_open, 0.0)
    return parts.assign(score=parts.sum(axis=1).round())


def _floats(cells: pd.Series) -> pd.Series:
    return cells.astype("Float64").astype("float64")
