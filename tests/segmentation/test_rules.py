"""Rules in order: the first that holds decides, and says its name."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from planner.core.errors import InputError, ParamsError
from planner.segmentation.rules import (
    DEFAULT_RULES,
    Rule,
    apply_rules,
    columns_of,
    rules_from_json,
    rules_to_json,
)

AS_OF = pd.Timestamp("2026-11-20")


def world(**columns):
    n = len(next(iter(columns.values())))
    frame = {
        "status": ["customer"] * n,
        "industry": ["Manufacturing"] * n,
        "employees": pd.array([10] * n, dtype="Int64"),
        "annual_revenue_minor": pd.array([None] * n, dtype="Int64"),
        "visit_class": [None] * n,
    } | columns
    ids = pd.Index([f"A{i}" for i in range(1, n + 1)], name="account_id", dtype="str")
    return pd.DataFrame(frame, index=ids).astype(
        {"status": "str", "industry": "str", "visit_class": "str"}
    )


def test_default_rules_by_hand():
    accounts = world(
        status=["customer", "customer", "customer", "customer", "prospect", "closed"],
        industry=["Energy", "Hospitals & clinics", "Energy", "Energy", "Energy", "x"],
        employees=pd.array([500, 20, 100, 99, 9000, 9000], dtype="Int64"),
    )
    decided = apply_rules(accounts, DEFAULT_RULES, AS_OF)
    assert decided["segment"].tolist() == [
        "Enterprise",
        "Health systems",
        "Mid-market",
        "Small business",
        "Prospect",
        "Closed",
    ]
    assert decided["visit_class"].tolist() == ["A", "B", "B", "C", "D", ""]
    assert decided["rule"].tolist()[-1] == "closed accounts"
    assert decided.index.name == "account_id"
    assert not decided.isna().any(axis=None)


def test_order_decides():
    first = Rule(name="one", expression="1 = 1", segment="S1", visit_class="A")
    second = Rule(name="two", expression="1 = 1", segment="S2", visit_class="B")
    accounts = world(status=["customer"])
    assert apply_rules(accounts, [first, second], AS_OF)["segment"].item() == "S1"
    assert apply_rules(accounts, [second, first], AS_OF)["segment"].item() == "S2"


def test_own_visit_class_wins_but_not_for_closed_accounts():
    accounts = world(
        status=["customer", "customer", "closed"], visit_class=["A", None, "A"]
    )
    decided = apply_rules(accounts, DEFAULT_RULES, AS_OF)
    assert decided["visit_class"].tolist() == ["A", "C", ""]


def test_account_without_a_rule_is_other():
    decided = apply_rules(world(status=["customer"]), [], AS_OF)
    assert decided.iloc[0].tolist() == ["Other", "", "no rule"]


def test_rules_survive_json():
    text = json.dumps(rules_to_json(DEFAULT_RULES))
    assert rules_from_json(json.loads(text)) == DEFAULT_RULES


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([Rule(name="x", expression="employes > 1", segment="S")], "rule 'x'.*employ"),
        ([Rule(name="x", expression="a >", segment="S")], "rule 'x'"),
        ([Rule(name="x", expression="1=1", segment="S")] * 2, "stands twice"),
    ],
)
def test_faulty_rules_are_named(rules, expected):
    with pytest.raises(InputError, match=expected):
        apply_rules(world(status=["customer"]), rules, AS_OF)


def test_rules_with_other_fields_are_refused():
    with pytest.raises(InputError, match="rule 1 must have"):
        rules_from_json([{"naam": "x"}])


def test_rule_checks_itself():
    with pytest.raises(ParamsError, match="visit class"):
        Rule(name="x", expression="1=1", segment="S", visit_class="Z")
    with pytest.raises(ParamsError, match="segment"):
        Rule(name="x", expression="1=1", segment=" ")


def test_rules_name_the_columns_they_look_at():
    rules = [
        Rule(
            name="x",
            expression="not (annual_revenue >= 5 or rating is empty) and "
            "days_since(last_visit_on) > 90 and custom.Beds > 3",
            segment="S",
        ),
        Rule(name="y", expression="status in ('customer')", segment="T"),
    ]
    assert columns_of(rules) == (
        "status",
        "annual_revenue_minor",
        "rating",
        "last_visit_on",
    )
