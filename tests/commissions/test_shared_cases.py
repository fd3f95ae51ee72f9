"""Published examples of commission plans, run through the engine without exceptions."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import yaml
from pay_worlds import NO_QUOTAS, POSITIONS, credit, credits_of, plan_of

from planner.commissions.calculation.calculate import calculate
from planner.commissions.ledger.corrections import deltas
from planner.commissions.ledger.entries import entries_of, post
from planner.core.money import format_minor, parse_minor
from planner.core.schemas import DEALS, OWNERSHIP, SPLITS, check
from planner.quotas.attainment import attainment
from planner.quotas.crediting import credit_deals

CASES = Path(__file__).parents[3] / "shared/benchmarks/commission/cases.yaml"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CASES.exists(), reason="../shared is not there"),
]


def case(case_id):
    found = yaml.safe_load(CASES.read_text())["cases"]
    (one,) = [one for one in found if one["id"] == case_id]
    return one["inputs"], one["expected"]


def minor(text):
    return parse_minor(str(text), "USD")


def money(amount_minor):
    return format_minor(int(amount_minor), "USD")


def tiers_yaml(tiers, bound="lower"):
    """Write a case's tiers; a table that ends closed goes on at its last rate."""
    rows = [dict(tier) for tier in tiers]
    rows[-1]["to"] = None
    lines = "\n".join(
        f"      - {{from: {row['from']}, to: {to or 'null'}, rate: {row['rate']}}}"
        for row in rows
        for to in [row["to"]]
    )
    return (
        f"  - id: t\n    dimension: amount\n    bound_belongs_to: {bound}\n"
        f"    tiers:\n{lines}"
    )


def paid(components, amounts, tables="", **more):
    """Pay deals of the given amounts, one a day, to one rep."""
    rows = credits_of(
        *(
            credit(f"D{number:02d}", f"2026-01-{number:02d}", minor(amount), **more)
            for number, amount in enumerate(amounts, start=1)
        )
    )
    plan = plan_of(components, tables)
    return calculate(rows, NO_QUOTAS, plan, "2026-01", POSITIONS)


def amounts_of(result):
    return [money(amount) for amount in result.lines["amount_minor"]]


def total_of(result):
    return money(result.lines["amount_minor"].sum())


def component(kind, measure, **more):
    extra = "".join(f", {name}: {value}" for name, value in more.items())
    return f"  - {{id: c, type: {kind}, measure: {measure}{extra}}}"


def test_rate_marginal_each_transaction():
    given, expected = case("rate-marginal-each-transaction")
    result = paid(
        component("marginal", "each", rates="t"),
        given["transactions"],
        tiers_yaml(given["tiers"]),
    )
    assert amounts_of(result) == expected["per_transaction"]
    assert total_of(result) == expected["total"]


def test_rate_cliff_highest_tier_lookup():
    given, expected = case("rate-cliff-highest-tier-lookup")
    result = paid(
        component("cliff", "each", rates="t"),
        given["transactions"],
        tiers_yaml(given["tiers"]),
    )
    assert amounts_of(result) == expected["amounts"]
    rates = [Decimal(int(rate)) / 1_000_000 for rate in result.trace["rate_ppm"]]
    assert rates == [Decimal(rate) for rate in expected["rates"]]


def test_rate_trace_blended_step():
    given, expected = case("rate-trace-blended-step")
    result = paid(
        component("marginal", "bookings", rates="t"),
        [given["amount"]],
        tiers_yaml(given["tiers"]),
    )
    assert total_of(result) == expected["amount"]
    whole = minor(given["amount"])
    for step, wanted in zip(result.trace.itertuples(), expected["trace"], strict=True):
        assert money(step.portion_minor) == wanted["portion"]
        assert Decimal(int(step.rate_ppm)) / 1_000_000 == Decimal(wanted["tier_rate"])
        share = Decimal(int(step.exact_micro)) / whole / 1_000_000
        assert share == Decimal(wanted["contribution"])


def test_rate_marginal_cumulative():
    given, expected = case("rate-marginal-cumulative")
    result = paid(
        component("marginal", "bookings", rates="t"),
        [given["prior_total"], given["deal"]],
        tiers_yaml(given["tiers"]),
    )
    last = result.lines.index[-1]
    assert amounts_of(result)[-1] == expected["payout"]
    portions = result.trace.loc[result.trace["line_id"].eq(last), "portion_minor"]
    assert [money(portion) for portion in portions] == expected["portions"]


@pytest.mark.parametrize(
    "case_id", ["rate-marginal-one-deal", "rate-marginal-graduated"]
)
def test_rate_marginal_one(case_id):
    given, expected = case(case_id)
    result = paid(
        component("marginal", "bookings", rates="t"),
        [given["amount"]],
        tiers_yaml(given["tiers"]),
    )
    assert total_of(result) == expected["payout"]


