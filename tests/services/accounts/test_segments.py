"""Rules: what they would change is shown before anything is saved."""

from dataclasses import replace

import pytest

from planner.core.errors import ConflictError, InputError
from planner.segmentation.rules import DEFAULT_RULES, Rule
from planner.services.accounts import segments
from planner.services.admin import audit
from planner.services.admin.audit import AuditQuery
from planner.services.territories import accounts

BIG = Rule(name="Big", expression="employees >= 500", segment="Big", visit_class="A")
REST = Rule(name="Rest", expression="employees < 500", segment="Rest")


def test_a_new_company_has_the_default_rules_in_order(small):
    assert segments.saved_rules(small) == DEFAULT_RULES


def test_a_preview_counts_changes_and_saves_nothing(small):
    view = segments.preview(small, [BIG, REST])
    assert view.n_changed == 12
    changes = view.changes()
    assert changes["accounts"].sum() == 12
    assert set(changes["after"]) == {"Big", "Rest"}
    assert segments.saved_rules(small) == DEFAULT_RULES
    assert "Big" not in set(accounts.account_list(small, None)["segment"])


def test_saved_rules_decide_all_accounts(small):
    segments.save_rules(small, [BIG, REST])
    rows = accounts.account_list(small, None)
    assert rows.loc["A000", "segment"] == "Big"
    assert (rows["segment"] == "Rest").sum() == 11
    assert segments.preview(small, [BIG, REST]).n_changed == 0


def test_a_rule_that_cannot_be_read_is_named_and_nothing_is_saved(small):
    bad = Rule(name="Odd one", expression="employees >", segment="X")
    with pytest.raises(InputError, match="Odd one"):
        segments.save_rules(small, [bad])
    assert segments.saved_rules(small) == DEFAULT_RULES


def test_rules_changed_by_somebody_else_are_not_overwritten(small):
    _, version = segments.rules_and_version(small)
    bob = replace(small, user="bob")
    segments.save_rules(bob, [BIG, REST], version)
    with pytest.raises(ConflictError, match="changed by bob"):
        segments.save_rules(small, DEFAULT_RULES, version)
    assert segments.saved_rules(small) == (BIG, REST)
    line = audit.find(small, AuditQuery(company_id=small.company_id)).lines.iloc[0]
    assert (line["who"], line["action"]) == ("bob", "change the segment rules")


@pytest.mark.parametrize("by", ["industry", "employees", "rating", "annual_revenue"])
def test_the_cross_table_holds_every_account(small, by):
    view = segments.preview(small, DEFAULT_RULES)
    assert view.cross(by)["accounts"].sum() == 12
