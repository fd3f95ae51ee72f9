"""Choosing accounts by what is known of them, in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from planner.core.errors import ParamsError
from planner.core.money import minor_digits
from planner.segmentation.expressions import apply
from planner.services.territories.view import TerritoryView

NONE = ""  # among the values of a list: those that have none
AMOUNTS = {
    "potential_minor": "Potential",
    "our_sales_minor": "Our sales",
    "annual_revenue_minor": "Annual revenue",
    "open_pipeline_minor": "Open pipeline",
}
LISTS = {
    "territory_ids": "territory_id",
    "industries": "industry",
    "segments": "segment",
    "visit_classes": "visit_class",
    "regions": "region",
    "statuses": "status",
}
SUMS = ("our_sales_minor", "potential_minor", "workload_min")
_SEARCHED = ("name", "industry", "city")
_OWN = (*LISTS.values(), *AMOUNTS, "last_visit_on", "name", "city")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """
    Which accounts are meant: those that fit everything said here.

    Parameters
    ----------
    text
        Part of the name, the industry or the city.
    territory_ids, industries, segments, visit_classes, regions, statuses
        One of these; `NONE` among them: those that have none; empty: any.
    amount
        One of `AMOUNTS`.
    at_least, at_most
        Of the amount, in whole currency units; None: any.
    not_visited_days
        Not visited for longer than so many days, or never; None: whenever.
    condition
        A condition in the rule language of segments; "": none.
    """

    text: str = ""
    territory_ids: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    visit_classes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    amount: str = "potential_minor"
    at_least: float | None = None
    at_most: float | None = None
    not_visited_days: int | None = None
    condition: str = ""

    def __post_init__(self) -> None:
        if self.amount not in AMOUNTS:
            raise ParamsError(
                f"amount must be one of {', '.join(AMOUNTS)}, got {self.amount!r}"
            )
        for name in ("at_least", "at_most", "not_visited_days"):
            value = getattr(self, name)
            if value is not None and not value >= 0:
                raise ParamsError(f"{name} must be at least 0, got {value}")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked: all accounts fit."""
        return not self.rules and not self.condition.strip()

    @property
    def rules(self) -> list[str]:
        """
        What is asked in the rule language, what is answered fastest first.

        The condition, which is a rule already, is not among them.
        """
        rules = []
        name = self.amount.removesuffix("_minor")
        if self.at_least is not None:
            rules.append(f"{name} >= {self.at_least:.10f}")
        if self.at_most is not None:
            rules.append(f"{name} <= {self.at_most:.10f}")
        if self.not_visited_days is not None:
            rules.append(
                "last_visit_on is empty or "
                f"days_since(last_visit_on) > {self.not_visited_days}"
            )
        for field, column in LISTS.items():
            values = getattr(self, field)
            if values:
                rules.append(_one_of(column, values))
        if self.text.strip():
            text = _quoted(self.text.strip())
            rules.append(" or ".join(f"{name} contains {text}" for name in _SEARCHED))
        return rules


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """
    The accounts that fit a filter.

    Parameters
    ----------
    account_ids
        In the order of the view.
    sums
        What they come to, by `SUMS`.
    """

    account_ids: tuple[str, ...]
    sums: Mapping[str, float]

    def __len__(self) -> int:
        return len(self.account_ids)


def choose_accounts(
    view: TerritoryView, account_filter: AccountFilter, as_of: dt.date, currency: str
) -> Choice:
    """
    Find the accounts of a plan that fit a filter.

    Parameters
    ----------
    view
        The plan, as it is or as it would be.
    account_filter
        Which are meant; an empty filter means none, not all.
    as_of
        The company's today.
    currency
        Of its amounts.

    Raises
    ------
    ExpressionError
        If the condition cannot be read; it says where and what was expected.

    Notes
    -----
    Each rule is asked of what the ones before left, so that texts, which are slow, are
    compared on few rows.
    """
    accounts, today = view.accounts, pd.Timestamp(as_of)
    digits = minor_digits(currency)
    rows_left = np.arange(0 if account_filter.is_empty else len(accounts))
    own = accounts[[name for name in _OWN if name in accounts]]  # few are cut fast
    for rule in account_filter.rules:
        is_match = apply(rule, own.iloc[rows_left], today, minor_digits=digits)
        rows_left = rows_left[is_match.to_numpy()]
    if account_filter.condition.strip():
        rows = accounts.iloc[rows_left]
        # A draft says whose territory an account is in; who works it stands there.
        who = rows["territory_id"].map(view.territories["rep_name"]).astype("str")
        rows = rows.assign(owner_name=who)
        is_match = apply(account_filter.condition, rows, today, minor_digits=digits)
        rows_left = rows_left[is_match.to_numpy()]
    return Choice(
        account_ids=tuple(accounts.index[rows_left].tolist()),
        sums={name: float(accounts[name].iloc[rows_left].sum()) for name in SUMS},
    )


def values_of(accounts: pd.DataFrame) -> dict[str, list[str]]:
    """
    List what can be chosen from, by field of `AccountFilter`.

    Returns
    -------
    Values in order, `NONE` last where some account has none.
    """
    values_by_field = {}
    for field in fields(AccountFilter):
        column = LISTS.get(field.name)
        if column is None:
            continue
        values = pd.Series(accounts[column].unique(), dtype="str").fillna(NONE)
        named = sorted(set(values) - {NONE})
        values_by_field[field.name] = [
            *named,
            *([NONE] if (values == NONE).any() else []),
        ]
    return values_by_field


def _one_of(column: str, values: Sequence[str]) -> str:
    names = ", ".join(_quoted(value) for value in values if value != NONE)
    parts = [f"{column} in ({names})"] if names else []
    if NONE in values:
        parts.append(f"{column} is empty")
    return " or ".join(parts)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
