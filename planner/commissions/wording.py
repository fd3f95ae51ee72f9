"""Pay in words: amounts, rates, and the working of one line."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pandas as pd

from planner.core.money import minor_digits
from planner.core.units import PPM


def month_text(period: str) -> str:
    """Write ``2026-10`` as ``October 2026``."""
    return f"{calendar.month_name[int(period[5:7])]} {period[:4]}"


def money_text(amount_minor: int, currency: str) -> str:
    """Write an amount with grouping and all its decimals: ``4,312.50``."""
    digits = minor_digits(currency)
    return f"{Decimal(int(amount_minor)).scaleb(-digits):,.{digits}f}"


def short_money(amount_minor: int, currency: str) -> str:
    """Write an amount without decimals where they are zero: ``62,000``."""
    whole = 10 ** minor_digits(currency)
    if int(amount_minor) % whole:
        return money_text(amount_minor, currency)
    return f"{int(amount_minor) // whole:,}"


def rate_text(rate_ppm: int) -> str:
    """Write a rate as ``8 %`` or ``4.25 %``."""
    percent = (Decimal(int(rate_ppm)) * 100 / PPM).normalize()
    return f"{percent:f} %"


def working_text(steps: Iterable[Any], currency: str) -> str:
    """
    Write the working of one line.

    Parameters
    ----------
    steps
        Rows of the trace, in order.
    currency
        The plan's.

    Returns
    -------
    ``3,000 × 8 % + 2,000 × 12 %`` for tiers, words for the rest.
    """
    sentences = []
    for step in steps:
        paid = short_money(round(int(step.exact_micro) / PPM), currency)
        portion = 0 if pd.isna(step.portion_minor) else int(step.portion_minor)
        if not pd.isna(step.rate_ppm):
            sentences.append(
                f"{short_money(portion, currency)} × {rate_text(int(step.rate_ppm))}"
            )
        elif step.formula == "as first paid":
            sentences.append(
                f"what the deal paid, for {short_money(-portion, currency)} of it"
            )
        elif step.formula == "cap":
            sentences.append(f"cap of {short_money(portion, currency)}")
        elif step.formula == "floor":
            sentences.append(f"floor of {short_money(portion, currency)}")
        elif step.formula == "posted":
            sentences.append(f"less {short_money(portion, currency)} posted before")
        else:
            sentences.append(f"{paid} {step.formula}")
    return " + ".join(sentences)
