"""Simulated figures of accounts: taken out, filled anew, settled by real deals."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.changes import ChangeSet, TableChange
from planner.accounts.simulation.business import simulate_business
from planner.core.money import minor_digits
from planner.core.schemas import ACCOUNTS, check
from planner.segmentation.rules import DEFAULT_RULES, apply_rules, rules_from_json
from planner.store.company import accounts as account_rows
from planner.store.company import deals as deal_rows
from planner.store.company.companies import Company
from planner.store.company.settings import CompanySettings
from planner.store.imports.changes import apply_changes

YEAR = pd.DateOffset(years=1)


def labels_of(accounts: pd.DataFrame) -> pd.DataFrame:
    """
    Tell which cells of accounts are simulated.

    Returns
    -------
    shape (n_accounts, n_columns)
        True where simulated; the columns that are so in any row.
    """
    return accounts["simulated"].fillna("").str.get_dummies(sep=";").astype(bool)


def without_simulated(accounts: pd.DataFrame) -> pd.DataFrame:
    """
    Empty all simulated cells.

    Returns
    -------
    ACCOUNTS frame without labels. A simulated status becomes what the rule of imports
    makes of it: customer with sales, else prospect.
    """
    bare = accounts.copy()
    for name, is_simulated in labels_of(accounts).items():
        if name in ACCOUNTS.columns and name != "status":
            bare[name] = bare[name].mask(is_simulated)
    if "status" in labels_of(accounts):
        sells = (bare["our_sales_minor"] > 0).fillna(value=False).astype(bool)
        by_rule = pd.Series("prospect", index=bare.index).mask(sells, "customer")
        bare["status"] = bare["status"].mask(labels_of(accounts)["status"], by_rule)
    bare["simulated"] = pd.Series(None, index=bare.index, dtype="str")
    return check(bare[list(ACCOUNTS.columns)], ACCOUNTS)


def settle_by_deals(
    conn: Connection, company: Company, settings: CompanySettings
) -> int:
    """
    Let the deals of a company say who is a customer and what was sold.

    Parameters
    ----------
    conn
        Inside a transaction; the deals are saved.

    Returns
    -------
    The number of accounts changed.

    Notes
    -----
    A status the list brought stays. Else whoever won a deal is a customer; a simulated
    status without one becomes prospect. Simulated sales become the deals won in the
    last twelve months. What else is simulated is drawn again around these facts.
    """
    accounts = account_rows.load_accounts(conn, company.company_id)
    deals = deal_rows.load_deals(conn, company.company_id)
    won = deals[(deals["stage"] == "won") & (deals["currency"] == company.currency)]
    labels = labels_of(accounts)
    bare = without_simulated(accounts)
    is_buyer = bare.index.isin(won["account_id"])
    is_open = bare["status"] != "closed"
    if "status" not in account_rows.mapped_columns(
        conn, company.company_id, "accounts"
    ):
        bare["status"] = bare["status"].mask(is_open & is_buyer, "customer")
    if "our_sales_minor" in labels:
        as_of = pd.Timestamp(company.today)
        last = won[(won["close_on"] > as_of - YEAR) & (won["close_on"] <= as_of)]
        sold = last.groupby("account_id")["amount_minor"].sum().clip(lower=0)
        sales = sold.reindex(bare.index).astype("Int64")
        wanted = labels["our_sales_minor"]
        bare["our_sales_minor"] = bare["our_sales_minor"].mask(wanted, sales)
    settled = bare
    if settings.fills_gaps:
        filled = simulate_business(
            bare, seed=0, currency=company.currency, as_of=company.today
        )
        settled = check(filled[list(ACCOUNTS.columns)], ACCOUNTS)
    return save_accounts(conn, company, accounts, settled)


def save_accounts(
    conn: Connection, company: Company, before: pd.DataFrame, after: pd.DataFrame
) -> int:
    """Save the accounts that differ, with the segments the rules give them."""
    changes = account_changes(conn, company, before, after)
    apply_changes(conn, company.company_id, changes)
    return len(changes["account"])


def account_changes(
    conn: Connection, company: Company, before: pd.DataFrame, after: pd.DataFrame
) -> ChangeSet:
    """
    Work out which accounts differ, and which segments the rules then give.

    Parameters
    ----------
    before, after
        ACCOUNTS frames of all accounts of the company.
    """
    accounts = TableChange.between("account", before, after[before.columns])
    if not len(accounts):
        return ChangeSet((accounts,))
    saved = account_rows.load_segment_rules(conn, company.company_id)
    rules = DEFAULT_RULES if saved is None else tuple(rules_from_json(saved.rules))
    segments = apply_rules(
        after,
        rules,
        pd.Timestamp(company.today),
        minor_digits=minor_digits(company.currency),
    )
    stored = account_rows.load_segments(conn, company.company_id)
    return ChangeSet((accounts, TableChange.between("segment", stored, segments)))
