"""Small plans, credits and quotas for the tests of pay."""

from __future__ import annotations

import pandas as pd

from planner.commissions.plans.plan import load_plan
from planner.core.schemas import QUOTAS, check
from planner.quotas.crediting import CREDIT_COLUMNS, stable_id

POSITIONS = pd.DataFrame(
    {
        "role": ["vp", "manager", "rep", "rep", "overlay"],
        "parent_id": [None, "P-VP", "P-M1", "P-M1", "P-VP"],
    },
    index=["P-VP", "P-M1", "P-R01", "P-R02", "P-O1"],
).assign(title="", territory_id=None)

DAYS = "valid_from: 2026-01-01, valid_to: 2027-01-01"
HEAD = f"""
schema: commission-plan/1
plan: {{id: TEST, currency: USD, {DAYS}}}
measures:
  - {{code: bookings, credit_type: revenue, kind: direct, accumulation: year}}
  - {{code: each, credit_type: revenue, kind: direct, accumulation: none}}
  - {{code: monthly, credit_type: revenue, kind: direct, accumulation: month}}
  - {{code: team, credit_type: revenue, kind: rolled, accumulation: year}}
  - {{code: overlay, credit_type: overlay, kind: direct, accumulation: year}}
"""

MARGINAL = (
    HEAD
    + """
rate_tables:
  - id: field
    dimension: attainment
    tiers:
      - {from: 0, to: 0.5, rate: 0.04}
      - {from: 0.5, to: 1, rate: 0.08}
      - {from: 1, to: null, rate: 0.12}
components:
  - {id: commission, type: marginal, measure: bookings, roles: [rep],
     quota: {measure: bookings}, rates: field}
"""
)


def plan_of(components, rate_tables="", *, days=DAYS):
    """Make a plan of the measures above from the YAML of its components."""
    tables = f"rate_tables:\n{rate_tables}\n" if rate_tables else ""
    head = HEAD.replace(DAYS, days)
    return load_plan(f"{head}\n{tables}components:\n{components}\n")


AMOUNT_TIERS = """
  - id: steps
    dimension: amount
    bound_belongs_to: {bound}
    tiers:
      - {{from: 0, to: 5000, rate: 0.05}}
      - {{from: 5000, to: 10000, rate: 0.10}}
      - {{from: 10000, to: null, rate: 0.15}}
"""


def rich_plan(**more):
    """Make a plan of every kind of component."""
    return plan_of(
        """
  - {id: commission, type: marginal, measure: bookings, roles: [rep],
     quota: {measure: bookings}, rates: field, cap: {amount: 900, per: quarter}}
  - {id: retro, type: retroactive, measure: monthly, rates: steps}
  - {id: deal_size, type: cliff, measure: each, rates: steps,
     floor: {amount: 10, per: month}, roles: [rep]}
  - {id: banded, type: marginal, measure: each, rates: steps, reversal: current_rate}
  - {id: launch, type: spif, measure: bookings, amount: 33.33}
  - {id: capped, type: flat, measure: each, rate: 0.1, cap: {amount: 300, per: month}}
  - {id: climbing, type: retroactive, measure: bookings, rates: steps,
     cap: {amount: 200, per: month}}
  - {id: small, type: flat, measure: each, rate: 0.05, cap: {amount: 90, per: deal}}
  - {id: goal, type: bonus, measure: bookings, quota: {measure: bookings}, amount: 250,
     at: 0.4, cap: {amount: 200, per: month}}
""",
        AMOUNT_TIERS.format(bound="upper")
        + """
  - id: field
    dimension: attainment
    tiers:
      - {from: 0, to: 0.333333, rate: 0.043217}
      - {from: 0.333333, to: 1, rate: 0.08}
      - {from: 1, to: null, rate: 0.123456}
""",
        **more,
    )


def credit(deal_id, close_on, amount_minor, position_id="P-R01", **more):
    """Make one credit row; `cancels` names the deal it takes back."""
    related = more.pop("cancels", None)
    return {
        "deal_id": deal_id,
        "account_id": "A1",
        "position_id": position_id,
        "credit_type": "revenue",
        "kind": "direct",
        "event": "cancellation" if related else "booking",
        "rule": "owner",
        "share_ppm": 1_000_000,
        "amount_minor": amount_minor,
        "currency": "USD",
        "close_on": close_on,
        "product": "Core",
        "deal_kind": "new",
        "term_months": 12,
        "deal_amount_minor": amount_minor,
        "related_deal_id": related,
        **more,
    }


def credits_of(*rows):
    """Make a credits frame with the engine's own ids."""
    frame = pd.DataFrame(list(rows), columns=list(CREDIT_COLUMNS))
    frame["close_on"] = frame["close_on"].astype("datetime64[s]")
    for column in ("amount_minor", "share_ppm", "deal_amount_minor", "term_months"):
        frame[column] = frame[column].astype("int64")
    keys = frame[["deal_id", "position_id", "credit_type", "kind"]]
    frame.index = pd.Index(
        [stable_id(*key) for key in keys.itertuples(index=False)],
        dtype="str",
        name="credit_id",
    )
    return frame


def quotas_of(amount_by_position, period="2026", measure="bookings"):
    """Make a QUOTAS frame of one measure and period."""
    frame = pd.DataFrame(
        {
            "position_id": list(amount_by_position),
            "measure": measure,
            "period": period,
            "amount_minor": list(amount_by_position.values()),
            "currency": "USD",
        }
    )
    return check(frame, QUOTAS)


NO_QUOTAS = quotas_of({})
