"""What a comp plan is made of: measures, tiers, limits, components."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison of a credit's field; money values are whole minor units."""

    field: str
    op: str
    value: str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Which credits are added up, and over which span."""

    code: str
    name: str
    credit_type: str
    kind: str
    accumulation: str
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """
    A band with its rate.

    Parameters
    ----------
    lower, upper
        Bounds: ppm of the quota, or minor units of the amount; `upper` None: open.
    rate_ppm
        What a unit of the measure inside the band pays.
    """

    lower: int
    upper: int | None
    rate_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTable:
    """Tiers from 0 without gap to an open end; a bound is the `bound` tier's own."""

    table_id: str
    dimension: str
    tiers: tuple[Tier, ...]
    bound: str = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most (cap) or least (floor) a component pays per span."""

    amount_minor: int
    per: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """
    One element of pay.

    Parameters
    ----------
    component_id, name
        Its id, and its words on a statement.
    type
        ``flat``, ``marginal``, ``retroactive``, ``cliff``, ``override``, ``bonus`` or
        ``spif``.
    measure
        What it pays on.
    roles
        Roles it is for; empty: every position with credits of the measure.
    positions
        Positions it is for; empty: all of the roles.
    table
        Its tiers; a flat rate is a table of one open tier, a bonus has one up to the
        attainment it is paid for and one from there on.
    is_retroactive, is_cliff
        How the tiers act: reached tier on everything, or each deal by itself.
    quota_measure
        Measure of the quota that an attainment table divides by.
    reversal
        Whether a cancellation takes back what the deal paid, or pays at today's tier.
    bonus_minor
        What reaching the attainment of a bonus pays, once in a span of the measure.
    spif_minor, from_on, to_on
        Amount per deal of a spif, and the days [from_on, to_on) it runs.
    where
        Conditions on the credit, beside those of the measure.
    cap, floor
        Limits; None: none.
    """

    component_id: str
    name: str
    type: str
    measure: Measure
    roles: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    table: RateTable | None = None
    is_retroactive: bool = False
    is_cliff: bool = False
    quota_measure: str | None = None
    reversal: str = "original_rate"
    bonus_minor: int = 0
    spif_minor: int = 0
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    where: tuple[Condition, ...] = ()
    cap: Limit | None = None
    floor: Limit | None = None
