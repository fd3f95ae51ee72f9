"""Plans laid side by side: by moves, by number; and the one reader of a job's plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.territory.solve.proposal import Proposal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrontierStudy:
    """
    The best plan found for each number of moved accounts.

    Parameters
    ----------
    points
        See `territory.studies.frontier.Frontier`.
    least_moves
        Accounts that must move at least, proven; None: nothing is.
    plans
        By the limit of `points`, as text.
    """

    points: pd.DataFrame
    least_moves: float | None
    plans: Mapping[str, Proposal]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON: the result of a job."""
        return {
            "points": records(self.points),
            "least_moves": self.least_moves,
            "plans": {key: plan.to_dict() for key, plan in self.plans.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeadcountStudy:
    """
    A plan for each number of territories, three fewer to three more.

    Parameters
    ----------
    points
        A row a number: see `territory.studies.headcount`, with `next_head` (the next
        head's unit by name).
    around
        The number in the middle.
    reach_min
        How far coverage reaches, minutes.
    capacity_h
        What a rep can give, hours a year.
    plans
        By the number, as text; none where a number was refused.
    """

    points: pd.DataFrame
    around: int
    reach_min: float
    capacity_h: float
    plans: Mapping[str, Proposal]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON: the result of a job."""
        return {
            "points": records(self.points),
            "around": self.around,
            "reach_min": self.reach_min,
            "capacity_h": self.capacity_h,
            "plans": {key: plan.to_dict() for key, plan in self.plans.items()},
        }


def proposal_in(result: Mapping[str, Any] | None, plan: str = "") -> Proposal | None:
    """
    Read a plan out of what a job about territories returned.

    Parameters
    ----------
    result
        Of the job; None: it returned nothing.
    plan
        Which of a study's plans; "": it is a balance and has one.

    Returns
    -------
    The plan; None: there is none of this name.
    """
    plain = (result or {}).get("plans", {}).get(plan) if plan else result
    return Proposal.from_dict(plain) if plain else None


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Make records of a table, with None where nothing is known."""
    return table.astype(object).where(table.notna(), None).to_dict("records")