def test_rate_retroactive_highest_tier():
    given, expected = case("rate-retroactive-highest-tier")
    tables = tiers_yaml(given["tiers"])
    for amounts in ([given["amount"]], ["4000", "3000", "4000"]):
        result = paid(component("retroactive", "bookings", rates="t"), amounts, tables)
        assert total_of(result) == expected["payout"]


def test_flat_rate():
    given, expected = case("flat-rate")
    result = paid(component("flat", "bookings", rate=given["rate"]), [given["amount"]])
    assert total_of(result) == expected["payout"]


def test_cap_hard():
    given, expected = case("cap-hard")
    cap = f"{{amount: {given['cap']}, per: month}}"
    result = paid(
        component("flat", "bookings", rate=given["rate"], cap=cap), [given["amount"]]
    )
    assert amounts_of(result) == [expected["uncapped"], f"-{expected['withheld']}"]
    assert total_of(result) == expected["payout"]


def test_spif_per_unit():
    given, expected = case("spif-per-unit")
    components = "\n".join(
        [
            component("flat", "bookings", rate=given["rate"]),
            "  - {id: s, type: spif, measure: each, amount: "
            f"{given['spif_per_unit']}}}",
        ]
    )
    result = paid(components, [given["unit_price"]] * given["units"])
    by_type = result.lines.groupby("entry_type")["amount_minor"].sum().map(money)
    assert by_type.to_dict() == {
        "earning": expected["commission"],
        "spif": expected["spif"],
    }
    assert total_of(result) == expected["total"]


def one_day_deals(amounts, position_by_deal):
    """Deals of accounts named like them, each owned by one position."""
    deals = pd.DataFrame(
        {
            "account_id": list(amounts),
            "product": "Core",
            "kind": "new",
            "stage": "won",
            "opened_on": pd.Timestamp("2026-01-01"),
            "close_on": pd.Timestamp("2026-01-05"),
            "amount_minor": [minor(amount) for amount in amounts.values()],
            "currency": "USD",
            "term_months": 12,
            "related_deal_id": None,
        },
        index=pd.Index(list(amounts), name="deal_id"),
    )
    ownership = pd.DataFrame(
        {
            "account_id": list(position_by_deal),
            "position_id": list(position_by_deal.values()),
            "role": "owner",
            "share_ppm": 1_000_000,
            "valid_from": pd.Timestamp("2026-01-01"),
            "valid_to": pd.NaT,
        }
    )
    return check(deals, DEALS), check(ownership, OWNERSHIP)


def test_rollup_override_team():
    given, expected = case("rollup-override-team")
    positions = pd.DataFrame(
        {
            "role": ["manager", *["rep"] * 5],
            "parent_id": [None, *["M"] * 5],
        },
        index=["M", *given["sales"]],
    )
    deals, ownership = one_day_deals(
        given["sales"], {name: name for name in given["sales"]}
    )
    credited = credit_deals(deals, ownership, None, positions).credits
    components = "\n".join(
        [
            component("flat", "bookings", rate=given["rep_rate"]),
            "  - {id: o, type: override, measure: team, rate: "
            f"{given['override_rate']}}}",
        ]
    )
    result = calculate(credited, NO_QUOTAS, plan_of(components), "2026-01", positions)
    lines = result.lines.set_index("deal_id")
    override = lines[lines["entry_type"].eq("override")]["amount_minor"]
    earned = lines[lines["entry_type"].eq("earning")]["amount_minor"]
    assert override.map(money).to_dict() == expected["override"]
    assert earned.map(money).to_dict() == expected["rep"]
    assert money(override.sum()) == expected["override_total"]


def split_credits(amount, shares, overlay=None):
    names = [f"R{number}" for number in range(len(shares))]
    positions = pd.DataFrame(
        {"role": "rep", "parent_id": [None] * (len(names) + 1)}, index=[*names, "O"]
    )
    deals, ownership = one_day_deals({"D": amount}, {"D": names[0]})
    if overlay:
        beside = ownership.assign(
            position_id=names[0], role="overlay", share_ppm=int(overlay * 1_000_000)
        )
        ownership = pd.concat([ownership, beside])
    splits = pd.DataFrame(
        {
            "deal_id": "D",
            "position_id": names,
            "share_ppm": [int(Decimal(share) * 1_000_000) for share in shares],
        }
    )
    return credit_deals(deals, ownership, check(splits, SPLITS), positions).credits


def test_split_credit_equal():
    given, expected = case("split-credit-equal")
    rows = split_credits(given["order"], given["shares"])
    assert sorted(rows["amount_minor"].map(money)) == expected["credits"]


def test_split_revenue_and_overlay():
    given, expected = case("split-revenue-and-overlay")
    rows = split_credits(
        given["amount"], given["revenue"].values(), Decimal(given["overlay"]["A"])
    )
    sums = rows.groupby("credit_type")["amount_minor"].sum().map(money)
    assert sums["revenue"] == expected["revenue_total"]
    assert sums["overlay"] == expected["overlay_credit"]["A"]
    assert money(rows["amount_minor"].sum()) == expected["all_credit_total"]


