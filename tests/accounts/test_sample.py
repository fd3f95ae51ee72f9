"""The sample company says what its description says, and hangs together."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import sparse
from scipy.optimize import linprog

from planner.accounts.sample import load_sample, read_table
from planner.core.errors import InputError, SchemaError
from planner.core.schemas import QUOTAS
from planner.core.units import PPM
from planner.geography.adjacency import count_pieces
from planner.geography.distance import haversine_m
from planner.quotas.overlays import overlay_rows

DATA = Path(__file__).parents[2] / "data"
AS_OF = pd.Timestamp("2026-11-20")
FIRST_ORDER = pd.Timestamp("2024-12-01")


@pytest.fixture(scope="module")
def sample():
    """Read the committed sample company once."""
    return load_sample(DATA)


@pytest.fixture(scope="module")
def owners(sample):
    """Hold the ownership rows of owners, not of overlays."""
    return sample.ownership[sample.ownership["role"] == "owner"]


@pytest.fixture(scope="module")
def won(sample):
    """Hold the won deals, cancellations included."""
    return sample.deals[sample.deals["stage"] == "won"]


def km_to_homes(sample) -> pd.DataFrame:
    """Measure accounts to the homes of the reps in service."""
    seats = sample.positions.index[sample.positions["role"] == "rep"]
    reps = sample.reps[sample.reps["left_on"].isna()].set_index("position_id")
    places = sample.accounts[["lat", "lon"]].to_numpy()
    homes = reps.loc[seats, ["lat", "lon"]].to_numpy()
    metres = haversine_m(places[:, :1], places[:, 1:], homes[:, 0], homes[:, 1])
    return pd.DataFrame(metres / 1000, sample.accounts.index, seats)


def test_company_states_its_facts(sample):
    """Name, currency and days are those that everything else counts on."""
    assert sample.company["name"] == "Lakeshore Instruments"
    assert sample.company["currency"] == "USD"
    assert sample.company["as_of"] == "2026-11-20"
    assert sample.company["base_effective_from"] == "2024-12-01"
    assert sample.company["simulated"] is True


def test_every_account_is_labelled_simulated(sample):
    """No figure of the sample can be taken for a real one."""
    assert sample.accounts["simulated"].eq("all").all()


def test_about_three_thousand_accounts_in_six_states(sample):
    """Customers and prospects are as many as described."""
    accounts = sample.accounts
    assert len(accounts) == 3000
    assert 1850 <= (accounts["status"] == "customer").sum() <= 1950
    assert 1030 <= (accounts["status"] == "prospect").sum() <= 1130
    assert set(accounts["region"]) == {"IL", "IN", "KY", "MI", "OH", "WI"}
    assert accounts["name"].is_unique
    assert accounts["industry"].nunique() == 10


def test_top_fifth_holds_about_sixty_percent(sample):
    """Value is as uneven as in real lists of customers."""
    value = sample.accounts["our_sales_minor"] + sample.accounts["potential_minor"]
    ordered = value.astype(float).sort_values(ascending=False)
    share = ordered.head(len(ordered) // 5).sum() / ordered.sum()
    assert 0.55 <= share <= 0.65


def test_visit_classes_ask_for_nearly_what_reps_can_do(sample):
    """A and B are few; four weeks ask for six visits a rep and day on average."""
    classes = sample.accounts["visit_class"]
    share = classes.value_counts(normalize=True)
    assert share["A"] == pytest.approx(0.06, abs=0.01)
    assert share["B"] == pytest.approx(0.18, abs=0.01)
    visits = classes.map({"A": 4, "B": 2, "C": 1}).fillna(0).sum()
    assert 5 <= visits / 24 / 20 <= 8


def test_far_accounts_ask_for_fewer_visits(sample):
    """Nobody drives 100 km each week or 200 km at all, give or take 5 in the town."""
    accounts, km = sample.accounts, km_to_homes(sample).min(axis=1)
    classes = accounts["visit_class"]
    assert km[classes == "A"].max() <= 105
    assert km[classes.isin(["A", "B", "C"])].max() <= 205
    assert (km > 205).sum() > 10


def test_reps_live_where_balanced_territories_can_be(sample):
    """
    Equal potential for each home leaves the mean account within 60 km of its rep.

    The least distance of such a split is a transport problem; its answer may part an
    account between two reps.
    """
    potential = sample.accounts["potential_minor"].astype(float)
    share = (potential / potential.sum()).groupby(sample.accounts["unit_id"]).sum()
    km = km_to_homes(sample).groupby(sample.accounts["unit_id"].to_numpy()).mean()
    n, k = km.shape
    takes_all = sparse.kron(sparse.eye(n), np.ones((1, k)))
    fills_home = sparse.kron(np.ones((1, n)), sparse.eye(k))
    found = linprog(
        km.to_numpy().ravel(),
        A_eq=sparse.vstack([takes_all, fills_home]),
        b_eq=np.concatenate([share[km.index], np.full(k, 1 / k)]),
        method="highs",
    )
    assert found.status == 0
    assert found.fun <= 60
    by_home = (found.x.reshape(n, k) * km.to_numpy()).sum(axis=0) * k
    assert by_home.max() <= 140


def test_a_quarter_of_accounts_has_limited_hours(sample):
    """Windows narrower than the working week bind a quarter of the accounts."""
    accounts = sample.accounts
    is_limited = (
        (accounts["open_days"] != "Mon;Tue;Wed;Thu;Fri")
        | (accounts["opens_s"] > 8 * 3600)
        | (accounts["closes_s"] < 16.5 * 3600)
    )
    assert 0.2 <= is_limited.mean() <= 0.3
    assert (accounts["opens_s"] < accounts["closes_s"]).all()


def test_accounts_lie_in_their_unit(sample):
    """Each place is inside the county that it names."""
    accounts = sample.accounts
    shapes = sample.units.geometry.loc[accounts["unit_id"]].to_numpy()
    assert shapely.contains_xy(shapes, accounts["lon"], accounts["lat"]).all()


def test_about_five_hundred_units_whose_borders_fit(sample):
    """The units form a valid coverage: no gap, no overlap along borders."""
    assert 500 <= len(sample.units) <= 600
    shapes = sample.units.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


def test_edges_join_all_units_and_bridge_the_straits(sample):
    """One piece of land and bridges; Mackinac is reached from the south."""
    assert set(sample.edges["unit_id"]) <= set(sample.units.index)
    assert set(sample.edges["neighbour_id"]) <= set(sample.units.index)
    whole = pd.Series("all", sample.units.index)
    assert count_pieces(whole, sample.edges).sum() == 0
    bridges = sample.edges[sample.edges["is_bridge"]]
    pairs = set(zip(bridges["unit_id"], bridges["neighbour_id"], strict=True))
    assert ("26047", "26097") in pairs


def test_alignment_covers_every_unit_and_is_contiguous(sample):
    """24 territories, each of one piece."""
    alignment = sample.alignment["territory_id"]
    assert set(alignment.index) == set(sample.units.index)
    assert alignment.nunique() == 24
    assert count_pieces(alignment, sample.edges).sum() == 0


def test_alignment_is_visibly_out_of_balance(sample):
    """The largest territory has two thirds too much potential, the least half."""
    territory = sample.accounts["unit_id"].map(sample.alignment["territory_id"])
    total = sample.accounts["potential_minor"].groupby(territory).sum().astype(float)
    deviation = total / total.mean() - 1
    assert 0.55 <= deviation.max() <= 0.85
    assert -0.55 <= deviation.min() <= -0.40


def test_no_county_is_too_large_to_balance(sample):
    """The largest unit stays below the ideal share of a territory."""
    potential = sample.accounts.groupby("unit_id")["potential_minor"].sum()
    assert potential.max() / potential.sum() < 1 / 24


def test_hierarchy_has_one_top_and_no_loop(sample):
    """24 reps under three managers under one vice president, two specialists."""
    positions = sample.positions
    assert positions["role"].value_counts().to_dict() == {
        "rep": 24,
        "manager": 3,
        "overlay": 2,
        "vp": 1,
    }
    assert positions.index[positions["parent_id"].isna()].tolist() == ["P-VP"]
    parents = positions["parent_id"].dropna()
    assert set(parents) <= set(positions.index)
    assert positions.loc[parents.unique(), "role"].isin(["vp", "manager"]).all()


def test_rep_position_works_territory_of_its_number(sample):
    """P-R07 works T07."""
    seats = sample.positions[sample.positions["role"] == "rep"]
    assert (seats.index.str[-2:] == seats["territory_id"].str[-2:]).all()


def test_one_leaver_one_new_hire_one_rep_a_position(sample):
    """The new hire follows the leaver; no position has two active reps."""
    reps = sample.reps
    left = reps[reps["left_on"].notna()]
    ramping = reps[reps["ramp_share"] < 1]
    assert len(left) == 1
    assert len(ramping) == 1
    assert left["position_id"].iloc[0] == ramping["position_id"].iloc[0]
    assert ramping["hired_on"].iloc[0] > AS_OF - pd.Timedelta(days=120)
    active = reps[reps["left_on"].isna()]
    assert active["position_id"].is_unique
    assert set(active["position_id"]) == set(sample.positions.index)
    assert reps["name"].is_unique


def test_every_open_account_has_its_owner_now_and_then(sample, owners):
    """The owner in the accounts is the one of ownership, with the same date."""
    accounts = sample.accounts[sample.accounts["status"] != "closed"]
    now = owners[owners["valid_to"].isna()].set_index("account_id")
    assert now.index.is_unique
    assert set(now.index) == set(accounts.index)
    assert (accounts["owner_id"] == now["position_id"].reindex(accounts.index)).all()
    assert (accounts["owned_since"] == now["valid_from"].reindex(accounts.index)).all()
    assert set(owners["position_id"]) <= set(sample.positions.index)


def test_owner_spans_follow_without_gap_or_overlap(owners):
    """Half-open spans: the next owner starts on the day the last one ends."""
    spans = owners.sort_values(["account_id", "valid_from"])
    before = spans.groupby("account_id")["valid_to"].shift()
    has_before = spans.duplicated("account_id")
    assert has_before.sum() > 100
    assert (spans["valid_from"] == before)[has_before].all()
    assert (spans.groupby("account_id")["valid_from"].min() <= FIRST_ORDER).all()


def test_most_owners_follow_the_map_and_some_are_named(sample):
    """Named accounts are exceptions to the alignment."""
    open_accounts = sample.accounts[sample.accounts["status"] != "closed"]
    seats = sample.positions["territory_id"].dropna()
    position_by_territory = pd.Series(seats.index, seats)
    territory = open_accounts["unit_id"].map(sample.alignment["territory_id"])
    is_named = open_accounts["owner_id"] != territory.map(position_by_territory)
    assert 20 <= is_named.sum() <= 60


def test_overlay_rows_are_those_of_ownership(sample):
    """The conditions of overlays.csv name the accounts of the overlay rows."""
    owners = sample.accounts["owner_id"].dropna()
    rows = overlay_rows(sample.overlays, owners, sample.accounts)
    rows = rows[["account_id", "position_id", "share_ppm"]]
    held = sample.ownership[sample.ownership["role"] == "overlay"]
    columns = ["account_id", "position_id", "share_ppm"]
    expected = set(held[columns].itertuples(index=False, name=None))
    assert set(rows.itertuples(index=False, name=None)) == expected
    assert held["position_id"].nunique() == 2


def test_deals_refer_to_accounts_and_deals_that_exist(sample):
    """No orphan; no deal of a closed account."""
    deals = sample.deals
    open_ids = sample.accounts.index[sample.accounts["status"] != "closed"]
    assert deals["account_id"].isin(open_ids).all()
    assert deals["related_deal_id"].dropna().isin(deals.index).all()
    assert set(deals["product"]) == {"Core", "Service"}


def test_orders_span_two_years_and_the_pipeline_lies_ahead(sample):
    """Closed deals lie before today, open ones close after it."""
    is_closed = sample.deals["stage"].isin(["won", "lost"])
    closed, ahead = sample.deals[is_closed], sample.deals[~is_closed]
    assert closed["close_on"].between(FIRST_ORDER, AS_OF).all()
    assert closed["close_on"].min() < pd.Timestamp("2024-12-10")
    assert (ahead["close_on"] > AS_OF).all()
    assert (ahead["opened_on"] <= AS_OF).all()
    assert len(ahead) > 400
    assert set(ahead["stage"]) == {"qualify", "propose", "negotiate"}
    assert (sample.deals["opened_on"] <= sample.deals["close_on"]).all()


def test_win_rate_and_cycle_are_as_described(sample, won):
    """About 63 % of closed deals are won, after about 57 days."""
    lost = (sample.deals["stage"] == "lost").sum()
    sold = won[won["kind"] != "cancellation"]
    assert 0.60 <= len(sold) / (len(sold) + lost) <= 0.66
    cycle = (sold["close_on"] - sold["opened_on"]).dt.days.median()
    assert 52 <= cycle <= 62


def test_amounts_are_heavy_tailed(won):
    """A few orders are worth many: the mean is far above the median."""
    amount = won.loc[won["kind"] != "cancellation", "amount_minor"].astype(float)
    assert amount.mean() > 1.6 * amount.median()


def test_cancellations_mirror_their_deal(sample, won):
    """Each cancellation takes back one won deal of the same account, later."""
    back = won[won["kind"] == "cancellation"]
    sold = sample.deals.loc[back["related_deal_id"]]
    assert len(back) >= 1
    assert (back["amount_minor"].to_numpy() == -sold["amount_minor"].to_numpy()).all()
    assert (back["account_id"].to_numpy() == sold["account_id"].to_numpy()).all()
    assert (back["close_on"].to_numpy() > sold["close_on"].to_numpy()).all()
    assert (sample.deals["amount_minor"] < 0).sum() == len(back)


def test_contracts_are_renewed_and_some_run_three_years(sample, won):
    """Renewals follow a Service deal of the same account by about a year."""
    assert (won["term_months"] == 36).sum() >= 10
    renewed = won[(won["kind"] == "renewal") & won["related_deal_id"].notna()]
    first = sample.deals.loc[renewed["related_deal_id"]]
    days = renewed["close_on"].to_numpy() - first["close_on"].to_numpy()
    assert len(renewed) > 300
    assert (first["product"] == "Service").all()
    assert (first["account_id"].to_numpy() == renewed["account_id"].to_numpy()).all()
    assert pd.Series(days).dt.days.between(330, 370).all()


def test_our_sales_are_the_bookings_of_the_last_year(sample, won):
    """What the account table says is what the orders add up to."""
    last_year = won[won["close_on"] > AS_OF - pd.Timedelta(days=365)]
    booked = last_year.groupby("account_id")["amount_minor"].sum()
    said = sample.accounts["our_sales_minor"]
    assert (booked.reindex(said.index).fillna(0) == said).all()


def test_splits_share_whole_deals_between_reps(sample, won):
    """Shares of a deal sum to the whole and go to rep positions."""
    splits = sample.splits
    total = splits.groupby("deal_id")["share_ppm"].agg(["sum", "size"])
    assert (total["sum"] == PPM).all()
    assert (total["size"] >= 2).all()
    assert set(splits["deal_id"]) <= set(won.index)
    assert sample.positions.loc[splits["position_id"], "role"].eq("rep").all()


def test_quotas_of_months_sum_to_the_year_and_up_the_hierarchy(sample):
    """Twelve months and their year a position; managers carry 97 % of their reps."""
    quotas = sample.quotas
    assert set(quotas["measure"]) == {"bookings"}
    assert set(quotas["position_id"]) == set(sample.positions.index)
    is_year = quotas["period"] == "2026"
    months = quotas[~is_year].groupby("position_id")
    assert months["period"].nunique().eq(12).all()
    yearly = quotas[is_year].set_index("position_id")["amount_minor"]
    assert (months["amount_minor"].sum() == yearly.sort_index()).all()
    yearly = yearly.astype(float)
    seats = sample.positions[sample.positions["role"] == "rep"]
    by_manager = yearly[seats.index].groupby(seats["parent_id"]).sum()
    ratio = yearly[by_manager.index] / by_manager
    assert ratio.between(0.95, 1.0).all()


def test_company_attains_its_quota_nearly(sample, won, owners):
    """After ten months the company stands between 90 and 105 %, reps spread wide."""
    year = won[won["close_on"].between("2026-01-01", "2026-10-31")]
    held = year.merge(owners, on="account_id")
    is_then = (held["valid_from"] <= held["close_on"]) & (
        held["valid_to"].isna() | (held["close_on"] < held["valid_to"])
    )
    assert is_then.sum() == len(year)
    booked = held[is_then].groupby("position_id")["amount_minor"].sum().astype(float)
    quotas = sample.quotas[sample.quotas["period"].between("2026-01", "2026-10")]
    quota = quotas.groupby("position_id")["amount_minor"].sum().astype(float)
    attained = booked / quota[booked.index]
    assert 0.90 <= booked.sum() / quota[booked.index].sum() <= 1.05
    assert attained.min() > 0.4
    assert attained.max() < 1.6
    assert attained.std() > 0.1


def test_visits_were_made_by_reps_in_service(sample):
    """A year of visits on working days, by people who were there that day."""
    visits = sample.visits_made
    assert visits["account_id"].isin(sample.accounts.index).all()
    assert visits["rep_id"].isin(sample.reps.index).all()
    assert visits["visited_on"].between(AS_OF - pd.Timedelta(days=364), AS_OF).all()
    assert np.is_busday(visits["visited_on"].to_numpy("M8[D]")).all()
    rep = sample.reps.loc[visits["rep_id"]]
    day = visits["visited_on"].to_numpy()
    assert (rep["hired_on"].to_numpy() <= day).all()
    assert (rep["left_on"].isna().to_numpy() | (day <= rep["left_on"].to_numpy())).all()


def test_last_visit_is_the_last_of_the_visits_made(sample):
    """The account table and the visits tell the same day."""
    last = sample.visits_made.groupby("account_id")["visited_on"].max()
    said = sample.accounts["last_visit_on"]
    assert said.dropna().equals(last.reindex(said.dropna().index).rename(said.name))
    assert set(last.index) == set(said.dropna().index)


def test_missing_file_is_named(tmp_path):
    """A folder without the sample says which file it lacks."""
    with pytest.raises(InputError, match=r"company\.json"):
        load_sample(tmp_path)


def test_broken_table_is_refused_with_its_row(tmp_path):
    """A status that does not exist is reported with its account."""
    shutil.copytree(DATA / "sample", tmp_path / "sample")
    path = tmp_path / "sample" / "accounts.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[1] = (
        lines[1].replace(",customer,", ",maybe,").replace(",prospect,", ",maybe,")
    )
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(SchemaError, match="maybe"):
        load_sample(tmp_path)


def test_amount_with_three_decimals_is_refused(tmp_path):
    """Money that is no whole number of cents cannot be read silently."""
    path = tmp_path / "quotas.csv"
    path.write_text(
        "position_id,measure,period,amount,currency\nP-R01,bookings,2026-01,1.005,USD\n"
    )
    with pytest.raises(InputError, match="at most 2 decimals"):
        read_table(path, QUOTAS, "USD")


def test_amounts_are_read_to_the_cent(tmp_path):
    """0.29 is 29 cents, although 0.29 × 100 is not in floating point."""
    path = tmp_path / "quotas.csv"
    path.write_text(
        "position_id,measure,period,amount,currency\nP-R01,bookings,2026-01,0.29,USD\n"
    )
    assert read_table(path, QUOTAS, "USD")["amount_minor"].tolist() == [29]


def test_company_file_is_plain_json():
    """Anyone can read the facts without us."""
    facts = json.loads((DATA / "sample" / "company.json").read_text(encoding="utf-8"))
    assert facts["quota_measure"] == "bookings"
