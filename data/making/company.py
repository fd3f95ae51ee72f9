"""The sample company: accounts, team, ownership, orders, quotas, visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.accounts.simulation.business import INDUSTRIES, simulate_business
from planner.accounts.simulation.deals import simulate_deals
from planner.core.schemas import ACCOUNTS, check
from planner.geography.boundaries import load_counties
from planner.geography.distance import haversine_m

from . import names, places, reference, sales, team, territories
from . import ownership as owners
from .output import with_decimal_money, write_csv, write_geojson, write_json

NAME = "Lakeshore Instruments"
CURRENCY = "USD"
REGIONS = ("IL", "IN", "KY", "MI", "OH", "WI")
AS_OF = date(2026, 11, 20)
BASE_FROM = date(2024, 12, 1)  # last year's alignment took effect
PLAN_YEAR_FROM = date(2027, 1, 1)
_STATUS_SHARES = {"customer": 0.628, "prospect": 0.364, "closed": 0.008}
_LAPSED_SHARE = 0.04  # of customers, without an order in the last year
_WEEKLY_KM = 100  # farther from every rep's home, no account is seen each week
_VISITED_KM = 200  # farther, accounts are called, not visited


@dataclass(frozen=True, slots=True)
class Country:
    """The reference geography that a company is placed in."""

    counties: gpd.GeoDataFrame
    zips: pd.DataFrame
    cities: pd.DataFrame
    links: pd.DataFrame


def read_country(data_dir: Path, regions: tuple[str, ...] | None) -> Country:
    """Read the reference files back, as everyone else does."""
    zips = pd.read_csv(data_dir / "us_zip.csv.gz", dtype={"postcode": str})
    cities = pd.read_csv(data_dir / "us_cities.csv.gz", keep_default_na=False)
    counties = load_counties(data_dir, regions)
    return Country(counties, zips, cities, reference.zip_cities())


def make_accounts(country: Country, n: int, seed: int) -> pd.DataFrame:
    """
    Invent accounts at real places.

    Returns
    -------
    shape (n, 29)
        ACCOUNTS frame without owners and visits.
    """
    placed = places.account_places(
        n, country.counties, country.zips, country.cities, country.links, seed
    )
    rng = np.random.default_rng([seed, 4])
    # ids as a company gives them: in the order in which customers came, not by place
    placed = placed.iloc[rng.permutation(n)].reset_index(drop=True)
    width = max(5, len(str(n)))
    ids = [f"A{number:0{width}d}" for number in range(1, n + 1)]
    placed.index = pd.Index(ids, name="account_id", dtype="str")
    placed["status"] = rng.choice(list(_STATUS_SHARES), n, p=[*_STATUS_SHARES.values()])
    weights = [industry.accounts_share for industry in INDUSTRIES.values()]
    placed["industry"] = rng.choice(list(INDUSTRIES), n, p=weights)
    known = set(country.cities["city"])
    placed["name"] = names.company_names(
        placed["industry"], placed["city"], known, seed
    )
    placed["street"] = names.street_addresses(n, seed)
    placed["country"] = "US"
    is_exact = placed["geo_precision"] == "exact"
    placed["geo_source"] = np.where(is_exact, "given", "postcode")
    filled = simulate_business(placed, seed=seed, currency=CURRENCY)
    is_lapsed = (filled["status"] == "customer") & (rng.random(n) < _LAPSED_SHARE)
    filled.loc[is_lapsed, "our_sales_minor"] = 0
    for name in ACCOUNTS.columns:
        if name not in filled:
            filled[name] = None
    filled["simulated"] = "all"
    return check(filled[list(ACCOUNTS.columns)], ACCOUNTS)


def write_whole_country(data_dir: Path, out: Path, n: int, seed: int) -> None:
    """Write accounts all over the country, without a team: for tests of scale."""
    accounts = make_accounts(read_country(data_dir, None), n, seed)
    write_csv(with_decimal_money(accounts, CURRENCY), out / "accounts.csv")


def write_company(data_dir: Path, out: Path, n: int, seed: int) -> pd.DataFrame:
    """Write all files of the sample company but its comp plan; return the accounts."""
    country = read_country(data_dir, REGIONS)
    units = country.counties
    accounts = make_accounts(country, n, seed)
    edges = territories.unit_edges(units)
    homes = territories.home_places(country.cities)
    accounts = _within_reach(accounts, homes)
    home_units = _units_at(units, homes)
    potential = accounts.groupby("unit_id")["potential_minor"].sum()
    alignment = territories.grow_territories(units, edges, potential, home_units)
    positions, reps = team.make_team(homes, AS_OF, CURRENCY, seed)
    owned = owners.make_ownership(
        accounts, alignment, positions, edges, BASE_FROM, seed
    )
    deals = simulate_deals(accounts, as_of=AS_OF, currency=CURRENCY, seed=seed)
    splits = sales.make_splits(deals, owned, positions, seed)
    visits = sales.make_visits(accounts, owned, reps, AS_OF, seed)
    quotas = sales.make_quotas(deals, owned, positions, CURRENCY, seed)
    accounts = _with_owner(accounts, owned, visits)
    # Nothing was imported, so no columns of others were kept.
    positions, reps, deals, visits = (
        table.drop(columns="custom") for table in (positions, reps, deals, visits)
    )
    tables = {
        "positions": positions,
        "alignment": alignment.to_frame(),
        "visits_made": visits,
    }
    for name, table in tables.items():
        write_csv(table, out / f"{name}.csv")
    for name, table in {"accounts": accounts, "reps": reps, "deals": deals}.items():
        write_csv(with_decimal_money(table, CURRENCY), out / f"{name}.csv")
    plain = {"ownership": owned, "splits": splits, "unit_edges": edges}
    plain["overlays"] = team.overlays()
    plain["quotas"] = with_decimal_money(quotas, CURRENCY)
    for name, table in plain.items():
        write_csv(table, out / f"{name}.csv", index=False)
    write_geojson(units.reset_index(), out / "units.geojson")
    write_json(_facts(), out / "company.json")
    return accounts


def _within_reach(accounts: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """Lower the visit class of accounts far from every rep's home."""
    places, towns = (
        accounts[["lat", "lon"]].to_numpy(),
        homes[["lat", "lon"]].to_numpy(),
    )
    metres = haversine_m(places[:, :1], places[:, 1:], towns[:, 0], towns[:, 1])
    reach_m = metres.min(axis=1)
    given = accounts["visit_class"]
    is_less = given.eq("A") & (reach_m > _WEEKLY_KM * 1000)
    by_phone = given.notna() & (reach_m > _VISITED_KM * 1000)
    lowered = given.mask(is_less, "B").mask(by_phone, "D")
    return accounts.assign(visit_class=lowered)


