"""Simulated figures: believable, labelled, stable, and never over given ones."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.accounts.simulation.business import INDUSTRIES, simulate_business
from planner.accounts.simulation.deals import simulate_deals
from planner.accounts.simulation.team import simulate_team, territory_places
from planner.core.errors import ParamsError
from planner.core.schemas import ACCOUNTS, DEALS, POSITIONS, REPS, check

AS_OF = date(2026, 11, 20)


def bare_list(n: int) -> pd.DataFrame:
    """Make a list that knows names and places only."""
    columns = dict.fromkeys(ACCOUNTS.columns)
    frame = pd.DataFrame(columns, index=[f"B{number:04d}" for number in range(n)])
    frame.index.name = "account_id"
    frame["name"] = [f"Company {number}" for number in range(n)]
    frame["lat"] = np.linspace(38.0, 44.0, n)
    frame["lon"] = np.linspace(-91.0, -81.0, n)
    frame["geo_source"], frame["geo_precision"] = "given", "exact"
    return frame


@pytest.fixture(scope="module")
def filled():
    """Fill a list of 1,000."""
    return simulate_business(bare_list(1000), seed=5, as_of=AS_OF)


@pytest.fixture(scope="module")
def deals(filled):
    """Sell to that list."""
    return simulate_deals(filled, as_of=AS_OF, seed=5)


def test_filled_list_passes_the_schema(filled):
    """Nothing an account needs is left open."""
    checked = check(filled, ACCOUNTS)
    assert checked["potential_minor"].notna().all()
    assert set(checked["status"]) == {"customer", "prospect"}


def test_input_is_not_changed():
    """The list given stays as it was."""
    accounts = bare_list(5)
    before = accounts.copy()
    simulate_business(accounts, seed=1)
    pd.testing.assert_frame_equal(accounts, before)


def test_each_simulated_column_is_named_in_its_row(filled):
    """The label holds exactly the columns that were empty before and are not now."""
    given_columns = {"name", "lat", "lon", "geo_source", "geo_precision", "simulated"}
    for account_id in filled.index[:50]:
        row = filled.loc[account_id]
        named = set(row["simulated"].split(";"))
        assert named == set(row.dropna().index) - given_columns


def test_given_values_are_kept_and_not_labelled():
    """A revenue from the file stays, and employees follow from it."""
    accounts = bare_list(3)
    accounts["annual_revenue_minor"] = pd.array([500_000_000_00, None, 7_00], "Int64")
    accounts["status"] = ["customer", "closed", "prospect"]
    filled = simulate_business(accounts, seed=2)
    assert filled["annual_revenue_minor"].tolist()[0] == 500_000_000_00
    assert filled["annual_revenue_minor"].tolist()[2] == 7_00
    assert filled["status"].tolist() == ["customer", "closed", "prospect"]
    assert "annual_revenue_minor" not in filled["simulated"].iloc[0].split(";")
    assert "annual_revenue_minor" in filled["simulated"].iloc[1].split(";")
    assert filled["employees"].iloc[0] > 1000


def test_column_not_given_is_drawn_anew_though_filled():
    """A default status of an import is no fact; closed places stay closed."""
    accounts = bare_list(200).assign(status="prospect")
    accounts.loc["B0007", "status"] = "closed"
    filled = simulate_business(accounts, seed=3, given=["name"])
    assert filled["status"].eq("customer").sum() > 90
    assert filled.loc["B0007", "status"] == "closed"
    assert filled["simulated"].iloc[0].startswith("status;")


def test_values_do_not_depend_on_the_other_rows(filled):
    """Half of the list gets the same figures as the whole."""
    half = simulate_business(bare_list(1000).iloc[::2], seed=5, as_of=AS_OF)
    columns = ["employees", "annual_revenue_minor", "our_sales_minor", "open_days"]
    pd.testing.assert_frame_equal(half[columns], filled.iloc[::2][columns])


def test_filling_twice_changes_nothing(filled):
    """Simulated values count as given the second time."""
    assert simulate_business(filled, seed=5, as_of=AS_OF).equals(filled)


def test_other_seed_gives_another_company(filled):
    """The seed matters."""
    other = simulate_business(bare_list(1000), seed=6, as_of=AS_OF)
    assert (other["employees"] != filled["employees"]).mean() > 0.9


def test_top_fifth_holds_about_sixty_percent():
    """The spread of value is that of real lists, with industries mixed as usual."""
    accounts = bare_list(6000)
    shares = [industry.accounts_share for industry in INDUSTRIES.values()]
    drawn = np.random.default_rng(0).choice(list(INDUSTRIES), 6000, p=shares)
    filled = simulate_business(accounts.assign(industry=drawn), seed=1)
    value = (filled["our_sales_minor"] + filled["potential_minor"]).astype(float)
    ordered = value.sort_values(ascending=False)
    assert 0.55 <= ordered.head(1200).sum() / value.sum() <= 0.65


def test_prospects_buy_nothing_yet(filled):
    """Only customers have sales and products."""
    prospects = filled[filled["status"] == "prospect"]
    assert (prospects["our_sales_minor"] == 0).all()
    assert prospects["products"].isna().all()
    assert (filled.loc[filled["status"] == "customer", "our_sales_minor"] > 0).all()


def listed(sales, given=("our_sales_minor",), **columns):
    """Fill a list that brings its own sales, in dollars."""
    accounts = bare_list(len(sales)).assign(status="prospect", **columns)
    cents = [None if amount is None else 100 * amount for amount in sales]
    accounts["our_sales_minor"] = pd.array(cents, "Int64")
    return simulate_business(accounts, seed=1, given=given)


def test_own_sales_say_who_is_a_customer_and_none_are_invented():
    """Of 120 rows a draw would turn some round."""
    filled = listed([50_000, None, 0] * 40)
    assert filled["status"].tolist() == ["customer", "prospect", "prospect"] * 40
    assert filled["our_sales_minor"].tolist()[0] == 5_000_000
    assert filled["our_sales_minor"].iloc[1::3].isna().all()
    labels = ";".join(filled["simulated"]).split(";")
    assert "status" not in labels
    assert "our_sales_minor" not in labels


def test_a_given_status_is_kept_beside_sales():
    filled = listed(
        [50_000, 70_000], given=("our_sales_minor", "status"), industry="Logistics"
    )
    assert filled["status"].tolist() == ["prospect", "prospect"]


@pytest.mark.parametrize("scale", [1, 1_000, 1_000_000])
def test_potential_is_of_the_size_of_the_sales(scale):
    """A customer gives us 12 to 62 % of its need: the rest is 0.6 to 7.4 times that."""
    sales = [scale * 100 * number for number in range(1, 41)] + [None] * 40
    filled = listed(sales)
    customers = filled.iloc[:40]
    times = (customers["potential_minor"] / customers["our_sales_minor"]).astype(float)
    assert times[customers["our_sales_minor"] > 100_000].between(0.6, 7.4).all()
    middle = filled["potential_minor"].astype(float)
    # A prospect's 60 % of a need lies around the customers' needs, whatever the scale.
    assert middle.iloc[40:].median() / middle.iloc[:40].median() == pytest.approx(
        1, abs=0.9
    )
    assert (filled["annual_revenue_minor"] >= filled["our_sales_minor"].fillna(0)).all()


def test_currency_without_minor_unit_has_whole_amounts():
    """Yen amounts are a hundred times fewer minor units than dollar amounts."""
    yen = simulate_business(bare_list(10), seed=4, currency="JPY")
    dollars = simulate_business(bare_list(10), seed=4, currency="USD")
    assert (yen["potential_minor"] * 100 == dollars["potential_minor"]).all()


def test_empty_list_stays_empty():
    """No rows in, no rows out, and no deals of them."""
    filled = simulate_business(bare_list(3).iloc[:0], seed=1, as_of=AS_OF)
    assert filled.empty
    assert simulate_deals(filled, as_of=AS_OF).empty


def test_deals_pass_the_schema_in_order_of_close(deals):
    """Ids follow the close dates."""
    checked = check(deals, DEALS)
    assert checked["close_on"].is_monotonic_increasing
    assert checked.index.is_monotonic_increasing


def test_bookings_of_the_last_year_are_the_sales_of_the_account(filled, deals):
    """Orders sum to the sales exactly, cancellations taken off."""
    is_last_year = deals["close_on"] > pd.Timestamp(AS_OF) - pd.Timedelta(days=365)
    booked = deals[is_last_year & (deals["stage"] == "won")]
    by_account = booked.groupby("account_id")["amount_minor"].sum()
    said = filled["our_sales_minor"]
    assert (by_account.reindex(said.index).fillna(0) == said).all()


def test_win_rate_and_cycle(deals):
    """63 % won, median of 57 days, also for a list of one's own."""
    closed = deals[deals["stage"].isin(["won", "lost"])]
    sold = closed[closed["kind"] != "cancellation"]
    won = sold[sold["stage"] == "won"]
    assert 0.60 <= len(won) / len(sold) <= 0.66
    assert 52 <= (won["close_on"] - won["opened_on"]).dt.days.median() <= 62


