"""The first balance of a list: how many territories, by what, from the list alone."""

from __future__ import annotations

import pandas as pd

from planner.accounts.own_measures import OWN, with_own_numbers
from planner.core.errors import ParamsError
from planner.services.balance.request import BalanceRequest
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.unit_table import measures_among

USUAL_NUMBER = 10
USUAL_TOLERANCE = 0.10
MOST_TERRITORIES = 254  # what one map can tell apart by code


def measures_of_list(accounts: pd.DataFrame) -> list[str]:
    """
    List what a list can be balanced by: our measures, accounts, its own numbers.

    Parameters
    ----------
    accounts
        ACCOUNTS frame as a check accepted it.
    """
    columns = with_own_numbers(accounts)
    filled = [
        name
        for name in measures_among(columns)
        if pd.to_numeric(columns[name]).fillna(0).sum() > 0
    ]
    own = [name for name in filled if name.startswith(OWN)]
    ours = [name for name in filled if name not in {*own, "accounts"}]
    return [*ours, "accounts", *own]


def number_of_list(accounts: pd.DataFrame, people: pd.DataFrame | None = None) -> int:
    """
    Choose how many territories: as many as people own accounts in it, else ten.

    Parameters
    ----------
    accounts
        ACCOUNTS frame as a check accepted it.
    people
        REPS frame that came with it; without owners the list is for those of them who
        have not left.
    """
    number = int(accounts["owner_id"].nunique()) if "owner_id" in accounts else 0
    if number < 2 and people is not None:
        number = int(people["left_on"].isna().sum())
    if number < 2:
        number = USUAL_NUMBER
    return max(1, min(number, len(accounts), MOST_TERRITORIES))


def first_request(n_territories: int, measure: str) -> BalanceRequest:
    """
    Ask for a usual balance: one measure, within a tenth of the even share.

    Raises
    ------
    ParamsError
        If the number is no number of territories.
    """
    if not 1 <= n_territories <= MOST_TERRITORIES:
        raise ParamsError(
            f"territories must be between 1 and {MOST_TERRITORIES}, got {n_territories}"
        )
    params = BalanceParams(
        measures=(BalanceMeasure(column=measure, tolerance=USUAL_TOLERANCE),),
        n_territories=n_territories,
    )
    return BalanceRequest(params=params)
