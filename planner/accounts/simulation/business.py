"""
Fill what a bare list of accounts lacks with believable simulated figures.

Each simulated value comes from a hash of the account's id, the seed and the column,
so that it stays the same whatever other rows the list holds. Only what is a rank
among the accounts (rating, visit class), and the scale of a list that brings its own
sales, depend on the rest of the list. Nothing drawn contradicts what the list says.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.accounts.kinds.filling import Draws, Filling
from planner.core.money import minor_digits

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry:
    """
    What sets one industry's accounts apart.

    Parameters
    ----------
    accounts_share
        Share of a company's accounts.
    employees
        Median number of employees.
    revenue_per_employee
        A year, in whole currency.
    need
        Spending on our kind of product, relative to the other industries.
    """

    accounts_share: float
    employees: float
    revenue_per_employee: float
    need: float


INDUSTRIES = {
    "Automotive suppliers": Industry(
        accounts_share=0.10, employees=95, revenue_per_employee=290_000, need=1.1
    ),
    "Chemicals": Industry(
        accounts_share=0.07, employees=70, revenue_per_employee=420_000, need=1.4
    ),
    "Education": Industry(
        accounts_share=0.08, employees=110, revenue_per_employee=85_000, need=0.7
    ),
    "Energy": Industry(
        accounts_share=0.06, employees=55, revenue_per_employee=610_000, need=1.3
    ),
    "Food processing": Industry(
        accounts_share=0.13, employees=75, revenue_per_employee=330_000, need=1.0
    ),
    "Hospitals & clinics": Industry(
        accounts_share=0.15, employees=120, revenue_per_employee=150_000, need=1.2
    ),
    "Laboratories": Industry(
        accounts_share=0.08, employees=28, revenue_per_employee=190_000, need=1.9
    ),
    "Logistics": Industry(
        accounts_share=0.09, employees=60, revenue_per_employee=210_000, need=0.6
    ),
    "Manufacturing": Industry(
        accounts_share=0.18, employees=65, revenue_per_employee=260_000, need=1.0
    ),
    "Water & utilities": Industry(
        accounts_share=0.06, employees=45, revenue_per_employee=380_000, need=1.5
    ),
}
OTHER_INDUSTRY = Industry(
    accounts_share=0.0, employees=35, revenue_per_employee=180_000, need=1.0
)
SIMULATED_COLUMNS = (
    "status",
    "employees",
    "annual_revenue_minor",
    "our_sales_minor",
    "potential_minor",
    "rating",
    "propensity_share",
    "products",
    "last_visit_on",
    "open_days",
    "opens_s",
    "closes_s",
    "visit_class",
)

_NEED_POWER = 0.82  # of the number of employees
_HOUR_S = 3600
_WORKDAYS = "Mon;Tue;Wed;Thu;Fri"
# (share, open days, first and last start of a visit in hours); a quarter is limited
_OPENINGS = (
    (0.75, _WORKDAYS, 8.0, 16.5),
    (0.07, _WORKDAYS, 8.0, 11.5),
    (0.05, _WORKDAYS, 13.0, 16.0),
    (0.05, "Mon;Tue;Wed;Thu", 8.5, 15.5),
    (0.04, "Tue;Wed;Thu", 9.0, 16.0),
    (0.02, "Mon;Wed;Fri", 9.0, 15.0),
    (0.02, "Mon;Tue;Thu;Fri", 8.0, 12.0),
)
_CLASS_SHARES = (("A", 0.06), ("B", 0.18), ("C", 0.35), ("D", 0.41))
_RATING_SHARES = (("A", 0.15), ("B", 0.25), ("C", 0.35), ("D", 0.25))
_DAYS_SINCE_VISIT = {"A": 12.0, "B": 28.0, "C": 60.0, "D": 200.0}


def simulate_business(
    accounts: pd.DataFrame,
    *,
    seed: int = 0,
    currency: str = "USD",
    as_of: date | None = None,
    given: Collection[str] | None = None,
) -> pd.DataFrame:
    """
    Fill the business figures that a list of accounts lacks, and label them.

    Parameters
    ----------
    accounts : shape (n_accounts, n_columns)
        Frame of the ACCOUNTS schema; columns it lacks are added.
    seed
        Another seed gives another company.
    currency
        Currency of the money columns; figures are of the size usual in dollars.
    as_of
        The company's today; None: no last visit is simulated.
    given
        Columns that the list itself brought; all others are filled anew. None: every
        value that is not empty counts as given.

    Returns
    -------
    shape (n_accounts, n_columns)
        A copy: given values untouched, the names of the columns simulated in each
        row in `simulated`, parted by semicolons.

    Notes
    -----
    Employees are lognormal around the median of their industry; revenue is employees
    × revenue per employee × noise; the yearly need of our products grows with
    employees^0.82, its spread set so that the top fifth of accounts holds about 60 %.
    A customer buys a share of the need from us, the rest is potential; of a
    prospect's need 60 % counts as potential. The figures are invented.

    A list with sales of its own says who is a customer, so no status is drawn, and no
    sales are invented beside them: who has none is a prospect. The need of a customer
    is then its sales ÷ the drawn share; all other needs are scaled by the median of
    such a need over the one drawn, and unknown sizes follow from them.
    """
    filled = Filling(accounts, given)
    draws = Draws(accounts.index, seed)
    industries = [
        INDUSTRIES.get(str(name), OTHER_INDUSTRY) for name in filled.column("industry")
    ]
    _fill_status(filled, draws)
    _fill_size(filled, draws, industries, 10 ** minor_digits(currency))
    _fill_sales(filled, draws, industries, 10 ** minor_digits(currency))
    _fill_standing(filled, draws)
    _fill_openings(filled, draws)
    if as_of is not None:
        _fill_last_visit(filled, draws, as_of)
    return filled.labelled()


def _fill_status(filled: Filling, draws: Draws) -> None:
    """Tell customers by the list's own sales; draw only where it has none at all."""
    sales = filled.own_numbers("our_sales_minor")
    if (sales > 0).any():
        filled.settle("status", np.where(sales > 0, "customer", "prospect"))
    else:
        drawn = np.where(draws.uniform("status") < 0.63, "customer", "prospect")
        filled.fill("status", drawn)


