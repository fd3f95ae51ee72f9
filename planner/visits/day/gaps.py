"""Who fits into a freed hour: nearby accounts by value per minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planner.core.units import S_PER_MIN
from planner.visits.model.problem import RepProblem
from planner.visits.model.timing import WHOLE_DAY, DayTimes, Setting, time_day


@dataclass(frozen=True, slots=True, kw_only=True)
class GapOffer:
    """
    One account that could be visited in between.

    Parameters
    ----------
    position
        Number of stops before it on the day.
    added_travel_s
        Seconds of travel it costs.
    value_per_min
        Value ÷ minutes of added travel and service.
    timed
        The whole day with the account in it.
    """

    account: int
    position: int
    start_s: int
    leave_s: int
    added_travel_s: int
    value_per_min: float
    timed: DayTimes


def fill_gap(
    problem: RepProblem,
    timed: DayTimes,
    candidates: Mapping[int, float],
    *,
    setting: Setting = WHOLE_DAY,
    most: int = 3,
) -> list[GapOffer]:
    """
    Offer accounts that fit into a day without moving any visit to a later start.

    Parameters
    ----------
    timed
        The day as it stands, made with the same `setting`.
    candidates
        Value by account; those already on the day are passed over.
    most
        Number of offers.

    Returns
    -------
    Best value per minute first; each keeps all hours, lunch and the end of the day.
    """
    offers = [
        best
        for account, value in candidates.items()
        if account not in timed.accounts
        and (best := _best_offer(problem, timed, account, value, setting))
    ]
    offers.sort(key=lambda offer: (-offer.value_per_min, offer.account))
    return offers[:most]


def _best_offer(
    problem: RepProblem,
    timed: DayTimes,
    account: int,
    value: float,
    setting: Setting,
) -> GapOffer | None:
    """Find the position that costs least travel and delays nobody."""
    before = {stop.account: stop.start_s for stop in timed.stops}
    best: GapOffer | None = None
    for position in range(len(timed.stops) + 1):
        route = [*timed.accounts[:position], account, *timed.accounts[position:]]
        longer = time_day(problem, timed.day, route, setting)
        if longer is None or _delays(longer, before):
            continue
        added_s = longer.travel_s - timed.travel_s
        if best is not None and best.added_travel_s <= added_s:
            continue
        stop = longer.stops[position]
        spent_s = max(S_PER_MIN, added_s + stop.leave_s - stop.start_s)
        best = GapOffer(
            account=account,
            position=position,
            start_s=stop.start_s,
            leave_s=stop.leave_s,
            added_travel_s=added_s,
            value_per_min=value * S_PER_MIN / spent_s,
            timed=longer,
        )
    return best


def _delays(longer: DayTimes, before: Mapping[int, int]) -> bool:
    return any(
        stop.start_s > before.get(stop.account, stop.start_s) for stop in longer.stops
    )
