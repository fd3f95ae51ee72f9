"""Which credits a component pays on, and for whom."""

from __future__ import annotations

import operator

import pandas as pd

from planner.commissions.components import Component
from planner.commissions.components import Condition
from planner.core.money import round_ratio
from planner.core.units import PPM

_COLUMN_BY_FIELD = {"deal_amount": "deal_amount_minor"}
_COMPARE = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}


def span_of(period: str, accumulation: str) -> str:
    """
    Name the span that a month belongs to.

    Parameters
    ----------
    period
        ``2026-10`` (or ``2026`` for the year).
    accumulation
        ``none`` (the month, for want of better), ``month``, ``quarter``, ``year``.
    """
    if accumulation == "year":
        return period[:4]
    if accumulation == "quarter":
        return f"{period[:4]}-Q{(int(period[5:7]) + 2) // 3}"
    return period


def eligible(
    ordered: pd.DataFrame, component: Component, positions: pd.DataFrame
) -> pd.DataFrame:
    """
    Select the credits of a component.

    Parameters
    ----------
    ordered
        Credits with `credit_id` as a column.
    component
        Measure, conditions and roles.
    positions
        POSITIONS frame.

    Returns
    -------
    The rows that pass all conditions, in the order given.
    """
    measure = component.measure
    mask = ordered["credit_type"].eq(measure.credit_type)
    mask &= ordered["kind"].eq(measure.kind)
    for condition in (*measure.where, *component.where):
        mask &= _passes(ordered, condition)
    if component.roles:
        able = positions.index[positions["role"].isin(component.roles)]
        mask &= ordered["position_id"].isin(able)
    return ordered[mask]


def _passes(ordered: pd.DataFrame, condition: Condition) -> pd.Series:
    column = ordered[_COLUMN_BY_FIELD.get(condition.field, condition.field)]
    if condition.op in {"in", "not_in"}:
        inside = column.isin(list(condition.value))  # type: ignore[arg-type]
        return inside if condition.op == "in" else ~inside
    return _COMPARE[condition.op](column, condition.value).fillna(value=False)


def floor_positions(component: Component, positions: pd.DataFrame) -> set[str]:
    """Name the positions that a floor is owed to even without a credit."""
    if component.floor is None or not component.roles:
        return set()
    return set(positions.index[positions["role"].isin(component.roles)])


def spif_shares(mine: pd.DataFrame, component: Component) -> dict[str, int]:
    """
    Split a spif of each booked deal over its credits.

    Parameters
    ----------
    mine
        The component's credits.
    component
        A spif.

    Returns
    -------
    Minor units by `credit_id`: cumulative rounding over the shares in order of
    position; deals outside the window are absent.
    """
    booked = mine[mine["event"].eq("booking")]
    if component.from_on is not None and component.to_on is not None:
        booked = booked[
            (booked["close_on"] >= pd.Timestamp(component.from_on))
            & (booked["close_on"] < pd.Timestamp(component.to_on))
        ]
    booked = booked.sort_values(["deal_id", "position_id"])
    upto = booked.groupby("deal_id")["share_ppm"].cumsum()
    amount = component.spif_minor
    return {
        credit_id: round_ratio(amount * reached, PPM)
        - round_ratio(amount * (reached - share), PPM)
        for credit_id, reached, share in zip(
            booked["credit_id"], upto, booked["share_ppm"], strict=True
        )
    }
