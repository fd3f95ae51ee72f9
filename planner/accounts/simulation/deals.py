"""Simulate two years of orders, lost deals and an open pipeline for accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.core.money import minor_digits
from planner.core.schemas import DEALS, check, empty

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]

WIN_RATE = 0.63  # of closed deals
CYCLE_DAYS = 57  # median, from opened to won
_CYCLE_SPREAD = 0.7  # of the logarithm
# share of a year's orders by calendar month, January first
_SEASON = (0.06, 0.07, 0.10, 0.07, 0.08, 0.10, 0.06, 0.07, 0.10, 0.08, 0.09, 0.12)
_FEASTS = [  # days without orders: 25 December and 1 January
    f"{year}-{day}" for year in range(1990, 2080) for day in ("01-01", "12-25")
]
_STAGES_BY_AGE = ((25, "qualify"), (60, "propose"), (10_000, "negotiate"))


@dataclass(frozen=True, slots=True)
class _World:
    """What every part of the simulation shares."""

    rng: np.random.Generator
    start: np.datetime64  # first day of orders
    middle: np.datetime64  # first day of the year that `our_sales` covers
    as_of: np.datetime64
    step: int  # amounts are whole multiples of it, in minor units


def simulate_deals(
    accounts: pd.DataFrame, *, as_of: date, currency: str = "USD", seed: int = 0
) -> pd.DataFrame:
    """
    Simulate orders that add up to what each account is said to have bought.

    Parameters
    ----------
    accounts : shape (n_accounts, n_columns)
        Needs `status`, `our_sales_minor`, `potential_minor` and `products`.
    as_of
        The company's today: closed deals lie before it, open ones close after it.
    currency
        Currency of the deals.
    seed
        Another seed gives other deals.

    Returns
    -------
    shape (n_deals, 10)
        Frame of the DEALS schema, in the order of the close dates. What an account
        won in the year up to `as_of`, less cancellations, is its `our_sales_minor`.
        Closed accounts have no deals.

    Notes
    -----
    Won ÷ (won + lost) is 63 %, the median cycle of won deals 57 days, as in the
    public Maven CRM set; amounts within an account are lognormal parts of its sales.
    Service is a yearly contract, renewed after a year; some run for 36 months.
    """
    buyers = accounts[accounts["status"] != "closed"]
    if buyers.empty:
        return empty(DEALS)
    today = np.datetime64(as_of, "D")
    start = (today.astype("M8[M]") - 23).astype("M8[D]")
    world = _World(
        rng=np.random.default_rng([seed, 20]),
        start=start,
        middle=_year_before(today) + 1,
        as_of=today,
        step=10 ** minor_digits(currency),
    )
    won = _won_deals(buyers, world)
    returned = _returned_deals(buyers, won, world)
    parts = [won, returned, _lost_deals(buyers, len(won), world)]
    deals = pd.concat([*parts, _open_deals(buyers, world)], ignore_index=True)
    return _numbered(deals, currency)


def _won_deals(accounts: pd.DataFrame, world: _World) -> pd.DataFrame:
    """Win each customer's orders of the last year, and of the year before."""
    rng = world.rng
    buyers = accounts[accounts["status"] == "customer"].reset_index()
    sales = buyers["our_sales_minor"].fillna(0).to_numpy(np.int64)
    potential = buyers["potential_minor"].fillna(0).to_numpy(np.float64)
    products = buyers["products"].fillna("Core").astype(str)
    has_service = products.str.contains("Service").to_numpy(bool)
    has_core = products.str.contains("Core").to_numpy(bool) | ~has_service
    n = len(buyers)
    is_first_year = (rng.random(n) < 0.16) & (sales > 0)
    before = np.where(sales > 0, sales, 0.3 * potential) * np.exp(
        rng.normal(-0.07, 0.3, n)
    )
    before = np.where(is_first_year, 0, _stepped(before, world.step))
    is_long = has_service & has_core & ~is_first_year & (rng.random(n) < 0.05)
    year_before = _orders(buyers, before, has_core, has_service, False, world)
    last_year = _orders(buyers, sales, has_core, has_service & ~is_long, True, world)
    orders = pd.concat([year_before, last_year], ignore_index=True)
    row = orders["row"].to_numpy()
    orders["account_id"] = buyers["account_id"].to_numpy()[row]
    is_service = (orders["product"] == "Service").to_numpy()
    orders["term_months"] = np.where(is_service, 12, 0)
    is_long_order = is_service & is_long[row]
    orders.loc[is_long_order, "term_months"] = 36
    is_late_long = (
        is_service & orders["is_last_year"] & (rng.random(len(orders)) < 0.04)
    )
    orders.loc[is_late_long, "term_months"] = 36
    _set_kinds(orders, is_first_year[row], world)
    return _opened(orders, world).drop(columns=["row", "is_last_year"])