@pytest.mark.parametrize("case_id", ["clawback-full", "clawback-half"])
def test_clawback(case_id):
    """The deal paid what the case says at 10 %; its stated share is cancelled."""
    given, expected = case(case_id)
    amount = minor(given["paid"]) * 10
    back = -int(amount * Decimal(given["clawback_share"]))
    rows = credits_of(
        credit("D1", "2026-01-05", amount),
        credit("D2", "2026-01-09", back, cancels="D1"),
    )
    plan = plan_of(component("flat", "bookings", rate="0.10"))
    result = calculate(rows, NO_QUOTAS, plan, "2026-01", POSITIONS)
    assert amounts_of(result)[1] == expected["adjustment"]
    assert total_of(result) == expected["net"]


def test_attainment_interval_goal():
    given, expected = case("attainment-interval-goal")
    goal = minor(given["annual_goal"])
    quotas = pd.DataFrame(
        {
            "position_id": "P-R01",
            "measure": "bookings",
            "period": [f"2026-{month:02d}" for month in range(1, 13)],
            "amount_minor": goal // 12,
            "currency": "USD",
        }
    )
    rows = credits_of(
        *(
            credit(f"D{number}", f"2026-0{interval[1]}-1{number}", minor(amount))
            for number, (interval, amount) in enumerate(given["credits"])
        )
    )
    table = attainment(rows, quotas, "bookings", 2026)
    for number, (name, percent) in enumerate(expected["attainment"].items(), start=1):
        share = table.loc[("P-R01", f"2026-0{number}"), "attainment_share"]
        assert f"{share * 100:.2f}" == percent, name
    plan = plan_of(component("flat", "monthly", rate="0.1"))
    lines = calculate(
        rows, NO_QUOTAS, plan, "2026-02", POSITIONS, since="2026-01"
    ).lines
    assert lines["measure_after_minor"].map(money).tolist() == expected["running"]


def test_refund_nets_to_zero():
    given, expected = case("refund-nets-to-zero")
    rows = credits_of(
        credit("D1", "2026-01-05", minor(given["invoice"])),
        credit("D2", "2026-02-05", -minor(given["refund"]), cancels="D1"),
    )
    plan = plan_of(component("flat", "bookings", rate=given["rate"]))
    result = calculate(rows, NO_QUOTAS, plan, "2026-02", POSITIONS, since="2026-01")
    assert amounts_of(result) == expected["settlements"]
    assert total_of(result) == expected["joined_total"]


def test_territory_move_mid_period():
    given, expected = case("territory-move-mid-period")
    ownership = pd.DataFrame(
        {
            "account_id": "A1",
            "position_id": [row["rep"] for row in given["assignments"]],
            "role": "owner",
            "share_ppm": 1_000_000,
            "valid_from": [pd.Timestamp(row["from"]) for row in given["assignments"]],
            "valid_to": [pd.Timestamp(row["to"]) for row in given["assignments"]],
        }
    )
    deals, _ = one_day_deals(
        {f"D{n}": amount for n, (_, amount) in enumerate(given["deals"])}, {}
    )
    deals = deals.assign(
        account_id="A1",
        close_on=pd.to_datetime([day for day, _ in given["deals"]]).astype(
            "datetime64[s]"
        ),
    )
    positions = pd.DataFrame(
        {"role": "rep", "parent_id": [None, None]}, index=["R1", "R2"]
    )
    rows = credit_deals(deals, check(ownership, OWNERSHIP), None, positions).credits
    sums = rows.groupby("position_id")["amount_minor"].sum()
    assert sums.map(money).to_dict() == expected["credit"]
    assert money(sums.sum()) == expected["total"]


def test_rounding_lines_add_up():
    given, expected = case("rounding-lines-add-up")
    result = paid(component("flat", "bookings", rate=given["rate"]), given["deals"])
    assert amounts_of(result) == expected["lines"]
    assert total_of(result) == expected["total"]


def test_prior_period_deal_value():
    """January was posted with the old amount; February posts the difference."""
    given, expected = case("prior-period-deal-value")
    plan = plan_of(component("flat", "bookings", rate=given["rate_paid"]))

    def january(amount):
        rows = credits_of(credit("D1", "2026-01-05", minor(amount)))
        return calculate(rows, NO_QUOTAS, plan, "2026-01", POSITIONS)

    then, now = january(given["amount_then"]), january(given["amount_now"])
    assert total_of(then) == expected["original"]
    assert total_of(now) == expected["correct"]
    ledger = post((), entries_of(then.lines))
    change, trace = deltas(now.lines, now.trace, ledger, ["2026-01"], "2026-02")
    assert [money(amount) for amount in change["amount_minor"]] == [expected["delta"]]
    assert int(trace["exact_micro"].sum()) == change["amount_minor"].sum() * 1_000_000
