"""Which credits a component pays on, and for whom."""

from __future__ import annotations

import operator
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from planner.commissions.plans.components import Component, Condition
from planner.core.money import round_ratio
from planner.core.units import PPM


class Credit(NamedTuple):
    """One credit as the walk needs it; `period` is the month it closed in."""

    credit_id: str
    deal_id: str
    account_id: str
    event: str
    related_deal_id: str | None
    amount_minor: int
    close_on: pd.Timestamp
    period: str


_COLUMN_BY_FIELD = {"deal_amount": "deal_amount_minor"}
_COMPARE = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}


def by_position(mine: pd.DataFrame) -> dict[str, list[Credit]]:
    """
    Group credits by position, as plain records: walking a frame is ten times slower.

    Parameters
    ----------
    mine
        Credits as `eligible` returns them.

    Returns
    -------
    The credits of each position in the order given.
    """
    days = mine["close_on"]
    months = days.dt.year * 100 + days.dt.month
    text = {month: f"{month // 100}-{month % 100:02d}" for month in months.unique()}
    columns = [mine[name].tolist() for name in Credit._fields[:-1]]
    grouped: dict[str, list[Credit]] = {}
    for name, month, *values in zip(
        mine["position_id"].tolist(), months.tolist(), *columns, strict=True
    ):
        grouped.setdefault(name, []).append(Credit._make((*values, text[month])))
    return grouped


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
        mask &= ordered["position_id"].isin(_able(component, positions))
    if component.positions:
        mask &= ordered["position_id"].isin(component.positions)
    return ordered[mask]


def _able(component: Component, positions: pd.DataFrame) -> pd.Index:
    """Name the positions of the component's roles."""
    return positions.index[positions["role"].isin(component.roles)]


def _passes(ordered: pd.DataFrame, condition: Condition) -> pd.Series:
    column = ordered[_COLUMN_BY_FIELD.get(condition.field, condition.field)]
    value = condition.value
    if condition.field == "product":
        column = column.map(product_key, na_action="ignore")
        value = (
            tuple(map(product_key, value))
            if isinstance(value, tuple)
            else product_key(str(value))
        )
    if condition.op in {"in", "not_in"}:
        inside = column.isin(list(value))  # type: ignore[arg-type]
        return inside if condition.op == "in" else ~inside
    return _COMPARE[condition.op](column, value).fillna(value=False)


@lru_cache(maxsize=10_000)
def product_key(name: str) -> str:
    """Spell a product in one way: case, width of letters and blanks do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def floor_positions(component: Component, positions: pd.DataFrame) -> set[str]:
    """Name the positions that a floor is owed to even without a credit."""
    if component.floor is None:
        return set()
    named = set(component.positions) & set(positions.index)
    return named or set(_able(component, positions))


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
