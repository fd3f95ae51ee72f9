"""The company at a glance: bookings against quota, pipeline, coverage, pay."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.core.schemas import OPEN_STAGES
from planner.quotas.attainment import attainment
from planner.quotas.crediting import credit_deals
from planner.services.pay import runs
from planner.services.pay.runs import MEASURE
from planner.services.people.holders import VACANT, owner_names
from planner.services.scenarios import listing, publishing
from planner.services.territories.accounts import account_list
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import quotas as quota_rows

COVERED_WITHIN_DAYS = 90
MONTHS_SHOWN = 24


@dataclass(frozen=True, kw_only=True)
class CompanyView:
    """
    What a leader looks at first.

    Parameters
    ----------
    year
        The calendar year of the company's date, as text.
    whole_until
        The last whole month: quotas are compared up to it.
    months
        Indexed by month (``2026-10``): `bookings_minor`, `quota_minor` (missing where
        none is set).
    attained
        Indexed `position_id` of managers and reps: `title`, `name`, `role`,
        `parent_id`, `territory_id`, `credit_minor` and `quota_minor` of the year's
        whole months, `attained_share`.
    pipeline
        Indexed by stage: `deals`, `amount_minor`.
    win_share
        Won ÷ closed of new and expansion deals, last twelve months.
    cycle_days
        Median days from opening to winning, same deals.
    coverage
        Indexed by visit class: `accounts`, `covered` (visited within 90 days),
        `covered_share`.
    vacant
        Positions without a holder: title by `position_id`; only of roles that somebody
        holds, as a list of reps alone says nothing about managers.
    pay_minor, pay_period
        Pay of the newest run; None: none yet.
    published_name
        The plan in force, empty if none.
    """

    year: str
    whole_until: str
    months: pd.DataFrame
    attained: pd.DataFrame
    pipeline: pd.DataFrame
    win_share: float
    cycle_days: float
    coverage: pd.DataFrame
    vacant: pd.Series
    pay_minor: int | None
    pay_period: str
    published_name: str

    @property
    def bookings_minor(self) -> int:
        """Bookings since the year's start, the running month included."""
        return int(self._this_year()["bookings_minor"].sum())

    @property
    def ahead_minor(self) -> int | None:
        """Bookings less quota of the year's whole months; None without quota."""
        whole = self._this_year().loc[: self.whole_until]
        if whole["quota_minor"].isna().all():
            return None
        quota = whole["quota_minor"].fillna(0)
        return int((whole["bookings_minor"] - quota).sum())

    def _this_year(self) -> pd.DataFrame:
        return self.months[self.months.index.str.startswith(self.year)]


def company_view(ws: OpenCompany) -> CompanyView:
    """Add up the open company under the plan in force."""
    company_id = ws.company_id
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, company_id).today
        deals = deal_rows.load_deals(conn, company_id)
        splits = deal_rows.load_splits(conn, company_id)
        ownership = quota_rows.load_ownership(conn, company_id)
        positions = team_rows.load_positions(conn, company_id)
        reps = team_rows.load_reps(conn, company_id)
    published = publishing.in_force(ws, as_of)
    quotas = pd.DataFrame(columns=["position_id", "measure", "period", "amount_minor"])
    published_name = ""
    if published is not None:
        with ws.store.reading() as conn:
            quotas = quota_rows.load_quotas(conn, published.scenario_id)
        published_name = listing.scenario(ws, published.scenario_id).name
    now = pd.Period(as_of, "M")
    period = runs.latest_period(ws)
    credited = credit_deals(
        deals,
        ownership,
        splits,
        positions,
        pd.Timestamp(int(period[:4]), 1, 1),
        pd.Timestamp(as_of) + pd.Timedelta(days=1),
    )
    names = owner_names(positions, reps, as_of)
    run = runs.shown_run(ws, period)
    accounts = account_list(ws, published.scenario_id if published else None)
    won_share, cycle_days = _wins(deals, pd.Timestamp(as_of))
    is_open = deals["stage"].isin(OPEN_STAGES)
    pipeline = deals[is_open].groupby("stage")["amount_minor"].agg(["size", "sum"])
    pipeline.columns = ["deals", "amount_minor"]
    field = positions[positions["role"].isin(["manager", "rep"])]
    return CompanyView(
        year=str(as_of.year),
        whole_until=period,
        months=_months(deals, quotas, positions, now),
        attained=_attained(credited.credits, quotas, positions, names, period),
        pipeline=pipeline.reindex(list(OPEN_STAGES)).fillna(0),
        win_share=won_share,
        cycle_days=cycle_days,
        coverage=_coverage(accounts),
        vacant=vacant_positions(field, names),
        pay_minor=None if run is None else int(run.summary["pay_minor"]),
        pay_period=period,
        published_name=published_name,
    )