def _units_at(units: gpd.GeoDataFrame, homes: pd.DataFrame) -> pd.Series:
    """Name the unit that each home lies in."""
    tree = shapely.STRtree(units.geometry.to_numpy())
    points = shapely.points(homes["lon"], homes["lat"])
    at, unit = tree.query(points, predicate="within")
    return pd.Series(units.index.to_numpy()[unit], homes.index[at]).sort_index()


def _with_owner(
    accounts: pd.DataFrame, owned: pd.DataFrame, visits: pd.DataFrame
) -> pd.DataFrame:
    """Copy the present owner and the last visit into the accounts."""
    present = owned[(owned["role"] == "owner") & owned["valid_to"].isna()]
    present = present.set_index("account_id")
    last = visits.groupby("account_id")["visited_on"].max()
    return check(
        accounts.assign(
            owner_id=present["position_id"].reindex(accounts.index),
            owned_since=present["valid_from"].reindex(accounts.index),
            last_visit_on=last.reindex(accounts.index),
        ),
        ACCOUNTS,
    )


def _facts() -> dict[str, object]:
    """Describe the company."""
    return {
        "name": NAME,
        "currency": CURRENCY,
        "as_of": AS_OF.isoformat(),
        "base_effective_from": BASE_FROM.isoformat(),
        "plan_year_from": PLAN_YEAR_FROM.isoformat(),
        "regions": list(REGIONS),
        "products": ["Core", "Service"],
        "measures": [
            "accounts",
            "potential_minor",
            "our_sales_minor",
            "annual_revenue_minor",
            "employees",
            "workload_min",
        ],
        "quota_measure": "bookings",
        "simulated": True,
        "note": "Invented company in real geography: every account, person, order and "
        "figure is simulated.",
    }
