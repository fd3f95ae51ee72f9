"""Credits and pay of generated deals: seconds, and every line against the reference."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.commissions.calculation.calculate import calculate
from planner.commissions.calculation.reference import reference_amounts
from planner.commissions.plans.plan import CompPlan, load_plan
from planner.core.schemas import DEALS, OWNERSHIP, POSITIONS, QUOTAS, SPLITS, check
from planner.quotas.crediting import credit_deals

N_REPS = 100
N_ACCOUNTS = 5_000
LAST = "2026-12"
PLAN = """
schema: commission-plan/1
plan: {id: BENCH, currency: USD, valid_from: 2026-01-01, valid_to: 2027-01-01}
measures:
  - {code: bookings, credit_type: revenue, kind: direct, accumulation: year}
  - {code: team, credit_type: revenue, kind: rolled, accumulation: year}
rate_tables:
  - id: field
    dimension: attainment
    tiers:
      - {from: 0, to: 0.5, rate: 0.04}
      - {from: 0.5, to: 1, rate: 0.08}
      - {from: 1, to: 1.5, rate: 0.12}
      - {from: 1.5, to: null, rate: 0.1}
components:
  - {id: commission, type: marginal, measure: bookings, roles: [rep],
     quota: {measure: bookings}, rates: field, cap: {amount: 40000, per: month}}
  - {id: override, type: override, measure: team, roles: [manager], rate: 0.004}