def _fill_size(
    filled: Filling, draws: Draws, industries: list[Industry], minor: int
) -> None:
    """Fill employees and annual revenue, each from the other or from own sales."""
    per_employee = np.array([i.revenue_per_employee for i in industries])
    median = np.array([i.employees for i in industries])
    revenue = filled.own_numbers("annual_revenue_minor")
    known = revenue / minor / per_employee
    drawn = np.exp(np.log(median) + 1.12 * draws.normal("employees"))
    given = filled.own_numbers("employees")
    employees = np.where(
        np.isnan(given), np.where(np.isnan(known), drawn, known), given
    )
    per_size = _need_per_size(draws, industries)
    need = _needs(filled, draws, per_size * employees**_NEED_POWER, minor)
    if _has_own_sales(filled):
        by_need = (need / per_size) ** (1 / _NEED_POWER)
        employees = np.where(np.isnan(known), by_need, known)
    filled.fill("employees", np.clip(np.round(employees), 3, 40_000), "Int64")
    noise = np.exp(0.35 * draws.normal("annual_revenue"))
    earned = filled.numbers("employees") * per_employee * noise
    if _has_own_sales(filled):
        earned = np.maximum(earned, need)  # nobody spends more than comes in
    filled.fill("annual_revenue_minor", _rounded(earned, 1_000) * minor, "Int64")


def _has_own_sales(filled: Filling) -> bool:
    return bool((filled.own_numbers("our_sales_minor") > 0).any())


def _need_per_size(draws: Draws, industries: list[Industry]) -> Floats:
    """Draw what an account of one employee needs a year, in whole currency."""
    need = np.array([i.need for i in industries])
    return 1_000 * need * np.exp(0.5 * draws.normal("need"))


def _our_share(draws: Draws) -> Floats:
    """Draw the share of its need that a customer buys from us."""
    return 0.12 + 0.5 * draws.uniform("our_share") ** 1.4


def _needs(filled: Filling, draws: Draws, drawn: Floats, minor: int) -> Floats:
    """Bring drawn needs to the scale of the list's own sales, if it has any."""
    sales = filled.own_numbers("our_sales_minor") / minor
    is_known = sales > 0
    if not is_known.any():
        return drawn
    by_sales = sales / _our_share(draws)
    scale = np.median(by_sales[is_known] / drawn[is_known])
    return np.where(is_known, by_sales, scale * drawn)


def _fill_sales(
    filled: Filling, draws: Draws, industries: list[Industry], minor: int
) -> None:
    """Fill our sales of the last year and the potential still to win."""
    per_size = _need_per_size(draws, industries)
    drawn = per_size * filled.numbers("employees") ** _NEED_POWER
    wallet = _needs(filled, draws, drawn, minor)
    is_customer = filled.column("status").eq("customer").to_numpy(bool)
    is_closed = filled.column("status").eq("closed").to_numpy(bool)
    if not _has_own_sales(filled):
        sales = np.where(is_customer, _rounded(wallet * _our_share(draws), 10), 0)
        filled.fill("our_sales_minor", np.where(is_closed, 0, sales) * minor, "Int64")
    sales = np.nan_to_num(filled.numbers("our_sales_minor")) / minor
    rest = np.maximum(wallet - sales, 0.2 * wallet)
    open_need = np.where(is_customer, rest, 0.6 * wallet)
    potential = np.where(is_closed, 0, _rounded(open_need, 100)) * minor
    filled.fill("potential_minor", potential, "Int64")


