"""Amounts of other currencies in the plan's own: dated rates, one rounding per deal."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pandas as pd

from planner.core.money import minor_digits, round_ratio
from planner.core.reasons import Reason
from planner.quotas.refunds import sale_of

PROBLEM_COLUMNS = (
    "deal_id",
    "account_id",
    "close_on",
    "amount_minor",
    "currency",
    "problem",
    "message",
)


def convert_deals(
    deals: pd.DataFrame, rates: pd.DataFrame | None, currency: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Bring every deal to one currency at the rate of its own date.

    Parameters
    ----------
    deals
        DEALS frame.
    rates
        Columns `base`, `quote`, `rate` (Decimal: units of `quote` for one of `base`),
        `valid_from`, `valid_to` (NaT: open). None: no rates.
    currency
        The plan's currency.

    Returns
    -------
    The DEALS frame in `currency`, without the deals that have no rate, and those as
    problem rows. A cancellation takes the rate of the day of the deal it cancels.

    Notes
    -----
    ``R(amount · rate)``, half up by magnitude, once per deal and before it is split, so
    that the parts of a split sum to the converted deal. Cancellations of one deal are
    rounded cumulatively, in order of date and id: together they are the whole.
    """
    foreign = deals["currency"].ne(currency)
    if not foreign.any():
        return deals, pd.DataFrame(columns=list(PROBLEM_COLUMNS))
    converted = deals.copy()
    sales = sale_of(deals)
    rate_on = deals["close_on"].reindex(sales).set_axis(deals.index)
    rate_on = rate_on.fillna(deals["close_on"])
    lost = []
    refunded: dict[str, int] = defaultdict(int)
    ordered = deals[foreign].rename_axis("deal_id").reset_index()
    for deal in ordered.sort_values(["close_on", "deal_id"]).itertuples():
        rate = _rate(rates, deal.currency, currency, rate_on[deal.deal_id])
        if rate is None:
            lost.append((deal, rate_on[deal.deal_id]))
            continue
        digits = minor_digits(currency) - minor_digits(deal.currency)
        ratio = rate.scaleb(digits).as_integer_ratio()
        before = 0
        if deal.kind == "cancellation":
            # refunds of one sale in one currency add up to what it was converted to
            key = f"{sales[deal.deal_id]} {deal.currency}"
            before = refunded[key]
            refunded[key] += int(deal.amount_minor)
        upto = before + int(deal.amount_minor)
        converted.loc[deal.deal_id, "amount_minor"] = round_ratio(
            upto * ratio[0], ratio[1]
        ) - round_ratio(before * ratio[0], ratio[1])
        converted.loc[deal.deal_id, "currency"] = currency
    rows = [
        (
            deal.deal_id,
            deal.account_id,
            deal.close_on,
            deal.amount_minor,
            deal.currency,
            "no_rate",
            str(_no_rate(deal, currency, day)),
        )
        for deal, day in lost
    ]
    problems = pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))
    return converted.drop(index=problems["deal_id"]), problems


def _no_rate(deal: Any, quote: str, day: pd.Timestamp) -> Reason:
    values = {
        "deal": deal.deal_id,
        "base": deal.currency,
        "quote": quote,
        "day": f"{day:%Y-%m-%d}",
    }
    return Reason("credit_no_rate", values)


def _rate(
    rates: pd.DataFrame | None, base: str, quote: str, day: pd.Timestamp
) -> Decimal | None:
    """Find the newest rate valid on a day."""
    if rates is None:
        return None
    valid = rates[
        rates["base"].eq(base)
        & rates["quote"].eq(quote)
        & (rates["valid_from"] <= day)
        & (rates["valid_to"].isna() | (day < rates["valid_to"]))
    ]
    if valid.empty:
        return None
    newest = valid.sort_values("valid_from").iloc[-1]
    return Decimal(newest["rate"])
