"""The cumulative payout function of a tier table, exact in whole numbers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from planner.commissions.plans.components import RateTable
from planner.core.money import round_ratio
from planner.core.units import PPM


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the measure inside one tier; `portion_minor` < 0 going down."""

    tier_no: int
    portion_minor: int
    rate_ppm: int


class Curve:
    """
    A tier table with its bounds in money.

    Parameters
    ----------
    table
        The tiers.
    quota_minor
        What attainment bounds are shares of; not used for bounds in money.

    Notes
    -----
    An attainment bound in money is ``R(quota · bound)``, rounded once. Below 0 the
    first tier's rate holds on. Payouts are in micro-units: minor units × 1,000,000.
    """

    def __init__(self, table: RateTable, quota_minor: int = 0) -> None:
        by_quota = table.dimension == "attainment"
        bounds = [
            round_ratio(quota_minor * tier.lower, PPM) if by_quota else tier.lower
            for tier in table.tiers
        ]
        self._lowers = bounds
        self._rates = [tier.rate_ppm for tier in table.tiers]
        self._bisect = bisect_right if table.bound == "upper" else bisect_left
        self._micro_at = [0]
        for number in range(1, len(bounds)):
            width = bounds[number] - bounds[number - 1]
            self._micro_at.append(self._micro_at[-1] + width * self._rates[number - 1])

    def tier_no(self, measure_minor: int) -> int:
        """Tell which tier (from 0) a sum reaches, by the table's rule for bounds."""
        return max(0, self._bisect(self._lowers, measure_minor) - 1)

    def rate_ppm(self, measure_minor: int) -> int:
        """Return the rate of the tier that a sum reaches."""
        return self._rates[self.tier_no(measure_minor)]

    def marginal_micro(self, measure_minor: int) -> int:
        """Pay each band of a sum at its own rate."""
        number = max(0, bisect_right(self._lowers, measure_minor) - 1)
        inside = measure_minor - self._lowers[number]
        return self._micro_at[number] + inside * self._rates[number]

    def retroactive_micro(self, measure_minor: int) -> int:
        """Pay the whole sum at the rate of the tier it reaches."""
        return measure_minor * self.rate_ppm(measure_minor)

    def bands(self, before_minor: int, after_minor: int) -> list[Band]:
        """
        Cut the way from one sum to another at the bounds.

        Returns
        -------
        Bands in tier order; their portions sum to `after_minor` − `before_minor`.
        """
        low, high = sorted((before_minor, after_minor))
        sign = 1 if after_minor >= before_minor else -1
        bands = []
        last = len(self._rates) - 1
        for number in range(max(0, bisect_right(self._lowers, low) - 1), last + 1):
            top = high if number == last else min(high, self._lowers[number + 1])
            if top > low:
                band = Band(number + 1, sign * (top - low), self._rates[number])
                bands.append(band)
                low = top
            if top == high:
                break
        return bands
