"""The year a plan counts in, and the spans inside it."""

from __future__ import annotations

from dataclasses import dataclass

MONTHS = 12


@dataclass(frozen=True, slots=True)
class PlanYear:
    """
    The year in which measures, tiers and caps run on.

    Parameters
    ----------
    first_month
        The month it begins with, 1 to 12.

    Notes
    -----
    A year is called after the calendar year it begins in: the one from July 2026 to
    June 2027 is ``2026``, its first quarter ``2026-Q1``.
    """

    first_month: int = 1

    def first(self, period: str) -> str:
        """Name the first month of the year that a month lies in."""
        return f"{self.span(period, 'year')}-{self.first_month:02d}"

    def span(self, period: str, accumulation: str) -> str:
        """
        Name the span that a month belongs to.

        Parameters
        ----------
        period
            ``2026-10`` (or ``2026`` for the year).
        accumulation
            ``none`` (the month, for want of better), ``month``, ``quarter``, ``year``.
        """
        year, month = int(period[:4]), int(period[5:7] or self.first_month)
        ahead = (year * MONTHS + month) - self.first_month
        if accumulation == "year":
            return f"{ahead // MONTHS}"
        if accumulation == "quarter":
            return f"{ahead // MONTHS}-Q{ahead % MONTHS // 3 + 1}"
        return period
