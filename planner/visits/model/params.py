"""What a visit plan must satisfy; light imports only, pages use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.core.errors import ParamsError

VISIT_CLASSES = ("A", "B", "C", "D")
COUNTS_PER_4_WEEKS = (0, 1, 2, 4)
S_PER_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceParams:
    """
    How often and how long each visit class is visited.

    Parameters
    ----------
    visits_per_4_weeks
        By visit class: 4 (weekly), 2 (fortnightly), 1 (monthly) or 0 (no visit owed).
    service_min
        Minutes at a stop by visit class.
    same_weekday_classes
        Fortnightly classes that keep their weekday, exactly two weeks apart; the other
        fortnightly ones have a visit in each fortnight, 8 to 12 working days apart.
        Weekly classes always keep it.
    visit_worth
        Worth of one visit by class: who is left out when not everyone fits.
    """

    visits_per_4_weeks: Mapping[str, int] = field(
        default_factory=lambda: {"A": 4, "B": 2, "C": 1, "D": 0}
    )
    service_min: Mapping[str, int] = field(
        default_factory=lambda: {"A": 45, "B": 30, "C": 20, "D": 20}
    )
    same_weekday_classes: tuple[str, ...] = ()
    visit_worth: Mapping[str, int] = field(
        default_factory=lambda: {"A": 10, "B": 5, "C": 3, "D": 1}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteParams:
    """
    How a rep's days are built, and the seed of the search for them.

    Parameters
    ----------
    n_weeks
        Length of the plan; visits are planned four weeks at a time.
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

    n_weeks: int = 4
    lunch_min: int = 45
    lunch_earliest_s: int = 42_300
    lunch_latest_s: int = 48_600
    with_prospects: bool = False
    max_prospects: int = 40
    iterations: int = 20_000
    passes: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_weeks != 4:
            raise ParamsError(f"n_weeks must be 4, got {self.n_weeks}")
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
