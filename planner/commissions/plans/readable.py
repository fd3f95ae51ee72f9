"""A compiled plan as terms that one can read: codes with values, a part at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.commissions.plans.components import Component, Condition, Limit, Tier
from planner.commissions.plans.plan import CompPlan
from planner.core.reasons import Reason
from planner.core.units import PPM

_SCALES = {"retroactive": "terms_retroactive", "cliff": "terms_cliff"}


def readable_terms(plan: CompPlan) -> list[Reason]:
    """
    Lay out what a plan pays.

    Parameters
    ----------
    plan
        The compiled plan.

    Returns
    -------
    A reason for each component, in the plan's order; `core.languages` words them:
    ``Commission (reps): 5 % of bookings up to 100 % of the year's quota, 8 % above``.
    """
    return [part_terms(component, plan.currency) for component in plan.components]


def part_terms(component: Component, currency: str) -> Reason:
    """Lay out what one component pays, as `readable_terms` does."""
    pay = [_payout(component, currency)]
    conditions = (*component.measure.where, *component.where)
    if conditions:
        listed = [_condition(each, currency) for each in conditions]
        pay.append(Reason("terms_where", {"conditions": listed}))
    for code, limit in (("terms_cap", component.cap), ("terms_floor", component.floor)):
        if limit is not None:
            pay.append(_limit(code, limit, currency))
    pay.append(_reversal(component))
    who = [Reason(f"terms_{role}") for role in component.roles]
    if component.positions:
        who = [Reason("terms_positions", {"positions": list(component.positions)})]
    return Reason("terms_part", {"name": component.name, "who": who, "pay": pay})


def parts_for(plan: CompPlan, position_id: str, role: str) -> list[Reason]:
    """
    Lay out what a plan pays one position.

    Parameters
    ----------
    plan
        The compiled plan.
    position_id, role
        Whose terms.
    """
    return [
        part_terms(component, plan.currency)
        for component in plan.components
        if (not component.roles or role in component.roles)
        and (not component.positions or position_id in component.positions)
    ]


def _payout(component: Component, currency: str) -> Reason:
    """Say what is paid, of what."""
    measure = component.measure.name
    if component.table is None:
        ends = {"from_on": component.from_on, "to_on": component.to_on}
        days = {end: day.isoformat() for end, day in ends.items() if day is not None}
        amount = _money(component.spif_minor, currency)
        return Reason("terms_spif", {**amount, **days, "measure": measure})
    if component.type == "bonus":
        at = component.table.tiers[1].lower / PPM
        amount = _money(component.bonus_minor, currency)
        return Reason("terms_bonus", {**amount, "at": at, "quota": _quota(component)})
    tiers = component.table.tiers
    if len(tiers) == 1:
        rate_ppm = tiers[0].rate_ppm
        return Reason("terms_flat", {"rate_ppm": rate_ppm, "measure": measure})
    listed = [
        _tier(component, number, tier, currency) for number, tier in enumerate(tiers)
    ]
    code = _SCALES.get(component.type, "terms_bands")
    return Reason(code, {"measure": measure, "tiers": listed})


def _tier(component: Component, number: int, tier: Tier, currency: str) -> Reason:
    """Say a tier's rate and where it ends."""
    values: dict[str, Any] = {"rate_ppm": tier.rate_ppm}
    if tier.upper is None:
        return Reason("terms_tier_last", values)
    values["upper"] = _bound(component, tier.upper, currency)
    if number:
        return Reason("terms_tier_next", values)
    return Reason("terms_tier_first", values | {"measure": component.measure.name})


def _bound(component: Component, bound: int, currency: str) -> Reason:
    if component.quota_measure is not None:
        values = {"share": bound / PPM, "quota": _quota(component)}
        return Reason("terms_bound_quota", values)
    span = component.measure.accumulation
    if component.is_cliff:
        span = "none"
    return Reason(
        "terms_bound_amount",
        {**_money(bound, currency), "span": Reason(f"terms_span_{span}")},
    )


def _quota(component: Component) -> Reason:
    return Reason(f"terms_quota_{component.measure.accumulation}")


def _money(amount_minor: int, currency: str) -> Mapping[str, Any]:
    return {"amount_minor": amount_minor, "currency": currency}


def _limit(code: str, limit: Limit, currency: str) -> Reason:
    per = Reason(f"terms_per_{limit.per}")
    return Reason(code, {**_money(limit.amount_minor, currency), "per": per})


def _condition(condition: Condition, currency: str) -> Reason:
    value = condition.value
    worded: Reason | str = str(value)
    if isinstance(value, tuple):
        worded = ", ".join(value)
    elif condition.field == "deal_amount":
        worded = Reason("terms_money", _money(int(value), currency))
    field = Reason(f"terms_{condition.field}")
    return Reason(f"terms_{condition.op}", {"field": field, "value": worded})


def _reversal(component: Component) -> Reason:
    if component.type == "bonus":
        return Reason("terms_bonus_lost")
    return Reason(f"terms_{component.reversal}")
