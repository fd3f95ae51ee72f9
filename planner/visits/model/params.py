"""What a visit plan must satisfy; light imports only, pages use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.core.errors import ParamsError

VISIT_CLASSES = ("A", "B", "C", "D")
COUNTS_PER_4_WEEKS = (0, 1, 2, 4)
S_PER_DAY = 86_400
DAYS_PER_4_WEEKS = 28
MOST_DAYS = 91
SHORTEST_INTERVAL_DAYS, LONGEST_INTERVAL_DAYS = 7, 730


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceParams:
    """
    How often and how long each visit class is visited.

    Parameters
    ----------
    visits_per_4_weeks
        By visit class: 4 (weekly), 2 (fortnightly), 1 (monthly) or 0 (no visit owed).
    interval_days
        By visit class, in place of that: days from one visit to the next, 7 to 730.
    service_min
        Minutes at a stop by visit class.
    same_weekday_classes
        Fortnightly classes that keep their weekday, exactly two weeks apart; the other
        fortnightly ones have a visit in each fortnight, 8 to 12 working days apart.
        Weekly classes always keep it.
    visit_worth
        Worth of one visit by class: who is left out when not everyone fits. Far enough
        apart that no number of visits of a lower class which fit into the time of one
        of a higher class outweighs it.
    """

    visits_per_4_weeks: Mapping[str, int] = field(
        default_factory=lambda: {"A": 4, "B": 2, "C": 1, "D": 0}
    )
    interval_days: Mapping[str, int] = field(default_factory=dict)
    service_min: Mapping[str, int] = field(
        default_factory=lambda: {"A": 45, "B": 30, "C": 20, "D": 20}
    )
    same_weekday_classes: tuple[str, ...] = ()
    visit_worth: Mapping[str, int] = field(
        default_factory=lambda: {"A": 100, "B": 20, "C": 4, "D": 1}
    )

    def __post_init__(self) -> None:
        for name, count in self.visits_per_4_weeks.items():
            if count not in COUNTS_PER_4_WEEKS:
                raise ParamsError(
                    f"visits per 4 weeks of class {name} must be 0, 1, 2 or 4, "
                    f"got {count}"
                )
            if not 1 <= self.service_min.get(name, 0) <= 600:
                raise ParamsError(
                    f"service minutes of class {name} must lie in [1, 600], "
                    f"got {self.service_min.get(name)}"
                )
            if self.visit_worth.get(name, 0) < 1:
                raise ParamsError(
                    f"worth of a visit of class {name} must be at least 1, "
                    f"got {self.visit_worth.get(name)}"
                )
        for name, days in self.interval_days.items():
            if not SHORTEST_INTERVAL_DAYS <= days <= LONGEST_INTERVAL_DAYS:
                raise ParamsError(
                    f"interval_days of class {name} must lie in "
                    f"[{SHORTEST_INTERVAL_DAYS}, {LONGEST_INTERVAL_DAYS}], got {days}"
                )

    def interval_of(self, visit_class: str) -> int | None:
        """Give the days from one visit of a class to the next; None: none is owed."""
        if visit_class in self.interval_days:
            return self.interval_days[visit_class]
        count = self.visits_per_4_weeks.get(visit_class, 0)
        return DAYS_PER_4_WEEKS // count if count else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteParams:
    """
    How a rep's days are built, and the seed of the search for them.

    Parameters
    ----------
    n_days
        Length of the plan in calendar days, 1 to 91 (13 weeks).
    lunch_min
        Length of the lunch break.
    lunch_earliest_s, lunch_latest_s
        Lunch starts not before the first, and the stop before it is left not after the
        second; seconds from midnight.
    with_prospects
        Whether free time is filled with optional visits, after all required ones.
    max_prospects
        Most optional visits considered for one rep, the most valuable first.
    iterations
        Rounds of the search for each rep and pass; more gives shorter routes.
    passes
        Searches from different starts, the best kept.
    seed
        Of all chance; equal seeds give equal plans.
    """

    n_days: int = DAYS_PER_4_WEEKS
    lunch_min: int = 45
    lunch_earliest_s: int = 42_300
    lunch_latest_s: int = 48_600
    with_prospects: bool = False
    max_prospects: int = 40
    iterations: int = 20_000
    passes: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.n_days <= MOST_DAYS:
            raise ParamsError(
                f"n_days must lie in [1, {MOST_DAYS}] (13 weeks), got {self.n_days}"
            )
        if not 0 <= self.lunch_min <= 240:
            raise ParamsError(f"lunch_min must lie in [0, 240], got {self.lunch_min}")
        if not 0 <= self.lunch_earliest_s <= self.lunch_latest_s <= S_PER_DAY:
            raise ParamsError(
                "lunch must start between two times of one day, got "
                f"{self.lunch_earliest_s} to {self.lunch_latest_s}"
            )
        for name in ("iterations", "max_prospects", "seed"):
            if getattr(self, name) < 0:
                raise ParamsError(f"{name} must be ≥ 0, got {getattr(self, name)}")
        if self.passes < 1:
            raise ParamsError(f"passes must be at least 1, got {self.passes}")