def _orders(
    buyers: pd.DataFrame,
    total_minor: npt.NDArray,
    has_core: npt.NDArray[np.bool_],
    has_service: npt.NDArray[np.bool_],
    is_last_year: bool,
    world: _World,
) -> pd.DataFrame:
    """Break each account's sales of one year into orders."""
    rng = world.rng
    middle = np.median(total_minor[total_minor > 0]) if (total_minor > 0).any() else 1
    pace = 0.5 * np.clip(total_minor / middle, 0.05, 12) ** 0.4
    n_core = np.where(has_core, 1 + rng.poisson(pace), 0)
    n_service = has_service.astype(int)
    # an account whose only product is a running contract buys nothing else
    n_core = np.where(n_core + n_service == 0, 1, n_core)
    n_orders = np.where(total_minor > 0, n_core + n_service, 0)
    row = np.repeat(np.arange(len(buyers)), n_orders)
    place = np.arange(len(row)) - np.repeat(np.cumsum(n_orders) - n_orders, n_orders)
    product = np.where(place < n_service[row], "Service", "Core").astype(object)
    weight = np.exp(rng.normal(0, 0.7, len(row))) * np.where(place == 0, 1.2, 1.0)
    amount = _split_totals(total_minor.astype(np.int64), row, weight, world.step)
    first = world.middle if is_last_year else world.start
    last = world.as_of if is_last_year else world.middle - 1
    orders = pd.DataFrame({"row": row, "product": product, "amount_minor": amount})
    orders["close_on"] = _order_days(len(row), first, last, rng)
    orders["stage"] = "won"
    orders["is_last_year"] = np.full(len(orders), is_last_year)
    return orders[orders["amount_minor"] > 0]


def _set_kinds(
    orders: pd.DataFrame, is_first_year: npt.NDArray[np.bool_], world: _World
) -> None:
    """Name each order's kind; a contract's second year follows its first."""
    rng = world.rng
    orders["temporary_id"] = [f"W{place:07d}" for place in range(len(orders))]
    orders["kind"] = "expansion"
    orders["related_deal_id"] = None
    service = orders[orders["product"] == "Service"]
    first = service[~service["is_last_year"]].drop_duplicates("row")
    first = first.assign(place=first.index).set_index("row")
    second = service[service["is_last_year"] & service["row"].isin(first.index)]
    parent = first.loc[second["row"]]
    due = parent["close_on"].to_numpy("M8[D]") + 365
    dates = due + rng.integers(-20, 1, len(due))
    dates = np.clip(dates, world.middle, world.as_of)
    dates = _workday_inside(dates, world.middle, world.as_of)
    orders.loc[second.index, "close_on"] = dates.astype("M8[s]")
    orders.loc[second.index, "kind"] = "renewal"
    orders.loc[second.index, "related_deal_id"] = parent["temporary_id"].to_numpy()
    is_early = rng.random(len(first)) < 0.6  # the deal they renew lies before the span
    orders.loc[first["place"][is_early], "kind"] = "renewal"
    newest = orders[is_first_year].sort_values(["close_on", "temporary_id"])
    orders.loc[newest.drop_duplicates("row").index, "kind"] = "new"


