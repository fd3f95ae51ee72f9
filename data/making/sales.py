"""Splits of deals, visits made, and the quotas of the running year."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from planner.core.money import allocate_minor
from planner.core.schemas import QUOTAS, SPLITS, VISITS_MADE, check
from planner.quotas.ownership import owner_at

QUOTA_YEAR = 2026
MEASURE = "bookings"
SEASON = (6, 7, 10, 7, 8, 10, 6, 7, 10, 8, 9, 12)  # percent of a year, by month
_ATTAINED = 0.965  # of the company's quota, January to October
_SPLIT_DEALS = 90
_SPLIT_PARTS = ((700_000, 300_000), (500_000, 500_000), (800_000, 200_000))
_VISITS_A_YEAR = {"A": 26.0, "B": 12.0, "C": 6.0, "D": 0.9}
_MINUTES = {"A": 45, "B": 30, "C": 20, "D": 20}
_OUTCOMES = {
    "order discussed": 0.28,
    "follow-up agreed": 0.30,
    "demo given": 0.12,
    "service checked": 0.16,
    "contact absent": 0.08,
    "no interest": 0.06,
}


def make_splits(
    deals: pd.DataFrame, owned: pd.DataFrame, positions: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Share some large won deals between the owner and a colleague of his region."""
    rng = np.random.default_rng([seed, 6])
    won = deals[(deals["stage"] == "won") & (deals["kind"] != "cancellation")]
    won = won[~won.index.isin(deals["related_deal_id"].dropna())]
    large = won[won["amount_minor"] >= won["amount_minor"].quantile(0.85)]
    n = min(_SPLIT_DEALS, len(large) // 2)
    chosen = large.iloc[np.sort(rng.choice(len(large), n, replace=False))]
    owner = owner_at(owned, chosen["account_id"], chosen["close_on"])
    seats = positions[positions["role"] == "rep"]
    rows = []
    for deal_id, position in zip(chosen.index, owner["position_id"], strict=True):
        region = seats["parent_id"] == seats.loc[position, "parent_id"]
        colleagues = seats.index[region].drop(position)
        other = colleagues[int(rng.integers(len(colleagues)))]
        parts = _SPLIT_PARTS[int(rng.integers(len(_SPLIT_PARTS)))]
        rows += [(deal_id, position, parts[0]), (deal_id, other, parts[1])]
    splits = pd.DataFrame(rows, columns=["deal_id", "position_id", "share_ppm"])
    return check(splits, SPLITS)


def make_visits(
    accounts: pd.DataFrame,
    owned: pd.DataFrame,
    reps: pd.DataFrame,
    as_of: date,
    seed: int,
) -> pd.DataFrame:
    """Make a year of visits by whoever worked the owner's position that day."""
    rng = np.random.default_rng([seed, 7])
    open_accounts = accounts[accounts["status"] != "closed"]
    mean = open_accounts["visit_class"].map(_VISITS_A_YEAR).to_numpy(float)
    is_prospect = open_accounts["status"].eq("prospect").to_numpy(bool)
    count = rng.poisson(np.where(is_prospect, 0.6 * mean, mean))
    last = np.datetime64(as_of, "D")
    days = np.arange(last - 364, last + 1)
    days = days[np.is_busday(days)]
    visits = pd.DataFrame(
        {
            "account_id": np.repeat(open_accounts.index.to_numpy(object), count),
            "visited_on": rng.choice(days, count.sum()).astype("M8[s]"),
            "class": np.repeat(open_accounts["visit_class"].to_numpy(object), count),
        }
    )
    visits = visits.drop_duplicates(["account_id", "visited_on"])
    visits = visits.sort_values(["visited_on", "account_id"], ignore_index=True)
    n = len(visits)
    minutes = visits["class"].map(_MINUTES).to_numpy(float) * rng.gamma(9, 1 / 9, n)
    visits["minutes"] = np.maximum(5, np.round(minutes / 5) * 5).astype(int)
    visits["outcome"] = rng.choice([*_OUTCOMES], n, p=[*_OUTCOMES.values()])
    seat = owner_at(owned, visits["account_id"], visits["visited_on"])
    visits["rep_id"] = _rep_on(seat["position_id"], visits["visited_on"], reps)
    visits.index = pd.Index([f"V{number:05d}" for number in range(1, n + 1)])
    visits.index = visits.index.astype("str").rename("visit_id")
    return check(visits.reindex(columns=list(VISITS_MADE.columns)), VISITS_MADE)


def _rep_on(positions: pd.Series, days: pd.Series, reps: pd.DataFrame) -> list[str]:
    """Name the rep of a position on a day: the first of the two until he left."""
    people = {
        position: list(zip(group.index, group["left_on"], strict=True))
        for position, group in reps.groupby("position_id")
    }
    found = []
    for position, day in zip(positions, days, strict=True):
        first, left_on = people[position][0]
        is_gone = pd.notna(left_on) and day > left_on
        found.append(people[position][-1][0] if is_gone else first)
    return found


def make_quotas(
    deals: pd.DataFrame,
    owned: pd.DataFrame,
    positions: pd.DataFrame,
    currency: str,
    seed: int,
) -> pd.DataFrame:
    """
    Set the quotas of the year and of its months from the bookings of the year before.

    Notes
    -----
    A rep's quota is 70 % what the position booked the year before and 30 % an equal
    share, with noise; the company's quota is such that it stands at 96.5 % after ten
    months. A manager carries 97 % of the sum of the reps, the vice president 98 % of
    the sum of the managers, a specialist a quarter of the bookings shared.
    """
    rng = np.random.default_rng([seed, 8])
    won = deals[deals["stage"] == "won"]
    booked = _booked(won[won["close_on"] < f"{QUOTA_YEAR}-01-01"], owned, "owner")
    seats = positions.index[positions["role"] == "rep"]
    booked = booked.reindex(seats).fillna(0)
    noise = np.exp(rng.normal(0, 0.06, len(seats)))
    weight = (0.7 * booked + 0.3 * booked.mean()) * noise
    to_date = won["close_on"].between(f"{QUOTA_YEAR}-01-01", f"{QUOTA_YEAR}-10-31")
    ten_months = won.loc[to_date, "amount_minor"].sum()
    company = ten_months / _ATTAINED / (sum(SEASON[:10]) / sum(SEASON))
    yearly = _thousands(weight / weight.sum() * company)
    managers = yearly.groupby(positions.loc[seats, "parent_id"]).sum() * 0.97
    managers = _thousands(managers)
    top = _thousands(pd.Series({"P-VP": managers.sum() * 0.98}))
    shared = _booked(won[to_date], owned, "overlay") * 12 / 10
    yearly = pd.concat([top, managers, yearly, _thousands(shared)])
    rows = []
    for position, amount in yearly.items():
        months = allocate_minor(int(amount) // 10_000, SEASON)
        rows += [
            (position, MEASURE, f"{QUOTA_YEAR}-{month:02d}", part * 10_000, currency)
            for month, part in enumerate(months, start=1)
        ]
        rows.append((position, MEASURE, str(QUOTA_YEAR), int(amount), currency))
    columns = ["position_id", "measure", "period", "amount_minor", "currency"]
    return check(pd.DataFrame(rows, columns=columns), QUOTAS)


def _booked(won: pd.DataFrame, owned: pd.DataFrame, role: str) -> pd.Series:
    """Sum won amounts by the position that held the account on the day."""
    held = owner_at(owned, won["account_id"], won["close_on"], role)
    amount = won["amount_minor"].to_numpy(float)[held["row"]]
    credit = pd.Series(amount * held["share_ppm"].to_numpy(float) / 1e6)
    return credit.groupby(held["position_id"].to_numpy()).sum()


def _thousands(amount_minor: pd.Series) -> pd.Series:
    """Round to whole thousands of the currency."""
    return (amount_minor / 100_000).round().astype("int64") * 100_000
