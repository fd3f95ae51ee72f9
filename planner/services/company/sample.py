"""The sample company in a store keeps up with its day."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.simulation import rollforward
from planner.core.errors import ConflictError
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company.companies import Company
from planner.store.pay import comp_plans
from planner.store.scenarios import editing


def roll_forward(ws: OpenCompany) -> bool:
    """
    Let the sample's last year happen again, up to its day.

    Returns
    -------
    Whether anything was added: only where the open company is the sample, and its day
    has moved on. What was published, closed or entered by hand is left as it is.
    """
    with ws.store.reading() as conn:
        company = company_rows.load_company(conn, ws.company_id)
    if company.kind != "sample" or company.today <= company.as_of:
        return False
    try:
        with ws.store.transaction() as conn:
            _add(conn, ws, company)
    except ConflictError:  # another session was first, with the same days
        return False
    return True


def _add(conn: Connection, ws: OpenCompany, company: Company) -> None:
    """Save what happened since, under one new version of the company's data."""
    day = company.today
    with editing.editing_company(
        conn,
        ws.company_id,
        version=company.version,
        user=ws.user,
        action=f"roll the sample's days forward to {day}",
    ) as edit:
        deals = deal_rows.load_deals(conn, ws.company_id)
        splits = deal_rows.load_splits(conn, ws.company_id)
        visits = deal_rows.load_visits_made(conn, ws.company_id)
        accounts = account_rows.load_accounts(conn, ws.company_id).index
        later = rollforward.later_deals(deals, company.as_of, day)
        later = later[later["account_id"].isin(accounts)]
        seen = rollforward.later_visits(visits, company.as_of, day)
        seen = seen[seen["account_id"].isin(accounts)]
        ahead = rollforward.on_the_way(deals, day)
        ahead = ahead[ahead["close_on"] != deals["close_on"]]
        agreed = rollforward.later_splits(splits, later)
        deal_rows.update_deals(conn, ws.company_id, pd.concat([ahead, later]))
        deal_rows.save_splits(conn, ws.company_id, pd.concat([splits, agreed]))
        deal_rows.update_visits_made(conn, ws.company_id, seen)
        company_rows.update_company(conn, ws.company_id, user=ws.user, as_of=day)
        edit.before.update(day=company.as_of.isoformat())
        edit.after.update(day=day.isoformat(), deals=len(later), visits=len(seen))
    plan = comp_plans.load_comp_plan(conn, ws.company_id)
    if plan is not None:
        document = rollforward.plan_until(plan.document, day.year)
        comp_plans.save_comp_plan(conn, ws.company_id, document, user=ws.user)
