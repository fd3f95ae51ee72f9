"""Ordered, named, explained rules: the first that holds gives the segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from planner.core.errors import InputError, ParamsError
from planner.core.schemas import ACCOUNTS
from planner.segmentation.expressions import apply
from planner.segmentation.grammar import parse
from planner.segmentation.tree import ExpressionError, names_in

VISIT_CLASSES = ("A", "B", "C", "D", "")
CLOSED_SEGMENT, CLOSED_RULE = "Closed", "closed accounts"
OTHER_SEGMENT, OTHER_RULE = "Other", "no rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    One rule.

    Parameters
    ----------
    name
        What planners call it; unique.
    expression
        When it holds, in the rule language.
    segment
        What the account becomes.
    visit_class
        ``A`` to ``D``; empty: no visits.
    explanation
        Why, in a sentence.
    """

    name: str
    expression: str
    segment: str
    visit_class: str = ""
    explanation: str = ""

    def __post_init__(self) -> None:
        for field in ("name", "expression", "segment"):
            if not str(getattr(self, field)).strip():
                raise ParamsError(f"a rule's {field} must not be empty")
        if self.visit_class not in VISIT_CLASSES:
            raise ParamsError(
                f"visit class of rule {self.name!r} must be A, B, C, D or empty, "
                f"got {self.visit_class!r}"
            )


DEFAULT_RULES: tuple[Rule, ...] = (
    Rule(
        name="Enterprise",
        expression="status = 'customer' and "
        "(employees >= 500 or annual_revenue >= 100000000)",
        segment="Enterprise",
        visit_class="A",
        explanation="Customers with 500 people or 100 million in revenue: every week.",
    ),
    Rule(
        name="Health systems",
        expression="status = 'customer' and "
        "(industry contains 'hospital' or industry contains 'clinic')",
        segment="Health systems",
        visit_class="B",
        explanation="Hospitals and clinics buy by committee: every second week.",
    ),
    Rule(
        name="Mid-market",
        expression="status = 'customer' and "
        "(employees >= 100 or annual_revenue >= 20000000)",
        segment="Mid-market",
        visit_class="B",
        explanation="Customers with 100 people or 20 million: every second week.",
    ),
    Rule(
        name="Small business",
        expression="status = 'customer'",
        segment="Small business",
        visit_class="C",
        explanation="All other customers: once in four weeks.",
    ),
    Rule(
        name="Prospect",
        expression="status = 'prospect'",
        segment="Prospect",
        visit_class="D",
        explanation="Not a customer yet: visited where a day has room.",
    ),
)


def apply_rules(
    accounts: pd.DataFrame,
    rules: Sequence[Rule],
    as_of: pd.Timestamp,
    *,
    minor_digits: int = 2,
) -> pd.DataFrame:
    """
    Give each account the segment of the first rule that holds.

    Parameters
    ----------
    accounts : shape (n_accounts, n_columns)
        Frame of the ACCOUNTS schema.
    rules
        In the order they are asked.
    as_of
        The company's today.
    minor_digits
        Decimals of the company's currency.

    Returns
    -------
    columns segment, visit_class, rule
        Indexed by account_id, never null; `rule` names the rule that decided.

    Raises
    ------
    InputError
        If a rule cannot be read or a name stands twice; the message names the rule.

    Notes
    -----
    A visit class that stands in the account's own row wins over the segment's. Closed
    accounts are `Closed` without class before any rule is asked; accounts that fit
    no rule are `Other` without class unless their row has one.
    """
    _check_names(rules)
    index = accounts.index
    segment = pd.Series(OTHER_SEGMENT, index=index, dtype="str")
    visit_class = pd.Series("", index=index, dtype="str")
    decided_by = pd.Series(OTHER_RULE, index=index, dtype="str")
    is_open = pd.Series(data=True, index=index)
    for rule in rules:
        hits = is_open & _hits(rule, accounts, as_of, minor_digits)
        segment = segment.mask(hits, rule.segment)
        visit_class = visit_class.mask(hits, rule.visit_class)
        decided_by = decided_by.mask(hits, rule.name)
        is_open &= ~hits
    if "visit_class" in accounts.columns:
        classes = accounts["visit_class"].astype("str").fillna("").str.strip()
        visit_class = visit_class.where(~classes.isin(VISIT_CLASSES[:-1]), classes)
    if "status" in accounts.columns:
        is_closed = (accounts["status"] == "closed").fillna(value=False).astype(bool)
        segment = segment.mask(is_closed, CLOSED_SEGMENT)
        visit_class = visit_class.mask(is_closed, "")
        decided_by = decided_by.mask(is_closed, CLOSED_RULE)
    return pd.DataFrame(
        {"segment": segment, "visit_class": visit_class, "rule": decided_by}
    )


def rules_to_json(rules: Sequence[Rule]) -> list[dict[str, str]]:
    """Return rules as plain values for JSON, in their order."""
    return [asdict(rule) for rule in rules]


def rules_from_json(values: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """
    Read what `rules_to_json` gave.

    Raises
    ------
    InputError
        If an entry has other fields than a rule.
    """
    rules = []
    for place, value in enumerate(values, start=1):
        try:
            rules.append(Rule(**{name: str(text) for name, text in value.items()}))
        except (TypeError, AttributeError) as error:
            raise InputError(
                f"rule {place} must have name, expression, segment, visit_class and "
                f"explanation, got {value!r}"
            ) from error
    return tuple(rules)


def columns_of(rules: Sequence[Rule]) -> tuple[str, ...]:
    """
    Name the columns of accounts that rules look at.

    Returns
    -------
    As the frame of accounts has them, amounts with ``_minor``, in its order; fields of
    the list's own are left out.

    Raises
    ------
    ExpressionError
        If the text of a rule cannot be read.
    """
    names = {name for rule in rules for name in names_in(parse(rule.expression))}
    return tuple(
        str(column)
        for column in ACCOUNTS.columns
        if str(column).removesuffix("_minor") in names
    )


def _check_names(rules: Sequence[Rule]) -> None:
    names = [rule.name for rule in rules]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"the rule name {name!r} stands twice; rename one")


def _hits(
    rule: Rule, accounts: pd.DataFrame, as_of: pd.Timestamp, minor_digits: int
) -> pd.Series:
    try:
        return apply(rule.expression, accounts, as_of, minor_digits=minor_digits)
    except ExpressionError as error:
        raise InputError(f"rule {rule.name!r}: {error}") from error