def _fill_standing(filled: Filling, draws: Draws) -> None:
    """Fill visit class, rating, propensity and products."""
    status = filled.column("status")
    is_open = status.ne("closed").to_numpy(bool)
    is_customer = status.eq("customer").to_numpy(bool)
    potential = pd.Series(filled.numbers("potential_minor")).fillna(0).to_numpy()
    sales = pd.Series(filled.numbers("our_sales_minor")).fillna(0).to_numpy()
    worth = (sales + 0.6 * potential) * np.where(is_customer, 1.0, 0.45)
    filled.fill("visit_class", _by_rank(worth, _CLASS_SHARES, is_open))
    estimate = potential * np.exp(0.5 * draws.normal("rating"))
    filled.fill("rating", _by_rank(estimate, _RATING_SHARES, is_open))
    lift = filled.column("rating").map({"A": 0.5, "B": 0.2, "D": -0.4}).fillna(0)
    logit = -1.1 + 1.2 * is_customer + lift.to_numpy(float)
    chance = 1 / (1 + np.exp(-(logit + 0.7 * draws.normal("propensity"))))
    chance = np.where(is_open, np.round(np.clip(chance, 0.02, 0.97), 2), np.nan)
    filled.fill("propensity_share", chance, "Float64")
    filled.frame["propensity_share"] = filled.frame["propensity_share"].astype(float)
    products = np.select(
        [draws.uniform("products") < 0.55, draws.uniform("products") < 0.93],
        ["Core", "Core;Service"],
        "Service",
    )
    filled.fill("products", _only(products, is_customer))


def _fill_openings(filled: Filling, draws: Draws) -> None:
    """Fill the days and the hours in which a visit may start."""
    reach = np.cumsum([opening[0] for opening in _OPENINGS])
    kind = np.searchsorted(reach[:-1], draws.uniform("opening"), side="right")
    days = np.array([opening[1] for opening in _OPENINGS], dtype=object)
    opens = np.array([opening[2] * _HOUR_S for opening in _OPENINGS])
    closes = np.array([opening[3] * _HOUR_S for opening in _OPENINGS])
    # hours are a pair: one given side is not crossed by a simulated other side
    for name, other in (("opens_s", "closes_s"), ("closes_s", "opens_s")):
        if filled.is_missing(name).any() and not filled.is_missing(other).all():
            kind = np.where(filled.is_missing(other), kind, 0)
    filled.fill("open_days", days[kind])
    filled.fill("opens_s", opens[kind], "Int64")
    filled.fill("closes_s", closes[kind], "Int64")


def _fill_last_visit(filled: Filling, draws: Draws, as_of: date) -> None:
    """Fill the last visit: the higher the class, the more recent; few prospects."""
    mean_days = filled.column("visit_class").map(_DAYS_SINCE_VISIT).fillna(200.0)
    days = np.ceil(-np.log(draws.uniform("last_visit")) * mean_days.to_numpy(float))
    is_customer = filled.column("status").eq("customer").to_numpy(bool)
    is_seen = np.where(is_customer, 0.95, 0.35) > draws.uniform("is_visited")
    visited = np.busday_offset(
        np.datetime64(as_of) - days.astype("timedelta64[D]"), 0, roll="backward"
    )
    visited = np.where(is_seen & (days < 700), visited, np.datetime64("NaT"))
    filled.fill("last_visit_on", visited.astype("datetime64[s]"), "datetime64[s]")


def _rounded(amount: Floats, step: int) -> Floats:
    """Round to whole steps, at least one."""
    return np.maximum(np.round(amount / step), 1) * step


def _by_rank(
    score: Floats,
    shares: tuple[tuple[str, float], ...],
    is_ranked: npt.NDArray[np.bool_],
) -> npt.NDArray:
    """Grade rows by rank, the best first; None where not ranked."""
    rank = pd.Series(np.where(is_ranked, score, np.nan)).rank(
        ascending=False, pct=True, method="first"
    )
    reach = np.cumsum([share for _, share in shares])[:-1]
    grades = np.array([grade for grade, _ in shares], dtype=object)
    graded = grades[np.searchsorted(reach, rank.fillna(1.0).to_numpy(), side="left")]
    return _only(graded, is_ranked)


def _only(values: npt.NDArray, is_kept: npt.NDArray[np.bool_]) -> npt.NDArray:
    """Keep some values, None for the others."""
    cells = values.astype(object)
    cells[~is_kept] = None
    return cells
