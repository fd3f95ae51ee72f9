"""Accounts of the open company: list them, show one."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.own_measures import with_own_numbers
from planner.capacity.workload import account_minutes
from planner.core.money import minor_digits
from planner.core.schemas import OPEN_STAGES
from planner.segmentation.calculated import CalculatedMeasure, with_calculated
from planner.segmentation.scoring import score_accounts
from planner.store.company import accounts as account_rows
from planner.store.company import deals as deal_rows
from planner.store.company.companies import Company
from planner.store.company.settings import CompanySettings


def visited_accounts(conn: Connection, company_id: str, as_of: dt.date) -> pd.DataFrame:
    """
    Read the accounts, last visited on the day their list says or a later visit made.

    Where the list names no sales at all, `our_sales_minor` is what its deals won in the
    last twelve months.

    Parameters
    ----------
    conn, company_id
        Of which company.
    as_of
        Its today; visits entered for later days do not count.

    Returns
    -------
    ACCOUNTS frame.
    """
    accounts = account_rows.load_accounts(conn, company_id)
    last_visits = deal_rows.load_last_visits(conn, company_id, as_of).reindex(
        accounts.index
    )
    both = pd.concat([accounts["last_visit_on"], last_visits], axis=1)
    accounts = accounts.assign(last_visit_on=both.max(axis=1))
    if accounts["our_sales_minor"].notna().any():
        return accounts
    return accounts.assign(our_sales_minor=_won(conn, company_id, as_of, accounts))


def _won(
    conn: Connection, company_id: str, as_of: dt.date, accounts: pd.DataFrame
) -> pd.Series:
    """Sum the deals won in the twelve months up to a day; missing without any."""
    deals = deal_rows.load_deals(conn, company_id, stages=["won"])
    end = pd.Timestamp(as_of)
    recent = deals["close_on"] > end - pd.DateOffset(years=1)
    won = deals[recent & (deals["close_on"] <= end)]
    sums = won.groupby("account_id")["amount_minor"].sum().clip(lower=0)
    return sums.reindex(accounts.index).astype("Int64")


def known_accounts(conn: Connection, company: Company) -> pd.DataFrame:
    """
    List the accounts of a company with all that no scenario changes.

    Parameters
    ----------
    conn
        Inside a transaction.
    company
        Whose, with its today.

    Returns
    -------
    ACCOUNTS columns plus `segment`, `visit_class`, `rule`, `score` (0-100),
    `days_since_visit`, `open_pipeline_minor`, `workload_min`, the list's own numbers
    (`own_numbers`) and the measures that are calculated (`CalculatedMeasure`), indexed
    `account_id`.
    """
    company_id, as_of = company.company_id, company.today
    accounts = with_segments(
        visited_accounts(conn, company_id, as_of),
        account_rows.load_segments(conn, company_id),
    )
    deals = deal_rows.load_deals(conn, company_id, stages=OPEN_STAGES)
    accounts["score"] = score_accounts(accounts, pd.Timestamp(as_of))["score"]
    since = pd.Timestamp(as_of) - accounts["last_visit_on"]
    accounts["days_since_visit"] = since.dt.days.astype("Int64")
    pipeline = deals.groupby("account_id")["amount_minor"].sum()
    accounts["open_pipeline_minor"] = (
        pipeline.reindex(accounts.index).fillna(0).astype("Int64")
    )
    accounts["workload_min"] = account_minutes(accounts, accounts["visit_class"])
    return with_calculated_measures(company, with_own_numbers(accounts))


def with_calculated_measures(company: Company, accounts: pd.DataFrame) -> pd.DataFrame:
    """Give accounts the columns of the measures that the company calculates."""
    measures = [
        CalculatedMeasure(*pair)
        for pair in CompanySettings.from_details(company.details).calculated
    ]
    if not measures:
        return accounts
    digits = minor_digits(company.currency)
    return with_calculated(accounts, measures, pd.Timestamp(company.today), digits)


def owned(
    accounts: pd.DataFrame,
    territory: pd.Series,
    position_by_territory: pd.Series,
    name_by_position: pd.Series,
) -> pd.DataFrame:
    """
    Say of accounts whose they are in a scenario.

    Parameters
    ----------
    accounts
        Of `known_accounts`.
    territory : shape (n_accounts,)
        Of each account, indexed as they are; missing: none.
    position_by_territory, name_by_position
        Who works it.

    Returns
    -------
    The accounts with `territory_id`, `position_id` and `owner_name`.
    """
    position = territory.map(position_by_territory).astype("str")
    return accounts.assign(
        territory_id=territory,
        position_id=position,
        owner_name=position.map(name_by_position).astype("str"),
    )


def with_segments(accounts: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Give accounts the segment, visit class and rule that the rules decided."""
    return accounts.drop(columns="visit_class").join(segments)