"""


def make_world(n_deals: int, seed: int) -> dict[str, pd.DataFrame]:
    """
    Make a year of deals, some split and some cancelled, with owners and quotas.

    Parameters
    ----------
    n_deals
        Deals, cancellations among them.
    seed
        Of the draw; equal seeds give equal worlds.
    """
    rng = np.random.default_rng(seed)
    reps = [f"P-R{number:03d}" for number in range(N_REPS)]
    managers = [f"P-M{number}" for number in range(N_REPS // 10)]
    positions = pd.DataFrame(
        {
            "title": "",
            "role": ["manager"] * len(managers) + ["rep"] * N_REPS,
            "parent_id": [None] * len(managers)
            + [managers[number // 10] for number in range(N_REPS)],
            "territory_id": None,
        },
        index=pd.Index([*managers, *reps], name="position_id"),
    )
    accounts = [f"A{number:05d}" for number in range(N_ACCOUNTS)]
    ownership = pd.DataFrame(
        {
            "account_id": accounts,
            "position_id": rng.choice(reps, N_ACCOUNTS),
            "role": "owner",
            "share_ppm": 1_000_000,
            "valid_from": pd.Timestamp("2026-01-01"),
            "valid_to": pd.NaT,
        }
    )
    deals = _deals(n_deals, accounts, rng)
    quota = int(deals["amount_minor"].clip(lower=0).sum()) // N_REPS
    quotas = pd.DataFrame(
        {
            "position_id": reps,
            "measure": "bookings",
            "period": "2026",
            "amount_minor": quota,
            "currency": "USD",
        }
    )
    split_ids = deals.index[deals["kind"].eq("new")][::50]
    pairs = [rng.choice(reps, 2, replace=False) for _ in split_ids]
    splits = pd.DataFrame(
        [
            (deal_id, name, share)
            for deal_id, pair in zip(split_ids, pairs, strict=True)
            for name, share in zip(pair, (333_333, 666_667), strict=True)
        ],
        columns=["deal_id", "position_id", "share_ppm"],
    )
    return {
        "deals": check(deals, DEALS),
        "ownership": check(ownership, OWNERSHIP),
        "splits": check(splits, SPLITS),
        "positions": check(positions, POSITIONS),
        "quotas": check(quotas, QUOTAS),
    }


def _deals(n_deals: int, accounts: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """Draw the deals; every fortieth cancels the whole or half of an earlier one."""
    first = pd.Timestamp("2026-01-01")
    close_on = first + pd.to_timedelta(np.sort(rng.integers(0, 365, n_deals)), unit="D")
    frame = pd.DataFrame(
        {
            "account_id": rng.choice(accounts, n_deals),
            "product": rng.choice(["Core", "Service"], n_deals),
            "kind": "new",
            "stage": "won",
            "opened_on": first,
            "close_on": close_on,
            "amount_minor": rng.lognormal(13, 1, n_deals).astype("int64"),
            "currency": "USD",
            "term_months": 12,
            "related_deal_id": None,
        },
        index=pd.Index([f"D{number:07d}" for number in range(n_deals)], name="deal_id"),
    )
    frame["related_deal_id"] = frame["related_deal_id"].astype("str")
    places = np.arange(40, n_deals, 40)
    originals = places - 1 - rng.integers(0, 38, len(places))
    amounts = frame["amount_minor"].to_numpy()[originals] // rng.integers(
        1, 3, len(places)
    )
    ids = frame.index[places]
    frame.loc[ids, "kind"] = "cancellation"
    frame.loc[ids, "related_deal_id"] = frame.index[originals].to_numpy()
    frame.loc[ids, "amount_minor"] = -amounts
    return frame


def measure(n_deals: int, seed: int, *, with_reference: bool) -> dict[str, Any]:
    """
    Credit and pay one world.

    Parameters
    ----------
    n_deals, seed
        As for `make_world`.
    with_reference
        Whether each line is checked against the Decimal reference (slow).

    Returns
    -------
    Counts, CPU seconds by step, and how many lines differ.
    """
    world, plan = make_world(n_deals, seed), load_plan(PLAN)
    started = time.process_time()
    credited = credit_deals(
        world["deals"], world["ownership"], world["splits"], world["positions"]
    )
    credited_s = time.process_time() - started
    started = time.process_time()
    paid = calculate(
        credited.credits,
        world["quotas"],
        plan,
        LAST,
        world["positions"],
        since="2026-01",
    )
    paid_s = time.process_time() - started
    direct = credited.credits.query("kind == 'direct'")["amount_minor"].sum()
    return {
        "deals": n_deals,
        "credits": len(credited.credits),
        "lines": len(paid.lines),
        "problems": len(credited.problems) + len(paid.problems),
        "credit_s": round(credited_s, 2),
        "pay_s": round(paid_s, 2),
        "deals_minus_credits_minor": int(world["deals"]["amount_minor"].sum() - direct),
        **(
            _against(credited.credits, world, plan, paid.lines)
            if with_reference
            else {}
        ),
    }


def _against(
    credit_rows: pd.DataFrame,
    world: dict[str, pd.DataFrame],
    plan: CompPlan,
    lines: pd.DataFrame,
) -> dict[str, Any]:
    started = time.process_time()
    expected = reference_amounts(
        credit_rows, world["quotas"], plan, world["positions"], "2026-01", LAST
    )
    reference_s = time.process_time() - started
    keys = ["position_id", "component_id", "credit_id", "entry_type", "period"]
    found = lines[lines["amount_minor"] != 0].set_index(keys)["amount_minor"].to_dict()
    differing = {
        key
        for key in expected.keys() | found.keys()
        if expected.get(key) != found.get(key)
    }
    return {"reference_s": round(reference_s, 2), "lines_differing": len(differing)}


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the benchmark and print its table.

    Parameters
    ----------
    argv
        ``--quick``, ``--json FILE``, ``--seed N``; ``--data`` is taken and not needed.

    Returns
    -------
    0; 1 if a line differs from the reference or a credit is missing.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks commissions")
    parser.add_argument("--data", type=Path, help="not needed: the deals are generated")
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    sizes = (
        [(2_000, True)]
        if args.quick
        else [(4_000, True), (20_000, False), (100_000, False)]
    )
    rows = [
        measure(n_deals, args.seed, with_reference=checked)
        for n_deals, checked in sizes
    ]
    print(pd.DataFrame(rows).to_string(index=False))
    if args.json is not None:
        args.json.write_text(json.dumps(rows, indent=1))
    wrong = any(
        row.get("lines_differing") or row["deals_minus_credits_minor"] for row in rows
    )
    return int(wrong)
