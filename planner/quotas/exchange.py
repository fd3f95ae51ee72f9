"""Amounts of other currencies in the plan's own: dated rates, one rounding per deal."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from planner.core.money import minor_digits, round_ratio

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
    that the parts of a split sum to the converted deal.
    """
    foreign = deals["currency"].ne(currency)
    if not foreign.any():
        return deals, pd.DataFrame(columns=list(PROBLEM_COLUMNS))
    converted = deals.copy()
    related = deals["related_deal_id"].where(deals["kind"].eq("cancellation"))
    rate_on = deals["close_on"].reindex(related).set_axis(deals.index)
    rate_on = rate_on.fillna(deals["close_on"])
    faults = []
    for deal_id in deals.index[foreign]:
        deal = deals.loc[deal_id]
        rate = _rate(rates, deal["currency"], currency, rate_on[deal_id])
        if rate is None:
            faults.append((deal_id, deal, rate_on[deal_id]))
            continue
        digits = minor_digits(currency) - minor_digits(deal["currency"])
        numerator, denominator = rate.scaleb(digits).as_integer_ratio()
        converted.loc[deal_id, "amount_minor"] = round_ratio(
            int(deal["amount_minor"]) * numerator, denominator
        )
        converted.loc[deal_id, "currency"] = currency
    rows = [
        (
            deal_id,
            deal["account_id"],
            deal["close_on"],
            deal["amount_minor"],
            deal["currency"],
            "no_rate",
            f"deal {deal_id}: no rate from {deal['currency']} to {currency} on "
            f"{day:%Y-%m-%d}; add one that is valid that day",
        )
        for deal_id, deal, day in faults
    ]
    problems = pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))
    return converted.drop(index=problems["deal_id"]), problems


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
