"""Rules read and applied: answers known by hand, and no way out into Python."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.segmentation.expressions import apply, column_names
from planner.segmentation.grammar import LONGEST_RULE, parse
from planner.segmentation.tree import ExpressionError

AS_OF = pd.Timestamp("2026-11-20")


@pytest.fixture
def accounts():
    """Four accounts; the last one is empty in every column but its name."""
    return pd.DataFrame(
        {
            "name": ["Alpha Clinic", "Beta Works", "O'Neil", "Empty"],
            "industry": ["Hospitals", "Manufacturing", "clinics", None],
            "employees": pd.array([600, 50, 120, None], dtype="Int64"),
            "annual_revenue_minor": pd.array(
                [5_000_000_000, 100_050, 4_999_999_999, None], dtype="Int64"
            ),
            "propensity_share": [0.5, 0.25, 0.0, None],
            "last_visit_on": pd.to_datetime(
                ["2026-09-01", "2026-11-19", "2026-09-21", None]
            ),
            "custom": ['{"tier": "Gold"}', '{"tier": "silver"}', None, None],
        },
        index=pd.Index(["A1", "A2", "A3", "A4"], name="account_id", dtype="str"),
    ).astype({"name": "str", "industry": "str", "custom": "str"})


def hits(expression, frame):
    answer = apply(expression, frame, AS_OF)
    return answer.index[answer].tolist()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("industry in ('Hospitals','Clinics') and employees >= 500", ["A1"]),
        ("industry = 'HOSPITALS' or employees < 100", ["A1", "A2"]),
        ("not employees > 100", ["A2", "A4"]),
        ("employees != 50", ["A1", "A3", "A4"]),
        ("employees between 50 and 120", ["A2", "A3"]),
        ("employees not between 50 and 120", ["A1", "A4"]),
        ("employees is empty", ["A4"]),
        ("industry is not empty and not (industry = 'clinics')", ["A1", "A2"]),
        ("days_since(last_visit_on) > 60", ["A1"]),
        ("days_since(last_visit_on) = 60", ["A3"]),
        ("last_visit_on >= '2026-09-21'", ["A2", "A3"]),
        ("annual_revenue >= 50_000_000", ["A1"]),
        ("annual_revenue_minor = 1000.5", ["A2"]),
        ("annual_revenue / employees > 80000", ["A1", "A3"]),
        ("employees - 2 * 25 = 0", ["A2"]),
        ("-employees < -100", ["A1", "A3"]),
        ("name contains 'clinic'", ["A1"]),
        ("name starts with 'beta' or name ends with 'NEIL'", ["A2", "A3"]),
        ("name not contains 'clinic'", ["A2", "A3", "A4"]),
        ("name = 'O''Neil'", ["A3"]),
        ('name = "O\'Neil"', ["A3"]),
        ("account_id in ('A2')", ["A2"]),
        ("custom.tier = 'gold'", ["A1"]),
        ("propensity_share * 2 >= 1", ["A1"]),
        ("employees in (50, 120)", ["A2", "A3"]),
        ("1 = 1 and name = 'none' or employees / 0 > 1", []),
    ],
)
def test_rule_holds_for_the_right_rows(expression, expected, accounts):
    assert hits(expression, accounts) == expected


@pytest.mark.parametrize(
    ("expression", "position", "expected"),
    [
        ("employes > 5", 1, "did you mean employees"),
        ("employees >", 12, "expected a column"),
        ("employees > 5 5", 15, "expected and, or, or the end"),
        ("name = 'open", 8, "never closed"),
        ("employees > 'many'", 11, "cannot be compared"),
        ("name > 'A'", 6, "= and != only"),
        ("industry in ()", 14, "expected a number or a text"),
        ("employees in ('a')", 15, "expected a number"),
        ("employees is 5", 14, "empty"),
        ("days_since(name) > 1", 12, "needs a date"),
        ("last_visit_on > '1 May'", 17, "expected a date"),
        ("eval('1')", 1, "there is no function"),
        ("employees and 1 = 1", 1, "true or false"),
        ("employees + 1", 1, "true or false"),
        ("employees contains '5'", 11, "needs a text"),
        ("name.__class__ = 'x'", 1, "there is no column"),
        ("employees not 5", 15, "after not"),
        ("", 1, "expected a column"),
        ("employees ; 5", 11, "found ';'"),
    ],
)
def test_fault_names_position_and_what_was_expected(
    expression, position, expected, accounts
):
    with pytest.raises(ExpressionError, match=r"at character") as caught:
        apply(expression, accounts, AS_OF)
    assert caught.value.position == position
    assert expected in str(caught.value)


def test_days_since_needs_a_today(accounts):
    with pytest.raises(ExpressionError, match="today"):
        apply("days_since(last_visit_on) > 1", accounts)


def test_long_and_deep_rules_are_refused():
    with pytest.raises(ExpressionError, match="at most"):
        parse("a = 1 and " * LONGEST_RULE)
    with pytest.raises(ExpressionError, match="brackets"):
        parse("(" * 200 + "a = 1" + ")" * 200)
    with pytest.raises(ExpressionError, match="brackets"):
        parse("not " * 200 + "a = 1")


@pytest.mark.parametrize("rule", ["1=1 or " * 280 + "1=1", "1" + "+1" * 900 + "=1"])
def test_long_chains_are_refused_not_recursed(rule, accounts):
    with pytest.raises(ExpressionError, match="at most 100"):
        apply(rule, accounts, AS_OF)


def test_names_offered_hide_the_minor_suffix(accounts):
    assert "annual_revenue" in column_names(accounts)
    assert "custom" not in column_names(accounts)


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(list("abc_.'\"()<>=!,+-*/ 0123456789[]{}:@`\n")),
        max_size=40,
    )
    | st.sampled_from(
        [
            "__import__('os').system('x')",
            "().__class__.__bases__",
            "lambda: 1",
            "[c for c in ()]",
            "employees if 1 else 2",
            "exec('x')",
            "open('/etc/passwd')",
            "`whoami`",
            "@frame",
            "employees.__class__ = 1",
        ]
    )
)
def test_any_text_is_answered_or_refused_never_executed(text):
    frame = pd.DataFrame({"a": [1], "b": ["x"]})
    try:
        answer = apply(text, frame, AS_OF)
    except ExpressionError:
        return
    assert answer.dtype == bool


@given(
    st.text(st.characters(exclude_characters="'\"", exclude_categories=["C", "Z"]))
    | st.sampled_from(["Straße", "ΣΑΣ", "İzmir", "plain"]),
)
def test_texts_are_equal_whatever_their_case(text):
    told = [text, text.upper(), text.casefold(), None, "other text"]
    frame = pd.DataFrame({"name": pd.Series(told, dtype="str")})
    wanted = text.casefold()
    held = [bool(t) and t.casefold() == wanted for t in told]
    assert apply(f"name in ('{text}')", frame).tolist() == held
    assert apply(f"name = '{text}'", frame).tolist() == held