def test_same_seed_same_deals(filled, deals):
    """Deals are reproducible."""
    pd.testing.assert_frame_equal(simulate_deals(filled, as_of=AS_OF, seed=5), deals)


def test_closed_accounts_have_no_deals(filled):
    """A place that closed neither buys nor is sold to."""
    status = filled["status"].where(np.arange(len(filled)) % 3 > 0, "closed")
    deals = simulate_deals(filled.assign(status=status), as_of=AS_OF, seed=1)
    assert not deals["account_id"].isin(status.index[status == "closed"]).any()


@given(n=st.integers(1, 25), seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_small_lists_sell_what_they_say(n, seed):
    """Whatever the list, orders and sales agree and dates are in order."""
    filled = simulate_business(bare_list(n), seed=seed)
    deals = simulate_deals(filled, as_of=AS_OF, seed=seed)
    won = deals[
        (deals["stage"] == "won")
        & (deals["close_on"] > pd.Timestamp(AS_OF) - pd.Timedelta(days=365))
    ]
    assert won["amount_minor"].sum() == filled["our_sales_minor"].sum()
    assert (deals["opened_on"] <= deals["close_on"]).all()


def test_territory_place_is_the_account_nearest_to_the_middle():
    """Of three accounts in a row, the middle one."""
    accounts = pd.DataFrame(
        {"lat": [40.0, 41.0, 42.0, 50.0], "lon": [-90.0] * 4}, index=list("abcd")
    )
    territory = pd.Series(["T1", "T1", "T1", None], index=list("abcd"))
    places = territory_places(accounts, territory)
    assert places.loc["T1", "lat"] == 41.0
    assert places.index.tolist() == ["T1"]


def test_team_has_a_rep_for_each_territory_and_a_manager_for_eight():
    """Seventeen territories: three managers, one vice president."""
    names = [f"T{number:02d}" for number in range(1, 18)]
    spots = pd.DataFrame({"lat": 40.0, "lon": np.linspace(-90, -80, 17)}, index=names)
    positions, reps = simulate_team(spots, as_of=AS_OF, seed=1)
    check(positions, POSITIONS)
    check(reps, REPS)
    assert positions["role"].value_counts().to_dict() == {
        "rep": 17,
        "manager": 3,
        "vp": 1,
    }
    assert positions["territory_id"].dropna().tolist() == names
    assert reps["position_id"].tolist() == positions.index[-17:].tolist()
    assert reps["name"].is_unique
    assert (reps["lon"] - spots["lon"].to_numpy()).abs().max() < 0.2


def test_team_without_territory_is_refused():
    """There is nothing to staff."""
    with pytest.raises(ParamsError, match="at least one territory"):
        simulate_team(pd.DataFrame({"lat": [], "lon": []}), as_of=AS_OF)
