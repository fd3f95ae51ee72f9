"""Measures that a company calculates: tried, added, taken away."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.core.errors import InputError, NotFoundError
from planner.core.money import minor_digits
from planner.segmentation.calculated import CalculatedMeasure, check_new
from planner.segmentation.expressions import column_names
from planner.services.accounts.known import known_accounts
from planner.services.company.settings import change_settings, company_settings
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows

MOST_CALCULATED = 8
_NO_AMOUNTS = ("lat", "lon", "opens_s", "closes_s")  # numbers, but nothing to share


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculatedPreview:
    """
    What a measure comes to.

    Parameters
    ----------
    measure
        Name and formula.
    total
        Over all accounts, what is below zero counted as nothing.
    n_accounts
        Accounts there are.
    n_missing
        Accounts for which a cell of the formula is empty.
    n_below_zero
        Accounts that count as nothing.
    """

    measure: CalculatedMeasure
    total: float
    n_accounts: int
    n_missing: int
    n_below_zero: int


def calculated_measures(ws: OpenCompany) -> list[CalculatedMeasure]:
    """List the measures that the open company calculates."""
    return [CalculatedMeasure(*pair) for pair in company_settings(ws).calculated]


def columns_of_formulas(accounts: pd.DataFrame) -> list[str]:
    """List the columns of numbers that a formula may name, as it names them."""
    numbers = accounts.select_dtypes("number").reset_index(drop=True)
    names = column_names(numbers.drop(columns=list(_NO_AMOUNTS), errors="ignore"))
    return [name.replace(" ", "_") for name in names]


def preview_measure(ws: OpenCompany, name: str, formula: str) -> CalculatedPreview:
    """
    Try a measure on the accounts of the open company.

    Raises
    ------
    InputError
        If the name is taken, the formula cannot be read or gives nothing to share.
    """
    with ws.store.reading() as conn:
        company = company_rows.load_company(conn, ws.company_id)
        accounts = known_accounts(conn, company)
    accounts = accounts[accounts["status"] != "closed"]
    measure = CalculatedMeasure(name, formula)
    digits = minor_digits(company.currency)
    values = check_new(measure, accounts, pd.Timestamp(company.today), digits)
    return CalculatedPreview(
        measure=measure,
        total=float(values.clip(lower=0).sum()),
        n_accounts=len(values),
        n_missing=int(values.isna().sum()),
        n_below_zero=int((values < 0).sum()),
    )


def add_measure(ws: OpenCompany, name: str, formula: str) -> CalculatedPreview:
    """
    Let the open company calculate one more measure, with a line in the audit log.

    Raises
    ------
    InputError
        As of `preview_measure`; also if there are `MOST_CALCULATED` already.
    """
    preview = preview_measure(ws, name, formula)
    pairs = company_settings(ws).calculated
    if len(pairs) >= MOST_CALCULATED:
        raise InputError(
            f"a company calculates {MOST_CALCULATED} measures at most; remove one first"
        )
    measure = preview.measure
    change_settings(ws, calculated=(*pairs, (measure.name, measure.formula)))
    return preview


def remove_measure(ws: OpenCompany, name: str) -> None:
    """
    Calculate a measure no longer, with a line in the audit log.

    Raises
    ------
    NotFoundError
        If there is none of this name.
    """
    pairs = company_settings(ws).calculated
    rest = tuple(pair for pair in pairs if pair[0] != name)
    if len(rest) == len(pairs):
        raise NotFoundError(f"no measure {name!r} is calculated")
    change_settings(ws, calculated=rest)
