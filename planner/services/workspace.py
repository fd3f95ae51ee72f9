"""What every use case starts from: an open store, the settings, the user, a company."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from planner.core.settings import Settings
from planner.store.company import companies as company_rows
from planner.store.company.companies import Company
from planner.store.database.engine import Store, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """
    An open store and who looks at what in it.

    Parameters
    ----------
    store
        The open store.
    settings
        What the deployment decides.
    user
        Whose name stands in the audit log.
    company_id
        The company that is open; None: the store holds none yet.
    """

    store: Store
    settings: Settings
    user: str
    company_id: str | None


def open_workspace(settings: Settings, company_id: str | None = None) -> Workspace:
    """
    Open the store of the settings.

    Parameters
    ----------
    settings
        Where the store is, and who uses it.
    company_id
        The company to open; None: the one opened last.

    Raises
    ------
    StoreError
        If the store cannot be opened.
    NotFoundError
        If there is no such company.
    """
    store = open_store(settings.store_url)
    try:
        with store.reading() as conn:
            if company_id is None:
                there = company_rows.list_companies(conn)
                company_id = there[0].company_id if there else None
            else:
                company_id = company_rows.load_company(conn, company_id).company_id
    except BaseException:
        store.close()
        raise
    return Workspace(
        store=store, settings=settings, user=settings.user, company_id=company_id
    )


def companies(ws: Workspace) -> list[Company]:
    """List the companies of the store, the latest opened first."""
    with ws.store.reading() as conn:
        return company_rows.list_companies(conn)


def create_company(
    ws: Workspace, name: str, kind: str, currency: str, as_of: dt.date
) -> Workspace:
    """
    Add a company and turn to it.

    Parameters
    ----------
    ws
        The workspace; not changed.
    name
        The name shown.
    kind
        ``sample``, ``own`` or ``empty``.
    currency
        ISO code of all its amounts.
    as_of
        Its today.
    """
    with ws.store.transaction() as conn:
        company = company_rows.create_company(
            conn, name=name, kind=kind, currency=currency, as_of=as_of, user=ws.user
        )
    return replace(ws, company_id=company.company_id)


def use_company(ws: Workspace, company_id: str) -> Workspace:
    """Turn to another company of the store; it is the one opened next time."""
    with ws.store.transaction() as conn:
        company_rows.mark_opened(conn, company_id)
    return replace(ws, company_id=company_id)
