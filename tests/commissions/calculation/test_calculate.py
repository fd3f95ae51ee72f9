"""Pay worked out by hand, then the properties that hold for any deals."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pay_worlds import (
    AMOUNT_TIERS,
    MARGINAL,
    NO_QUOTAS,
    POSITIONS,
    credit,
    credits_of,
    plan_of,
    quotas_of,
    rich_plan,
)

from planner.commissions.calculation.calculate import calculate
from planner.commissions.calculation.reference import reference_amounts
from planner.commissions.plans.calendar import PlanYear
from planner.commissions.plans.plan import load_plan
from planner.commissions.wording import working_text
from planner.core.errors import InputError

QUOTA = quotas_of({"P-R01": 10_000_00, "P-R02": 20_000_00})


def amounts(result):
    return result.lines["amount_minor"].tolist()


def test_tiers_pay_each_band_at_its_own_rate():
    """
    Quota 10,000: 4 % to 5,000, 8 % to 10,000, 12 % above.

    4,000 → 160.00. 3,000 more: 1,000 at 4 % + 2,000 at 8 % = 200.00.
    5,000 more: 3,000 at 8 % + 2,000 at 12 % = 480.00.
    """
    rows = credits_of(
        credit("D1", "2026-01-10", 4_000_00),
        credit("D2", "2026-02-10", 3_000_00),
        credit("D3", "2026-03-10", 5_000_00),
    )
    result = calculate(
        rows, QUOTA, load_plan(MARGINAL), "2026-03", POSITIONS, since="2026-01"
    )
    assert amounts(result) == [160_00, 200_00, 480_00]
    last = result.lines.iloc[-1]
    assert (last["measure_before_minor"], last["measure_after_minor"]) == (
        7_000_00,
        12_000_00,
    )
    steps = result.trace[result.trace["line_id"].eq(last.name)]
    assert steps["portion_minor"].tolist() == [3_000_00, 2_000_00]
    assert steps["rate_ppm"].tolist() == [80_000, 120_000]
    assert steps["exact_micro"].sum() == 480_00 * 1_000_000


def test_a_bonus_is_paid_once_where_the_quota_is_reached_and_lost_with_it():
    """
    Quota 10,000: D2 reaches it with 10,000.00 to the cent, D3 pays no second bonus.

    3,000.01 of D3's 3,000 and D1 come back: below the quota the bonus is taken back.
    """
    plan = plan_of(
        "  - {id: c, type: bonus, measure: bookings, quota: {measure: bookings},\n"
        "     amount: 500}"
    )
    rows = credits_of(
        credit("D1", "2026-01-10", 4_000_00),
        credit("D2", "2026-02-10", 6_000_00),
        credit("D3", "2026-03-10", 3_000_00),
        credit("D4", "2026-04-10", -3_000_00, cancels="D3"),
        credit("D5", "2026-05-10", -1, cancels="D1"),
    )
    result = calculate(rows, QUOTA, plan, "2026-05", POSITIONS, since="2026-01")
    lines = result.lines[["deal_id", "entry_type", "amount_minor"]]
    assert lines.to_numpy().tolist() == [
        ["D2", "earning", 500_00],
        ["D5", "clawback", -500_00],
    ]
    steps = list(result.trace.itertuples())
    assert working_text(steps[:1], "USD") == "500 for the quota reached"
    problems = calculate(rows, NO_QUOTAS, plan, "2026-05", POSITIONS).problems
    assert problems["problem"].tolist() == ["no_quota"]


def test_a_period_alone_pays_as_it_does_among_others():
    rows = credits_of(
        credit("D1", "2026-01-10", 4_000_00), credit("D2", "2026-02-10", 3_000_00)
    )
    alone = calculate(rows, QUOTA, load_plan(MARGINAL), "2026-02", POSITIONS)
    assert amounts(alone) == [200_00]


def test_cancellation_takes_back_what_the_deal_paid():
    """
    D1 of 4,000 paid 160.00 at 4 %; D2 of 8,000 paid 40 + 400 + 240 = 680.00.

    D1 is cancelled at 120 % of quota: 160.00 goes back, not 12 % of 4,000. Half of D2
    is cancelled next: 340.00.
    """
    rows = credits_of(
        credit("D1", "2026-01-10", 4_000_00),
        credit("D2", "2026-02-10", 8_000_00),
        credit("D3", "2026-03-10", -4_000_00, cancels="D1"),
        credit("D4", "2026-03-20", -4_000_00, cancels="D2"),
    )
    result = calculate(rows, QUOTA, load_plan(MARGINAL), "2026-03", POSITIONS)
    assert amounts(result) == [-160_00, -340_00]
    assert set(result.lines["entry_type"]) == {"clawback"}


def test_cancellation_at_the_current_rate_if_the_plan_says_so():
    """At 120 % of quota 4,000 back: 2,000 at 12 % and 2,000 at 8 % = 400.00."""
    plan = load_plan(
        MARGINAL.replace("rates: field", "rates: field, reversal: current_rate")
    )
    rows = credits_of(
        credit("D1", "2026-01-10", 4_000_00),
        credit("D2", "2026-02-10", 8_000_00),
        credit("D3", "2026-03-10", -4_000_00, cancels="D1"),
    )
    assert amounts(calculate(rows, QUOTA, plan, "2026-03", POSITIONS)) == [-400_00]


def test_retroactive_tiers_reprice_earlier_money_on_a_line_of_its_own():
    """
    4,000 at 5 % = 200.00. Then 7,000 more reaches 11,000 and 15 % on all of it.

    The new 7,000 earn 1,050.00; the earlier 4,000 gain 10 % = 400.00; in sum 1,650.00.
    """
    plan = plan_of(
        "  - {id: c, type: retroactive, measure: bookings, rates: steps}",
        AMOUNT_TIERS.format(bound="lower"),
    )
    rows = credits_of(
        credit("D1", "2026-01-10", 4_000_00), credit("D2", "2026-01-11", 7_000_00)
    )
    result = calculate(rows, NO_QUOTAS, plan, "2026-01", POSITIONS)
    assert result.lines["entry_type"].tolist() == ["earning", "earning", "retroactive"]
    assert amounts(result) == [200_00, 1_050_00, 400_00]


@pytest.mark.parametrize(("bound", "paid"), [("lower", 250_00), ("upper", 500_00)])
def test_a_deal_on_a_bound_goes_where_the_plan_says(bound, paid):
    """5,000 lies on the bound of 5 % and 10 %."""
    plan = plan_of(
        "  - {id: c, type: cliff, measure: each, rates: steps}",
        AMOUNT_TIERS.format(bound=bound),
    )
    rows = credits_of(credit("D1", "2026-01-10", 5_000_00))
    assert amounts(calculate(rows, NO_QUOTAS, plan, "2026-01", POSITIONS)) == [paid]


def test_cap_holds_back_on_a_line_of_its_own_and_frees_it_after_a_return():
    """
    10 % with at most 100.00 a month: 80.00, then 50.00 of which 30.00 are held back.

    A return of 40.00 sets 30.00 free again: 80 + 20 − 40 + 30 = 90.00.
    """
    plan = plan_of(
        "  - {id: c, type: flat, measure: bookings, rate: 0.1,"
        " cap: {amount: 100, per: month}}"
    )
    rows = credits_of(
        credit("D1", "2026-01-10", 800_00),
        credit("D2", "2026-01-11", 500_00),
        credit("D3", "2026-01-12", -400_00, cancels="D2"),
    )
    result = calculate(rows, NO_QUOTAS, plan, "2026-01", POSITIONS)
    assert result.lines["entry_type"].tolist() == [
        "earning",
        "earning",
        "cap_withheld",
        "clawback",
        "cap_withheld",
    ]
    assert amounts(result) == [80_00, 50_00, -30_00, -40_00, 30_00]


def test_floor_tops_up_every_position_of_the_role():
    """A floor of 500.00: R01 earned 80.00 and gets 420.00 on top, R02 all of it."""
    plan = plan_of(
        "  - {id: c, type: flat, measure: bookings, rate: 0.1, roles: [rep],"
        " floor: {amount: 500, per: month}}"
    )
    rows = credits_of(credit("D1", "2026-01-10", 800_00))
    result = calculate(rows, NO_QUOTAS, plan, "2026-01", POSITIONS)
    assert result.totals.set_index("position_id")["amount_minor"].to_dict() == {
        "P-R01": 500_00,
        "P-R02": 500_00,
    }


SPIF = (
    "  - {id: launch, type: spif, measure: each, amount: 250.01, roles: [rep],"
    " window: {from: 2026-04-01, to: 2026-05-01},"
    " where: [{field: product, op: eq, value: Analytics},"
    " {field: deal_amount, op: ge, value: 1000}]}"
)


def test_spif_pays_each_deal_in_its_window_and_is_shared_like_the_deal():
    """250.01 once, split half and half: 125.01 and 125.00; cancelled, all goes back."""
    half = {"share_ppm": 500_000, "product": "Analytics", "deal_amount_minor": 1_000_00}
    rows = credits_of(
        credit("D1", "2026-04-30", 500_00, "P-R01", **half),
        credit("D1", "2026-04-30", 500_00, "P-R02", **half),
        credit("D2", "2026-05-01", 1_000_00, product="Analytics"),
        credit("D3", "2026-04-10", 1_000_00),
        credit("D4", "2026-06-10", -500_00, "P-R02", cancels="D1", **half),
    )
    plan = plan_of(SPIF)
    paid = calculate(rows, NO_QUOTAS, plan, "2026-06", POSITIONS, since="2026-04")
    assert paid.lines["deal_id"].tolist() == ["D1", "D1", "D4"]
    assert amounts(paid) == [125_01, 125_00, -125_00]


def test_override_pays_the_manager_on_the_teams_deals():
    """3 % of 75,000 and of 60,000."""
    plan = plan_of(
        "  - {id: o, type: override, measure: team, rate: 0.03, roles: [manager]}"
    )
    rows = credits_of(
        credit("D1", "2026-01-10", 75_000_00, "P-M1", kind="rolled"),
        credit("D1", "2026-01-10", 75_000_00, "P-VP", kind="rolled"),
        credit("D2", "2026-01-11", 60_000_00, "P-M1", kind="rolled"),
        credit("D1", "2026-01-10", 75_000_00),
    )
    result = calculate(rows, NO_QUOTAS, plan, "2026-01", POSITIONS)
    assert amounts(result) == [2_250_00, 1_800_00]
    assert set(result.lines["position_id"]) == {"P-M1"}


def test_months_by_themselves_start_at_nothing_each():
    plan = plan_of(
        "  - {id: c, type: marginal, measure: monthly, rates: steps}",
        AMOUNT_TIERS.format(bound="lower"),
    )
    rows = credits_of(
        credit("D1", "2026-01-10", 6_000_00), credit("D2", "2026-02-10", 6_000_00)
    )
    result = calculate(rows, NO_QUOTAS, plan, "2026-02", POSITIONS, since="2026-01")
    assert amounts(result) == [350_00, 350_00]


def test_months_make_up_a_year_that_is_not_stated():
    """Twelve months of 1,000 are a year of 12,000: 4 % up to 6,000."""
    months = pd.concat(
        quotas_of({"P-R01": 1_000_00}, f"2026-{month:02d}") for month in range(1, 13)
    )
    rows = credits_of(credit("D1", "2026-01-10", 7_000_00))
    result = calculate(rows, months, load_plan(MARGINAL), "2026-01", POSITIONS)
    assert amounts(result) == [320_00]
    assert result.lines["quota_minor"].tolist() == [12_000_00]


def test_a_missing_quota_is_a_problem_and_not_a_payment():
    rows = credits_of(credit("D1", "2026-01-10", 800_00))
    result = calculate(rows, NO_QUOTAS, load_plan(MARGINAL), "2026-01", POSITIONS)
    assert result.lines.empty
    assert result.problems["message"].tolist() == [
        "position P-R01 has no bookings quota above 0 for 2026; "
        "commission cannot be paid without it"
    ]


@pytest.mark.parametrize(
    ("period", "words"), [("2027-01", "must lie in the plan"), ("10/2026", "2026-10")]
)
def test_a_period_outside_the_plan_is_refused(period, words):
    with pytest.raises(InputError, match=words):
        calculate(credits_of(), NO_QUOTAS, load_plan(MARGINAL), period, POSITIONS)


CAPPED = "  - {{id: c, type: {kind}, cap: {{amount: 6500, per: {per}}}}}"
KINDS = {
    "flat": "flat, measure: bookings, rate: 0.06",
    "marginal": "marginal, measure: bookings, rates: steps",
    "retroactive": "retroactive, measure: bookings, rates: steps",
    "cliff": "cliff, measure: bookings, rates: steps",
    "current rate": "flat, measure: bookings, rate: 0.06, reversal: current_rate",
    "spif": "spif, measure: bookings, amount: 7000",
}


@pytest.mark.parametrize("per", ["deal", "month", "quarter", "year"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("day", ["2026-08-20", "2026-09-20", "2026-10-20"])
def test_a_full_refund_takes_back_what_a_capped_deal_paid(kind, per, day):
    """130,000.00 earns more than 6,500.00, pays that, and the refund leaves nothing."""
    plan = plan_of(
        CAPPED.format(kind=KINDS[kind], per=per), AMOUNT_TIERS.format(bound="upper")
    )
    rows = credits_of(
        credit("D1", "2026-08-05", 130_000_00),
        credit("R1", day, -130_000_00, cancels="D1"),
    )
    lines = calculate(
        rows, NO_QUOTAS, plan, "2026-10", POSITIONS, since="2026-08"
    ).lines
    paid = lines.groupby("deal_id")["amount_minor"].sum()
    assert paid.to_dict() == {"D1": 6_500_00, "R1": -6_500_00}


def test_a_refund_frees_the_room_of_the_month_that_its_deal_filled():
    """
    A cap of 100.00 a month. August: 80 of D1, 20 of D2's 50.00.

    Half of D1 goes back in September: August would have paid 40 + 50 = 90.00, so
    10.00 are taken back; September's own 100.00 stay below September's cap.
    """
    plan = plan_of(
        "  - {id: c, type: flat, measure: bookings, rate: 0.1,"
        " cap: {amount: 100, per: month}}"
    )
    rows = credits_of(
        credit("D1", "2026-08-10", 800_00),
        credit("D2", "2026-08-11", 500_00),
        credit("D3", "2026-09-01", 1_200_00),
        credit("R1", "2026-09-12", -400_00, cancels="D1"),
    )
    result = calculate(rows, NO_QUOTAS, plan, "2026-09", POSITIONS, since="2026-08")
    months = result.lines.groupby("period")["amount_minor"].sum()
    assert months.to_dict() == {"2026-08": 100_00, "2026-09": 100_00 - 10_00}


def test_a_plan_pays_by_the_day():
    """Until the 15th, that day not counted: 4 % of 1,000; the plan from then 5 %."""
    rows = credits_of(
        credit("D1", "2026-10-14", 1_000_00), credit("D2", "2026-10-15", 2_000_00)
    )
    part = "  - {{id: c, type: flat, measure: bookings, rate: {}}}"
    old = plan_of(
        part.format(0.04), days="valid_from: 2026-01-01, valid_to: 2026-10-15"
    )
    new = plan_of(
        part.format(0.05), days="valid_from: 2026-10-15, valid_to: 2027-01-01"
    )
    for plan, paid in [(old, [40_00]), (new, [100_00])]:
        assert amounts(calculate(rows, NO_QUOTAS, plan, "2026-10", POSITIONS)) == paid
    with pytest.raises(InputError, match="that day not counted"):
        calculate(rows, NO_QUOTAS, old, "2026-11", POSITIONS)


FISCAL = "valid_from: 2026-07-01, valid_to: 2027-07-01"


def test_the_year_of_a_plan_across_new_year_runs_on():
    """
    Quota 120,000 from July 2026: 110,000 in October, 50,000 in February.

    February pays 10,000 at 5 % and 40,000 at 10 %: 4,500.00, not 2,500.00.
    """
    plan = plan_of(
        "  - {id: c, type: marginal, measure: bookings, rates: t,"
        " quota: {measure: bookings}}",
        "  - {id: t, dimension: attainment, tiers: [{from: 0, to: 1, rate: 0.05},"
        " {from: 1, to: null, rate: 0.10}]}",
        days=FISCAL,
    )
    rows = credits_of(
        credit("D1", "2026-10-15", 110_000_00), credit("D2", "2027-02-15", 50_000_00)
    )
    quota = quotas_of({"P-R01": 120_000_00})
    by_month = pd.concat(
        quotas_of({"P-R01": 10_000_00}, str(month))
        for month in pd.period_range("2026-07", "2027-06", freq="M")
    )
    for goals in (quota, by_month):
        result = calculate(rows, goals, plan, "2027-02", POSITIONS)
        assert amounts(result) == [4_500_00]
        assert result.lines["quota_minor"].tolist() == [120_000_00]
    missing = calculate(rows, NO_QUOTAS, plan, "2027-02", POSITIONS)
    assert "for 2026 (2026-07 to 2027-06)" in missing.problems["message"].iloc[0]


@pytest.mark.parametrize(
    ("days", "first_month"),
    [
        (FISCAL, 7),
        ("valid_from: 2026-02-01, valid_to: 2028-02-01", 2),
        ("valid_from: 2026-04-01, valid_to: 2027-01-01", 1),
        ("valid_from: 2026-10-15, valid_to: 2027-01-01, fiscal_year_start: 10", 10),
    ],
)
def test_the_year_begins_with_the_plan_if_it_goes_beyond_new_year(days, first_month):
    plan = plan_of("  - {id: c, type: flat, measure: bookings, rate: 0.1}", days=days)
    assert plan.year == PlanYear(first_month)


def test_quarters_follow_the_year():
    year = PlanYear(2)
    assert [year.span(month, "quarter") for month in ("2027-01", "2027-02")] == [
        "2026-Q4",
        "2027-Q1",
    ]
    assert year.first("2027-01") == "2026-02"


RICH = rich_plan()

deal_lists = st.lists(
    st.tuples(
        st.integers(0, 180),
        st.integers(1, 6_000_01),
        st.sampled_from(["P-R01", "P-R02"]),
        st.integers(0, 3),
    ),
    max_size=12,
)


def credits_from(drawn):
    """Each drawn deal is a booking, and sometimes a later cancellation of a part."""
    rows = []
    for number, (day, amount, position_id, parts) in enumerate(drawn):
        on = pd.Timestamp("2026-01-01") + pd.Timedelta(days=day)
        rows.append(credit(f"D{number:02d}", on, amount, position_id))
        for part in range(parts if parts < 3 else 0):
            back = -(amount // 2)
            later = on + pd.Timedelta(days=7 * part)
            rows.append(
                credit(
                    f"C{number:02d}-{part}",
                    later,
                    back,
                    position_id,
                    cancels=f"D{number:02d}",
                )
            )
    return credits_of(*rows)


@settings(deadline=None, max_examples=30)
@given(drawn=deal_lists)
def test_the_engine_pays_what_the_decimal_reference_pays(drawn):
    rows = credits_from(drawn)
    result = calculate(rows, QUOTA, RICH, "2026-09", POSITIONS, since="2026-01")
    expected = reference_amounts(rows, QUOTA, RICH, POSITIONS, "2026-01", "2026-09")
    assert paid_by_line(result) == expected


@settings(deadline=None, max_examples=10)
@given(drawn=deal_lists, first_month=st.integers(1, 12), day=st.integers(1, 28))
def test_the_reference_agrees_on_years_and_days_of_any_plan(drawn, first_month, day):
    """A plan of two years from some day on, which ends inside its last month."""
    plan = rich_plan(
        days=f"valid_from: 2025-{first_month:02d}-01, valid_to: 2026-06-{day:02d}, "
        f"fiscal_year_start: {first_month}"
    )
    first = plan.year.first("2026-05")
    rows = credits_from(drawn)
    rows = rows[rows["close_on"] >= pd.Timestamp(f"{first}-01")]
    quotas = pd.concat(
        [
            QUOTA,
            quotas_of({"P-R01": 7_000_00}, "2025"),
            QUOTA.assign(period="2026-05").iloc[1:],
        ]
    )
    result = calculate(rows, quotas, plan, "2026-05", POSITIONS, since=first)
    before_june = rows[rows["close_on"] < pd.Timestamp("2026-06-01")]
    expected = reference_amounts(before_june, quotas, plan, POSITIONS, first, "2026-05")
    assert paid_by_line(result) == expected


def paid_by_line(result):
    """Lay the lines out as the reference does."""
    return {
        (
            line.position_id,
            line.component_id,
            line.credit_id,
            line.entry_type,
            line.period,
        ): line.amount_minor
        for line in result.lines.itertuples()
        if line.amount_minor
    }


@settings(deadline=None, max_examples=12)
@given(drawn=deal_lists)
def test_lines_sum_to_the_rounded_payout_whatever_the_batching(drawn):
    """Bookings only: month by month, in one go, and F of the sum agree."""
    rows = credits_from([(*deal[:3], 3) for deal in drawn])
    plan = load_plan(MARGINAL)
    whole = calculate(rows, QUOTA, plan, "2026-12", POSITIONS, since="2026-01")
    parts = pd.concat(
        calculate(rows, QUOTA, plan, f"2026-{month:02d}", POSITIONS).lines
        for month in range(1, 13)
    )
    assert parts["amount_minor"].to_dict() == whole.lines["amount_minor"].to_dict()
    for position_id, quota in [("P-R01", 10_000_00), ("P-R02", 20_000_00)]:
        total = rows.loc[rows["position_id"].eq(position_id), "amount_minor"].sum()
        at_4 = min(total, quota // 2)
        at_8 = min(max(total - quota // 2, 0), quota // 2)
        cents = at_4 * 4 + at_8 * 8 + max(total - quota, 0) * 12
        lines = whole.lines[whole.lines["position_id"].eq(position_id)]
        assert lines["amount_minor"].sum() == (cents + 50) // 100


@settings(deadline=None, max_examples=12)
@given(drawn=deal_lists)
def test_cancelling_everything_leaves_nothing_paid(drawn):
    rows = [
        row
        for number, (day, amount, position_id, _) in enumerate(drawn)
        for row in (
            credit(
                f"D{number:02d}",
                pd.Timestamp("2026-01-01") + pd.Timedelta(days=day),
                amount,
                position_id,
            ),
            credit(
                f"E{number:02d}",
                pd.Timestamp("2026-10-01"),
                -amount,
                position_id,
                cancels=f"D{number:02d}",
            ),
        )
    ]
    plan = load_plan(MARGINAL)
    result = calculate(
        credits_of(*rows), QUOTA, plan, "2026-10", POSITIONS, since="2026-01"
    )
    assert result.lines["amount_minor"].sum() == 0


@settings(deadline=None, max_examples=15)
@given(drawn=deal_lists, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(drawn, seed):
    rows = credits_from(drawn)
    shuffled = rows.sample(frac=1, random_state=seed)
    first = calculate(rows, QUOTA, RICH, "2026-06", POSITIONS)
    second = calculate(shuffled, QUOTA, RICH, "2026-06", POSITIONS)
    assert first.lines.equals(second.lines)
    assert first.trace.equals(second.trace)


def test_sums_of_rupiah_do_not_overflow():
    """4 % of ten trillion rupiah: its working needs more than 64 bits."""
    rupiah = 10_000_000_000_000_00
    plan = load_plan(MARGINAL.replace("USD", "IDR"))
    rows = credits_of(
        credit("D1", "2026-01-10", rupiah, currency="IDR"),
        credit("D2", "2026-01-11", rupiah, currency="IDR"),
    )
    quota = quotas_of({"P-R01": 4 * rupiah}).assign(currency="IDR")
    result = calculate(rows, quota, plan, "2026-01", POSITIONS)
    assert amounts(result) == [400_000_000_000_00, 400_000_000_000_00]
    file = io.BytesIO()
    result.trace.to_parquet(file)
    back = pd.read_parquet(file)["exact_micro"]
    assert sum(map(int, back)) == 2 * rupiah * 40_000
    assert working_text(result.trace.itertuples(), "IDR").startswith(
        "10,000,000,000,000 × 4 %"
    )


@pytest.mark.parametrize("product", ["analytics", "ANALYTICS ", "Ａｎalytics"])
def test_a_product_is_the_same_in_any_letters(product):
    """A deal in other case, with blanks or wide letters is not left unpaid."""
    rows = credits_of(credit("D1", "2026-04-10", 1_000_00, product=product))
    paid = calculate(rows, NO_QUOTAS, plan_of(SPIF), "2026-04", POSITIONS)
    assert amounts(paid) == [250_01]
