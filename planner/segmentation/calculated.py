"""Measures that are calculated: a name, and a formula over the columns of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from planner.accounts.own_measures import OWN
from planner.core.errors import InputError
from planner.core.names import checked_name
from planner.segmentation.expressions import calculate
from planner.segmentation.tree import ExpressionError


@dataclass(frozen=True, slots=True)
class CalculatedMeasure:
    """
    A measure that no list holds.

    Parameters
    ----------
    name
        What planners call it.
    formula
        In the rule language, without comparisons: ``annual_revenue - our_sales``.
    """

    name: str
    formula: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", checked_name(self.name, "a measure"))
        object.__setattr__(self, "formula", self.formula.strip())

    @property
    def column(self) -> str:
        """The column it makes, beside those of the list's own numbers."""
        return f"{OWN}{self.name}"

    def values(
        self, accounts: pd.DataFrame, as_of: pd.Timestamp, minor_digits: int
    ) -> pd.Series:
        """
        Calculate it.

        Parameters
        ----------
        accounts
            The columns that the formula may name.
        as_of
            The company's today.
        minor_digits
            Decimals of its currency.

        Returns
        -------
        shape (n_accounts,)
            Floats; below zero or missing as they come out.

        Raises
        ------
        ExpressionError
            If the formula cannot be read or is no number.
        """
        return calculate(self.formula, accounts, as_of, minor_digits=minor_digits)


def with_calculated(
    accounts: pd.DataFrame,
    measures: Iterable[CalculatedMeasure],
    as_of: pd.Timestamp,
    minor_digits: int,
) -> pd.DataFrame:
    """
    Give accounts the columns of calculated measures, each from those before it.

    Parameters
    ----------
    accounts, as_of, minor_digits
        As of `CalculatedMeasure.values`.

    Notes
    -----
    What comes out below zero counts as nothing, since a territory cannot hold less. A
    formula whose columns are there no longer makes no column.
    """
    for measure in measures:
        try:
            values = measure.values(accounts, as_of, minor_digits)
        except ExpressionError:
            continue
        if values.notna().any():
            accounts = accounts.assign(**{measure.column: values.clip(lower=0)})
    return accounts


def check_new(
    measure: CalculatedMeasure,
    accounts: pd.DataFrame,
    as_of: pd.Timestamp,
    minor_digits: int,
) -> pd.Series:
    """
    Refuse a measure that could not be balanced.

    Returns
    -------
    Its values, see `CalculatedMeasure.values`.

    Raises
    ------
    ExpressionError
        As of `CalculatedMeasure.values`.
    InputError
        If the name is taken or nothing comes out above zero.
    """
    names = {str(name).removeprefix(OWN).casefold() for name in accounts.columns}
    if measure.name.casefold() in names:
        raise InputError(
            f"there is a column {measure.name!r} already; call the measure otherwise"
        )
    values = measure.values(accounts, as_of, minor_digits)
    if not (values > 0).any():
        raise InputError(
            f"{measure.formula} is above zero for no account, so nothing could be "
            "shared; look at the formula"
        )
    return values
