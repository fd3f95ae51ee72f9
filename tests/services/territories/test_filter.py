"""Accounts are chosen by plain words, through the rule language and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.errors import ParamsError
from planner.segmentation.expressions import apply
from planner.segmentation.tree import ExpressionError
from planner.services.territories.filter import (
    NONE,
    SUMS,
    AccountFilter,
    choose_accounts,
    values_of,
)
from tests import small_plan

DAY = pd.Timestamp(small_plan.AS_OF)


def a_view():
    """Four accounts, one of a kind; the rest are plain."""
    rows = small_plan.accounts().assign(
        city="Lima",
        industry=None,
        segment="Other",
        visit_class="",
        status="customer",
        open_pipeline_minor=0,
        potential_minor=100_00,
        last_visit_on=DAY - pd.Timedelta(days=10),
        owner_name="somebody else",
    )
    rows = rows.astype({"industry": "str", "visit_class": "str"})
    rows.loc["w00", ["name", "industry"]] = ["St Mary's", "Hospitals & clinics"]
    rows.loc["w10", ["industry", "visit_class"]] = ["Hospitals & clinics", "A"]
    rows.loc[["w00", "e00"], "potential_minor"] = 2_000_000_00
    rows.loc["e00", "last_visit_on"] = pd.NaT
    rows.loc["w00", "last_visit_on"] = DAY - pd.Timedelta(days=61)
    rows.loc["w10", "last_visit_on"] = DAY - pd.Timedelta(days=60)
    return small_plan.view(small_plan.draft(), rows)


VIEW = a_view()


def chosen(**asked):
    choice = choose_accounts(VIEW, AccountFilter(**asked), small_plan.AS_OF, "USD")
    return list(choice.account_ids)


def test_hospitals_over_a_million_not_visited_for_60_days():
    asked = {"text": "HOSPITAL", "at_least": 1e6, "not_visited_days": 60}
    assert chosen(**asked, regions=("OH",)) == ["w00"]
    assert chosen(**asked, regions=("PA",)) == []
    assert chosen(text="hospital") == ["w00", "w10"]


def test_never_visited_counts_as_not_visited():
    assert chosen(not_visited_days=60) == ["w00", "e00"]
    assert chosen(not_visited_days=59) == ["w00", "e00", "w10"]


def test_amounts_are_whole_currency_and_bounds_belong():
    assert chosen(at_least=2_000_000) == ["w00", "e00"]
    assert len(chosen(at_most=100, at_least=100)) == 22
    assert chosen(at_least=2_000_000.01) == []


def test_those_that_have_none_can_be_chosen():
    assert len(chosen(industries=(NONE,))) == 22
    assert len(chosen(industries=(NONE, "Hospitals & clinics"))) == 24
    assert len(chosen(visit_classes=(NONE,))) == 23
    assert values_of(VIEW.accounts)["industries"] == ["Hospitals & clinics", NONE]
    assert values_of(VIEW.accounts)["visit_classes"] == ["A", NONE]
    assert values_of(VIEW.accounts)["regions"] == ["OH", "PA"]


def test_quotes_in_names_are_no_end_of_a_text():
    assert chosen(text="St Mary's") == ["w00"]
    assert chosen(text="' or name contains '") == []


def test_an_empty_filter_chooses_nobody():
    assert AccountFilter(text="  ", condition=" ").is_empty
    choice = choose_accounts(VIEW, AccountFilter(), small_plan.AS_OF, "USD")
    assert (len(choice), choice.sums) == (0, dict.fromkeys(SUMS, 0.0))


def test_a_condition_is_asked_too_and_owners_are_those_of_the_draft():
    assert chosen(condition="industry is not empty and visit_class = 'A'") == ["w10"]
    assert len(chosen(condition="owner_name contains 'bson'")) == 12
    with pytest.raises(ExpressionError, match="there is no column 'industri'"):
        chosen(condition="industri = 'x'")


def test_the_sums_are_those_of_the_chosen():
    wanted = AccountFilter(text="hospital")
    choice = choose_accounts(VIEW, wanted, small_plan.AS_OF, "USD")
    assert choice.sums == {
        "our_sales_minor": 2.0,
        "potential_minor": 2_000_100_00.0,
        "workload_min": 2 * small_plan.HOURS * 60,
    }


@pytest.mark.parametrize(
    "wrong", [{"amount": "employees"}, {"at_least": -1.0}, {"not_visited_days": -3}]
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ParamsError, match=next(iter(wrong))):
        AccountFilter(**wrong)


@settings(max_examples=40, deadline=None)
@given(
    text=st.sampled_from(["", "firm", "mary", "w0"]),
    territory_ids=st.sets(st.sampled_from(["A", "B", NONE])).map(tuple),
    regions=st.sets(st.sampled_from(["OH", "PA"])).map(tuple),
    at_least=st.none() | st.floats(0, 3e6),
    not_visited_days=st.none() | st.integers(0, 100),
    condition=st.sampled_from(["", "visit_class is empty"]),
)
def test_rule_after_rule_is_the_same_as_all_rules_at_once(**asked):
    wanted = AccountFilter(**asked)
    rules = [*wanted.rules, *([wanted.condition] if wanted.condition else [])]
    whole = " and ".join(f"({rule})" for rule in rules)
    held = apply(whole, VIEW.accounts, DAY) if rules else pd.Series(dtype=bool)
    assert chosen(**asked) == list(held.index[held])
