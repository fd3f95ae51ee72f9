"""A plan is checked before it pays anybody; each fault is named where it stands."""

from __future__ import annotations

import pytest
from pay_worlds import HEAD, MARGINAL

from planner.commissions.plans.plan import load_plan
from planner.core.errors import InputError


def test_a_plan_is_compiled_to_whole_numbers():
    plan = load_plan(MARGINAL)
    (component,) = plan.components
    assert [tier.rate_ppm for tier in component.table.tiers] == [
        40_000,
        80_000,
        120_000,
    ]
    assert [tier.lower for tier in component.table.tiers] == [0, 500_000, 1_000_000]
    assert plan.content_hash == load_plan(MARGINAL).content_hash


def test_json_and_paths_are_read_too(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(MARGINAL)
    assert load_plan(path).plan_id == "TEST"


FLAT = "components:\n  - {id: c, type: flat, measure: bookings, rate: 0.1}\n"
TABLE = """
rate_tables:
  - id: t
    dimension: amount
    tiers:
      - {from: 0, to: 100, rate: 0.1}
      - {from: 100, to: null, rate: 0.2}
"""
BONUS = (
    "components:\n  - {id: c, type: bonus, measure: bookings, "
    "quota: {measure: bookings}, amount: 500, at: 1}\n"
)
USES_T = "components:\n  - {id: c, type: marginal, measure: bookings, rates: t}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + FLAT.replace("0.1", "-0.1"), r"components\[0\].rate: -0.1 must be at"),
        (HEAD + FLAT.replace("0.1", "0.1234567"), "at most 6 decimals"),
        (HEAD + FLAT.replace("0.1", ".nan"), "no decimal number"),
        (HEAD + FLAT.replace("flat", "formula"), "formula must be one of flat"),
        (HEAD + FLAT.replace("bookings", "sales"), "sales must be one of bookings"),
        (HEAD + FLAT.replace("rate: 0.1", "rates: t"), "flat takes rate, got rates"),
        (HEAD + FLAT.replace("id: c,", "id: c, id: d,"), "key id is given twice"),
        (HEAD + FLAT.replace("id: c,", "id: c, code: x,"), "code was unexpected"),
        (HEAD + USES_T, "no rate table is called t"),
        (
            HEAD + TABLE.replace("from: 100", "from: 90") + USES_T,
            "where the tier before",
        ),
        (HEAD + TABLE.replace("from: 0,", "from: 1,") + USES_T, "must start at 0"),
        (HEAD + TABLE.replace("null", "300") + USES_T, "must end open"),
        (
            HEAD + TABLE + USES_T.replace("marginal", "cliff"),
            "bound_belongs_to: lower or upper",
        ),
        (
            HEAD + TABLE.replace("amount", "attainment") + USES_T,
            "tiers by attainment need a quota",
        ),
        (
            HEAD + FLAT.replace("flat", "override"),
            "override needs a measure of kind rolled",
        ),
        (HEAD + BONUS.replace("amount", "rate"), "bonus takes amount, got rate"),
        (
            HEAD + BONUS.replace("quota: {measure: bookings}, ", ""),
            "a bonus needs a quota",
        ),
        (HEAD + BONUS.replace("bookings,", "each,"), "a bonus needs a measure that"),
        (HEAD + BONUS.replace("at: 1", "at: 0"), r"\.at: 0 must lie above 0"),
        (HEAD + BONUS.replace("at: 1", "at: 100"), "attainment 100 is 10000 %"),
        (
            HEAD + BONUS.replace("at: 1", "reversal: original_rate"),
            "a bonus needs current_rate",
        ),
        (HEAD + FLAT.replace("rate", "at: 1, rate"), "only a bonus is paid at"),
        (HEAD.replace("2027-01-01", "2026-01-01") + FLAT, "must lie after 2026-01-01"),
        (HEAD.replace("2027-01-01", "2026-02-30") + FLAT, "no day of the calendar"),
        (HEAD.replace("USD", "XXX") + FLAT, "currency must be one of"),
        (HEAD + "components: &a\n  - *a\n", "aliases"),
        (HEAD, "components is a required property"),
        ("a: [\n", "line 2"),
        ("- 1\n- 2\n", "is not of type object"),
        (HEAD + FLAT + "# " + "x" * 300_000, "at most 256 KiB"),
    ],
)
def test_each_fault_is_named(text, words):
    with pytest.raises(InputError, match=words):
        load_plan(text)


def test_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_plan(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("{field: product, op: in, value: Core}", "in needs a list"),
        ("{field: product, op: ge, value: Core}", "does not fit the field product"),
        ("{field: owner, op: eq, value: x}", "owner must be one of product"),
        ("{field: product, op: exec, value: x}", "exec must be one of eq"),
        ("{field: deal_amount, op: ge, value: 1.005}", "at most 2 decimals"),
        ("{field: term_months, op: ge, value: x}", "whole number of months"),
    ],
)
def test_conditions_are_a_closed_language(condition, words):
    text = HEAD + FLAT.replace("rate: 0.1", f"rate: 0.1, where: [{condition}]")
    with pytest.raises(InputError, match=words):
        load_plan(text)


PERCENT = TABLE.replace("amount", "attainment") + (
    "components:\n  - {id: c, type: marginal, measure: bookings, rates: t,"
    " quota: {measure: bookings}}\n"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FLAT.replace("0.1", "4"), r"rate: 4 is 400 %; for 4 per cent write 0.04 or"),
        (FLAT.replace("0.1", "1"), "1 is 100 %"),
        (FLAT.replace("0.1", "'150%'"), "150% is 150 %"),
        (FLAT.replace("0.1", "12.5"), "write 0.125 or 12.5%"),
        (
            TABLE.replace("rate: 0.2", "rate: 20") + USES_T,
            r"tiers\[1\].rate: 20 is 2000 %",
        ),
        (
            PERCENT,
            "attainment 100 is 10000 % of the quota; for 100 per cent write 1 or",
        ),
    ],
)
def test_a_percentage_typed_as_a_share_is_refused_with_its_repair(text, words):
    with pytest.raises(InputError, match=words):
        load_plan(HEAD + text)


def test_percentages_are_read_as_such():
    shares = PERCENT.replace("to: 100", "to: 100%").replace(
        "from: 100", "from: '100 %'"
    )
    plan = load_plan(HEAD + shares.replace("rate: 0.1", "rate: 4.25%"))
    (component,) = plan.components
    tiers = component.table.tiers
    assert [(tier.lower, tier.rate_ppm) for tier in tiers] == [
        (0, 42_500),
        (1_000_000, 200_000),
    ]
