"""The days of a plan: which weekday and which week each of them is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from planner.core.errors import InputError
from planner.core.units import DAYS_PER_WEEK

WORK_WEEKDAYS = (0, 1, 2, 3, 4)
MOST_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Calendar:
    """
    The days on which a rep may work, numbered from 0.

    Parameters
    ----------
    offsets
        Calendar days from the Monday of the first week to each day, ascending.
    length
        Calendar days from that Monday to the end of the plan.
    """

    offsets: tuple[int, ...]
    length: int

    @classmethod
    def of_weeks(
        cls,
        n_weeks: int,
        weekdays: Collection[int] = WORK_WEEKDAYS,
        *,
        first: int = 0,
        length: int | None = None,
    ) -> Calendar:
        """
        List the days of some weeks.

        Parameters
        ----------
        weekdays
            0 is Monday.
        first
            Calendar days from the Monday to the first day that is planned.
        length
            As of the class; None: all of the weeks.
        """
        end = n_weeks * DAYS_PER_WEEK if length is None else length
        days = (d for d in range(first, end) if d % DAYS_PER_WEEK in weekdays)
        return cls(tuple(days), end)

    @classmethod
    def of_days(cls, n_days: int, weekdays: Collection[int]) -> Calendar:
        """
        List so many working days from a Monday on.

        Raises
        ------
        InputError
            If they take more than 13 weeks.
        """
        work = sorted(weekdays)
        weeks, rest = divmod(n_days, len(work))
        length = weeks * DAYS_PER_WEEK + (work[rest - 1] + 1 if rest else 0)
        if length > MOST_WEEKS * DAYS_PER_WEEK:
            most = MOST_WEEKS * len(work)
            raise InputError(
                f"days must be at most {most} ({MOST_WEEKS} weeks), got {n_days}"
            )
        return cls.of_weeks(0, work, length=length)

    @property
    def n_days(self) -> int:
        """Number of days."""
        return len(self.offsets)

    @property
    def first(self) -> int:
        """Calendar days from the Monday to the first day; 0 where there is none."""
        return self.offsets[0] if self.offsets else 0

    def weekday(self, day: int) -> int:
        """Tell a day's weekday, 0 is Monday."""
        return self.offsets[day] % DAYS_PER_WEEK

    def week(self, day: int) -> int:
        """Tell a day's week, from 0."""
        return self.offsets[day] // DAYS_PER_WEEK

    def days_of(self, week: int) -> list[int]:
        """List the days of a week."""
        return [day for day in range(self.n_days) if self.week(day) == week]


FOUR_WEEKS = Calendar.of_weeks(4)