def _returned_deals(
    accounts: pd.DataFrame, won: pd.DataFrame, world: _World
) -> pd.DataFrame:
    """Add a few orders that were cancelled in full weeks later."""
    rng = world.rng
    is_core = (won["product"] == "Core").to_numpy(bool) & won["account_id"].isin(
        accounts.index
    )
    pool = np.flatnonzero(is_core)
    orders_back = (
        np.sort(rng.choice(pool, max(1, len(pool) // 160), replace=False))
        if len(pool)
        else pool
    )
    n = len(orders_back)
    first, last = world.middle, world.as_of - 75
    order = won.iloc[orders_back].copy()
    order["close_on"] = _order_days(n, first, last, rng)
    order["kind"] = "expansion"
    order["related_deal_id"] = None
    order["term_months"] = 0
    order["temporary_id"] = [f"R{place:07d}" for place in range(n)]
    order = _opened(order, world)
    back = order.copy()
    order_days = order["close_on"].to_numpy("M8[D]")
    back["close_on"] = _workday_inside(
        order_days + rng.integers(14, 75, n), first, world.as_of
    ).astype("M8[s]")
    back["opened_on"] = order["close_on"]
    back["kind"] = "cancellation"
    back["amount_minor"] = -order["amount_minor"]
    back["related_deal_id"] = order["temporary_id"]
    back["temporary_id"] = [f"C{place:07d}" for place in range(n)]
    return pd.concat([order, back], ignore_index=True)


def _lost_deals(accounts: pd.DataFrame, n_won: int, world: _World) -> pd.DataFrame:
    """Lose as many deals as the win rate asks for, two in five at prospects."""
    rng = world.rng
    n = round(n_won * (1 - WIN_RATE) / WIN_RATE)
    deals = _tries(accounts, n, prospect_weight=1.3, world=world)
    deals["close_on"] = _order_days(n, world.start, world.as_of, rng)
    deals["stage"] = "lost"
    return _opened(deals, world)


def _open_deals(accounts: pd.DataFrame, world: _World) -> pd.DataFrame:
    """Open the pipeline: the older a deal, the further its stage."""
    rng = world.rng
    n = round(0.2 * len(accounts))
    deals = _tries(accounts, n, prospect_weight=1.6, world=world)
    age = np.minimum(np.ceil(rng.exponential(38, n)), 150).astype(int)
    reach = np.array([days for days, _ in _STAGES_BY_AGE])
    names = np.array([name for _, name in _STAGES_BY_AGE], dtype=object)
    place = np.searchsorted(reach, age * np.exp(rng.normal(0, 0.3, n)))
    deals["stage"] = names[np.minimum(place, len(names) - 1)]
    days_left = np.maximum(np.exp(rng.normal(np.log(CYCLE_DAYS), 0.6, n)) - age, 0)
    days = 4 + np.ceil(days_left + rng.exponential(18, n)).astype(int)
    deals["opened_on"] = _workdays(world.as_of - age).astype("M8[s]")
    deals["close_on"] = _workdays(world.as_of + days, roll="forward").astype("M8[s]")
    return deals


def _tries(
    accounts: pd.DataFrame, n: int, *, prospect_weight: float, world: _World
) -> pd.DataFrame:
    """Draw deals that were not won (yet): account, product, kind and amount."""
    rng = world.rng
    potential = accounts["potential_minor"].fillna(0).to_numpy(np.float64) + world.step
    is_prospect = accounts["status"].eq("prospect").to_numpy(bool)
    weight = potential**0.4 * np.where(is_prospect, prospect_weight, 1.0)
    row = rng.choice(len(accounts), n, p=weight / weight.sum())
    share = np.clip(np.exp(rng.normal(np.log(0.16), 0.7, n)), 0.02, 0.8)
    product = np.where(rng.random(n) < 0.74, "Core", "Service").astype(object)
    return pd.DataFrame(
        {
            "account_id": accounts.index.to_numpy(object)[row],
            "product": product,
            "kind": np.where(is_prospect[row], "new", "expansion").astype(object),
            "amount_minor": _stepped(potential[row] * share, world.step),
            "term_months": np.where(product == "Service", 12, 0),
            "related_deal_id": None,
            "temporary_id": [f"T{n}-{place:07d}" for place in range(n)],
        }
    )


def _opened(deals: pd.DataFrame, world: _World) -> pd.DataFrame:
    """Open each deal one sales cycle before it closed."""
    days = np.exp(world.rng.normal(np.log(CYCLE_DAYS), _CYCLE_SPREAD, len(deals)))
    close = deals["close_on"].to_numpy("M8[D]")
    cycle = np.clip(np.round(days), 5, 420).astype(int)
    return deals.assign(opened_on=_workdays(close - cycle).astype("M8[s]"))


def _numbered(deals: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Order deals by close date, give them their ids, relate them by these."""
    order = deals.sort_values(["close_on", "account_id", "temporary_id"])
    width = max(5, len(str(len(order))))
    ids = [f"D{place:0{width}d}" for place in range(1, len(order) + 1)]
    id_by_temporary = dict(zip(order["temporary_id"], ids, strict=True))
    order["related_deal_id"] = order["related_deal_id"].map(id_by_temporary)
    order["currency"] = currency
    order.index = pd.Index(ids, name="deal_id", dtype="str")
    return check(order.reindex(columns=list(DEALS.columns)), DEALS)


def _split_totals(
    total: npt.NDArray[np.int64], row: npt.NDArray, weight: Floats, step: int
) -> npt.NDArray[np.int64]:
    """Split totals over their rows; parts are whole steps and sum to the total."""
    reached = np.cumsum(weight)
    ends = np.flatnonzero(np.r_[row[1:] != row[:-1], True]) if len(row) else row
    starts = np.r_[0, ends[:-1] + 1] if len(ends) else ends
    size = ends - starts + 1
    base = np.repeat(reached[starts] - weight[starts], size)
    whole = np.repeat(reached[ends], size) - base
    upto = np.round(total[row] * ((reached - base) / whole) / step).astype(np.int64)
    upto = upto * step
    upto[ends] = total[row[ends]]
    before = np.r_[0, upto[:-1]] if len(upto) else upto
    before[starts] = 0
    return upto - before


def _stepped(amount: npt.NDArray, step: int) -> npt.NDArray[np.int64]:
    """Round amounts to tens of whole currency, at least one ten."""
    return np.maximum(np.round(amount / (10 * step)), 1).astype(np.int64) * 10 * step


def _order_days(
    n: int, first: np.datetime64, last: np.datetime64, rng: np.random.Generator
) -> Days:
    """Draw working days, not 25 December or 1 January; more at the end of months."""
    days = np.arange(first, last + 1)
    months = days.astype("M8[M]")
    season = np.array(_SEASON)[months.astype(int) % 12]
    days_left = ((months + 1).astype("M8[D]") - days).astype(int)
    is_open = np.is_busday(days, holidays=_FEASTS)
    weight = season * np.where(days_left <= 5, 1.9, 1.0) * is_open
    reach = np.cumsum(weight)
    place = np.searchsorted(reach, rng.random(n) * reach[-1], side="right")
    return days[place].astype("M8[s]")


def _workdays(days: Days, roll: str = "backward") -> Days:
    """Move weekend days to a working day."""
    return np.busday_offset(days, 0, roll=roll, holidays=_FEASTS)  # type: ignore[call-overload]


def _workday_inside(days: Days, first: np.datetime64, last: np.datetime64) -> Days:
    """Move days to working days without leaving the span."""
    workdays = _workdays(np.clip(days, first, last))
    return np.where(workdays < first, _workdays(workdays, roll="forward") + 0, workdays)


def _year_before(day: np.datetime64) -> np.datetime64:
    """Return the same day a year earlier."""
    return day - 365
