"""What a credit pays by a payout function: minor units, and the steps to them."""

from __future__ import annotations

from planner.commissions.calculation.tiers import Curve
from planner.core.money import round_ratio
from planner.core.units import PPM

# formula, tier, portion, rate, exact payout in micro-units
Step = tuple[str, int | None, int, int | None, int]


def marginal(curve: Curve, before: int, after: int) -> tuple[int, list[Step]]:
    """Pay the way from one sum to another, each band at its own rate."""
    amount = round_ratio(curve.marginal_micro(after), PPM) - round_ratio(
        curve.marginal_micro(before), PPM
    )
    return amount, _tier_steps(curve, before, after)


def _tier_steps(curve: Curve, before: int, after: int) -> list[Step]:
    return [
        (
            "tier",
            band.tier_no,
            band.portion_minor,
            band.rate_ppm,
            band.portion_minor * band.rate_ppm,
        )
        for band in curve.bands(before, after)
    ]


def cliff(curve: Curve, amount_minor: int) -> tuple[int, list[Step]]:
    """Pay a deal by the tier its own size reaches."""
    number = curve.tier_no(abs(amount_minor))
    rate = curve.rate_ppm(abs(amount_minor))
    micro = amount_minor * rate
    return round_ratio(micro, PPM), [("tier", number + 1, amount_minor, rate, micro)]


def retroactive(
    curve: Curve, before: int, after: int, kind: str
) -> list[tuple[str, int, list[Step]]]:
    """Pay all money at the tier reached; what that changes of earlier money apart."""
    rate, tier_no = curve.rate_ppm(after), curve.tier_no(after) + 1
    moved_micro = before * rate
    moved = round_ratio(moved_micro, PPM) - round_ratio(
        curve.retroactive_micro(before), PPM
    )
    earned = round_ratio(after * rate, PPM) - round_ratio(moved_micro, PPM)
    portion = after - before
    step: Step = ("tier", tier_no, portion, rate, portion * rate)
    entries: list[tuple[str, int, list[Step]]] = [(kind, earned, [step])]
    if curve.rate_ppm(before) != rate and moved:
        change = rate - curve.rate_ppm(before)
        back: Step = ("new tier on earlier", tier_no, before, change, before * change)
        entries.append(("retroactive", moved, [back]))
    return entries


def bonus(
    curve: Curve, amount_minor: int, before: int, after: int
) -> tuple[int, list[Step]]:
    """Pay a fixed amount where a bound is reached, take it back where it is lost."""
    change = curve.tier_no(after) - curve.tier_no(before)
    is_lost = change < 0
    formula = "for the quota no longer reached" if is_lost else "for the quota reached"
    step: Step = (formula, None, after - before, None, change * amount_minor * PPM)
    return change * amount_minor, [step]


def each_alone(curve: Curve, amount_minor: int) -> tuple[int, list[Step]]:
    """Pay a deal by the bands of its own amount; a reversal mirrors its booking."""
    if amount_minor >= 0:
        return marginal(curve, 0, amount_minor)
    paid, steps = marginal(curve, 0, -amount_minor)
    mirrored = [
        (formula, tier_no, -portion, rate, -micro)
        for formula, tier_no, portion, rate, micro in steps
    ]
    return -paid, mirrored
