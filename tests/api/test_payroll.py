"""Pay from Python: frames or files, one month, every cent with its reason."""

import pandas as pd
import pytest

import planner

PLAN = """
schema: commission-plan/1
plan: {id: p, currency: USD, valid_from: 2026-01-01, valid_to: 2027-01-01}
measures: [{code: sales, credit_type: revenue, kind: direct, accumulation: none}]
components:
  - id: bonus
    name: Bonus
    type: spif
    measure: sales
    amount: 50
    window: {from: 2026-01-01, to: 2027-01-01}
"""
DEALS = """deal_id,account_id,close_on,amount
D1,A1,2026-10-05,100.00
D2,A1,2026-09-05,100.00
D3,A9,2026-10-06,100.00
"""
OWNERSHIP = "account_id,position_id,valid_from\nA1,P1,2026-01-01\n"
QUOTAS = "position_id,measure,period,amount\nP1,sales,2026,1000.00\n"


@pytest.fixture
def files(tmp_path):
    texts = {"plan.yaml": PLAN, "deals.csv": DEALS}
    texts |= {"ownership.csv": OWNERSHIP, "quotas.csv": QUOTAS}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    names = {"deals": "deals.csv", "ownership": "ownership.csv", "quotas": "quotas.csv"}
    paths = {thing: tmp_path / name for thing, name in names.items()}
    return {**paths, "comp_plan": str(tmp_path / "plan.yaml"), "period": "2026-10"}


def test_the_deal_of_the_month_is_paid_and_the_one_without_owner_is_named(files):
    """One bonus of 50 in October: the deal of September was paid in September."""
    paid = planner.pay(**files)
    assert paid.total_minor == 50_00
    assert paid.to_frame()["deal_id"].tolist() == ["D1"]
    assert paid.summary().splitlines()[0] == (
        "2026-10: 50.00 USD for 1 positions, 1 lines"
    )
    assert "account A9 has no owner" in paid.summary()
    assert paid.status == "feasible"


def test_frames_are_paid_like_the_files_they_came_from(files):
    paid = planner.pay(**files)
    deals = planner.read_accounts(files["deals"], kind="deals").require()
    ownership = pd.DataFrame(
        {
            "account_id": ["A1"],
            "position_id": "P1",
            "role": "owner",
            "share_ppm": 1_000_000,
            "valid_from": "2026-01-01",
            "valid_to": None,
            "remark": "not ours",
        }
    )
    plan = planner.read_comp_plan(PLAN)
    frames = {**files, "deals": deals, "ownership": ownership, "comp_plan": plan}
    again = planner.pay(**frames)
    pd.testing.assert_frame_equal(again.totals, paid.totals)


def test_files_hold_money_as_decimals(files, tmp_path):
    planner.pay(**files).to_file(tmp_path / "pay.csv")
    row = pd.read_csv(tmp_path / "pay.csv", dtype="str").iloc[0]
    assert (row["amount"], row["currency"]) == ("50.00", "USD")


def test_a_statement_explains_a_position(files):
    paid = planner.pay(**files)
    assert "50.00 USD" in paid.statement("P1").sentence
    with pytest.raises(planner.InputError, match="no position 'P2'; there are P1"):
        paid.statement("P2")


def test_pay_has_no_map_and_says_why(files, tmp_path):
    paid = planner.pay(**files)
    for act in (paid.map, lambda: paid.to_file(tmp_path / "pay.geojson")):
        with pytest.raises(planner.InputError, match="pay has no places"):
            act()


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ({"period": "October"}, "period must be a month .* got 'October'"),
        ({"period": "2026-13"}, "period must be a month .* got '2026-13'"),
        ({"period": 202610}, "period must be a month .* got 202610"),
        ({"period": "2025-10"}, "period 2025-10 must lie in the plan"),
        ({"deals": None}, "path must be a text or a Path, got NoneType"),
        ({"ownership": 3}, "ownership must be a DataFrame or the path .* got int"),
        ({"quotas": pd.DataFrame({"position_id": []})}, "quotas: .*measure"),
        ({"ownership": "nowhere.csv"}, "nowhere.csv"),
        ({"comp_plan": "nowhere.yaml"}, "nowhere.yaml"),
        ({"comp_plan": None}, "path must be a text or a Path, got NoneType"),
        ({"positions": []}, "positions must be a DataFrame .* got list"),
    ],
)
def test_a_wrong_argument_is_named_with_its_rule(files, words, rule):
    with pytest.raises(planner.InputError, match=rule):
        planner.pay(**files | words)