def vacant_positions(field: pd.DataFrame, names: pd.Series) -> pd.Series:
    """Find the positions that nobody holds, also those of roles that nobody has."""
    return field.loc[names.reindex(field.index) == VACANT, "title"]


def _months(
    deals: pd.DataFrame, quotas: pd.DataFrame, positions: pd.DataFrame, now: pd.Period
) -> pd.DataFrame:
    won = deals[deals["stage"] == "won"]
    month = won["close_on"].dt.strftime("%Y-%m")
    bookings = won.groupby(month)["amount_minor"].sum()
    index = [str(now - back) for back in range(MONTHS_SHOWN - 1, -1, -1)]
    tops = positions.index[positions["parent_id"].isna()]
    top = quotas[quotas["position_id"].isin(tops) & (quotas["measure"] == MEASURE)]
    quota = top.groupby("period")["amount_minor"].sum()
    return pd.DataFrame(
        {
            "bookings_minor": bookings.reindex(index).fillna(0).astype("int64"),
            "quota_minor": quota.reindex(index).astype("Int64"),
        }
    )


def _attained(
    credit_rows: pd.DataFrame,
    quotas: pd.DataFrame,
    positions: pd.DataFrame,
    names: pd.Series,
    until: str,
) -> pd.DataFrame:
    table = positions[positions["role"].isin(["manager", "rep"])].copy()
    table["name"] = names.reindex(table.index)
    figures = ("ytd_credit_minor", "ytd_quota_minor", "ytd_share")
    columns = ("credit_minor", "quota_minor", "attained_share")
    if credit_rows.empty and quotas.empty:
        return table.assign(credit_minor=0, quota_minor=pd.NA, attained_share=pd.NA)
    month = attainment(credit_rows, quotas, MEASURE, int(until[:4]))
    month = month.xs(until, level="period")
    for name, figure in zip(columns, figures, strict=True):
        table[name] = month[figure].reindex(table.index)
    return table


def _wins(deals: pd.DataFrame, as_of: pd.Timestamp) -> tuple[float, float]:
    recent = deals[
        deals["kind"].isin(["new", "expansion"])
        & deals["stage"].isin(["won", "lost"])
        & (deals["close_on"] > as_of - pd.Timedelta(days=365))
        & (deals["close_on"] <= as_of)
    ]
    won = recent[recent["stage"] == "won"]
    if recent.empty:
        return float("nan"), float("nan")
    days = (won["close_on"] - won["opened_on"]).dt.days
    return len(won) / len(recent), float(days.median())


def _coverage(accounts: pd.DataFrame) -> pd.DataFrame:
    customers = accounts[accounts["status"] == "customer"]
    covered = (customers["days_since_visit"] <= COVERED_WITHIN_DAYS).fillna(False)
    grouped = covered.astype(bool).groupby(customers["visit_class"])
    table = pd.DataFrame({"accounts": grouped.size(), "covered": grouped.sum()})
    table["covered_share"] = table["covered"] / table["accounts"]
    return table.sort_index()
